"""Birds that somebody really filmed: Ling et al. 2019, doi:10.1038/s41467-019-13281-4."""

import numpy as np
import pytest
import xarray
from scipy.io import loadmat


@pytest.fixture
def flock(command, reference, tmp_path):
    tracks = reference / "jackdaws" / "transit_05.mat"
    done = command("convert", tracks, "flock.nc", "--length-unit", "m", "--time-unit", "s")
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / "flock.nc"


@pytest.mark.slow
def test_the_authors_local_order_is_reproduced(command, reference, flock, tmp_path):
    authors = loadmat(reference / "jackdaws" / "transit_order_05.mat")["order"][:, 0]
    done = command(
        "analyze",
        flock,
        "-m",
        "local_order",
        "--set",
        "local_order.k=20",
        "--start",
        99,
        "--stop",
        300,
        "-o",
        "order.nc",
    )
    assert done.returncode == 0, done.stderr
    with xarray.open_dataset(tmp_path / "order.nc") as dataset:
        values = dataset["local_order"].values.ravel()  # frame by frame, birds in the order of their identities
    values = values[~np.isnan(values)]
    assert values.shape == authors.shape == (5562,)
    np.testing.assert_allclose(values, authors, rtol=0, atol=1e-6)


def test_the_flock_is_measured_as_it_is(command, reference, flock, tmp_path):
    rows = loadmat(reference / "jackdaws" / "transit_05.mat")["tracks_filt"]
    assert command("analyze", flock, "-m", "polarization", "-m", "spread", "-o", "a.nc").returncode == 0
    with xarray.open_dataset(tmp_path / "a.nc") as dataset:
        for time, p, r in zip(
            dataset["time"].values, dataset["polarization"].values, dataset["spread"].values, strict=True
        ):
            birds = rows[rows[:, 4] == time]
            u = birds[:, 5:8] / np.linalg.norm(birds[:, 5:8], axis=1, keepdims=True)
            assert p == pytest.approx(np.linalg.norm(u.mean(axis=0)), abs=1e-6)
            assert r == pytest.approx(np.sqrt(birds[:, 1:4].var(axis=0).sum()), rel=1e-5)
        assert dataset.sizes["frame"] == 587
        assert dataset["spread"].attrs["units"] == "m"


def test_nothing_of_where_the_file_lay_is_carried_over(reference, flock):
    assert str(reference.parent).encode() not in flock.read_bytes()
    assert b"transit_05.mat" in flock.read_bytes()
