"""Means of several metrics of several runs, each with its standard error."""

import numpy as np
import pytest

from kadita import figures
from kadita.base.errors import KaditaError


def test_means_and_errors_are_those_of_the_frames_that_count(axes, results, rng, drawn):
    runs = {
        n: results(
            heading_entropy=rng.uniform(0, 1, 200), order=rng.uniform(0, 1, 200), depth_entropy=np.full(200, np.nan)
        )
        for n in "ab"
    }
    assert figures.means(axes, runs, equilibration="half") is axes
    assert [t.get_text() for t in axes.get_yticklabels()] == ["heading", "depth"]
    marks = [line for line in axes.lines if line.get_marker() not in ("None", "", None)]
    bars = [c for c in axes.collections if type(c).__name__ == "LineCollection"]
    for run, mark, bar in zip(runs.values(), marks, bars, strict=False):
        e = run.statistics("half")["heading_entropy"]
        assert mark.get_xdata()[0] == e.mean
        assert np.isnan(mark.get_xdata()[1])
        np.testing.assert_allclose(bar.get_segments()[0][:, 0], [e.mean - e.error, e.mean + e.error])
    assert [t.get_text() for t in axes.texts] == ["undefined"]
    assert axes.get_xlabel() == "entropy and standard error"
    drawn(axes)


@pytest.mark.parametrize(
    ("series", "names", "said"),
    [
        ({"order": np.zeros(20)}, None, r"expected metrics whose means to draw, such as \*_entropy; found order"),
        (
            {"a": np.zeros(20), "b": (np.zeros(20), {"units": "m"})},
            ["a", "b"],
            "expected metrics of one unit to compare; got 1, m",
        ),
        ({"a": (np.zeros(20), {"labels": ("x",)})}, ["a"], "a: expected numbers; its values are names"),
        ({"a": np.full(20, np.nan)}, ["a"], "a is undefined in all frames"),
    ],
)
def test_what_cannot_be_compared_is_refused(axes, results, series, names, said):
    with pytest.raises(KaditaError, match=said):
        figures.means(axes, results(**series), names)
