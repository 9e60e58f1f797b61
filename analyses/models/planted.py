"""Plant each fault of faults/*.toml into a copy of the project, and see that its test fails.

.venv/bin/python analyses/models/planted.py [--only FAMILY ...]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAULTS = Path(__file__).with_name("faults")


def fails(fault, copy):
    """Whether the test of a fault fails where it is planted; without it, the test must pass."""
    file = copy / fault["file"]
    right = file.read_text(encoding="utf-8")
    if right.count(fault["old"]) != 1:
        raise SystemExit(
            f"{fault['name']}: expected its text once in {fault['file']}; found {right.count(fault['old'])}"
        )
    if not passes(fault["test"], copy):
        raise SystemExit(f"{fault['name']}: {fault['test']} fails without it")
    file.write_text(right.replace(fault["old"], fault["new"]), encoding="utf-8")
    try:
        return not passes(fault["test"], copy)
    finally:
        file.write_text(right, encoding="utf-8")


def passes(test, copy):
    """Whether a test passes with the modules of the copy."""
    path = os.pathsep.join(str(copy / part) for part in ("core", "plugins"))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", test]
    done = subprocess.run(command, cwd=copy, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True)
    if done.returncode not in (0, 1):  # 1: tests failed; others: pytest itself
        raise SystemExit(done.stdout + done.stderr)
    return done.returncode == 0


def main():
    """Plant one fault after the other."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", nargs="+", metavar="FAMILY")
    options = arguments.parse_args()
    families = options.only or sorted(file.stem for file in FAULTS.glob("*.toml"))
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "kadita"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "build", "out", "__pycache__"))
        for family in families:
            for fault in tomllib.loads((FAULTS / f"{family}.toml").read_text(encoding="utf-8"))["fault"]:
                found = fails(fault, copy)
                missed += not found
                print(f"{'found' if found else 'MISSED'}: {family}: {fault['name']} ({fault['test']})", flush=True)
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
