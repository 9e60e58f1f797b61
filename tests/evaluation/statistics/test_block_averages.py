"""The block-averaging curve against its closed form, and bootstrap intervals against Student's."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import KaditaError
from kadita.evaluation.statistics import block_averages, block_length, bootstrap_interval, estimate


def test_curve_of_an_ar1_process_is_its_closed_form(many, true_error):
    """Of m blocks c = variance of a block mean less that of the whole mean, on average, and error^2 = c / (m - 1)."""
    curves = [block_averages(s) for s in many]
    squares = np.mean([c.errors**2 for c in curves], axis=0)
    for length, count, square in zip(curves[0].lengths[:8], curves[0].counts, squares, strict=False):
        expected = (true_error(length, 20) ** 2 - true_error(length * count, 20) ** 2) / (count - 1)
        assert square == pytest.approx(expected, rel=0.06), length


def test_it_stays_at_the_true_error_from_many_correlation_times_on(many, true_error):
    truth = true_error(3000, 20)
    for length in (128, 256):
        curves = [block_averages(s) for s in many]
        level = int(np.flatnonzero(curves[0].lengths == length)[0])
        near = [abs(c.errors[level] - truth) < 2 * c.uncertainties[level] for c in curves]
        assert np.mean(near) > 0.8
    assert curves[0].errors[0] < truth / 5


def test_curve_of_white_noise_is_flat(ar1):
    found = np.array([(c.errors, c.uncertainties) for c in map(block_averages, ar1(200, 1024, 0, seed=10))])
    offsets = (found[:, 0] - 1 / 32) / found[:, 1]
    assert np.mean(np.abs(offsets[:, :5]) < 2) > 0.92


def test_blocks_double_and_leftovers_go():
    curve = block_averages(np.array([1.0, 3, 5, 7, 100]))
    np.testing.assert_array_equal(curve.lengths, [1, 2])
    np.testing.assert_array_equal(curve.counts, [5, 2])
    assert curve.errors[1] == pytest.approx(2)  # of blocks 2 and 6: variance 4, one degree of freedom
    assert curve.uncertainties[1] == pytest.approx(2 / np.sqrt(2))


def test_the_curve_of_an_estimate_is_that_of_the_frames_that_count(many):
    found = estimate(many[0], equilibration="half")
    np.testing.assert_array_equal(found.curve.errors, block_averages(many[0][1500:]).errors)


def test_bootstrap_intervals_are_those_of_student(many):
    found = [estimate(s, equilibration="none") for s in many[:150]]
    drawn = [e.bootstrap(resamples=500) for e in found]
    widths = [(high - low) / (2 * 1.96 * e.error) for (low, high), e in zip(drawn, found, strict=True)]
    assert np.mean(widths) == pytest.approx(0.9, abs=0.12)  # blocks of 121 frames miss a sixth of the variance
    assert np.mean([low <= 0 <= high for low, high in drawn]) > 0.85
    centres = [(low + high) / 2 - e.mean for (low, high), e in zip(drawn, found, strict=True)]
    assert np.max(np.abs(centres)) < 0.25 * np.mean([e.error for e in found])


def test_bootstrap_of_independent_values(ar1):
    for series in ar1(10, 400, 0, seed=11):
        low, high = bootstrap_interval(series, 1)
        assert high - low == pytest.approx(2 * 1.96 * series.std() / 20, rel=0.08)


def test_the_same_seed_gives_the_same_bits_and_another_another(many):
    found = estimate(many[5])
    assert found.bootstrap(seed=3) == found.bootstrap(seed=3)
    assert found.bootstrap(seed=3) != found.bootstrap(seed=4)


def test_block_lengths():
    assert block_length(3000, 40) == 122  # (1.5 * 20^2 * 3000)^(1/3) = 121.6
    assert block_length(3000, 1) == 1
    assert block_length(40, 1000) == 10
    assert block_length(2, 2) == 1


def test_what_is_no_series():
    for bad in (np.ones(1), np.array([1, np.nan, 2]), np.ones((3, 3))):
        with pytest.raises(KaditaError, match="block averages: expected a series of two or more finite values"):
            block_averages(bad)
    with pytest.raises(KaditaError, match="blocks of 6"):
        bootstrap_interval(np.ones(5), 6)
