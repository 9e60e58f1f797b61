"""Wild jackdaws on their way to the roost: real tracks in which birds come and go, through the real command line."""

import csv
import subprocess
import sys

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.io import loadmat


def kadita(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "kadita", *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def transit(reference):
    return reference / "jackdaws" / "transit_05.mat"


@pytest.fixture(scope="module")
def flock(transit, tmp_path_factory):
    """The folder with flock.nc, flock.pdb and flock.csv, made by three commands."""
    folder = tmp_path_factory.mktemp("jackdaws")
    (folder / transit.name).symlink_to(transit)
    kadita(folder, "convert", transit.name, "flock.nc", "--length-unit", "m", "--time-unit", "s")
    kadita(folder, "topology", "flock.nc", "flock.pdb")
    kadita(folder, "analyze", "flock.nc", "-o", "flock.csv")
    return folder


@pytest.fixture(scope="module")
def tracks(transit):
    """What the authors' file says: times (T,), positions and velocities (T, N, 3), NaN where a bird is not seen."""
    rows = loadmat(transit)["tracks_filt"]
    birds, times = sorted(set(rows[:, 0])), sorted(set(rows[:, 4]))
    column, frame = {b: i for i, b in enumerate(birds)}, {t: i for i, t in enumerate(times)}
    positions = np.full((len(times), len(birds), 3), np.nan)
    velocities = positions.copy()
    for row in rows:
        positions[frame[row[4]], column[row[0]]] = row[1:4]
        velocities[frame[row[4]], column[row[0]]] = row[5:8]
    return np.array(times), positions, velocities


def test_birds_come_and_go(tracks):
    times, positions, _ = tracks
    seen = ~np.isnan(positions).any(axis=2)
    assert seen.shape == (587, 56)
    assert seen.sum() == 8902
    assert seen.any(axis=0).all()
    assert not seen.all(axis=0).any()  # no bird is there from beginning to end
    assert (np.diff(times) > 0).all()


@pytest.mark.slow
def test_the_flock_opens_in_mdanalysis(flock, tracks):
    times, positions, velocities = tracks
    universe = MDAnalysis.Universe(str(flock / "flock.pdb"), str(flock / "flock.nc"))
    assert len(universe.trajectory) == len(times)
    for frame, ts in enumerate(universe.trajectory):
        assert_array_equal(ts.positions, positions[frame].astype(np.float32), strict=True)  # NaN where NaN was
        assert_array_equal(ts.velocities, velocities[frame].astype(np.float32), strict=True)
        assert ts.time == times[frame]
        assert ts.dimensions is None


def test_the_flock_opens_in_vmds_plugin(flock, tracks, vmd_plugin):
    _, positions, _ = tracks
    read = vmd_plugin(flock / "flock.pdb", flock / "flock.nc")
    assert_array_equal(read["positions"], positions.astype(np.float32), strict=True)
    assert len(read["cells"]) == 0


def test_the_topology_has_each_bird_where_it_was_first_seen(flock, tracks):
    _, positions, _ = tracks
    seen = ~np.isnan(positions).any(axis=2)
    first = positions[seen.argmax(axis=0), np.arange(positions.shape[1])]
    universe = MDAnalysis.Universe(str(flock / "flock.pdb"))
    assert_allclose(universe.atoms.positions, first, rtol=0, atol=0.0005 + 1e-5)  # 3 decimals, as float32


def test_the_table_of_numbers_has_the_flocks_polarization(flock, tracks):
    times, _, velocities = tracks
    with (flock / "flock.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    headings = velocities / np.linalg.norm(velocities, axis=2, keepdims=True)
    expected = np.linalg.norm(np.nanmean(headings, axis=1), axis=1)
    assert_allclose([float(row["time"]) for row in rows], times, rtol=1e-15)
    assert_allclose([float(row["polarization"]) for row in rows], expected, rtol=0, atol=2e-7)  # float32 velocities


def test_the_command_line_shows_its_units(flock):
    table = kadita(flock, "analyze", "flock.nc")
    assert "587 frames" in table
    spread = next(line for line in table.splitlines() if line.startswith("spread "))
    assert spread.split()[-1] == "m"
