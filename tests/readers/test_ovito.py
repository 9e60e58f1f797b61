"""OVITO reads kadita's trajectories, alone and onto the PDB topology."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal


@pytest.fixture(scope="module")
def ovito():
    reason = "OVITO is not installed, or lacks libGL or libEGL; on Debian: apt-get install libgl1 libegl1"
    pytest.importorskip("ovito.io", reason=reason, exc_type=ImportError)
    import ovito.modifiers

    return ovito


def assert_is_frame(data, school, frame):
    particles = data.particles
    assert particles.count == school.agents
    assert_array_equal(particles.positions, school.positions[frame].astype(np.float64), strict=True)
    assert_array_equal(particles["Velocity"], school.velocities[frame].astype(np.float64), strict=True)
    assert data.attributes["time"] == school.times[frame]


def test_positions_velocities_cell_and_times_are_those_written(school, ovito):
    pipeline = ovito.io.import_file(str(school.trajectory))
    assert pipeline.source.num_frames == len(school.times)
    for frame in range(pipeline.source.num_frames):
        data = pipeline.compute(frame)
        assert_is_frame(data, school, frame)
        assert_array_equal(data.cell[:, :3], np.diag(school.lengths[frame]), strict=True)
        assert data.cell.pbc == (True, True, True)


def test_open_space_has_no_cell(open_school, ovito):
    pipeline = ovito.io.import_file(str(open_school.trajectory))
    for frame in range(len(open_school.times)):
        data = pipeline.compute(frame)
        assert_is_frame(data, open_school, frame)
        assert data.cell is None


def test_the_topology_has_every_agent_once(school, ovito):
    data = ovito.io.import_file(str(school.topology)).compute()
    assert data.particles.count == school.agents
    assert_allclose(data.particles.positions, school.positions[0], rtol=0, atol=0.0005 + 1e-9)  # 3 decimals
    assert_array_equal(data.cell[:, :3], np.diag(school.lengths[0]), strict=True)


def test_the_topology_takes_the_trajectory(school, ovito):
    pipeline = ovito.io.import_file(str(school.topology))
    motion = ovito.modifiers.LoadTrajectoryModifier()
    motion.source.load(str(school.trajectory))
    pipeline.modifiers.append(motion)
    assert motion.source.num_frames == len(school.times)
    for frame in range(len(school.times)):
        assert_is_frame(pipeline.compute(frame), school, frame)
