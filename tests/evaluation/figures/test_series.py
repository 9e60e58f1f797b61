"""A metric in time: all its extremes and gaps, its mean and the error of this, and what does not count is paler."""

import time

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from kadita import figures
from kadita.base.errors import KaditaError
from kadita.evaluation.statistics import estimate


@pytest.fixture
def noisy(rng):
    """A series that settles about 0.6 after a fifth."""
    values = 0.6 + 0.05 * rng.normal(size=400)
    values[:80] -= np.linspace(0.5, 0, 80)
    return values


def lines(axes):
    return [(line.get_xdata(), line.get_ydata(), line.get_alpha() or 1.0) for line in axes.lines]


def test_the_line_is_the_series_and_the_band_is_the_mean_and_its_standard_error(axes, results, noisy, drawn):
    made = results(order=(noisy, {"symbol": "P"}))
    assert figures.series(axes, made, "order") is axes
    (x, y, _), (_, mean, _) = lines(axes)
    np.testing.assert_array_equal(x, made.times)
    np.testing.assert_array_equal(y, noisy)
    about = estimate(noisy, made.times, "none")
    np.testing.assert_array_equal(mean, about.mean)
    (band,) = [c for c in axes.collections if isinstance(c, PolyCollection)]
    heights = band.get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([heights.min(), heights.max()], [about.mean - about.error, about.mean + about.error])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (s)", "order P")
    drawn(axes)


def test_frames_that_do_not_count_are_paler_and_the_mean_is_over_the_others(axes, results, noisy):
    made = results(order=noisy, times=np.arange(400) * 0.5)
    figures.series(axes, made, "order", equilibration=100.0)
    (early, _, pale), (late, _, full), (ends, mean, _) = lines(axes)
    assert early[-1] == late[0] == ends[0] == 100.0
    assert pale < full
    assert mean[0] == pytest.approx(noisy[200:].mean())


def test_a_series_of_a_million_frames_keeps_its_extremes_and_is_drawn_in_seconds(axes, results, rng, drawn):
    values = rng.normal(size=1_000_000)
    values[654_321] = 50.0
    values[200_000:300_000] = np.nan
    began = time.perf_counter()
    figures.series(axes, results(noise=values), "noise")
    drawn(axes)
    assert time.perf_counter() - began < 5
    x, y, _ = lines(axes)[0]
    assert len(x) <= 4000
    assert np.nanmax(y) == 50.0
    assert np.nanmin(y) == np.nanmin(values)
    inside = (x >= 200_000) & (x < 300_000)
    assert inside.any()
    assert np.isnan(y[inside]).all()


def test_undefined_values_are_gaps_and_single_frames_between_them_are_points(axes, results):
    values = np.array([0.1, 0.2, np.nan, 0.7, np.nan, np.inf, 0.3, 0.4])
    figures.series(axes, results(order=values), "order")
    (_, y, _), (x, alone, _), *_ = lines(axes)
    np.testing.assert_array_equal(y, np.where(np.isfinite(values), values, np.nan))
    assert (x.tolist(), alone.tolist()) == ([3.0], [0.7])


def test_several_runs_have_their_names_and_lines_of_their_own(axes, results, noisy):
    runs = {"a/one.nc": results(order=noisy), "a/$two$.nc": results(order=noisy / 2)}
    figures.series(axes, runs, "order")
    texts = axes.get_legend().get_texts()
    assert [t.get_text() for t in texts] == ["one", "$two$"]
    assert not any(t.get_parse_math() for t in texts)
    assert len({line.get_color() for line in axes.lines}) == 2


@pytest.mark.parametrize(
    ("series", "name", "said"),
    [
        ({"order": np.zeros(5)}, "ordre", r"expected ordre among the results .*\(did you mean order\?\)"),
        (
            {"order": np.full(5, np.nan)},
            "order",
            "order is undefined in all frames that count: there is nothing to draw",
        ),
        ({"state": (np.zeros(5), {"labels": ("a",)})}, "state", "state: expected numbers; its values are names"),
        (
            {"pull": (np.zeros((5, 3)), {"dims": ("agent",)})},
            "pull",
            "pull: expected one value in every frame; it has one",
        ),
        ({"drift": (np.zeros((5, 3)), {"dims": ("space",)})}, "drift", "it has 3: drift.x, drift.y, drift.z"),
    ],
)
def test_what_is_no_series_is_refused(axes, results, series, name, said):
    with pytest.raises(KaditaError, match=said):
        figures.series(axes, results(**series), name)
