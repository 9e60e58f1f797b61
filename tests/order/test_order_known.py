"""Order parameters of schools whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block

NORTH = np.array([0.6, 0.0, 0.8])


def test_aligned_school_is_fully_polarized(measure, rng):
    """At any speed, anywhere, in any number."""
    for n in (2, 5, 60):
        velocities = rng.uniform(0.1, 9.0, (n, 1)) * NORTH
        found = measure(Block(rng.normal(size=(n, 3)), velocities), "polarization", "polarization_unbiased")
        assert found["polarization"][0] == pytest.approx(1, abs=1e-14)
        assert found["polarization_unbiased"][0] == pytest.approx(1, abs=1e-14)


def test_opposite_halves_cancel(measure, rng):
    velocities = np.repeat([NORTH, -NORTH], 10, axis=0)
    found = measure(Block(rng.normal(size=(20, 3)), velocities), "polarization", "polarization_unbiased")
    assert found["polarization"][0] == pytest.approx(0, abs=1e-14)
    assert found["polarization_unbiased"][0] == 0  # the square is -1/19, cut at 0


def test_three_of_four_one_way(measure):
    """P = |3 - 1| / 4; of six pairs three agree and three oppose, so P0 = 0."""
    velocities = [NORTH, NORTH, NORTH, -NORTH]
    found = measure(Block(np.eye(4, 3), velocities), "polarization", "polarization_unbiased")
    assert found["polarization"][0] == pytest.approx(0.5)
    assert found["polarization_unbiased"][0] == pytest.approx(0, abs=1e-7)


def test_unbiased_squares_are_means_over_pairs(measure, drawn_school):
    """P0^2 is the mean of u_i . u_j over i != j, M0^2 that of l_i . l_j."""
    for seed in range(20):
        positions, velocities = drawn_school(seed, 12, ("aligned", "milling")[seed % 2])
        found = measure(Block(positions, velocities), "polarization_unbiased", "rotation_unbiased")
        u = velocities / np.linalg.norm(velocities, axis=1, keepdims=True)
        r = positions - positions.mean(axis=0)
        turning = np.cross(r / np.linalg.norm(r, axis=1, keepdims=True), u)
        for name, vectors in (("polarization_unbiased", u), ("rotation_unbiased", turning)):
            pairs = [vectors[i] @ vectors[j] for i in range(12) for j in range(12) if i != j]
            assert found[name][0] == pytest.approx(np.sqrt(max(0.0, np.mean(pairs))), abs=1e-9), name


@pytest.mark.parametrize("n", [3, 20, 150])
def test_chance_gives_nothing_to_the_unbiased_forms(n, measure, rng, sphere):
    """Random headings: both squares have the mean 0 within three standard errors; P^2 and M^2 do not."""
    schools = 3000
    positions, headings = rng.normal(size=(schools, n, 3)), sphere(rng, (schools, n))
    found = measure(
        Block(positions, headings), "polarization", "polarization_unbiased", "rotation", "rotation_unbiased"
    )
    r = positions - positions.mean(axis=1, keepdims=True)
    turning = np.cross(r / np.linalg.norm(r, axis=2, keepdims=True), headings)
    own = {"polarization": np.full(schools, n), "rotation": (turning**2).sum(axis=(1, 2))}
    for name, self_part in own.items():
        biased = found[name] ** 2
        square = (n**2 * biased - self_part) / (n * (n - 1))
        error = square.std() / np.sqrt(schools)
        assert abs(square.mean()) < 3 * error, name
        assert biased.mean() > 10 * error, name
        np.testing.assert_allclose(found[f"{name}_unbiased"], np.sqrt(np.clip(square, 0, None)), atol=1e-7)
        assert (square < 0).any()  # where the metric is cut at 0, its square is not


def test_chance_gives_a_small_school_polarization(measure, rng, sphere):
    """P = 0.92 / sqrt N for random headings: sqrt(8 / (3 pi)) from the Maxwell distribution."""
    n, schools = 100, 4000
    p = measure(Block(np.zeros((schools, n, 3)), sphere(rng, (schools, n))), "polarization")["polarization"]
    assert p.mean() * np.sqrt(n) == pytest.approx(np.sqrt(8 / (3 * np.pi)), abs=0.02)


def test_spread_is_the_radius_of_gyration(one, mill):
    positions, velocities = mill(30, radius=3.0)
    assert one("spread", positions, velocities) == pytest.approx(3)
    assert one("spread", positions + 9.5, velocities, 10.0) == pytest.approx(3)
    assert one("spread", [[0.0, 0, 0], [2.0, 0, 0]], None) == pytest.approx(1)
    assert one("spread", [[9.0, 5, 5], [1.0, 5, 5]], None, 10.0) == pytest.approx(1)


def test_spread_has_the_unit_of_length(registry):
    assert registry["spread"].units == "length"


def test_order_index_is_the_larger_one(measure, drawn_school, mill):
    schools = [drawn_school(seed, 40, kind) for seed, kind in enumerate(["aligned", "milling", "loose"])]
    larger = set()
    for positions, velocities in [*schools, mill()]:
        for profile in (None, "published"):
            found = measure(
                Block(positions, velocities, box=50.0, dimensions=3),
                "order_index",
                "polarization",
                "rotation",
                profile=profile,
            )
            p, m = found["polarization"][0], found["rotation"][0]
            assert found["order_index"][0] == max(p, m)
            larger.add(p > m)
    assert larger == {True, False}
