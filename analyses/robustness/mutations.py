"""Measure damaged copies of a file of every binary format: how many are read or refused, how long, how much memory.

    .venv/bin/python analyses/robustness/mutations.py [--copies 1000] [--only FORMAT ...]

Each format has a process of its own. The exit status is 1 if kadita itself ends or raises anything but one line, takes
more than 5 s for a file, or uses 1 GiB.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "shared"))
from mutated_files import binary_files, damaged_copy, outcome_of

from kadita.io.isolated.child import end_child

SLOWEST, LARGEST = 5.0, 1024  # s, MiB


def main() -> int:
    """Run all formats or some, and print a table of them."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--copies", type=int, default=1000, help="damaged copies of each format")
    arguments.add_argument("--only", nargs="+", metavar="FORMAT")
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = binary_files(Path(folder))
        if options.one:
            print(json.dumps(one(files[options.one], options.one, options.copies, Path(folder))))
            return 0
    print(f"{'format':20} {'read':>5} {'refused':>7}  {'child ended':34} {'longest':>7} {'kadita':>8} {'child':>8}")
    well = [told(name, options.copies) for name in options.only or files]
    return int(not all(well))


def told(name: str, copies: int) -> bool:
    """Print the line of a format; return whether all was well."""
    command = [sys.executable, __file__, "--one", name, "--copies", str(copies)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        how = signal.Signals(-done.returncode).name if done.returncode < 0 else done.stderr.strip().splitlines()[-1]
        print(f"{name:20} KADITA ITSELF ENDED: {how}; {done.stderr[-50:].strip()}", flush=True)
        return False
    found = json.loads(done.stdout)
    ended = ", ".join(f"{how} {count}" for how, count in found["ended"].items()) or "none"
    sizes = f"{found['own']:4.0f} MiB {found['child']:4.0f} MiB"
    print(f"{name:20} {found['read']:5} {found['refused']:7}  {ended:34} {found['longest']:5.2f} s {sizes}", flush=True)
    for fault in found["faults"]:
        print(f"    {fault}", flush=True)
    return not found["faults"] and max(found["own"], found["child"]) < LARGEST


def one(intact, name: str, copies: int, folder: Path) -> dict[str, object]:
    """Measure damaged copies of one file; return what was found."""
    target = folder / "damaged"
    target.mkdir()
    counts, faults, longest = Counter(), [], 0.0
    assert outcome_of(intact) == "read", name
    for number in range(copies):
        print(f"copy {number}", file=sys.stderr)
        damaged = damaged_copy(intact, target, np.random.default_rng([number, *name.encode()]))
        begun = time.perf_counter()
        try:
            counts[outcome_of(damaged)] += 1
        except Exception as error:
            faults.append(f"copy {number}: {type(error).__name__}: {error}")
        took = time.perf_counter() - begun
        if took > SLOWEST:
            faults.append(f"copy {number}: {took:.1f} s")
        longest = max(longest, took)
    end_child()
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    found = {"read": counts.pop("read", 0), "refused": counts.pop("refused", 0), "ended": counts}
    return found | {"longest": longest, "own": own, "child": child, "faults": faults}


if __name__ == "__main__":
    sys.exit(main())
