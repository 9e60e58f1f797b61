"""Error bars that hold what they promise, where the truth is known; and no number where none can be told."""

from __future__ import annotations

import numpy as np
import pytest
import red

from kadita import KaditaError
from kadita.evaluation.statistics import correlation, estimate

TRANSIENT = np.arange(200)


def test_errors_of_correlated_series_are_the_true_ones(many, true_error):
    found = [estimate(series, equilibration="none") for series in many]
    assert np.mean([e.error for e in found]) == pytest.approx(true_error(3000, 20), rel=0.15)
    assert 0.91 <= np.mean([e.interval[0] <= 0 <= e.interval[1] for e in found]) <= 0.97


def test_errors_that_took_frames_for_independent_ones_would_be_six_times_too_small(many, true_error):
    assert many.std(axis=1).mean() / np.sqrt(3000) < true_error(3000, 20) / 6


@pytest.mark.slow
@pytest.mark.parametrize(
    "transient",
    [
        pytest.param(10 * np.exp(-TRANSIENT / 50), id="decay from ten standard deviations"),
        pytest.param(np.full(200, 4.0), id="another mean"),
        pytest.param(5 * (1 - TRANSIENT / 200), id="ramp"),
    ],
)
def test_a_transient_is_found_and_left_out(many, true_error, transient):
    series = many.copy() if transient[0] == 10 else many[:300].copy()
    series[:, :200] += transient
    found = [estimate(s) for s in series]
    assert 130 <= np.median([e.start for e in found]) <= 400
    assert np.mean([e.error / true_error(e.count, 20) for e in found]) == pytest.approx(1, abs=0.15)
    assert 0.91 <= np.mean([e.interval[0] <= 0 <= e.interval[1] for e in found]) <= 0.97
    assert np.mean([e.settled for e in found]) > 0.97


def test_where_there_is_no_transient_hardly_anything_is_left_out(many, true_error):
    found = [estimate(s) for s in many[:100]]
    assert np.median([e.start for e in found]) <= 60
    assert np.mean([e.error / true_error(e.count, 20) for e in found]) == pytest.approx(1, abs=0.15)


def test_values_of_white_noise_are_worth_one_each(ar1):
    found = [estimate(s, equilibration="none") for s in ar1(200, 1000, 0, seed=1)]
    assert np.mean([e.inefficiency for e in found]) == pytest.approx(1, abs=0.08)
    assert np.mean([e.effective for e in found]) == pytest.approx(1000, rel=0.08)
    assert 0.91 <= np.mean([e.interval[0] <= 0 <= e.interval[1] for e in found]) <= 0.98


@pytest.mark.parametrize(("n", "tau"), [(30, 0), (101, 3), (500, 0), (3000, 20), (2000, 5)])
def test_the_long_run_variance_is_that_of_red(ar1, n, tau):
    for series in ar1(10, n, tau, seed=n):
        found = correlation(series)
        theirs, lag, _ = red.get_variance_initial_sequence(series, "initial_monotone", min_max_lag_time=0)
        used = 2 * lag + 1
        assert found.freedom == pytest.approx(max(1, n / used))
        assert found.inefficiency * (1 - min(0.5, used / n)) == pytest.approx(theirs / series.var(), rel=1e-9)


def test_a_long_series_is_averaged_over_short_blocks_first(ar1, monkeypatch):
    series = ar1(1, 300_000, 20, seed=5)[0]
    found = correlation(series)
    monkeypatch.setattr("kadita.evaluation.statistics.autocorrelation.MOST", 1 << 20)
    assert found.inefficiency == pytest.approx(correlation(series).inefficiency, rel=0.03)
    assert found.inefficiency == pytest.approx(40, rel=0.15)


def test_gaps_at_random_leave_the_error_honest(ar1):
    series = ar1(300, 1500, 8, seed=6)
    series[np.random.default_rng(7).random(series.shape) < 0.4] = np.nan
    found = [estimate(s, equilibration="none") for s in series]
    assert np.mean([e.error for e in found]) == pytest.approx(np.std([e.mean for e in found]), rel=0.15)
    assert all(e.count == np.isfinite(s).sum() for e, s in zip(found, series, strict=True))


def test_frames_without_a_value_before_and_between_count_as_time(many):
    transient = many[0] + np.where(np.arange(3000) < 300, 8.0, 0.0)
    late = np.concatenate([np.full(500, np.nan), transient])
    found, shifted = estimate(transient), estimate(late, 0.5 * np.arange(3500))
    assert found.start > 200
    assert (shifted.start, shifted.start_time) == (found.start + 500, 0.5 * (found.start + 500))
    assert shifted.mean == found.mean


@pytest.mark.parametrize(("factor", "shift"), [(1e-9, 0), (-3, 1e4), (1e150, 0), (7, -2)])
def test_units_and_origin_change_nothing_but_the_numbers(many, factor, shift):
    for choice in ("none", "auto"):
        one, other = estimate(many[1], equilibration=choice), estimate(factor * many[1] + shift, equilibration=choice)
        assert other.start == one.start
        assert other.inefficiency == pytest.approx(one.inefficiency, rel=1e-6)
        assert other.error == pytest.approx(abs(factor) * one.error, rel=1e-6)
        assert other.mean == pytest.approx(factor * one.mean + shift, rel=1e-9)


def test_time_backwards_remembers_as_long(many):
    assert correlation(many[2][::-1]).inefficiency == pytest.approx(correlation(many[2]).inefficiency, rel=1e-9)


@pytest.mark.parametrize("choice", ["auto", "half", "none", 3])
@pytest.mark.parametrize("n", range(10))
def test_from_few_values_no_error_is_made_up(n, choice):
    found = estimate(np.arange(n), equilibration=choice)
    assert np.isnan([found.error, found.effective, *found.interval, *found.bootstrap()]).all()
    assert not found.settled
    kept = np.arange(n)[{"half": n // 2, 3: 3}.get(choice, 0) :]
    assert found.count == kept.size
    np.testing.assert_equal(found.mean, kept.mean() if kept.size else np.nan)


@pytest.mark.parametrize("choice", ["auto", "half", "none"])
def test_a_series_that_never_changes_has_settled_and_does_not_tell_its_error(choice):
    found = estimate(np.full(1000, 0.1), equilibration=choice)
    assert (found.mean, found.std, found.settled) == (0.1, 0, True)
    assert np.isnan([found.error, found.effective]).all()


def test_a_series_that_comes_to_rest_has_settled_there():
    found = estimate(np.where(np.arange(1000) < 320, np.arange(1000) % 7, 2.0))
    assert found.mean == 2
    assert 320 <= found.start < 340
    assert found.settled


def test_all_undefined_is_undefined():
    found = estimate(np.full(100, np.nan))
    assert np.isnan([found.mean, found.error, found.std]).all()
    assert (found.count, found.start, found.settled) == (0, 0, False)


def test_labels_flags_and_enormous_numbers_are_numbers(many):
    flags = many[3] > 0
    found = estimate(flags)
    assert 0 < found.error < 0.5
    assert found.mean == pytest.approx(flags[found.start :].mean())
    assert estimate(flags.astype(int)) == found
    huge = estimate(1e307 * many[3])
    assert huge.error == pytest.approx(1e307 * estimate(many[3]).error)
    assert estimate(np.where(np.arange(3000) == 1500, np.inf, many[3]), equilibration="none").count == 2999


def test_frames_from_a_time_on_or_of_the_second_half(many):
    times = 100 + 0.5 * np.arange(3000)
    assert estimate(many[4], times, 600).start == 1000
    assert estimate(many[4], times, "600.2").start_time == 600.5
    assert estimate(many[4], times, "half").mean == pytest.approx(many[4][1500:].mean())
    after = estimate(many[4], times, 1e6)
    assert (after.count, after.start) == (0, 3000)
    assert np.isnan(after.mean)


@pytest.mark.parametrize("choice", ["all", "", "nan", "inf", None, "-"])
def test_no_such_equilibration(choice):
    with pytest.raises(KaditaError, match="expected an equilibration of auto, half, none or a time; found"):
        estimate(np.arange(20.0), equilibration=choice)


def test_values_and_times_belong_together():
    with pytest.raises(KaditaError, match=r"one shape \(T,\); found \(20,\) and \(19,\)"):
        estimate(np.arange(20.0), np.arange(19.0))
    with pytest.raises(KaditaError, match=r"found \(20, 3\)"):
        estimate(np.ones((20, 3)))
