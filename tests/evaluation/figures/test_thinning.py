"""A long series is thinned so that its picture stays the same."""

import numpy as np
import pytest

from kadita.base.errors import KaditaError
from kadita.evaluation.figures.thinning import extremes_kept


def envelope(frames, values, width, columns):
    """Least and greatest value that a line through these frames reaches in each of many columns of pixels."""
    low, high = np.full(columns, np.inf), np.full(columns, -np.inf)
    np.minimum.at(low, frames // width, values)
    np.maximum.at(high, frames // width, values)
    return low, high


def test_a_million_frames_keep_their_extremes_in_every_column_of_pixels(rng):
    frames = 1_000_000
    values = rng.normal(size=frames).cumsum()
    values[123_456] += 1e5  # one frame alone
    kept = extremes_kept(values, 4000)
    assert 2000 < len(kept) <= 4000
    assert (np.diff(kept) > 0).all()
    assert 123_456 in kept
    whole = envelope(np.arange(frames), values, 1000, 1000)
    thinned = envelope(kept, values[kept], 1000, 1000)
    np.testing.assert_array_equal(whole, thinned)


def test_gaps_stay_gaps_and_hide_none_of_their_neighbours(rng):
    values = rng.normal(size=100_000)
    values[30_000:40_000] = np.nan
    values[70_123] = np.nan  # one frame
    values[:50] = np.nan
    values[-1] = np.inf
    kept = extremes_kept(values, 2000)
    assert len(kept) <= 2000
    lost = kept[~np.isfinite(values[kept])]
    assert {0, 70_123, 99_999} <= set(lost)
    assert ((lost >= 30_000) & (lost < 40_000)).any()
    assert {50, 29_999, 40_000, 70_122, 70_124, 99_998} <= set(kept)


def test_short_series_are_kept_whole_and_undefined_ones_stay_undefined():
    np.testing.assert_array_equal(extremes_kept([3.0, np.nan, 1.0], 7), [0, 1, 2])
    nothing = np.full(1000, np.nan)
    assert 0 < len(extremes_kept(nothing, 70)) <= 10
    assert len(extremes_kept([], 7)) == 0


@pytest.mark.parametrize(("values", "most"), [(np.zeros((3, 3)), 100), (np.zeros(3), 6)])
def test_other_shapes_are_refused(values, most):
    with pytest.raises(KaditaError, match=r"expected values \(T,\) and at least 7"):
        extremes_kept(values, most)
