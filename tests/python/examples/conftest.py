"""The files that examples of docstrings and pages of Python read, in the folder in which they run."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import kadita

SWEEP = """
scenario = "vicsek-2d"
steps = 200
every = 20
seeds = [1, 2]
[grid]
noise = [0.1, 0.8]
"""
PLANE = SWEEP.replace("seeds = [1, 2]", "seeds = [1]") + "speed = [0.1, 0.3]\n"
TRACKS = "id,t,x,y\n" + "".join(f"fish{i},{t / 25},{3 * i + t / 10},{5 + i}\n" for t in range(50) for i in range(4))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with school.nc, of a torus, species.nc, tracks.csv, sweep.toml and plane.toml."""
    folder = tmp_path_factory.mktemp("examples")
    kadita.run("torus", agents=50, steps=1000, every=50, seed=1, output=folder / "school.nc")
    rng = np.random.default_rng(1)
    x, v = rng.uniform(0, 10, (20, 3)), rng.normal(size=(20, 3))
    species = ["predator"] * 2 + ["prey"] * 18
    with kadita.record(folder / "species.nc", agents=20, box=10.0, dimensions=3, species=species) as file:
        for step in range(5):
            file.write(x + step * 0.1 * v, v, time=0.1 * step)
    (folder / "sweep.toml").write_text(SWEEP, encoding="utf-8")
    (folder / "plane.toml").write_text(PLANE, encoding="utf-8")
    (folder / "tracks.csv").write_text(TRACKS, encoding="utf-8")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder of this test with these files, in which it runs."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    before = Path.cwd()
    os.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kadita.KaditaWarning)
        yield tmp_path
    os.chdir(before)
