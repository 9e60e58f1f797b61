"""A series that never settles is said not to have, and one that has is not accused."""

from __future__ import annotations

import numpy as np
import pytest

from kadita.evaluation.statistics import estimate

RAMP = np.linspace(0, 1, 3000)
BOTH = pytest.mark.parametrize("choice", ["auto", "none"])


def resolve(series, choice):
    return np.mean([estimate(s, equilibration=choice).settled for s in series])


@BOTH
def test_random_walks_do_not_settle(choice):
    walks = np.cumsum(np.random.default_rng(8).standard_normal((100, 3000)), axis=1)
    assert resolve(walks, choice) < 0.12


@BOTH
def test_a_drift_does_not_settle(many, choice):
    assert not estimate(RAMP, equilibration=choice).settled
    assert resolve(many[:50] + 10 * RAMP, choice) == 0


@BOTH
def test_a_change_in_the_last_half_is_no_transient(many, choice):
    assert resolve(many[:50] + 5 * (RAMP > 0.6), choice) == 0


def test_a_long_transient_settles_once_it_is_left_out(many):
    series = many[:50] + 5 * (RAMP < 0.4)
    assert resolve(series, "none") == 0
    assert resolve(series, "auto") > 0.8
    assert np.median([estimate(s).start for s in series]) == pytest.approx(1200, abs=100)


@BOTH
def test_fluctuations_about_one_mean_are_settled(many, choice):
    assert resolve(many[:100], choice) > 0.96


@BOTH
def test_a_series_of_five_correlation_times_cannot_tell(ar1, choice):
    assert resolve(ar1(50, 200, 40, seed=9), choice) < 0.25
