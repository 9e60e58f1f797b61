"""Correlation functions, and their collapse on the zero of the mean."""

import numpy as np
import pytest

from kadita import figures
from kadita.base.errors import KaditaError


@pytest.fixture
def of_size(results, rng):
    """C(r) = 1 - r / xi with noise in every frame, of which the zeros of single frames lie closer."""

    def of_size(xi, frames=400, far=2.0):
        r = np.linspace(0, far * xi, 41)[1:] - far * xi / 80
        values = 1 - r / xi + 0.25 * rng.normal(size=(frames, 40))
        more = {"dims": ("distance",), "axes": {"distance": r}, "axis_units": {"distance": "m"}, "symbol": "C(r)"}
        return results(likeness=(values, more))

    return of_size


def test_distances_are_divided_by_the_zero_of_the_mean_and_not_by_that_of_single_frames(axes, of_size, drawn):
    runs = {"small": of_size(1.0), "large": of_size(5.0)}
    figures.correlation(axes, runs, "likeness", scaled=True)
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    for line, (xi, run) in zip(curves, zip((1.0, 5.0), runs.values(), strict=True), strict=True):
        r = run.series["likeness"].axes["distance"]
        length = (r / line.get_xdata())[0]
        assert length == pytest.approx(xi, rel=0.03)
        own = [figures.first_zero(r, frame) for frame in run["likeness"]]
        assert np.nanmean(own) < 0.9 * xi  # the bias
        np.testing.assert_allclose(line.get_ydata(), run["likeness"].mean(axis=0))
    x = np.linspace(0.1, 1.8, 30)
    one, other = (np.interp(x, c.get_xdata(), c.get_ydata()) for c in curves)
    assert np.abs(one - other).max() < 0.1  # they collapse
    assert axes.get_xlabel() == "r / \u03be"
    drawn(axes)


def test_unscaled_distances_have_their_unit(axes, of_size):
    figures.correlation(axes, of_size(2.0), "likeness")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("distance r (m)", "C(r)")


def test_a_run_without_a_zero_is_not_scaled_and_that_is_said(axes, of_size):
    runs = {"a": of_size(1.0), "b": of_size(1.0, far=0.5)}
    figures.correlation(axes, runs, "likeness", scaled=True)
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["a", "b (no zero)"]
    assert np.isnan(axes.lines[1].get_ydata()).all()
    with pytest.raises(KaditaError, match="expected a mean that crosses zero, to divide by its correlation length"):
        figures.correlation(axes, of_size(1.0, far=0.5), "likeness", scaled=True)


@pytest.mark.parametrize(
    ("r", "c", "zero"),
    [
        ([1, 2, 3], [0.5, 0.1, -0.1], 2.5),
        ([1, 2], [-1.0, -1.0], 0.5),  # between C(0) = 1 and the first bin
        ([1, 2, 3], [0.5, np.nan, -0.5], 2.0),
        ([1, 2], [0.5, 0.1], np.nan),
        ([1, 2], [0.5, 0.0], 2.0),
    ],
)
def test_the_first_zero_is_between_bins(r, c, zero):
    assert figures.first_zero(r, c) == pytest.approx(zero, nan_ok=True)
