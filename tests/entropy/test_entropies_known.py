"""Entropies of schools whose answers are known."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

HEADING_ENTROPIES = ("polarization_entropy", "velocity_correlation_entropy")


@pytest.mark.parametrize("profile", [None, "published"])
@pytest.mark.parametrize("name", HEADING_ENTROPIES)
def test_aligned_school_has_no_entropy_of_headings(name, profile, one, rng):
    velocities = rng.uniform(0.5, 2, (40, 1)) * [0.6, 0.0, 0.8]
    assert one(name, rng.uniform(0, 25, (40, 3)), velocities, 25.0, profile=profile) == 0


def test_two_ways_fill_two_bins_of_cosines(one):
    """On a line with every third agent reversed, cosines are 1 or -1 and nothing between."""
    n = 30
    positions = np.outer(np.arange(n), [1.0, 0.0, 0.0])  # agent i has i - 3 .. i + 3, or the nearest six at an end
    sense = np.where(np.arange(n) % 3 == 0, -1.0, 1.0)
    near = [sorted((j for j in range(n) if j != i), key=lambda j: (abs(j - i), j))[:6] for i in range(n)]
    against = np.mean([sense[i] != sense[j] for i in range(n) for j in near[i]])
    h = -against * math.log(against) - (1 - against) * math.log(1 - against)
    found = one("velocity_correlation_entropy", positions, np.outer(sense, [0.0, 1.0, 0.0]))
    assert found == pytest.approx((h + 1 / (2 * 6 * n)) / math.log(20), abs=1e-12)


def test_only_neighbours_are_compared(one, rng):
    """Two aligned schools apart that go opposite ways: no neighbours disagree, but half of all pairs do."""
    positions = np.concatenate([rng.normal(size=(20, 3)) + 10, rng.normal(size=(20, 3)) + 30])
    velocities = np.repeat([[1.0, 0, 0], [-1.0, 0, 0]], 20, axis=0)
    assert one("velocity_correlation_entropy", positions, velocities, 50.0) == 0
    against = 400 / 780
    h = -against * math.log(against) - (1 - against) * math.log(1 - against)
    published = one("velocity_correlation_entropy", positions, velocities, 50.0, profile="published")
    assert published == pytest.approx(h / math.log(20), abs=1e-12)


def lattice(spacing, per_side):
    return np.array(list(itertools.product(range(per_side), repeat=3))) * spacing + spacing / 3


def test_lattice_keeps_one_distance(one):
    """Every agent has the same neighbours: all in one bin."""
    positions = lattice(2.5, 4)
    assert one("school_cohesion_entropy", positions, None, 10.0) == 0
    assert one("nearest_neighbor_entropy", positions, None, 10.0) == 0


def test_pairs_of_two_widths_fill_two_bins(one):
    """Two thirds of the agents at distance 1, which is the median, the rest at 2: H(1/3) and 1 / (2 N)."""
    widths = np.array([1.0, 1.0, 2.0] * 4)
    left = np.outer(np.arange(12) * 10.0, [1, 0, 0])
    positions = np.concatenate([left, left + np.outer(widths, [0, 1, 0])])
    h = -(1 / 3) * math.log(1 / 3) - (2 / 3) * math.log(2 / 3)
    assert one("school_cohesion_entropy", positions, None) == pytest.approx((h + 1 / 48) / math.log(25), abs=1e-12)


def test_loners_are_counted_in_the_last_bin(one):
    """Farther than three medians: in the histogram, as one bin, however far."""
    pairs = np.concatenate(
        [np.outer(np.arange(6) * 10.0, [1, 0, 0]), np.outer(np.arange(6) * 10.0, [1, 0, 0]) + [0, 1, 0]]
    )
    h = -(12 / 14) * math.log(12 / 14) - (2 / 14) * math.log(2 / 14)
    for far in ((500.0, 700.0), (200.0, 90000.0)):
        positions = np.concatenate([pairs, [[0, far[0], 0], [0, 0, far[1]]]])
        assert one("school_cohesion_entropy", positions, None) == pytest.approx((h + 1 / 28) / math.log(25), abs=1e-12)


@pytest.mark.parametrize("definition", ["corrected", "published"])
@pytest.mark.parametrize("centre", [(12.0, 12.0, 12.0), (0.0, 24.0, 12.0)])
def test_shape_of_ball_disc_and_line(definition, centre, one):
    """One eigenvalue: 0; two equal ones: ln 2 / ln 3; three: 1. Across a face only the corrected one knows."""
    axes = 3 * np.concatenate([np.eye(3), -np.eye(3)])
    ball, disc = axes, axes[[0, 1, 3, 4]]
    line = np.outer([-2.0, -1.0, 1.0, 2.0], [0.6, 0.0, 0.8])
    known = {"ball": (ball, 1.0), "disc": (disc, math.log(2) / math.log(3)), "line": (line, 0.0)}
    right = {
        name: one("school_shape_entropy", np.mod(shape + centre, 24.0), None, 24.0, dimensions=3, definition=definition)
        == pytest.approx(expected, abs=1e-8)
        for name, (shape, expected) in known.items()
    }
    if definition == "corrected" or centre == (12.0, 12.0, 12.0):
        assert all(right.values()), right
    else:
        assert not any(right.values()), right


def test_depth_in_one_layer_and_in_every_layer(one):
    """All in one bin is 0, one in each of the 15 bins is 1."""
    layers = np.stack([np.zeros(15), np.zeros(15), -30 + 2 * np.arange(15) + 1.0], 1)
    assert one("depth_stratification_entropy", layers, None, depth_range=(-30, 0)) == pytest.approx(1, abs=1e-12)
    assert one("depth_stratification_entropy", layers * [1, 1, 0] - 5, None, dimensions=3, depth_range=(-30, 0)) == 0
    cell = layers + [0, 0, 30]
    assert one("depth_stratification_entropy", cell, None, 30.0, definition="published") == pytest.approx(1, abs=1e-12)


def test_depth_counts_between_the_surfaces_alone(one):
    heights = np.array([-31.0, -29.5, -29.0, -1.0, 0.0, 0.5])  # two in the lowest bin, two in the highest, two beyond
    positions = np.outer(heights, [0, 0, 1])
    found = one("depth_stratification_entropy", positions, None, depth_range=(-30, 0))
    assert found == pytest.approx(math.log(2) / math.log(15), abs=1e-12)
    assert np.isnan(one("depth_stratification_entropy", positions, None, depth_range=(5, 6)))


@pytest.mark.parametrize("profile", [None, "published"])
def test_nothing_exceeds_its_range(profile, measure, registry, drawn_school):
    from kadita import Block

    frames = [drawn_school(seed, 9, kind) for seed in range(60) for kind in ("loose", "aligned", "milling")]
    block = Block(np.array([p for p, _ in frames]) + 5, np.array([v for _, v in frames]), box=10.0)
    found = measure(block, profile=profile, **({} if profile else {"link": 1.0}))
    for name, values in found.items():
        if registry[name].range is not None:
            low, high = registry[name].range
            defined = values[~np.isnan(values)]
            assert ((low <= defined) & (defined <= high + 1e-12)).all(), name
