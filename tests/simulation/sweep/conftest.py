"""What tests of sweeps share: a small sweep, the command line, and what a folder holds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SMALL = """
scenario = "torus"
steps = 60
every = 5
seeds = 2
metrics = ["polarization", "rotation"]
equilibration = "half"

[parameters]
agents = 20

[grid]
noise = [0.0, 0.1]
r_o = { from = 1.5, to = 2.5, step = 0.5 }
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A sweep of 2 x 3 parameter sets with 2 seeds each."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """Two chains along three radii, up and down."""
    path = tmp_path / "chain.toml"
    path.write_text(f'chain = "r_o"\n{SMALL}'.replace("noise = [0.0, 0.1]\n", ""))
    return path


@pytest.fixture
def command(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run `kadita sweep ...` in this process, in an empty folder; return its exit status and what it said."""

    def run(*words: object) -> tuple[int, str, str]:
        done = command("sweep", *words)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start `kadita sweep ...` as a process of its own."""

    def begin(*words: object, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kadita", "sweep", *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            **options,
        )

    return begin


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Return all files of a folder, hidden ones too, by their path in it."""

    def read(folder: Path) -> dict[str, bytes]:
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    return read


@pytest.fixture(scope="session")
def times() -> Callable[[Path], dict[str, int]]:
    """Return when each file of a folder was last written, but for the tables."""

    def read(folder: Path) -> dict[str, int]:
        return {str(file): file.stat().st_mtime_ns for file in folder.glob("*/*") if file.is_file()}

    return read
