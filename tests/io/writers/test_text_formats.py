"""Text for OVITO, ASE, VMD and LAMMPS: numbers to the last bit, cells, identities and species, in their own readers."""

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.io.convert import convert


@pytest.fixture(scope="module")
def import_file():
    reason = "OVITO is not installed, or lacks libGL or libEGL; on Debian: apt-get install libgl1 libegl1"
    return pytest.importorskip("ovito.io", reason=reason, exc_type=ImportError).import_file


def assert_is_frame(data, school, number, *, first_id=0):
    """Every number that OVITO shows, in the order of the file."""
    here = np.flatnonzero(~np.isnan(school.positions[number, :, 0]))
    particles = data.particles
    assert particles.count == len(here)
    for found, written in ((particles.positions, school.positions), (particles["Velocity"], school.velocities)):
        assert_allclose(found, written[number, here], rtol=1e-14)  # OVITO's parser errs in the last bit
    assert_array_equal(particles["Particle Identifier"], here + first_id)
    names = {kind.id: kind.name for kind in particles.particle_types.types}
    expected = [school.names[i] for i in here] if school.agents > 1 else ["X"]
    assert [names[kind] for kind in particles.particle_types] == expected


def test_extended_xyz_in_ovito(school, tmp_path, import_file):
    assert convert(school.path, tmp_path / "school.xyz") == []
    pipeline = import_file(str(tmp_path / "school.xyz"))
    assert pipeline.source.num_frames == len(school.times)
    for number, time in enumerate(school.times):
        data = pipeline.compute(number)
        assert_is_frame(data, school, number)
        assert data.attributes["Time"] == time
        if school.lengths is None:
            assert data.cell is None
        else:
            assert_array_equal(data.cell[...], np.hstack([np.diag(school.lengths[number]), np.zeros((3, 1))]))
            assert data.cell.pbc == (True, True, True)


def test_agents_that_are_absent_are_left_out_and_keep_their_identity(gappy, tmp_path, import_file):
    (remark,) = convert(gappy.path, tmp_path / "school.xyz")
    assert "frames have no row for absent agents" in remark
    pipeline = import_file(str(tmp_path / "school.xyz"))
    assert [pipeline.compute(i).particles.count for i in range(4)] == [4, 5, 3, 5]
    for number in range(4):
        assert_is_frame(pipeline.compute(number), gappy, number)


def test_extended_xyz_in_ase(make, tmp_path):
    io = pytest.importorskip("ase.io", reason="ASE is not installed")
    for periodic in (True, False):
        school = make(20, species=False, periodic=periodic)  # ASE takes elements alone for species
        convert(school.path, tmp_path / f"{periodic}.xyz")
        frames = io.read(tmp_path / f"{periodic}.xyz", index=":")
        for number, atoms in enumerate(frames):
            assert_array_equal(atoms.positions, school.positions[number])
            assert_array_equal(atoms.arrays["velo"], school.velocities[number])
            assert_array_equal(atoms.arrays["id"], np.arange(20))
            assert atoms.info["Time"] == school.times[number]
            assert_array_equal(atoms.pbc, [periodic] * 3)
            assert_array_equal(atoms.cell.lengths(), school.lengths[number] if periodic else np.zeros(3))
        assert len(frames) == len(school.times)


@pytest.mark.filterwarnings("ignore:Unknown masses are set", "ignore:Unknown element")
def test_extended_xyz_in_chemfiles_and_mdanalysis(school, tmp_path):
    chemfiles = pytest.importorskip("chemfiles", reason="chemfiles is not installed")
    path = tmp_path / "school.xyz"
    convert(school.path, path)
    with chemfiles.Trajectory(str(path)) as opened:
        for number in range(opened.nsteps):
            frame = opened.read()
            assert_allclose(frame.positions, school.positions[number], rtol=1e-14)  # so does that of chemfiles
            if school.lengths is not None:
                assert_allclose(frame.cell.lengths, school.lengths[number])
    for ts, x in zip(MDAnalysis.Universe(str(path)).trajectory, school.positions, strict=True):
        assert_array_equal(ts.positions.astype(np.float64), x)


def test_lammps_dump_in_ovito(school, tmp_path, import_file):
    (remark,) = convert(school.path, tmp_path / "school.lammpstrj")
    assert remark == "a dump stores steps, not times: step i is frame i; times were 0.25 to 2"
    pipeline = import_file(str(tmp_path / "school.lammpstrj"))
    for number in range(len(school.times)):
        data = pipeline.compute(number)
        assert_is_frame(data, school, number)
        assert data.attributes["Timestep"] == number
        if school.lengths is None:
            assert data.cell.pbc == (False, False, False)
            low, high = data.cell[:, 3], data.cell[:, 3] + np.diag(data.cell[:, :3])
            assert_allclose(low, school.positions.min(axis=(0, 1)), rtol=1e-14)
            assert_allclose(high, school.positions.max(axis=(0, 1)), rtol=1e-14)
        else:
            assert_array_equal(data.cell[...], np.hstack([np.diag(school.lengths[number]), np.zeros((3, 1))]))
            assert data.cell.pbc == (True, True, True)


def test_lammps_dump_of_agents_that_come_and_go(gappy, tmp_path, import_file):
    remarks = convert(gappy.path, tmp_path / "school.lammpstrj")
    assert any("frames have no row for absent agents" in line for line in remarks)
    pipeline = import_file(str(tmp_path / "school.lammpstrj"))
    for number in range(4):
        assert_is_frame(pipeline.compute(number), gappy, number)


@pytest.mark.filterwarnings(
    "ignore:No mass column found", "ignore:Unknown masses", "ignore:Unknown element", "ignore:Reader has no dt"
)
def test_lammps_dump_in_mdanalysis(school, tmp_path):
    path = str(tmp_path / "school.lammpstrj")
    convert(school.path, path)
    universe = MDAnalysis.Universe(path, format="LAMMPSDUMP", topology_format="LAMMPSDUMP")
    origin = school.positions.min(axis=(0, 1)) if school.lengths is None else 0  # which MDAnalysis moves to 0
    for number, ts in enumerate(universe.trajectory):
        assert_allclose(ts.positions, school.positions[number] - origin, rtol=0, atol=4e-6)
        assert_array_equal(ts.velocities.astype(np.float64), school.velocities[number])
        assert ts.data["step"] == number
    if school.agents > 1:
        assert_array_equal(universe.atoms.types.astype(int), school.kinds + 1)


def test_lammps_dump_comes_back(school, tmp_path):
    convert(school.path, tmp_path / "school.lammpstrj")
    convert(tmp_path / "school.lammpstrj", tmp_path / "again.nc")
    with kadita.open(tmp_path / "again.nc") as opened:
        chunk = opened.read(np.arange(opened.n_frames))
    assert_allclose(chunk.positions, school.positions, rtol=0, atol=4e-6)
    assert_array_equal(chunk.velocities, school.velocities)
    if school.lengths is None:
        assert chunk.lengths is None
    else:
        assert_array_equal(chunk.lengths, school.lengths)


def dump(path, boundaries, bounds, *atoms):
    """A dump by hand: frames of two atoms."""
    text = ""
    for step, (low_high, rows) in enumerate(zip(bounds, atoms, strict=True)):
        edges = "".join(f"{low} {high}\n" for low, high in low_high)
        head = f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS {boundaries}\n"
        text += head + edges + "ITEM: ATOMS id type x y z\n" + rows
    path.write_text(text)
    with kadita.open(path) as opened:
        return opened.read(np.arange(opened.n_frames))


def test_a_cell_that_begins_elsewhere_than_at_the_origin(tmp_path):
    """Positions stand relative to the lower corner, in the cell [0, L)."""
    bounds = [[(-5, 5), (10, 21), (-1, 11)]] * 2
    rows = ["1 1 -5 10 -1\n2 1 4.5 20 10\n", "2 1 4 20 10\n1 1 -4 11 0\n"]  # in another order
    chunk = dump(tmp_path / "a.lammpstrj", "pp pp pp", bounds, *rows)
    assert_array_equal(chunk.positions, [[[0, 0, 0], [9.5, 10, 11]], [[1, 1, 1], [9, 10, 11]]])
    assert_array_equal(chunk.lengths, [[10, 11, 12]] * 2)


def test_a_box_that_shrinks_around_the_atoms_is_open_space(tmp_path):
    """Its corner moves with the atoms, which is their motion and not the box's."""
    bounds = [[(-5, 5)] * 3, [(-4, 6)] * 3]
    rows = ["1 1 -5 -5 -5\n2 1 5 5 5\n", "1 1 -4 -4 -4\n2 1 6 6 6\n"]
    chunk = dump(tmp_path / "a.lammpstrj", "ss ss ss", bounds, *rows)
    assert_array_equal(chunk.positions[:, 0], [[-5] * 3, [-4] * 3])
    assert chunk.lengths is None


@pytest.mark.parametrize(
    ("edges", "expected"),
    [("pp pp fs", [5, 6, 0]), ("pp ff pp", [5, 0, 7]), ("mm pp ss", [0, 6, 0]), ("pp pp pp", [5, 6, 7])],
)
def test_a_dump_whose_cell_repeats_along_some_axes(tmp_path, edges, expected):
    """Positions along open axes are those in the file: their bounds are no origin."""
    rows = "1 1 0 0 0\n2 1 1 1 1\n"
    chunk = dump(tmp_path / "a.lammpstrj", edges, [[(-1, 4), (-1, 5), (-1, 6)]], rows)
    assert chunk.lengths.tolist() == [expected]
    assert_array_equal(chunk.positions[0][:, np.array(expected) == 0].T, np.tile([0.0, 1.0], (expected.count(0), 1)))


SLABS = ["T T F", "T F T", "F T T", "T F F", "1 1 0", "true true false"]


@pytest.mark.parametrize("pbc", SLABS)
def test_an_extended_xyz_whose_cell_repeats_along_some_axes(tmp_path, pbc):
    path = tmp_path / "slab.xyz"
    path.write_text(f'2\n{XYZ} pbc="{pbc}"\n{ROWS}')
    with kadita.open(path) as opened:
        lengths = opened.read(np.array([0])).lengths[0]
    assert lengths.tolist() == [5.0 if word[0] in "Tt1" else 0.0 for word in pbc.split()]


@pytest.mark.parametrize("ending", [".lammpstrj", ".xyz", ".gsd", ".nc4", ".nc"])
@pytest.mark.parametrize("axes", ["xy", "yz", "x"])
def test_a_slab_keeps_its_open_axes_through_a_format(tmp_path, ending, axes):
    """A school from -40 to 40 along its open axes, in a cell with an edge of 20 along the others, comes back."""
    rng = np.random.default_rng(3)
    edges = np.array([20.0 if axis in axes else 0.0 for axis in "xyz"])
    x = rng.uniform(np.where(edges, 0, -40), np.where(edges, 20, 40), (3, 12, 3)).astype(np.float32).astype(float)
    block = kadita.Block(x, np.ones_like(x), box=[edge or "open" for edge in edges])
    with AmberWriter(tmp_path / "slab.nc", 12, periodic=axes, dimensions=3) as writer:
        writer.write_block(block)
    target = tmp_path / f"copy{ending}"
    convert(tmp_path / "slab.nc", target)
    with kadita.open(target) as opened:
        chunk = opened.read(np.arange(3))
    assert_array_equal(chunk.lengths, np.tile(edges, (3, 1)))
    assert_allclose(chunk.positions, x, rtol=1e-6, atol=1e-5)
    if ending == ".nc":
        universe = MDAnalysis.Universe(str(target), to_guess=())
        for row, ts in zip(x, universe.trajectory, strict=True):  # readers need an edge above 0 for every axis
            extent = row.max(axis=0) - row.min(axis=0)
            assert_allclose(ts.dimensions[:3], np.where(edges, edges, np.maximum(20.0, 2 * extent)), rtol=1e-6)


def test_names_of_agents_become_numbers_and_are_told(make, tmp_path):
    school = make(3, identities=["Anna", "Bo", "Cleo"])
    (remark,) = convert(school.path, tmp_path / "school.xyz")
    assert remark == (
        "agents are numbered in order, as the format cannot store names: 0 is Anna, 1 is Bo, 2 is Cleo, ..."
    )
    assert [line.split()[-1] for line in (tmp_path / "school.xyz").read_text().splitlines()[2:5]] == ["0", "1", "2"]


def test_extended_xyz_comes_back_with_all_that_was_written(school, tmp_path):
    convert(school.path, tmp_path / "school.xyz")
    with kadita.open(tmp_path / "school.xyz") as opened:
        chunk = opened.read(np.arange(opened.n_frames))
        assert_array_equal(opened.times, school.times)
        assert opened.species is None if school.agents == 1 else list(opened.species) == school.names
    assert_array_equal(chunk.positions, school.positions)
    assert_array_equal(chunk.velocities, school.velocities)
    if school.lengths is None:
        assert chunk.lengths is None
    else:
        assert_array_equal(chunk.lengths, school.lengths)


def test_agents_that_come_and_go_keep_their_places_in_kadita(make, tmp_path):
    """As many agents in every frame, and not the same: a reader that trusts their number confuses them."""
    school = make(4, periodic=False, absent=[(0, 1), (1, 2), (2, 1), (3, 3)])
    convert(school.path, tmp_path / "school.xyz")
    convert(tmp_path / "school.xyz", tmp_path / "again.nc")
    for name in ("school.xyz", "again.nc"):
        with kadita.open(tmp_path / name) as opened:
            chunk = opened.read(np.arange(4))
        assert_array_equal(chunk.positions, school.positions)
        assert_array_equal(chunk.velocities, school.velocities)
    convert(school.path, tmp_path / "school.lammpstrj")
    with kadita.open(tmp_path / "school.lammpstrj") as opened, pytest.raises(kadita.KaditaError) as error:
        opened.read(np.arange(4))
    assert "those of frame 1 differ from those of frame 0" in str(error.value)


XYZ = 'Properties=species:S:1:pos:R:3:id:I:1 Lattice="5 0 0 0 5 0 0 0 5"'
ROWS = "X 1 2 3 7\nX 4 5 6 8\n"
FAULTS = {
    "no number": f"two\n{XYZ}\n{ROWS}",
    "too few rows": f"3\n{XYZ}\n{ROWS}",
    "cut in a row": f"2\n{XYZ}\n{ROWS[:-4]}",
    "cut in a number": f"2\n{XYZ}\n{ROWS[:-1]}",
    "a claim of many": f"1000000000000\n{XYZ}\n{ROWS}",
    "no positions": f"2\n{XYZ.replace('pos', 'force')}\n{ROWS}",
    "properties that are none": f"2\nProperties=species:S\n{ROWS}",
    "one id twice": f"2\n{XYZ}\n{ROWS.replace('8', '7')}",
    "words for numbers": f"2\n{XYZ}\n{ROWS.replace('5', 'five')}",
    "a tilted cell": f"2\n{XYZ.replace('5 0 0 0 5', '5 1 0 0 5')}\n{ROWS}",
    "an edge of 0 that repeats": f"2\n{XYZ.replace('0 0 5', '0 0 0')}\n{ROWS}",
    "a cell in some frames": f"2\n{XYZ}\n{ROWS}2\n{XYZ.partition(' ')[0]}\n{ROWS}",
    "more atoms without ids": "1\nProperties=pos:R:3\n1 2 3\n2\nProperties=pos:R:3\n1 2 3\n1 2 3\n",
    "no atoms": f"0\n{XYZ}\n",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_extended_xyz_are_told_in_one_line(tmp_path, fault):
    path = tmp_path / "a.xyz"
    path.write_text(FAULTS[fault])
    with pytest.raises(kadita.KaditaError) as error, kadita.open(path) as opened:
        opened.read(np.arange(opened.n_frames))
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_what_ase_writes_is_read(make, tmp_path):
    ase = pytest.importorskip("ase", reason="ASE is not installed")
    from ase.io import write

    rng = np.random.default_rng(2)
    x = rng.random((3, 5, 3)) * 9
    frames = [ase.Atoms("C5", positions=p, cell=[10, 11, 12], pbc=True) for p in x]
    write(tmp_path / "a.xyz", frames)
    with kadita.open(tmp_path / "a.xyz") as opened:
        chunk = opened.read(np.arange(3))
    assert_allclose(chunk.positions, x, rtol=0, atol=1e-8)
    assert_array_equal(chunk.lengths, [[10, 11, 12]] * 3)
    assert_array_equal(chunk.times, [0, 1, 2])
