"""kadita reads the formats of molecular dynamics: DCD, XTC and TRR files that MDAnalysis wrote."""

import warnings

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal, assert_array_max_ulp

import kadita

AGENTS = 150
CELL = np.array([30.0, 25.5, 41.25])
TIMES = 0.5 * np.arange(7)  # DCD knows a start and a step alone

pytestmark = pytest.mark.filterwarnings("ignore:DCDReader currently makes independent timesteps:DeprecationWarning")


@pytest.fixture(scope="module")
def motion():
    """Positions and velocities, (T, N, 3) float32, of agents anywhere in the cell."""
    rng = np.random.default_rng(5)
    positions = (rng.random((len(TIMES), AGENTS, 3)) * CELL).astype(np.float32)
    return positions, rng.normal(size=positions.shape).astype(np.float32)


@pytest.fixture(scope="module")
def topology(small_school):
    return small_school.topology


def universe_of(positions, velocities=None, cell=CELL):
    universe = MDAnalysis.Universe.empty(positions.shape[1], trajectory=True)
    dimensions = None if cell is None else np.array([*cell, 90.0, 90.0, 90.0], dtype=np.float32)
    return universe.load_new(positions, velocities=velocities, dimensions=dimensions, dt=TIMES[1])


def write(path, universe, **options):
    with MDAnalysis.Writer(str(path), len(universe.atoms), **options) as writer:
        for _ in universe.trajectory:
            writer.write(universe.atoms)
    return path


def read(path, topology, **options):
    with kadita.open(path, topology=topology, **options) as opened:
        assert opened.n_frames == len(TIMES)
        assert_array_equal(opened.times, opened.read(np.arange(len(TIMES))).times)
        return opened.read(np.arange(opened.n_frames))


def test_dcd(motion, topology, tmp_path):
    chunk = read(write(tmp_path / "school.dcd", universe_of(*motion), dt=TIMES[1]), topology)
    assert_array_equal(chunk.positions, motion[0].astype(np.float64), strict=True)
    assert chunk.velocities is None
    assert_allclose(chunk.times, TIMES, rtol=1e-7)  # the step is a float32 in AKMA units
    assert_array_equal(chunk.lengths, np.tile(CELL, (len(TIMES), 1)), strict=True)


def test_xtc(motion, topology, tmp_path):
    chunk = read(write(tmp_path / "school.xtc", universe_of(*motion)), topology)
    assert_allclose(chunk.positions, motion[0], rtol=0, atol=0.005 + 3e-6)  # XTC keeps 0.01 angstrom
    assert chunk.velocities is None
    assert_array_equal(chunk.times, TIMES)
    assert_array_equal(chunk.lengths, np.tile(CELL, (len(TIMES), 1)), strict=True)


def test_trr(motion, topology, tmp_path):
    chunk = read(write(tmp_path / "school.trr", universe_of(*motion)), topology)
    for got, written in zip((chunk.positions, chunk.velocities), motion, strict=True):
        assert_array_max_ulp(got.astype(np.float32), written, maxulp=1)  # angstrom to nanometre and back
    assert_array_equal(chunk.times, TIMES)
    assert_array_equal(chunk.lengths, np.tile(CELL, (len(TIMES), 1)), strict=True)


@pytest.mark.parametrize("ending", ["trr", "xtc", "dcd"])
def test_open_space_stays_open(motion, topology, tmp_path, ending):
    path = tmp_path / f"school.{ending}"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No dimensions set for current frame, zeroed unitcell will be written")
        write(path, universe_of(*motion, cell=None))
    chunk = read(path, topology)
    assert chunk.lengths is None
    assert_allclose(chunk.positions, motion[0], rtol=0, atol=0.005 + 3e-6)


@pytest.mark.parametrize("ending", ["dcd", "xtc", "trr"])
def test_what_kadita_reads_is_what_mdanalysis_reads(motion, topology, tmp_path, ending):
    path = write(tmp_path / f"school.{ending}", universe_of(*motion))
    chunk = read(path, topology)
    for frame, ts in enumerate(MDAnalysis.Universe(str(topology), str(path)).trajectory):
        assert_array_equal(chunk.positions[frame], ts.positions.astype(np.float64), strict=True)
        assert chunk.times[frame] == ts.time


@pytest.mark.parametrize(
    ("ending", "options", "nanometres"),
    [("dcd", {"dt": TIMES[1]}, 0), ("xtc", {}, 2e-5)],  # what an XTC loses on the way to nanometres and back
)
def test_differences_recover_uniform_motion_across_the_boundary(topology, tmp_path, ending, options, nanometres):
    """Everybody keeps its velocity; a step is up to 11.25 long, in a cell of 25.5 across."""
    rng = np.random.default_rng(6)
    velocities = rng.integers(-45, 46, size=(AGENTS, 3)) / 2.0
    start = rng.integers(0, 100, size=(AGENTS, 3)) / 4.0
    positions = np.mod(start + TIMES[:, None, None] * velocities, CELL)  # quarters, which all these formats hold
    assert (np.abs(np.diff(positions, axis=0)) > CELL / 2).sum() > 400  # crossings
    path = write(tmp_path / f"uniform.{ending}", universe_of(positions.astype(np.float32)), **options)
    chunk = read(path, topology, velocities="difference")
    expected = np.broadcast_to(velocities, positions.shape)
    assert_allclose(chunk.velocities, expected, rtol=1e-7, atol=nanometres)


def test_a_format_without_velocities_has_none_unless_asked(motion, topology, tmp_path):
    path = write(tmp_path / "school.dcd", universe_of(*motion), dt=TIMES[1])
    with pytest.raises(kadita.KaditaError, match="needs velocities"):
        kadita.analyze(path, ["polarization"], topology=topology)
    results = kadita.analyze(path, ["polarization"], topology=topology, velocities="difference")
    assert ((results["polarization"] > 0) & (results["polarization"] < 1)).all()
