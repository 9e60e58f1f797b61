"""Schools of one agent, of 150 and of 100,001, written once; and VMD's NetCDF reader, in its own process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import kadita
from kadita.formats.amber_writer import AmberWriter
from kadita.formats.pdb import write_topology

SIZES = (1, 150, 100_001)
SYSTEM_PATH = "/usr/bin:/bin"  # Debian's pymol wants the system's Python


@dataclass(frozen=True)
class School:
    """What was written, and where: the numbers are the truth that a reader must return."""

    trajectory: Path
    topology: Path
    positions: NDArray[np.float32]  # (T, N, 3)
    velocities: NDArray[np.float32]
    times: NDArray[np.float64]  # (T,), unevenly spaced
    lengths: NDArray[np.float64] | None  # (T, 3), another cell in every frame; None in open space

    @property
    def agents(self) -> int:
        return self.positions.shape[1]

    @property
    def cells(self) -> NDArray[np.float64]:
        """Lengths and angles as MD tools return them, (T, 6)."""
        assert self.lengths is not None
        return np.hstack([self.lengths, np.full((len(self.lengths), 3), 90.0)])


def _write(folder: Path, agents: int, *, periodic: bool) -> School:
    rng = np.random.default_rng(agents)
    times = np.array([0.1, 0.3, 1.7])
    edge = np.array([30.0, 25.5, 41.25]) * (1 if agents < 1000 else 10)  # a density that ParmEd and mdtraj believe
    lengths = edge + 0.25 * np.arange(len(times))[:, None]
    positions = (rng.random((len(times), agents, 3)) * edge).astype(np.float32)
    velocities = rng.normal(size=positions.shape).astype(np.float32)
    trajectory, topology = folder / "school.nc", folder / "school.pdb"
    with AmberWriter(trajectory, agents, periodic=periodic) as writer:
        writer.write(positions, velocities, times, lengths if periodic else None)
    with kadita.open(trajectory) as opened:
        write_topology(opened, topology)
    return School(trajectory, topology, positions, velocities, times, lengths if periodic else None)


@pytest.fixture(scope="session", params=SIZES, ids="N={}".format)
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> School:
    """A school in a periodic cell, of each size."""
    return _write(tmp_path_factory.mktemp(f"school-{request.param}"), request.param, periodic=True)


@pytest.fixture(scope="session")
def small_school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """150 agents in a periodic cell."""
    return _write(tmp_path_factory.mktemp("small"), 150, periodic=True)


@pytest.fixture(scope="session")
def open_school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """150 agents in open space."""
    return _write(tmp_path_factory.mktemp("open"), 150, periodic=False)


@pytest.fixture(scope="session")
def vmd_plugin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, Path], dict[str, Any]]:
    """Read a trajectory with VMD's NetCDF plugin, which PyMOL carries: ``(topology, trajectory)`` to arrays."""
    pymol = shutil.which("pymol", path=SYSTEM_PATH)
    if pymol is None:
        pytest.skip("VMD's reader is not here; on Debian: apt-get install pymol")

    def read(topology: Path, trajectory: Path) -> dict[str, Any]:
        home = tmp_path_factory.mktemp("pymol")
        script, answer = Path(__file__).with_name("read_in_pymol.py"), home / "answer.npz"
        files = {"TOPOLOGY": str(topology), "TRAJECTORY": str(trajectory), "ANSWER": str(answer)}
        environment = {"PATH": SYSTEM_PATH, "HOME": str(home), "LANG": os.environ.get("LANG", "C.UTF-8"), **files}
        done = subprocess.run(
            [pymol, "-ckq", str(script)], env=environment, cwd=home, capture_output=True, text=True, timeout=120
        )
        assert answer.exists(), f"PyMOL read nothing:\n{done.stdout}{done.stderr}"
        with np.load(answer) as arrays:
            return dict(arrays)

    return read
