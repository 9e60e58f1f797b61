"""mdtraj reads kadita's trajectories; it works in nanometres and leaves velocities out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

# a crowd's takes it many seconds: test_many_agents.py reads one
FEW = pytest.mark.parametrize("school", [1, 150], indirect=True, scope="session", ids="N={}".format)


@pytest.fixture(scope="module")
def mdtraj():
    return pytest.importorskip("mdtraj", reason="mdtraj is not installed")


@pytest.mark.slow
def test_positions_cell_and_times_are_those_written(school, mdtraj):
    read = mdtraj.load(str(school.trajectory), top=str(school.topology))
    nanometres = school.positions / np.float32(10)
    assert_array_equal(read.xyz, nanometres, strict=True)
    assert_array_equal(read.unitcell_lengths, (school.lengths / 10).astype(np.float32), strict=True)
    assert_array_equal(read.unitcell_angles, np.full_like(read.unitcell_lengths, 90), strict=True)
    assert_array_equal(read.time, school.times, strict=True)


def test_its_file_reader_returns_the_very_numbers(school, mdtraj):
    with mdtraj.formats.NetCDFTrajectoryFile(str(school.trajectory)) as file:
        positions, times, lengths, angles = (np.asarray(values) for values in file.read())
    assert_array_equal(positions, school.positions, strict=True)
    assert_array_equal(times, school.times, strict=True)
    assert_array_equal(np.hstack([lengths, angles]), school.cells, strict=True)


def test_open_space_has_no_cell(open_school, mdtraj):
    read = mdtraj.load(str(open_school.trajectory), top=str(open_school.topology))
    assert_array_equal(read.xyz, open_school.positions / np.float32(10), strict=True)
    assert read.unitcell_lengths is None
    assert read.unitcell_angles is None


@FEW
def test_the_topology_has_every_agent_once(school, mdtraj):
    read = mdtraj.load(str(school.topology))
    assert read.n_atoms == read.n_residues == school.agents
    assert read.n_chains == 1
    assert_allclose(read.xyz[0], school.positions[0] / 10, rtol=0, atol=0.00005 + 6e-6)  # 4 decimals, as float32
    assert_allclose(read.unitcell_lengths, school.lengths[:1] / 10, rtol=0, atol=1e-6)
