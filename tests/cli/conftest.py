"""The command line in a process of its own, and a trajectory for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `kadita ...` in an empty folder, as a user does: in a process of its own."""

    def run(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kadita", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, **({"cwd": tmp_path} | options))

    return run


@pytest.fixture
def as_nobody() -> list[str]:
    """Command words that run what follows as a user who is not root, can read all and write almost nothing."""
    setpriv = shutil.which("setpriv")
    if os.getuid() == 0 and setpriv is None:
        pytest.skip("running as root without setpriv, which permission tests need (Debian: util-linux)")
    if os.getuid() != 0:
        return []
    # the interpreter may lie in root's own home, so reading is allowed everywhere
    words = "--reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+dac_read_search"
    return [
        str(setpriv),
        *words.split(),
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search",
        "--",
    ]


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trajectory of the second published case."""
    import kadita

    path = tmp_path_factory.mktemp("school") / "school.nc"
    return kadita.run("dewi-kadita-2", agents=40, steps=100, every=10, seed=3, output=path)
