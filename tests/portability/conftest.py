"""Kadita in processes of a system without what Windows lacks: see start/without.py."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

START = Path(__file__).resolve().parent / "start"
MANY = "import shlex, sys; from kadita.cli import main; sys.exit(max(main(shlex.split(w)) for w in sys.argv[1:]))"
pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are looked up in /proc")


def environment(*, without: bool) -> dict[str, str]:
    """Return the environment of a process of such a system, or of this one."""
    kept = {key: value for key, value in os.environ.items() if key not in ("KADITA_WITHOUT", "PYTHONPATH")}
    return kept | ({"PYTHONPATH": str(START), "KADITA_WITHOUT": "1"} if without else {})


@pytest.fixture
def python() -> Callable[..., subprocess.Popen[str]]:
    """Start Python with these words in a folder, in such a system by default, with more in its environment."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path, *words: object, without: bool = True, **more: str) -> subprocess.Popen[str]:
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        where = {"cwd": folder, "env": environment(without=without) | more}
        started.append(subprocess.Popen([sys.executable, *map(str, words)], **where, **streams))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def commands(python: Callable[..., subprocess.Popen[str]]) -> Callable[..., str]:
    """Run commands of kadita in a process of such a system; all must succeed; return what they say on stderr."""

    def run(folder: Path, *lines: str, without: bool = True) -> str:
        process = python(folder, "-c", MANY, *lines, without=without)
        out, said = process.communicate(timeout=120)
        assert process.returncode == 0, (out, said)
        return said

    return run


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Return all files of a folder, hidden ones too, by their path in it."""

    def read(folder: Path) -> dict[str, bytes]:
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    return read
