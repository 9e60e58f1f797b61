"""Schools of one agent, of 150 and of 100,001, with everything in one file; and VMD's NetCDF reader in a process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
from numpy.typing import NDArray

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.io.topology import write_topology

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
    own, trajectory, topology = folder / "own.nc", folder / "school.nc", folder / "school.pdb"
    names = ("nimble", "slow swimmers", "Ängstliche")
    with AmberWriter(
        own,
        [f"fish {3 * i}" for i in range(agents)],
        periodic=periodic,
        presence=True,
        configuration={"model": "couzin", "parameters": {"agents": agents, "noise": 0.1}, "seed": 7},
        attributes={"model": "couzin", "r_a": 14.0, "body_length": 1.5, "length_unit": "cm", "time_unit": "s"},
        species=(names, (np.arange(agents) % 3).astype(np.int32)),  # by turns, so that no reader may sort them
        variables=("clock",),
    ) as writer:
        clocks = 1e9 + rng.random((len(times), agents))
        writer.write(positions, velocities, times, lengths if periodic else None, variables={"clock": clocks})
    with kadita.open(own) as opened:
        write_topology(opened, topology)
    _with_more(own, trajectory)
    return School(trajectory, topology, positions, velocities, times, lengths if periodic else None)


def _with_more(own: Path, path: Path) -> None:
    """Copy a file and add what others may: a length for each agent, a step and a metric for each frame, words.

    The copy's checksums are those of the original, which no reader but kadita looks at.
    """
    with netCDF4.Dataset(own) as source, netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as copy:
        for file in (source, copy):
            file.set_auto_maskandscale(False)
        copy.setncatts({name: source.getncattr(name) for name in source.ncattrs()})
        for name, dimension in source.dimensions.items():
            copy.createDimension(name, None if dimension.isunlimited() else len(dimension))
        copy.createDimension("kadita_generator_words", 4)
        for name, variable in source.variables.items():
            made = copy.createVariable(name, variable.dtype, variable.dimensions)
            made.setncatts({key: variable.getncattr(key) for key in variable.ncattrs()})
        copy.createVariable("body_length", "f4", ("atom",)).units = "angstrom"
        copy.createVariable("step", "i4", ("frame",))
        copy.createVariable("polarization", "f8", ("frame",))
        copy.createVariable("kadita_generator", "i4", ("kadita_generator_words",))
        for name, variable in source.variables.items():
            variable.set_auto_chartostring(False)
            copy[name].set_auto_chartostring(False)
            copy[name][...] = variable[...]
        frames = len(source.dimensions["frame"])
        copy["body_length"][:] = 1.5
        copy["step"][:] = 10 * np.arange(frames)
        copy["polarization"][:] = 0.5
        copy["kadita_generator"][:] = [1, -2, 3, -4]


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
