"""Histograms against NumPy's, entropies and their estimators against values computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadita.school.entropy.histogram import entropy, histogram, histogram_entropy

QUIET = settings(derandomize=True, deadline=None, max_examples=200)
RANGES = st.sampled_from([(0.0, 1.0), (-1.0, 1.0), (0.0, 2.0), (0.0, 3.0), (0.0, 12.5), (-0.7, 0.1), (1e-3, 1e5)])


class TestHistogram:
    @QUIET
    @given(st.integers(0, 2**32 - 1), st.integers(1, 40), RANGES)
    def test_numpy(self, seed, bins, limits):
        """Inside, outside, and on the edges or one rounding error from them."""
        low, high = limits
        rng = np.random.default_rng(seed)
        edges = np.linspace(low, high, bins + 1)
        values = rng.choice(
            np.concatenate(
                [
                    rng.uniform(low - (high - low) / 5, high + (high - low) / 5, 200),
                    edges,
                    np.nextafter(edges, np.inf),
                    np.nextafter(edges, -np.inf),
                    low + (high - low) / bins * np.arange(bins + 1),
                ]
            ),
            (3, 60),
        )
        expected = [np.histogram(row, bins, (low, high))[0] for row in values]
        np.testing.assert_array_equal(histogram(values, bins, low, high), expected)

    def test_the_last_bin_is_closed(self):
        assert histogram(np.array([[0.0, 0.5, 1.0]]), 2, 0, 1).tolist() == [[1, 2]]

    def test_beyond_the_last_edge(self):
        values = np.array([[0.1, 3.0, 3.0001, 1e300, np.inf, -0.1, -np.inf]])
        assert histogram(values, 3, 0, 3).tolist() == [[1, 0, 1]]
        assert histogram(values, 3, 0, 3, overflow=True).tolist() == [[1, 0, 4]]

    def test_nan_is_left_out(self):
        values = np.array([[np.nan, 0.1], [np.nan, np.nan]])
        assert histogram(values, 2, 0, 1, overflow=True).tolist() == [[1, 0], [0, 0]]

    def test_rows_are_counted_apart(self, rng):
        values = rng.random((50, 30))
        counts = histogram(values, 7, 0, 1)
        assert (counts.sum(axis=1) == 30).all()
        for row, expected in zip(values, counts, strict=True):
            np.testing.assert_array_equal(histogram(row[None], 7, 0, 1)[0], expected)

    def test_values_that_lie_apart_in_memory(self, rng):
        values = rng.random((4, 20, 3))
        np.testing.assert_array_equal(histogram(values[..., 1], 5, 0, 1), histogram(values[..., 1].copy(), 5, 0, 1))


KNOWN = [  # counts, plug-in entropy, occupied bins
    ([5, 0, 0], 0.0, 1),
    ([1, 1], math.log(2), 2),
    ([3, 1], 0.75 * math.log(4 / 3) + 0.25 * math.log(4), 2),
    ([2, 2, 2, 2], math.log(4), 4),
    ([1, 0, 2, 1], 1.5 * math.log(2), 3),
]


class TestEntropy:
    @pytest.mark.parametrize(("counts", "nats", "occupied"), KNOWN)
    def test_by_hand(self, counts, nats, occupied):
        assert entropy(np.array([counts]))[0] == pytest.approx(nats, abs=1e-15)
        corrected = nats + (occupied - 1) / (2 * sum(counts))
        assert entropy(np.array([counts]), "miller-madow")[0] == pytest.approx(corrected, abs=1e-15)

    def test_rows(self):
        width = max(len(counts) for counts, *_ in KNOWN)
        rows = np.array([counts + [0] * (width - len(counts)) for counts, *_ in KNOWN])
        np.testing.assert_allclose(entropy(rows), [nats for _, nats, _ in KNOWN], atol=1e-15)

    @pytest.mark.parametrize("estimator", ["plug-in", "miller-madow"])
    def test_nothing_counted(self, estimator):
        found = entropy(np.array([[0, 0, 0], [0, 4, 0]]), estimator)
        assert np.isnan(found[0])
        assert found[1] == 0
        assert math.copysign(1, found[1]) == 1  # and not -0.0

    def test_weighted_counts(self):
        assert entropy(np.array([[0.1, 0.3]]))[0] == pytest.approx(KNOWN[2][1], abs=1e-15)

    def test_miller_madow_removes_most_of_the_bias(self, rng):
        """30 counts in 12 equal bins: the plug-in falls short by about 11 / 60."""
        counts = rng.multinomial(30, [1 / 12] * 12, size=20_000)
        plug_in, corrected = (entropy(counts, e).mean() - math.log(12) for e in ("plug-in", "miller-madow"))
        assert plug_in == pytest.approx(-11 / 60, abs=0.03)
        assert abs(corrected) < abs(plug_in) / 4


class TestNormalized:
    def test_all_in_one_bin_and_one_in_each(self):
        bins = 20
        centres = (np.arange(bins) + 0.5) / bins
        for estimator in ("plug-in", "miller-madow"):
            found = histogram_entropy(np.array([centres, 0 * centres]), bins, 0, 1, estimator=estimator)
            assert found.tolist() == pytest.approx([1, 0], abs=1e-15)
            assert found.max() <= 1  # Miller and Madow alone would have said more

    def test_by_hand(self):
        values = np.array([[0.1, 0.2, 0.3, 0.9]])
        assert histogram_entropy(values, 2, 0, 1)[0] == pytest.approx(KNOWN[2][1] / math.log(2), abs=1e-15)
        assert histogram_entropy(values, 8, 0, 1, estimator="miller-madow")[0] == pytest.approx(
            (math.log(4) + 3 / 8) / math.log(8), abs=1e-15
        )

    def test_nothing_counted(self):
        assert np.isnan(histogram_entropy(np.array([[5.0, np.nan]]), 3, 0, 1)).all()
        assert histogram_entropy(np.array([[5.0, np.nan]]), 3, 0, 1, overflow=True)[0] == 0
