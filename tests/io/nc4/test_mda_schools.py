"""kadita's compressed trajectories in MDAnalysis, and MDAnalysis' in kadita."""

import pickle
import subprocess
import sys

import MDAnalysis
import netCDF4
import numpy as np
import pytest

import kadita
import kadita.mda
from kadita.io.amber.writer import AmberWriter
from kadita.io.convert import convert

FRAMES, AGENTS = 150, 9
pytestmark = pytest.mark.filterwarnings("ignore:there is no reference attributes")


@pytest.fixture
def school(tmp_path, rng):
    """A school in a cell, in both containers; one agent is absent for a while."""
    positions, velocities = rng.uniform(0, 20, (FRAMES, AGENTS, 3)), rng.normal(size=(FRAMES, AGENTS, 3))
    positions[5:80, 3] = velocities[5:80, 3] = np.nan
    with AmberWriter(tmp_path / "school.nc", AGENTS, periodic=True, presence=True) as writer:
        writer.write(positions, velocities, 0.4 * np.arange(FRAMES), np.tile([20.0, 21.0, 22.0], (FRAMES, 1)))
    convert(tmp_path / "school.nc", tmp_path / "school.nc4")
    return tmp_path / "school.nc4"


def test_every_frame_is_that_of_the_plain_file(school):
    packed, plain = MDAnalysis.Universe(str(school)), MDAnalysis.Universe(str(school.with_suffix(".nc")))
    assert len(packed.trajectory) == FRAMES
    assert packed.trajectory.dt == pytest.approx(0.4)
    for ts, expected in zip(packed.trajectory, plain.trajectory, strict=True):
        np.testing.assert_array_equal(ts.positions, expected.positions, strict=True)
        np.testing.assert_array_equal(ts.velocities, expected.velocities, strict=True)
        np.testing.assert_array_equal(ts.dimensions, expected.dimensions, strict=True)
        assert (ts.frame, ts.time) == (expected.frame, expected.time)


def test_frames_are_reached_in_any_order(school):
    trajectory, plain = MDAnalysis.Universe(str(school)).trajectory, kadita.open(school)
    expected = plain.read(np.arange(FRAMES)).positions.astype(np.float32)
    for frame in (140, 0, -1, 63, 64, 127):
        np.testing.assert_array_equal(trajectory[frame].positions, expected[frame])
    assert [ts.frame for ts in trajectory[10:100:30]] == [10, 40, 70]
    assert pickle.loads(pickle.dumps(trajectory))[64].frame == 64


def test_a_damaged_frame_is_named_when_it_is_reached(school):
    with netCDF4.Dataset(school, "a") as nc:
        nc.variables["velocities"][70, 2, 0] += 1
    trajectory = MDAnalysis.Universe(str(school)).trajectory
    assert trajectory[63].frame == 63
    with pytest.raises(kadita.KaditaError, match="frame 70 is damaged"):
        trajectory[64]


@pytest.mark.parametrize("options", [{}, {"compression": "zstd"}, {"significant_digits": 4}])
def test_what_mdanalysis_writes_kadita_opens(school, options):
    universe = MDAnalysis.Universe(str(school))
    out = school.with_name("copy.nc4")
    with MDAnalysis.Writer(str(out), len(universe.atoms), **options) as writer:
        for _ in universe.trajectory[80:]:
            writer.write(universe.atoms)
    digits = options.get("significant_digits", 12)
    with kadita.open(school) as original, kadita.open(out) as copy:
        for got, expected in zip(copy.read(np.arange(70))[:4], original.read(np.arange(80, FRAMES))[:4], strict=True):
            np.testing.assert_allclose(got, expected, rtol=10.0**-digits)
    convert(out, school.with_name("copy.nc"))  # what all MD tools open
    assert len(MDAnalysis.Universe(str(school.with_name("copy.nc"))).trajectory) == 70


def test_a_selection_without_velocities_at_even_times(school):
    universe = MDAnalysis.Universe(str(school))
    out = school.with_name("two.nc4")
    with MDAnalysis.Writer(str(out), 2, velocities=False, dt=2.5) as writer:
        for _ in universe.trajectory[::50]:
            writer.write(universe.atoms[:2])
    with kadita.open(out) as two:
        assert (len(two.agents), two.has_velocities, two.times.tolist()) == (2, False, [0.0, 2.5, 5.0])


def test_open_space_has_no_cell(tmp_path):
    universe = MDAnalysis.Universe.empty(3, trajectory=True)
    with MDAnalysis.Writer(str(tmp_path / "open.nc4"), 3) as writer:
        writer.write(universe.atoms)
    read = MDAnalysis.Universe(str(tmp_path / "open.nc4"))
    assert read.dimensions is None
    assert not read.trajectory.ts.has_velocities


def test_a_file_that_is_replaced_can_be_read_until_it_is(school):
    """As `MDAnalysis` does with every format: the file named is there, old or new, at every moment."""
    universe = MDAnalysis.Universe(str(school))
    expected = universe.trajectory[-1].positions.copy()
    with MDAnalysis.Writer(str(school), AGENTS) as writer:
        for _ in universe.trajectory:
            writer.write(universe.atoms)
    np.testing.assert_array_equal(MDAnalysis.Universe(str(school)).trajectory[-1].positions, expected)


@pytest.mark.parametrize("what", ["too many atoms", "a cell in some frames"])
def test_what_cannot_be_written_is_refused_and_leaves_what_was_there(school, what):
    universe, before = MDAnalysis.Universe(str(school)), school.read_bytes()
    writer = MDAnalysis.Writer(str(school.with_name("out.nc4")), AGENTS)
    if what == "too many atoms":
        with pytest.raises(ValueError, match="expected 9 atoms in each frame; got 4"):
            writer.write(universe.atoms[:4])
    else:
        writer.write(universe.atoms)
        universe.dimensions = None
        with pytest.raises(ValueError, match="only some have cell_angles, cell_lengths"):
            writer.write(universe.atoms)
    writer.close()
    assert school.read_bytes() == before
    assert not list(school.parent.glob(".*"))


def test_other_units_and_numbers_of_atoms_are_refused(school):
    with pytest.raises(ValueError, match="expected n_atoms = 4; found 9"):
        kadita.mda.NC4Reader(school, n_atoms=4)
    with netCDF4.Dataset(school, "a") as nc:
        nc.variables["coordinates"].units = "nanometer"
        nc.program = "another"  # kadita's own would be found damaged
    with pytest.raises(kadita.KaditaError, match="expected coordinates in angstrom; found nanometer"):
        kadita.mda.NC4Reader(school)


def test_netcdf3_under_this_name_is_refused(school):
    school.with_suffix(".nc").replace(school)
    with pytest.raises(kadita.KaditaError, match="expected a NetCDF-4 file, which begins with HDF"):
        kadita.mda.NC4Reader(school)


def test_a_triclinic_cell_is_for_mdanalysis_alone(suites_file):
    with kadita.open(suites_file) as trajectory, pytest.raises(kadita.KaditaError, match="orthorhombic"):
        trajectory.read(np.arange(1))


def test_kadita_itself_does_not_load_mdanalysis():
    program = "import kadita, sys; kadita.open; sys.exit('MDAnalysis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
