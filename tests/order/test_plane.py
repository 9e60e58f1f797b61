"""Order in a plane: mills of either sense, a line abreast, a file in line, and what chance gives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kadita import Block, KaditaError, analyze

NAMES = ("polarization", "rotation", "angular_momentum", "rotation_unbiased", "polarization_unbiased", "state")


def towards(angles):
    """Unit vectors in the plane at these angles."""
    return np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=-1)


@pytest.mark.parametrize("centre", [(12.5, 12.5), (0.0, 12.5), (0.0, 0.0), (23.1, 7.7), (-40.0, 260.0)])
@pytest.mark.parametrize("sense", [1, -1])
@pytest.mark.parametrize("height", [0.0, 1e6])
def test_a_mill_anywhere_in_a_periodic_plane(height, sense, centre, measure, mill, registry):
    """M = 1 for both senses; counterclockwise is positive, seen with y up."""
    ring, around = mill(30)
    block = Block(ring + [*centre, height], sense * around, box=(25, 25), dimensions=2)
    found = measure(block, *NAMES, "spread")
    assert found["angular_momentum"][0] == pytest.approx(sense, abs=1e-9)
    assert found["rotation"][0] == pytest.approx(1, abs=1e-9)
    assert found["rotation_unbiased"][0] == pytest.approx(1, abs=1e-9)
    assert found["polarization"][0] == pytest.approx(0, abs=1e-12)
    assert found["spread"][0] == pytest.approx(4, abs=1e-9)
    assert registry["state"].labels[int(found["state"][0])] == "torus"


def test_counterclockwise_is_east_going_north(one):
    """And west going south; with y down, as on a screen, it would be clockwise."""
    places, ways = [[1.0, 0], [-1.0, 0]], [[0, 2.0], [0, -2.0]]
    assert one("angular_momentum", places, ways) == pytest.approx(1)
    mirrored = np.array([1.0, -1.0])
    assert one("angular_momentum", places * mirrored, ways * mirrored) == pytest.approx(-1)


@pytest.mark.parametrize("against", [0, 3, 10, 15])
def test_some_of_a_mill_turn_the_other_way(against, measure, mill):
    found = measure(Block(*mill(30, against=against), dimensions=2), *NAMES)
    m = 1 - 2 * against / 30
    assert found["angular_momentum"][0] == pytest.approx(m, abs=1e-12)
    assert found["rotation"][0] == pytest.approx(abs(m), abs=1e-12)
    squared = (30 * m**2 - 1) / 29
    assert found["rotation_unbiased"][0] == pytest.approx(math.sqrt(max(0, squared)), abs=1e-7)


@pytest.mark.parametrize(
    ("way", "momentum"), [([0.8, -0.6], 1), ([0.6, 0.8], 0)], ids=["a line abreast", "a file in line"]
)
def test_a_line(way, momentum, measure):
    """Abreast, one half turns one way about the centre and one half the other way; in a file nobody does."""
    places = np.outer(np.arange(8) - 3.5, [0.6, 0.8])
    moving = np.array([[True] * 8, [True] * 4 + [False] * 4, [False] * 4 + [True] * 4])[..., None]
    found = measure(Block(np.tile(places, (3, 1, 1)), np.where(moving, way, 0.0)), *NAMES)
    np.testing.assert_allclose(found["polarization"], 1, atol=1e-12)
    np.testing.assert_allclose(found["angular_momentum"], [0, momentum, -momentum], atol=1e-12)
    np.testing.assert_allclose(found["rotation"], [0, momentum, momentum], atol=1e-12)
    np.testing.assert_allclose(found["rotation_unbiased"], [0, momentum, momentum], atol=1e-12)


def test_rotation_is_the_size_of_the_angular_momentum(measure, rng):
    """The mean of (x v - y u) / |r| about the mean position."""
    x, v = rng.normal(size=(2, 50, 30, 2))
    u = v / np.linalg.norm(v, axis=2, keepdims=True)
    r = x - x.mean(axis=1, keepdims=True)
    l = (r[..., 0] * u[..., 1] - r[..., 1] * u[..., 0]) / np.linalg.norm(r, axis=2)  # noqa: E741
    found = measure(Block(x, v), "angular_momentum", "rotation", "polarization")
    np.testing.assert_allclose(found["angular_momentum"], l.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(found["rotation"], abs(l.mean(axis=1)), atol=1e-12)
    np.testing.assert_allclose(found["polarization"], np.linalg.norm(u.mean(axis=1), axis=1), atol=1e-12)


def test_in_space_it_is_refused_by_name(registry, drawn_school):
    with pytest.raises(KaditaError, match="angular_momentum is defined only in a plane, and the school is in space"):
        analyze(Block(*drawn_school(1, 20)), ["angular_momentum"], registry=registry)


@pytest.mark.parametrize("n", [3, 20, 150])
def test_chance_gives_nothing_to_the_unbiased_forms(n, measure, rng):
    """Random planar headings: both squares have the mean 0 within four standard errors; P^2 and M^2 do not."""
    schools = 3000
    positions = rng.normal(size=(schools, n, 2))
    headings = towards(rng.uniform(-math.pi, math.pi, (schools, n)))[..., :2]
    found = measure(Block(positions, headings), *NAMES[:-1])
    r = positions - positions.mean(axis=1, keepdims=True)
    turning = (r[..., 0] * headings[..., 1] - r[..., 1] * headings[..., 0]) / np.linalg.norm(r, axis=2)
    own = {"polarization": np.full(schools, n), "rotation": (turning**2).sum(axis=1)}
    for name, self_part in own.items():
        biased = found[name] ** 2
        square = (n**2 * biased - self_part) / (n * (n - 1))
        error = square.std() / np.sqrt(schools)
        assert abs(square.mean()) < 4 * error, name
        assert biased.mean() > 10 * error, name
        np.testing.assert_allclose(found[f"{name}_unbiased"], np.sqrt(np.clip(square, 0, None)), atol=1e-7)


def test_chance_gives_a_small_school_polarization(measure, rng):
    """P = 0.886 / sqrt N for random planar headings: sqrt(pi) / 2 from the Rayleigh distribution; 0.92 in space."""
    n, schools = 100, 4000
    headings = towards(rng.uniform(-math.pi, math.pi, (schools, n)))
    p = measure(Block(np.zeros((schools, n, 3)), headings), "polarization")["polarization"]
    assert p.mean() * np.sqrt(n) == pytest.approx(math.sqrt(math.pi) / 2, abs=0.02)
    assert math.sqrt(math.pi) / 2 == pytest.approx(0.886, abs=5e-4)
