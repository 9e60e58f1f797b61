"""Lags are told in time: frames that are not evenly spaced are refused, and what has no lag is not minded."""

import numpy as np
import pytest

from kadita import KaditaError

TIMED = (
    "mean_squared_displacement",
    "velocity_autocorrelation",
    "heading_autocorrelation",
    "directional_correlation_delay",
    "turning_rate",
    "state_residence",
)


@pytest.mark.parametrize("name", TIMED)
def test_frames_that_are_missing_are_refused_in_one_line(school, found, walkers, rng, name):
    x = walkers(rng, 40, 3)
    times = np.delete(np.arange(41) * 0.5, 20)
    with pytest.raises(KaditaError, match=rf"^{name}: expected frames that are evenly .* steps of 0.5 to 1;") as error:
        found(school(x, x, times=times), name)
    assert "\n" not in str(error.value)


def test_a_step_that_changes_between_windows_is_seen_when_all_is_known(school, found, walkers, rng):
    x = walkers(rng, 2048, 1)
    times = np.concatenate([np.arange(1025) * 0.5, 512 + 0.6 * np.arange(1, 1024)])
    with pytest.raises(KaditaError, match="expected frames that are evenly spaced in time"):
        found(school(x, x, times=times), "mean_squared_displacement", lags=1)


def test_a_single_frame_has_no_lags(school, found, walkers, rng):
    x = walkers(rng, 1, 3)
    with pytest.raises(KaditaError, match="expected two frames or more"):
        found(school(x, x), "heading_autocorrelation")
    assert np.isnan(found(school(x), "path_curvature")["mean"].values)


def test_times_of_few_digits_are_even_all_the_same(school, found, walkers, rng):
    x = walkers(rng, 500, 2)
    times = (3e4 + 0.05 * np.arange(500)).astype(np.float32)  # steps of 0.049 and 0.051
    assert np.ptp(np.diff(times)) > 1e-3
    whole = found(school(x, times=times), "mean_squared_displacement", lags=4)[""]
    np.testing.assert_allclose(whole.axes["lag"], 0.05 * np.arange(5), rtol=1e-3)


def test_without_velocities_there_are_no_headings(school, found, walkers, rng):
    for name in ("velocity_autocorrelation", "turning_rate", "directional_correlation_delay"):
        with pytest.raises(KaditaError, match=f"{name} needs velocities"):
            found(school(walkers(rng, 5, 2)), name)
