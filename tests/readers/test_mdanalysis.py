"""MDAnalysis reads kadita's trajectories, with a topology and without one."""

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

pytestmark = [
    pytest.mark.filterwarnings("ignore:there is no reference attributes"),  # a file without topology has no names
    pytest.mark.filterwarnings("ignore:PDB file is missing resid information"),  # no hybrid-36 residue numbers there
]


def open_with_topology(school):
    return MDAnalysis.Universe(str(school.topology), str(school.trajectory))


def open_alone(school):
    return MDAnalysis.Universe(str(school.trajectory))


@pytest.mark.parametrize("opened", [open_with_topology, open_alone])
def test_positions_velocities_cell_and_times_are_those_written(school, opened):
    universe = opened(school)
    assert len(universe.atoms) == school.agents
    assert len(universe.trajectory) == len(school.times)
    for frame, ts in enumerate(universe.trajectory):
        assert_array_equal(ts.positions, school.positions[frame], strict=True)
        assert_array_equal(ts.velocities, school.velocities[frame], strict=True)
        assert_array_equal(ts.dimensions, school.cells[frame].astype(np.float32), strict=True)
        assert ts.time == school.times[frame]


@pytest.mark.parametrize("opened", [open_with_topology, open_alone])
def test_open_space_has_no_cell(open_school, opened):
    for frame, ts in enumerate(opened(open_school).trajectory):
        assert_array_equal(ts.positions, open_school.positions[frame], strict=True)
        assert_array_equal(ts.velocities, open_school.velocities[frame], strict=True)
        assert ts.dimensions is None
        assert ts.time == open_school.times[frame]


@pytest.mark.slow
def test_the_topology_has_every_agent_once(school):
    universe = MDAnalysis.Universe(str(school.topology))
    assert_array_equal(universe.atoms.ids, np.arange(1, school.agents + 1))
    assert_allclose(universe.atoms.positions, school.positions[0], rtol=0, atol=0.0005 + 2e-5)  # 3 decimals, as float32
    assert_array_equal(universe.dimensions, school.cells[0].astype(np.float32), strict=True)


def test_a_frame_can_be_reached_by_number(small_school):
    universe = open_with_topology(small_school)
    last = universe.trajectory[-1]
    assert last.frame == len(small_school.times) - 1
    assert_array_equal(universe.atoms[-1].position, small_school.positions[-1, -1], strict=True)
