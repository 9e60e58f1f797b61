"""110,000 agents, more than five columns number: every reader gives everybody their own place, to the last."""

from typing import NamedTuple

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.io.topology import write_topology

AGENTS = 110_000
ROUNDED = 0.0005 + 2e-5  # three decimals, as float32

pytestmark = pytest.mark.filterwarnings("ignore:PDB file is missing resid information")


class Crowd(NamedTuple):
    topology: str
    trajectory: str
    positions: NDArray[np.float32]  # (2, N, 3)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowd")
    rng = np.random.default_rng(200)
    positions = (rng.random((2, AGENTS, 3)) * 400).astype(np.float32)
    of = (np.arange(AGENTS) % 3).astype(np.int32)
    with AmberWriter(
        folder / "a.nc", AGENTS, periodic=True, velocities=False, species=(("one", "two", "three"), of)
    ) as writer:
        writer.write(positions, None, np.arange(2.0), np.full((2, 3), 400.0))
    with kadita.open(folder / "a.nc") as opened:
        write_topology(opened, folder / "a.pdb")
    return Crowd(str(folder / "a.pdb"), str(folder / "a.nc"), positions)


def test_mdanalysis(crowd):
    universe = MDAnalysis.Universe(crowd.topology)
    assert_allclose(universe.atoms.positions, crowd.positions[0], rtol=0, atol=ROUNDED)
    assert universe.atoms[-1].resname == "two"
    universe.load_new(crowd.trajectory)
    assert_array_equal([ts.positions[-1].copy() for ts in universe.trajectory], crowd.positions[:, -1])


@pytest.mark.slow
def test_mdtraj(crowd):
    mdtraj = pytest.importorskip("mdtraj", reason="mdtraj is not installed")
    read = mdtraj.load(crowd.topology)
    assert_allclose(10 * read.xyz[0], crowd.positions[0], rtol=0, atol=2 * ROUNDED)
    assert read.n_atoms == read.n_residues == AGENTS
    assert read.n_chains == 1
    assert_allclose(read.unitcell_lengths, [[40, 40, 40]], rtol=0, atol=1e-6)
    assert read.topology.atom(AGENTS - 1).residue.name == "two"
    motion = mdtraj.load(crowd.trajectory, top=read.topology)
    assert_array_equal(motion.xyz[:, -1], crowd.positions[:, -1] / np.float32(10))


@pytest.mark.slow
def test_parmed(crowd):
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    read = parmed.load_file(crowd.topology)
    assert_allclose(read.coordinates, crowd.positions[0], rtol=0, atol=ROUNDED)
    assert len(read.atoms) == len(read.residues) == AGENTS
    assert_array_equal(read.box, [400, 400, 400, 90, 90, 90])
    first, last = read.atoms[0], read.atoms[-1]
    assert (first.number, first.residue.name, first.residue.segid) == (1, "one", "one")
    assert (last.number, last.residue.name, last.residue.segid) == (AGENTS, "two", "two")
    motion = parmed.amber.NetCDFTraj.open_old(crowd.trajectory)
    assert_array_equal(motion.coordinates[:, -1], crowd.positions[:, -1])
    motion.close()


def test_chemfiles(crowd):
    chemfiles = pytest.importorskip("chemfiles", reason="chemfiles is not installed")
    with chemfiles.Trajectory(crowd.topology) as topology:
        frame = topology.read()
        assert_allclose(frame.positions, crowd.positions[0], rtol=0, atol=ROUNDED)
        assert frame.topology.residue_for_atom(AGENTS - 1).name == "two"
    with chemfiles.Trajectory(crowd.trajectory) as motion:
        for positions in crowd.positions:
            frame = motion.read()
            assert_array_equal(frame.positions[-1], positions[-1].astype(np.float64))


def test_ovito(crowd):
    reason = "OVITO is not installed, or lacks libGL or libEGL; on Debian: apt-get install libgl1 libegl1"
    io = pytest.importorskip("ovito.io", reason=reason, exc_type=ImportError)
    from ovito.modifiers import LoadTrajectoryModifier

    pipeline = io.import_file(crowd.topology)
    assert_allclose(pipeline.compute().particles.positions, crowd.positions[0], rtol=0, atol=ROUNDED)
    motion = LoadTrajectoryModifier()
    motion.source.load(crowd.trajectory)
    pipeline.modifiers.append(motion)
    for number in range(2):
        particles = pipeline.compute(number).particles
        assert_array_equal(particles.positions[-1], crowd.positions[number, -1].astype(np.float64))
    kinds = particles["Residue Type"]
    assert {kind.id: kind.name for kind in kinds.types}[kinds[-1]] == "two"


def test_vmds_readers(crowd, vmd_plugin):
    read = vmd_plugin(crowd.topology, crowd.trajectory)
    assert_allclose(read["topology"], crowd.positions[0], rtol=0, atol=ROUNDED)
    assert_array_equal(read["positions"][:, -1], crowd.positions[:, -1])
