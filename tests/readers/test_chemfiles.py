"""chemfiles reads kadita's trajectories; it numbers frames and knows no times."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal


@pytest.fixture(scope="module")
def chemfiles():
    return pytest.importorskip("chemfiles", reason="chemfiles is not installed")


def test_positions_velocities_and_cell_are_those_written(school, chemfiles):
    with chemfiles.Trajectory(str(school.trajectory)) as trajectory:
        assert trajectory.nsteps == len(school.times)
        for number in range(trajectory.nsteps):
            frame = trajectory.read()
            assert frame.step == number
            assert_array_equal(frame.positions, school.positions[number].astype(np.float64), strict=True)
            assert_array_equal(frame.velocities, school.velocities[number].astype(np.float64), strict=True)
            assert (*frame.cell.lengths, *frame.cell.angles) == tuple(school.cells[number])


def test_open_space_has_no_cell(open_school, chemfiles):
    with chemfiles.Trajectory(str(open_school.trajectory)) as trajectory:
        frame = trajectory.read_step(1)
        assert_array_equal(frame.positions, open_school.positions[1].astype(np.float64), strict=True)
        assert_array_equal(frame.velocities, open_school.velocities[1].astype(np.float64), strict=True)
        assert frame.cell.shape == chemfiles.CellShape.Infinite


def test_the_topology_has_every_agent_once(school, chemfiles):
    with chemfiles.Trajectory(str(school.topology)) as topology:
        frame = topology.read()
        assert len(frame.atoms) == len(frame.topology.residues) == school.agents
        assert_allclose(frame.positions, school.positions[0], rtol=0, atol=0.0005 + 1e-9)  # 3 decimals
        assert frame.cell.lengths == tuple(school.lengths[0])


def test_the_trajectory_takes_the_topology(small_school, chemfiles):
    with chemfiles.Trajectory(str(small_school.trajectory)) as trajectory:
        trajectory.set_topology(str(small_school.topology))
        frame = trajectory.read_step(2)
        assert {atom.name for atom in frame.atoms} == {"C"}
        assert_array_equal(frame.positions, small_school.positions[2].astype(np.float64), strict=True)
