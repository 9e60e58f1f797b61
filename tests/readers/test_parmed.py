"""ParmEd reads kadita's trajectories."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

# a crowd's takes it many seconds: test_many_agents.py reads one
FEW = pytest.mark.parametrize("school", [1, 150], indirect=True, scope="session", ids="N={}".format)


@pytest.fixture(scope="module")
def parmed():
    return pytest.importorskip("parmed", reason="ParmEd is not installed")


def test_positions_velocities_cell_and_times_are_those_written(school, parmed):
    read = parmed.amber.NetCDFTraj.open_old(str(school.trajectory))
    assert (read.frame, read.atom) == school.positions.shape[:2]
    assert_array_equal(read.coordinates, school.positions)
    assert_array_equal(read.velocities, school.velocities)
    assert_array_equal(read.box, school.cells)
    assert_array_equal(read.time, school.times)
    assert {np.dtype(a.dtype).newbyteorder("=") for a in (read.coordinates, read.velocities)} == {np.dtype("f4")}
    read.close()


def test_open_space_has_no_cell(open_school, parmed):
    read = parmed.amber.NetCDFTraj.open_old(str(open_school.trajectory))
    assert_array_equal(read.coordinates, open_school.positions)
    assert_array_equal(read.velocities, open_school.velocities)
    assert not read.hasbox
    read.close()


@FEW
def test_the_topology_has_every_agent_once(school, parmed):
    read = parmed.load_file(str(school.topology))
    assert len(read.atoms) == len(read.residues) == school.agents
    assert_array_equal([read.atoms[0].number, read.atoms[-1].number], [1, school.agents])
    assert_allclose(read.coordinates, school.positions[0], rtol=0, atol=0.0005 + 1e-9)  # 3 decimals
    assert_array_equal(read.box, school.cells[0])
