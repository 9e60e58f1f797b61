"""VMD's NetCDF plugin reads kadita's trajectories; it knows neither velocities nor times."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal


def test_positions_and_cell_are_those_written(school, vmd_plugin):
    read = vmd_plugin(school.topology, school.trajectory)
    assert_array_equal(read["positions"], school.positions, strict=True)
    assert_array_equal(read["cells"], school.cells, strict=True)


def test_the_topology_has_every_agent_and_the_first_cell(school, vmd_plugin):
    read = vmd_plugin(school.topology, school.trajectory)
    assert read["topology"].shape == (school.agents, 3)
    assert_allclose(read["topology"], school.positions[0], rtol=0, atol=0.0005 + 2e-5)  # 3 decimals, as float32
    assert_array_equal(read["topology_cell"], school.cells[0], strict=True)


def test_open_space_has_no_cell(open_school, vmd_plugin):
    read = vmd_plugin(open_school.topology, open_school.trajectory)
    assert_array_equal(read["positions"], open_school.positions, strict=True)
    assert len(read["cells"]) == len(read["topology_cell"]) == 0


def test_the_cell_is_read_from_the_trajectory_and_not_from_the_topology(small_school, open_school, vmd_plugin):
    read = vmd_plugin(open_school.topology, small_school.trajectory)
    assert len(read["topology_cell"]) == 0
    assert_array_equal(read["cells"], small_school.cells, strict=True)
    assert len(np.unique(read["cells"][:, 0])) == len(small_school.times)
