"""Topologies: groups that selections find, in every reader that takes the format."""

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.io.topology import write_topology
from kadita.io.topology.species import shortened, species_table

pytestmark = pytest.mark.filterwarnings("ignore:1 A\\^3 CRYST1 record", "ignore:PDB file is missing resid")


def topology(school, path):
    with kadita.open(school.path) as opened:
        assert write_topology(opened, path) == [path]
    return path


@pytest.fixture
def grouped(make):
    """150 agents of two groups by turns."""
    return make(150)


def test_names_are_shortened_and_stay_apart():
    names = ["nimble", "nim", "NIMBLE", "slow fish", "slower", "ä", "?"]
    assert shortened(names, 3) == ["nim", "ni1", "NI2", "slo", "sl1", "G", "G1"]
    assert shortened(names, 4) == ["nimb", "nim", "NIM1", "slow", "slo1", "G", "G1"]
    many = shortened([f"species {i}" for i in range(200)], 3)
    assert len({name.lower() for name in many}) == 200
    assert max(map(len, many)) == 3


def test_groups_come_in_the_order_of_their_first_agents(grouped):
    with kadita.open(grouped.path) as opened:
        opened.species = np.array(["z", "a", "z", "m"])
        groups = species_table(opened)
    assert groups.names == ["z", "a", "m"]
    assert_array_equal(groups.indices, [0, 1, 0, 2])


def test_pdb_columns_of_groups(grouped, tmp_path):
    lines = topology(grouped, tmp_path / "a.pdb").read_text().splitlines()
    assert lines[1:3] == [
        "REMARK   1 resname nim segname nimb: nimble",
        "REMARK   1 resname slo segname slow: slow",
    ]
    assert (lines[4][:26], lines[4][54:]) == ("ATOM      1  C   nim A   1", "  1.00  0.00      nimb C  ")
    assert (lines[5][:26], lines[5][54:]) == ("ATOM      2  C   slo A   2", "  1.00  0.00      slow C  ")


@pytest.mark.parametrize("ending", ["pdb", "gro", "psf"])
def test_mdanalysis_selects_groups(grouped, tmp_path, ending):
    path = topology(grouped, tmp_path / f"a.{ending}")
    universe = MDAnalysis.Universe(str(path), str(grouped.path))
    of = np.array(grouped.names)
    assert_array_equal(universe.select_atoms("resname nim").indices, np.flatnonzero(of == "nimble"))
    if ending != "gro":
        assert_array_equal(universe.select_atoms("segid slow").indices, np.flatnonzero(of == "slow"))
        assert set(universe.segments.segids) == {"nimb", "slow"}
    assert len(universe.residues) == 150
    for ts, x in zip(universe.trajectory, grouped.positions, strict=True):
        assert_array_equal(ts.positions.astype(np.float64), x)


def test_mdtraj_selects_groups(grouped, tmp_path):
    mdtraj = pytest.importorskip("mdtraj", reason="mdtraj is not installed")
    of = np.array(grouped.names)
    for ending in ("pdb", "gro", "psf"):
        path = str(topology(grouped, tmp_path / f"a.{ending}"))
        read = mdtraj.load_psf(path) if ending == "psf" else mdtraj.load(path).topology
        assert_array_equal(read.select("resname nim"), np.flatnonzero(of == "nimble"))
        assert read.n_residues == 150
    with_topology = mdtraj.load(str(grouped.path), top=str(tmp_path / "a.pdb"))
    assert_allclose(10 * with_topology.xyz, grouped.positions, rtol=0, atol=4e-6)
    assert_allclose(10 * mdtraj.load(str(tmp_path / "a.pdb")).xyz[0], grouped.positions[0], rtol=0, atol=0.00051)


def test_parmed_knows_groups(grouped, tmp_path):
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    for ending in ("pdb", "gro", "psf"):
        read = parmed.load_file(str(topology(grouped, tmp_path / f"a.{ending}")))
        assert [r.name for r in read.residues] == [name[:3] for name in grouped.names]
        if ending != "gro":
            assert [r.segid for r in read.residues] == [name[:4] for name in grouped.names]
        if ending == "pdb":
            assert_allclose(read.coordinates, grouped.positions[0], rtol=0, atol=0.00051)


def test_chemfiles_knows_groups(grouped, tmp_path):
    chemfiles = pytest.importorskip("chemfiles", reason="chemfiles is not installed")
    for ending in ("pdb", "gro"):
        with chemfiles.Trajectory(str(topology(grouped, tmp_path / f"a.{ending}"))) as opened:
            frame = opened.read()
            names = [frame.topology.residue_for_atom(i).name for i in range(150)]
            assert names == [name[:3] for name in grouped.names]
            assert_allclose(frame.positions, grouped.positions[0], rtol=0, atol=0.00501)


def test_ovito_knows_groups(grouped, tmp_path):
    reason = "OVITO is not installed, or lacks libGL or libEGL; on Debian: apt-get install libgl1 libegl1"
    io = pytest.importorskip("ovito.io", reason=reason, exc_type=ImportError)
    for ending in ("pdb", "gro"):
        data = io.import_file(str(topology(grouped, tmp_path / f"a.{ending}"))).compute()
        kinds = data.particles["Residue Type"]
        names = {kind.id: kind.name for kind in kinds.types}
        assert [names[kind] for kind in kinds] == [name[:3] for name in grouped.names]
        corner = data.cell[:, 3]  # OVITO puts the middle of a GRO's cell at the origin
        assert_allclose(data.particles.positions - corner, grouped.positions[0], rtol=0, atol=0.00501)


@pytest.mark.filterwarnings("ignore:Empty box")
@pytest.mark.parametrize("periodic", [True, False])
def test_gro_holds_velocities_and_the_cell(make, tmp_path, periodic):
    school = make(20, periodic=periodic, species=False)
    path = topology(school, tmp_path / "a.gro")
    universe = MDAnalysis.Universe(str(path))
    assert_allclose(universe.atoms.positions, school.positions[0], rtol=0, atol=0.00501)
    assert_allclose(universe.atoms.velocities, school.velocities[0], rtol=0, atol=0.000501)
    if periodic:
        assert_allclose(universe.dimensions[:3], school.lengths[0], rtol=1e-6)
    else:
        assert universe.dimensions is None
    assert set(universe.atoms.resnames) == {"AGT"}
    lines = path.read_text().splitlines()
    assert lines[1].split() == ["20"]
    assert lines[2][:20] == "    1AGT      C    1"


def test_gro_numbers_begin_again_as_in_gromacs(tmp_path):
    agents = 100_002
    with AmberWriter(tmp_path / "a.nc", agents, periodic=True, velocities=False) as writer:
        x = np.random.default_rng(1).random((1, agents, 3)) * 100
        writer.write(x, None, np.zeros(1), np.full((1, 3), 100.0))
    with kadita.open(tmp_path / "a.nc") as opened:
        write_topology(opened, tmp_path / "a.gro")
    lines = (tmp_path / "a.gro").read_text().splitlines()
    assert (lines[100_000][:20], lines[100_001][:20]) == ("99999AGT      C99999", "    0AGT      C    0")
    universe = MDAnalysis.Universe(str(tmp_path / "a.gro"))
    assert len(universe.atoms) == len(universe.residues) == agents
    assert_allclose(universe.atoms[-1].position, x[0, -1], rtol=0, atol=0.00502)


def test_gro_has_no_room_for_places_far_away(make, tmp_path):
    school = make(3, shift=2e5)
    with pytest.raises(kadita.KaditaError, match=r"\.gro: expected coordinates of -9999.99 to 100000; found 2"):
        topology(school, tmp_path / "a.gro")


def test_psf_has_masses_and_no_bonds(grouped, tmp_path):
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    read = parmed.charmm.CharmmPsfFile(str(topology(grouped, tmp_path / "a.psf")))
    assert len(read.atoms) == 150
    assert {atom.mass for atom in read.atoms} == {1.0}
    assert {atom.charge for atom in read.atoms} == {0.0}
    assert not read.bonds
    assert read.atoms[149].residue.segid == "slow"


def test_other_endings_are_refused(grouped, tmp_path):
    with pytest.raises(kadita.KaditaError, match=r"expected a topology named \*\.pdb, \*\.gro, \*\.psf, or a script"):
        topology(grouped, tmp_path / "a.top")


NAMES = ["prey", "hunters", "big predators", "Räuber"]


@pytest.fixture
def hunt(tmp_path):
    """Twelve agents of four species by turns."""
    path, kinds = tmp_path / "hunt.nc", np.arange(12, dtype=np.int32) % 4
    x = np.random.default_rng(1).uniform(0, 9, (2, 12, 3))
    with AmberWriter(path, 12, periodic=True, species=(NAMES, kinds)) as writer:
        writer.write(x, x, np.arange(2.0), np.full((2, 3), 9.0))
    return path


def test_a_psf_has_species_as_types_in_every_reader(hunt, tmp_path):
    """Seven characters whole: chemfiles refuses eight, and cpptraj reads seven."""
    chemfiles, parmed = pytest.importorskip("chemfiles"), pytest.importorskip("parmed")
    with kadita.open(hunt) as opened:
        (psf,) = write_topology(opened, tmp_path / "hunt.psf")
    types = ["prey", "hunters", "bigpred", "Ruber"] * 3
    universe = MDAnalysis.Universe(str(psf), str(hunt))
    assert_array_equal(universe.select_atoms("type prey").indices, [0, 4, 8])
    assert_array_equal(universe.select_atoms("type hunters").indices, [1, 5, 9])
    assert universe.atoms.types.tolist() == types
    assert [atom.type for atom in parmed.load_file(str(psf)).atoms] == types
    chemfiles.set_warnings_callback(lambda message: None)  # there are no bonds
    with chemfiles.Trajectory(str(hunt)) as trajectory:
        trajectory.set_topology(str(psf), "PSF")
        assert [atom.type for atom in trajectory.read().atoms] == types


def test_mdanalysis_finds_whole_names_in_the_file_itself(hunt):
    import kadita.mda

    universe = MDAnalysis.Universe(str(hunt))
    assert universe.atoms.types.tolist() == NAMES * 3
    assert_array_equal(universe.select_atoms("type prey").indices, [0, 4, 8])
    assert_array_equal(universe.select_atoms("type Räuber").indices, [3, 7, 11])
    predators = universe.atoms[universe.atoms.types == "big predators"]
    assert_allclose(predators.center_of_mass(), predators.positions.mean(axis=0))
    of_them = kadita.analyze(universe, "spread", select="species=big predators")["spread"]
    assert_allclose(of_them, kadita.analyze(hunt, "spread", select="species=big predators")["spread"])
    assert kadita.mda.KaditaParser.format[0] == "NC"
