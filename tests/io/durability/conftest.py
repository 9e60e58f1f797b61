"""Scripts that run in processes of their own, and what a file holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.school.chunk import Chunk

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def script() -> Callable[..., subprocess.Popen[str]]:
    """Start a script of this folder: it forks without the threads and the memory of a test run."""

    def start(name: str, *words: object) -> subprocess.Popen[str]:
        alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        return subprocess.Popen(
            [sys.executable, str(HERE / name), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | alone,
        )

    return start


@pytest.fixture(scope="session")
def told(script: Callable[..., subprocess.Popen[str]]) -> Callable[..., list[dict[str, Any]]]:
    """Run a script of this folder, and return the lines of JSON that it prints."""

    def run(name: str, *words: object) -> list[dict[str, Any]]:
        process = script(name, *words)
        out, error = process.communicate(timeout=300)
        assert process.returncode == 0, error
        return [json.loads(line) for line in out.splitlines()]

    return run


def _frames_of(path: Path) -> Chunk:
    with kadita.open(path) as opened:
        return opened.read(np.arange(opened.n_frames))


@pytest.fixture(scope="session")
def frames_of() -> Callable[[Path], Chunk]:
    """Read all frames of a trajectory."""
    return _frames_of


@pytest.fixture(scope="session")
def equal() -> Callable[..., bool]:
    """Whether frames are bit for bit these of a reference: the first ones, or those whose numbers are given."""

    def compare(found: Chunk, reference: Chunk, which: Any = None) -> bool:
        which = np.arange(len(found.times)) if which is None else which
        return all(
            (a is None and b is None) or (a is not None and b is not None and np.array_equal(a, b[which]))
            for a, b in zip(found[:5], reference[:5], strict=True)
        )

    return compare


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small complete file in a periodic cell: 20 agents, 70 frames."""
    path = tmp_path_factory.mktemp("sound") / "sound.nc"
    rng = np.random.default_rng(5)
    with AmberWriter(path, 20, periodic=True, configuration={"model": "none"}, attributes={"r_a": 4.0}) as writer:
        writer.write(
            rng.uniform(0, 25, (70, 20, 3)), rng.normal(size=(70, 20, 3)), np.arange(70) / 4, np.full((70, 3), 25.0)
        )
    return path
