"""What a block works out for all agents at once, against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadita import Block, Box

QUIET = settings(derandomize=True, deadline=None, max_examples=60)


@QUIET
@given(st.integers(0, 2**32 - 1), st.integers(1, 70))
def test_speeds_and_headings(seed, n):
    rng = np.random.default_rng(seed)
    velocities = rng.normal(size=(2, n, 3)) * 10.0 ** rng.integers(-14, 14, (2, n, 1))
    block = Block(np.zeros_like(velocities), velocities)
    speeds = np.linalg.norm(velocities, axis=2)
    np.testing.assert_allclose(block.speeds, speeds, rtol=1e-15)
    np.testing.assert_array_equal(block.moving, speeds > 0)
    moving = block.moving
    np.testing.assert_allclose(block.headings[moving], velocities[moving] / speeds[moving][:, None], rtol=1e-15)
    assert (block.headings[~moving] == 0).all()


def intrinsic_mean(positions, lengths):
    """From the circular mean step by step, in plain NumPy."""
    angles = positions * (2 * np.pi / lengths)
    c = np.arctan2(np.sin(angles).sum(axis=0), np.cos(angles).sum(axis=0)) * lengths / (2 * np.pi)
    for _ in range(1000):
        d = positions - c
        step = (d - lengths * np.rint(d / lengths)).mean(axis=0)
        c = c + step
        if (np.abs(step) < 1e-12 * lengths).all():
            break
    return np.mod(c, lengths)


@QUIET
@given(st.integers(0, 2**32 - 1), st.integers(1, 100), st.sampled_from([0.05, 0.5, 5.0]))
def test_periodic_centroid(seed, n, width):
    rng = np.random.default_rng(seed)
    lengths = np.array([1.0, 2.5, 0.7])
    positions = rng.normal(size=(3, n, 3)) * width * lengths + rng.random(3)
    found = Box.of(lengths).centroid(positions)
    expected = [intrinsic_mean(np.mod(frame, lengths), lengths) for frame in positions]
    apart = found - expected
    np.testing.assert_allclose(apart - lengths * np.rint(apart / lengths), 0, atol=1e-11)


@pytest.mark.parametrize("n", [1, 31, 32, 33, 150])
def test_a_frame_alone_has_the_bits_it_has_among_others(n, rng):
    positions, velocities = rng.random((5, n, 3)), rng.normal(size=(5, n, 3))
    together = Block(positions, velocities, box=1.0)
    for t in range(5):
        alone = Block(positions[t], velocities[t], box=1.0)
        for name in ("speeds", "headings", "centroid", "offsets"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(together, name)[t], err_msg=name)
