"""Percolation: whether a school is linked to its own periodic image, against an unwrapped search in plain Python."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadita import Block, KaditaWarning, analyze
from kadita.school import clusters

QUIET = settings(derandomize=True, deadline=None, max_examples=100)


@pytest.fixture(scope="module")
def percolates(measure):
    return lambda positions, box, link: measure(Block(positions, box=box, dimensions=3), "percolates", link=link)[
        "percolates"
    ][0]


@pytest.fixture(scope="module", params=["all pairs", "grid cells"], autouse=True)
def way(request):
    """Links are found among all pairs, or in a grid, which a large school takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clusters, "ALL_PAIRS_UP_TO", {"all pairs": 10**9, "grid cells": 0}[request.param])
        yield request.param


def referee(positions, box, link):
    """Walk from agent to agent and image to image: an agent met in two images percolates."""
    box, n = np.array(box), len(positions)
    reach = [range(-m, m + 1) for m in np.ceil(link / box).astype(int)]
    cells = np.array(list(itertools.product(*reach)))
    p = np.mod(positions, box)
    home = {}
    for start in range(n):
        if start in home:
            continue
        home[start], waiting = (0, 0, 0), [start]
        while waiting:
            i = waiting.pop()
            d = p[:, None, :] + cells * box - p[i]
            for j, c in np.argwhere((d**2).sum(axis=2) <= link**2):
                there = tuple(np.add(home[i], cells[c]))
                if j not in home:
                    home[j] = there
                    waiting.append(j)
                elif home[j] != there:
                    return 1.0
    return 0.0


@QUIET
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.floats(0.5, 1.6),
    st.sampled_from([(1.0, 1.0, 1.0), (1.0, 1.0, 0.3), (2.0, 0.7, 1.1)]),
)
def test_random_schools(percolates, seed, n, tightness, box):
    """Link distances about the threshold, agents in any image."""
    rng = np.random.default_rng(seed)
    positions = np.array(box) * (rng.random((n, 3)) + rng.integers(-2, 3, (n, 3)))
    link = tightness * 0.9 * (np.prod(box) / n) ** (1 / 3)
    assert percolates(positions, box, link) == referee(positions, box, link)


@settings(QUIET, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.85, 1.15), st.sampled_from([(1.0, 1.0, 1.0), (1.3, 1.0, 0.8)]))
def test_random_strings(percolates, seed, tightness, box):
    """Random walks through the cell, so that links are short and go around in many ways."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(3, 50, 3))
    steps *= 0.05 / np.linalg.norm(steps, axis=2, keepdims=True)
    positions = (rng.random((3, 1, 3)) + steps.cumsum(axis=1)).reshape(-1, 3)
    assert percolates(positions, box, 0.06 * tightness) == referee(positions, box, 0.06 * tightness)


def test_the_draws_above_do_both(rng):
    found = {referee(rng.random((30, 3)), (1.0, 1.0, 1.0), s * 0.9 / 30 ** (1 / 3)) for s in (0.5, 0.9, 1.0, 1.6)}
    assert found == {0.0, 1.0}


AXES = pytest.mark.parametrize("axis", [0, 1, 2])


@AXES
@pytest.mark.parametrize("agents", [4, 5, 12])
def test_a_line_across_the_cell(axis, agents, percolates):
    """It percolates; with one agent taken out it does not, and with links too short it does not."""
    positions = np.full((agents, 3), 4.0)
    positions[:, axis] = np.arange(agents) * 10 / agents + 0.3
    spacing = 10 / agents
    assert percolates(positions, 10.0, 1.01 * spacing) == 1
    assert percolates(positions[:-1], 10.0, 1.01 * spacing) == 0
    assert percolates(positions[1:], 10.0, 1.01 * spacing) == 0
    assert percolates(positions, 10.0, 0.99 * spacing) == 0
    assert percolates(positions, None, 1.01 * spacing) == 0


def test_one_missing_link(percolates):
    """One gap wider than the link distance, at the face of the cell or not."""
    gaps = np.full(12, 10 / 12)
    assert percolates(np.outer(np.cumsum(gaps), [1, 0, 0]), 10.0, 0.85) == 1
    for i in range(12):
        wider = gaps - 0.01
        wider[i] += 0.12
        assert percolates(np.outer(np.cumsum(wider), [1, 0, 0]), 10.0, 0.85) == 0


def test_a_diagonal_and_a_helix(percolates):
    """Around the cell in two axes at once, or once around one axis and twice around another."""
    s = np.arange(40)[:, None] / 40
    assert percolates(10 * s * [1, 1, 0], 10.0, 0.4) == 1
    assert percolates(10 * s * [1, 2, 0], 10.0, 0.6) == 1
    assert percolates(10 * s[:-2] * [1, 2, 0], 10.0, 0.6) == 0


@pytest.mark.parametrize("centre", [(5, 5, 5), (0, 5, 5), (0, 0, 0)])
def test_a_ring_does_not(centre, percolates, mill):
    """A loop that closes without going around the cell, wherever it is."""
    ring, _ = mill(40, radius=3.0)
    assert percolates(np.mod(ring + centre, 10.0), 10.0, 0.5) == 0
    assert percolates(ring, None, 0.5) == 0


def test_a_cluster_across_the_corner_does_not(percolates, rng):
    cluster = rng.uniform(-1.5, 1.5, (80, 3))
    for order in (np.arange(80), rng.permutation(80)):
        assert percolates(np.mod(cluster[order], 10.0), 10.0, 2.0) == 0


@AXES
def test_a_link_as_long_as_the_cell(axis, percolates):
    """Alone, and linked to its own image along the shortest edge."""
    box = np.roll([10.0, 20.0, 30.0], axis)
    assert percolates([[1.0, 2.0, 3.0]], box, 10.0) == 1
    assert percolates([[1.0, 2.0, 3.0]], box, 9.99) == 0
    assert percolates([[1.0, 2.0, 3.0]], None, 100.0) == 0


def test_two_images_of_one_neighbour(percolates):
    """4 one way and 6 the other: both within the link, together once around."""
    positions = [[1.0, 5, 5], [5.0, 5, 5]]
    assert percolates(positions, 10.0, 5.99) == 0
    assert percolates(positions, 10.0, 6.0) == 1
    assert percolates([[0.0, 5, 5], [5.0, 5, 5]], 10.0, 5.0) == 1
    assert percolates([[0.0, 5, 5], [5.0, 8, 5]], 10.0, 5.0) == 0  # sqrt 34 away either way


def test_a_small_group_that_goes_around_counts(percolates, rng):
    """However many swim in a compact school beside it."""
    line = np.stack([np.arange(10.0), np.zeros(10), np.zeros(10)], 1)
    school = rng.normal(size=(200, 3)) * 0.3 + 5
    assert percolates(np.concatenate([school, line]), 10.0, 1.1) == 1
    assert percolates(school, 10.0, 1.1) == 0


def test_flagged_frames_are_counted_in_one_line(registry):
    line = np.stack([np.arange(10.0), np.zeros(10), np.zeros(10)], 1)
    block = Block([line, 0.5 * line, line], box=10.0, dimensions=3)
    with pytest.warns(KaditaWarning, match="linked to its own periodic image.* in 2 of 3 frames") as caught:
        found = analyze(block, ["percolates"], parameters={"percolates.link_distance": 1.1}, registry=registry)
    assert list(found["percolates"]) == [1, 0, 1]
    assert len(caught) == 1


def test_rotation_spread_and_shape_are_still_computed(measure, rng, sphere):
    names = ("rotation", "spread", "school_shape_entropy")
    block = Block(rng.uniform(0, 10, (60, 3)), sphere(rng, (60,)), box=10.0, dimensions=3)
    found = measure(block, "percolates", *names, link=5.0)
    assert found["percolates"][0] == 1
    assert not np.isnan([found[name][0] for name in names]).any()
