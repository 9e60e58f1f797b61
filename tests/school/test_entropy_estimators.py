"""Entropies corrected for few counts: published forms, values that can be told by hand, and what the bias becomes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import digamma

from kadita import KaditaError
from kadita.school.entropy.estimators import (
    chao_shen,
    grassberger,
    grassberger_1988,
    grassberger_1988_logarithms,
    grassberger_logarithms,
)
from kadita.school.entropy.histogram import entropy

ALL = pytest.mark.parametrize("estimator", [chao_shen, grassberger, grassberger_1988])
COUNTS = np.array([[10, 5, 3, 1, 1, 0], [4, 2, 2, 1, 0, 0], [1, 1, 1, 1, 1, 0], [100, 50, 20, 0, 1, 2]])


def test_values_of_another_package():
    """Of infomeasure 0.6.3, by hand."""
    np.testing.assert_allclose(
        chao_shen(COUNTS), [1.4468321325437763, 1.4904280572844963, 3.4868903818942414, 1.0316761920742812], rtol=1e-12
    )
    np.testing.assert_allclose(
        grassberger_1988(COUNTS),
        [1.4963425993501847, 1.3336995014970117, 2.6866535773356333, 1.003672862814813],
        rtol=1e-12,
    )


def test_grassbergers_numbers_are_those_of_his_integral():
    """G(n) = psi(n) + (-1)^n / 2 (psi((n + 1) / 2) - psi(n / 2))."""
    for n in range(1, 60):
        g = digamma(n) + (-1) ** n / 2 * (digamma((n + 1) / 2) - digamma(n / 2))
        assert grassberger([[n, 0]])[0] == pytest.approx(math.log(n) - g, abs=1e-12)


def test_what_stands_for_logarithms_by_hand():
    """Of 0, of which there is nothing to add, it is finite."""
    g = -np.euler_gamma - math.log(2)
    expected = [g, g, g + 2, g + 2, g + 2 + 2 / 3, g + 2 + 2 / 3]
    np.testing.assert_allclose(grassberger_logarithms(np.arange(6.0)), expected, rtol=1e-14)
    psi = -np.euler_gamma + np.array([0, 1, 1 + 1 / 2])
    found = grassberger_1988_logarithms(np.arange(4.0))
    np.testing.assert_allclose(found[1:], psi + np.array([-1 / 2, 1 / 3, -1 / 4]), rtol=1e-14)
    assert np.isfinite(found[0])


def test_chao_shen_by_hand():
    """3 and 1: a coverage of 3/4, so frequencies of 9/16 and 3/16."""
    a, b = 9 / 16, 3 / 16
    expected = -a * math.log(a) / (1 - (1 - a) ** 4) - b * math.log(b) / (1 - (1 - b) ** 4)
    assert chao_shen([[3, 1]])[0] == pytest.approx(expected, rel=1e-12)


@ALL
def test_many_counts_say_what_frequencies_say(estimator, rng):
    counts = rng.multinomial(10**6, [0.4, 0.3, 0.2, 0.1], size=5)
    np.testing.assert_allclose(estimator(counts), entropy(counts), atol=1e-4)


@ALL
def test_they_are_nearer_than_frequencies_where_counts_are_few(estimator, rng):
    """40 counts in 30 equal bins, of 2000 drawn schools."""
    counts = rng.multinomial(40, np.full(30, 1 / 30), size=2000)
    truth = math.log(30)
    assert abs(estimator(counts).mean() - truth) < 0.3 * abs(entropy(counts).mean() - truth)


@ALL
def test_rows_are_on_their_own_and_bins_have_no_order(estimator, rng):
    counts = rng.integers(0, 9, (20, 12))
    together = estimator(counts)
    np.testing.assert_array_equal(np.concatenate([estimator(row[None]) for row in counts]), together)
    np.testing.assert_allclose(estimator(counts[:, ::-1]), together, rtol=1e-12)
    np.testing.assert_allclose(estimator(np.pad(counts, ((0, 0), (0, 5)))), together, rtol=1e-12)


@ALL
def test_rows_that_tell_nothing(estimator):
    np.testing.assert_array_equal(np.isnan(estimator([[0, 0, 0], [1, 0, 4]])), [True, False])


@ALL
@pytest.mark.parametrize("counts", [[[0.5, 1]], [[-1, 2]], [[np.nan, 1]], [1, 2, 3]])
def test_what_is_no_count_is_refused(estimator, counts):
    with pytest.raises(KaditaError, match="counts: expected"):
        estimator(counts)


def test_one_bin_has_no_entropy_by_coverage():
    np.testing.assert_array_equal(chao_shen([[7, 0], [1, 0], [0, 2]]), [0, 0, 0])
