"""kadita reads trajectories in the AMBER convention that MDAnalysis, mdtraj and ParmEd wrote."""

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.coordinates.TRJ import NCDFWriter
from numpy.testing import assert_allclose, assert_array_equal, assert_array_max_ulp

import kadita

AGENTS = 60
CELL = np.array([30.0, 25.5, 41.25])
TIMES = np.array([0.25, 0.5, 1.75, 2.0, 2.125])  # uneven; all three write them as float32


@pytest.fixture(scope="module")
def motion():
    """Positions and velocities, (T, N, 3) float32, of agents anywhere in the cell."""
    rng = np.random.default_rng(7)
    positions = (rng.random((len(TIMES), AGENTS, 3)) * CELL).astype(np.float32)
    return positions, rng.normal(size=positions.shape).astype(np.float32)


def write_with_mdanalysis(path, positions, velocities):
    universe = MDAnalysis.Universe.empty(AGENTS, trajectory=True, velocities=True)
    ts = universe.trajectory.ts
    with NCDFWriter(str(path), AGENTS, velocities=True) as writer:
        for frame, time in enumerate(TIMES):
            ts.frame, ts.time = frame, time
            ts.positions, ts.velocities = positions[frame], velocities[frame]
            ts.dimensions = [*CELL, 90.0, 90.0, 90.0]
            writer.write(universe.atoms)


def write_with_mdtraj(path, positions, _velocities=None, cell=CELL):
    mdtraj = pytest.importorskip("mdtraj", reason="mdtraj is not installed")
    frames = len(positions)
    cells = (
        {} if cell is None else {"cell_lengths": np.tile(cell, (frames, 1)), "cell_angles": np.full((frames, 3), 90)}
    )
    with mdtraj.formats.NetCDFTrajectoryFile(str(path), "w") as file:
        file.write(positions, time=TIMES[:frames], **cells)


def write_with_parmed(path, positions, velocities):
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    file = parmed.amber.NetCDFTraj.open_new(str(path), AGENTS, box=True, crds=True, vels=True)
    for frame, time in enumerate(TIMES):
        file.add_coordinates(positions[frame])
        file.add_velocities(velocities[frame])
        file.add_box(CELL, [90.0, 90.0, 90.0])
        file.add_time(time)
    file.close()


@pytest.mark.parametrize("write", [write_with_mdanalysis, write_with_mdtraj, write_with_parmed])
def test_positions_velocities_cell_and_times_are_those_written(motion, tmp_path, write):
    positions, velocities = motion
    write(tmp_path / "school.nc", positions, velocities)
    with kadita.open(tmp_path / "school.nc") as opened:
        chunk = opened.read(np.arange(len(opened)))
        assert opened.complete is None  # nobody but kadita says whether its run came to an end
        assert_array_equal(opened.times, TIMES, strict=True)
    assert_array_equal(chunk.positions, positions.astype(np.float64), strict=True)
    assert_array_equal(chunk.times, TIMES, strict=True)
    assert_array_equal(chunk.lengths, np.tile(CELL, (len(TIMES), 1)), strict=True)
    if write is write_with_mdtraj:
        assert chunk.velocities is None
    else:  # AMBER's own unit of velocity, 20.455 of these, stands in the file as scale_factor where it is used
        assert_array_max_ulp(chunk.velocities.astype(np.float32), velocities, maxulp=1)


def test_the_unit_of_velocity_that_amber_uses_is_applied(motion, tmp_path):
    positions, velocities = motion
    write_with_parmed(tmp_path / "school.nc", positions, velocities)
    with MDAnalysis.lib.util.anyopen(str(tmp_path / "school.nc"), "rb") as raw:
        assert b"scale_factor" in raw.read(4096)
    with kadita.open(tmp_path / "school.nc") as opened:
        block = next(opened.blocks())
    assert_allclose(block.velocities, velocities, rtol=2**-22, atol=0)


def test_a_file_without_cell_is_open_space(motion, tmp_path):
    write_with_mdtraj(tmp_path / "school.nc", motion[0], cell=None)
    with kadita.open(tmp_path / "school.nc") as opened:
        block = next(opened.blocks())
    assert not block.box.periodic
    assert_array_equal(block.positions, motion[0].astype(np.float64), strict=True)


def test_differences_recover_uniform_motion_across_the_boundary_to_the_last_bit(tmp_path):
    rng = np.random.default_rng(8)
    cell = np.array([32.0, 16.0, 64.0])
    velocities = rng.integers(-23, 24, size=(AGENTS, 3)) / 4.0  # 1.25 of time, at most 7.2 of the 16
    start = rng.integers(0, 64, size=(AGENTS, 3)) / 4.0
    positions = np.mod(start + TIMES[:, None, None] * velocities, cell)
    assert (np.abs(np.diff(positions, axis=0)) > cell / 2).sum() > 30  # crossings
    write_with_mdtraj(tmp_path / "school.nc", positions.astype(np.float32), cell=cell)
    with kadita.open(tmp_path / "school.nc", velocities="difference") as opened:
        block = next(opened.blocks())
    assert_array_equal(block.positions, positions, strict=True)
    assert_array_equal(block.velocities, np.broadcast_to(velocities, positions.shape), strict=True)
