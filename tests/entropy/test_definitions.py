"""Every corrected metric against its formula, written once more in plain Python, agent by agent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import digamma

from kadita import Block


def entropy_of(values, bins, low, high, *, overflow=False, correct=True):
    counts = np.histogram(values, bins, (low, high))[0]
    if overflow:
        counts[-1] += np.sum(np.asarray(values) > high)
    p = counts[counts > 0] / counts.sum()
    h = -(p * np.log(p)).sum() + (len(p) - 1) / (2 * counts.sum()) * correct
    return min(h / math.log(bins), 1.0)


def distances(positions, side, i):
    d = positions - positions[i]
    if side is not None:
        d = d - side * np.round(d / side)
    return np.delete(np.sqrt((d**2).sum(axis=1)), i)


def others(positions, side, i, k):
    return np.delete(np.arange(len(positions)), i)[np.argsort(distances(positions, side, i), kind="stable")[:k]]


def entropy_of_headings(u, dimensions):
    """The fourth nearest of each, by its chord on the sphere or its arc on the circle."""
    n, balls = len(u), []
    for a in u:
        chord = np.sort([np.linalg.norm(a - b) for b in u])[4]  # the first is the agent itself
        balls.append(math.pi * chord**2 if dimensions == 3 else 4 * math.asin(chord / 2))
    h = digamma(n) - digamma(4) + np.mean(np.log(balls))
    whole, parts = (4 * math.pi, 288) if dimensions == 3 else (2 * math.pi, 36)
    return max(0.0, 1 + (h - math.log(whole)) / math.log(parts))


def by_hand(positions, velocities, side, centre, dimensions=3):
    """Headings, offsets and neighbours one after the other; the centre is known to the test."""
    r = positions - centre
    if side is not None:
        r = r - side * np.round(r / side)
    u = [v / np.linalg.norm(v) for v in velocities if np.linalg.norm(v) > 1e-10]
    n, everyone = len(u), range(len(positions))
    moving = [i for i in everyone if np.linalg.norm(velocities[i]) > 1e-10]
    turning = [np.cross(r[i] / np.linalg.norm(r[i]), u[a]) for a, i in enumerate(moving)]
    axis = sum(turning) / np.linalg.norm(sum(turning))
    nearest = [distances(positions, side, i).min() for i in everyone]
    variation = []
    for i in everyone:
        five = np.sort(distances(positions, side, i))[:5]
        variation.append(five.std() / five.mean())
    heading = dict(zip(moving, u, strict=True))
    cosines = [heading[i] @ heading[j] for i in moving for j in others(positions, side, i, 6) if j in heading]
    variances = np.linalg.eigvalsh(np.cov(r.T))[-dimensions:]
    p = variances / variances.sum()
    order = np.linalg.norm(sum(u)) / n
    rotation = np.linalg.norm(sum(turning)) / n
    by_height = {"depth_stratification_entropy": entropy_of(positions[:, 2], 15, -2, 1, correct=False)}
    about_z = {"angular_momentum": sum(turning)[2] / n}
    return (by_height if dimensions == 3 else about_z) | {
        "polarization": order,
        "rotation": rotation,
        "spread": math.sqrt(np.mean([x @ x for x in r])),
        "order_index": max(order, rotation),
        "school_cohesion_entropy": entropy_of(nearest / np.median(nearest), 25, 0, 3, overflow=True),
        "polarization_entropy": entropy_of_headings(u, dimensions),
        "angular_momentum_entropy": entropy_of([m @ axis for m in turning], 20, -1, 1),
        "nearest_neighbor_entropy": entropy_of(variation, 20, 0, 1, overflow=True),
        "velocity_correlation_entropy": entropy_of(cosines, 20, -1, 1),
        "school_shape_entropy": -(p * np.log(p)).sum() / math.log(dimensions),
    }


@pytest.mark.parametrize("side", [None, 12.0])
@pytest.mark.parametrize("kind", ["loose", "aligned", "milling", "resting"])
@pytest.mark.parametrize("n", [12, 33, 120])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_formula(dimensions, n, kind, side, measure, drawn_school):
    """In a cell the school is small and in the middle, so that its centre is the mean."""
    positions, velocities = (vectors * [1, 1, dimensions == 3] for vectors in drawn_school(n, n, kind))
    if side is not None:
        positions = np.clip(positions, -2.9, 2.9)
    centre = positions.mean(axis=0)
    expected = by_hand(positions, velocities, side, centre, dimensions)
    surfaces = {"depth_stratification_entropy.depth_range": (-2.0, 1.0)} if dimensions == 3 else {}
    found = measure(Block(positions, velocities, box=side), *expected, parameters=surfaces)
    for name, value in expected.items():
        assert found[name][0] == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize("n", [30, 80])
def test_neighbours_across_the_faces(n, measure, rng, sphere):
    """A school that fills the cell."""
    positions, velocities = rng.uniform(0, 5, (n, 3)), sphere(rng, (n,))
    names = ("school_cohesion_entropy", "nearest_neighbor_entropy", "velocity_correlation_entropy")
    block = Block(positions, velocities, box=5.0)
    expected = by_hand(positions, velocities, 5.0, block.centroid[0])
    found = measure(block, *names)
    inside = by_hand(positions, velocities, None, positions.mean(axis=0))
    for name in names:
        assert found[name][0] == pytest.approx(expected[name], abs=1e-9), name
    assert any(abs(found[name][0] - inside[name]) > 1e-3 for name in names)
