"""The polarization entropy: 0 for one direction, 1 on average for all, the same for every direction of travel."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kadita import Block

NAME = "polarization_entropy"


def entropies(measure, headings, **options):
    return measure(Block(np.zeros_like(headings), headings), NAME, **options)[NAME]


@pytest.mark.parametrize("n", [20, 150])
def test_random_schools_have_a_mean_of_one(n, measure, sphere, rng):
    found = entropies(measure, sphere(rng, (200, n)))
    assert found.mean() == pytest.approx(1, abs=0.01)
    assert (found > 1).any()  # not cut above: a cut would bias the mean


@pytest.mark.parametrize("n", [5, 6, 8, 1000])
def test_the_mean_is_one_at_any_size(n, measure, sphere, rng):
    """Within four standard errors, down to the five headings that the fourth neighbour needs."""
    found = entropies(measure, sphere(rng, (100_000 // n if n > 500 else 4000, n)))
    assert abs(found.mean() - 1) < 4 * found.std() / math.sqrt(found.size)


def bundle(axis, rng, n=150, width=0.25):
    """Headings around an axis."""
    e3 = np.array(axis, dtype=float)
    e1 = np.cross(e3, [0.3, 0.5, 0.8])
    e1 /= np.linalg.norm(e1)
    x, y = rng.normal(size=(2, n, 1)) * width
    headings = e3 + x * e1 + y * np.cross(e3, e1)
    return headings / np.linalg.norm(headings, axis=1, keepdims=True)


def test_every_direction_of_travel_has_one_entropy(measure):
    """The audit: one bundle along +x and +z has the published entropies .24 and .55."""
    axes = [(1, 0, 0), (0, 0, 1), (0, 0, -1), (-1, 0, 0), (0.6, 0, 0.8)]
    headings = np.array([bundle(axis, np.random.default_rng(3)) for axis in axes])
    corrected = entropies(measure, headings)
    published = entropies(measure, headings, profile="published")
    np.testing.assert_allclose(corrected, corrected[0], atol=1e-12)
    assert published[1] - published[0] > 0.2


def test_published_isotropic_limit_is_below_one(measure, sphere, rng):
    """Counts in cells of unequal area, weighted once more by their area: .946 for ever so many headings."""
    found = entropies(measure, sphere(rng, (1, 400_000)), profile="published")
    assert found[0] == pytest.approx(0.946, abs=0.001)
    area = np.sin((np.arange(12) + 0.5) * math.pi / 12)
    p = np.repeat(area**2 / (area**2).sum() / 24, 24)
    assert found[0] == pytest.approx(-(p * np.log(p)).sum() / math.log(288), abs=2e-3)


def test_a_density_of_known_entropy(measure, rng):
    """Headings with density (1 + cos theta) / 4 pi: h = ln 4 pi - ln 2 + 1/2."""
    z = 2 * np.sqrt(rng.random((50, 2000))) - 1
    phi = 2 * math.pi * rng.random(z.shape)
    across = np.sqrt(1 - z**2)
    found = entropies(measure, np.stack([across * np.cos(phi), across * np.sin(phi), z], 2))
    expected = 1 - (math.log(2) - 0.5) / math.log(288)
    assert abs(found.mean() - expected) < 4 * found.std() / math.sqrt(50)


def test_narrow_bundle_ends_at_zero(measure, rng):
    """The differential entropy falls without end; the metric does not."""
    widths = [0.5, 0.1, 0.01, 1e-4, 1e-9]
    found = entropies(measure, np.array([bundle((0, 0.6, 0.8), np.random.default_rng(1), width=w) for w in widths]))
    assert (np.diff(found) <= 0).all()
    assert found[0] > 0.5
    assert list(found[3:]) == [0, 0]


def test_speed_does_not_matter(measure, sphere, rng):
    headings = sphere(rng, (1, 30))
    speeds = rng.uniform(1e-6, 1e6, (1, 30, 1))
    assert entropies(measure, headings * speeds)[0] == pytest.approx(entropies(measure, headings)[0], abs=1e-12)
