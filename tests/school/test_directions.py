"""Entropies of directions on the sphere and on the circle: k-th nearest neighbours, closed forms, ties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.special import digamma

from kadita.school.entropy.directions import circle_entropies, circle_entropy, sphere_entropies, sphere_entropy

QUIET = settings(derandomize=True, deadline=None, max_examples=100)


def on_circle(angles):
    """Unit vectors in the plane at these angles."""
    angles = np.asarray(angles)
    return np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=-1)


def by_all_pairs(angles, k):
    """The estimate from the arcs between all pairs, with scipy's psi."""
    arcs = np.abs(angles[:, None] - angles) % (2 * math.pi)
    arcs = np.sort(np.minimum(arcs, 2 * math.pi - arcs), axis=1)[:, k]  # the first is the angle itself
    return digamma(len(angles)) - digamma(k) + np.log(2 * arcs).mean()


class TestSphereEntropy:
    @pytest.fixture
    def uniform(self, rng):
        def uniform(*shape):
            v = rng.normal(size=(*shape, 3))
            return v / np.linalg.norm(v, axis=-1, keepdims=True)

        return uniform

    @pytest.mark.parametrize("k", [1, 4])
    @pytest.mark.parametrize("n", [5, 20, 150])
    def test_uniform_directions_have_ln_4_pi(self, n, k, uniform):
        """Without bias at any N, as the area of the caps is exact: within four standard errors."""
        found = np.array([sphere_entropy(u, k) for u in uniform(40_000 // n, n)])
        assert abs(found.mean() - math.log(4 * math.pi)) < 4 * found.std() / math.sqrt(found.size)

    def test_by_hand(self):
        """Six axes, k = 1: each has its nearest at the chord sqrt 2; psi(6) - psi(1) = 137 / 60."""
        axes = np.concatenate([np.eye(3), -np.eye(3)])
        assert sphere_entropy(axes, 1) == pytest.approx(137 / 60 + math.log(2 * math.pi), abs=1e-12)
        assert sphere_entropy(axes, 5) == pytest.approx(137 / 60 - 25 / 12 + math.log(4 * math.pi), abs=1e-12)

    def test_it_does_not_turn_with_the_school(self, uniform):
        turn, _ = np.linalg.qr(uniform(3))
        u = uniform(60)
        assert sphere_entropy(u @ turn) == pytest.approx(sphere_entropy(u), abs=1e-12)

    def test_frames_at_once_and_one_by_one(self, uniform):
        u = uniform(7, 40)
        u[3] = u[3, :1]
        np.testing.assert_array_equal(sphere_entropies(u), [sphere_entropy(frame) for frame in u])
        assert np.isnan(sphere_entropies(u[:, :4])).all()

    @pytest.mark.slow
    @pytest.mark.parametrize("width", [1e-1, 1e-3])
    def test_a_bundle_and_a_few_astray(self, width, rng):
        """4000 headings in one cell of any grid over the sphere: against scipy's tree."""
        u = np.concatenate([[0.6, 0, 0.8] + width * rng.normal(size=(4000, 3)), rng.normal(size=(9, 3))])
        u /= np.linalg.norm(u, axis=1, keepdims=True)
        chords = cKDTree(u).query(u, k=5)[0][:, 4]
        psi = sum(1 / m for m in range(4, len(u)))
        assert sphere_entropy(u) == pytest.approx(psi + np.log(math.pi * chords**2).mean(), abs=1e-9)

    @pytest.mark.parametrize(("n", "k"), [(0, 4), (1, 4), (4, 4), (1, 1)])
    def test_too_few(self, n, k, uniform):
        assert math.isnan(sphere_entropy(uniform(n), k))

    def test_it_is_the_same_in_any_part_of_a_block(self, uniform):
        u = uniform(9, 33)
        np.testing.assert_array_equal(sphere_entropies(u[3:5]), sphere_entropies(u)[3:5])


class TestCircleEntropy:
    @QUIET
    @given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.integers(1, 12), st.floats(-3, 0.6))
    def test_it_is_the_estimate_from_all_pairs(self, seed, n, k, width):
        """Also where a school is so small that the k-th nearest is on the far side, and for narrow bundles."""
        angles = np.random.default_rng(seed).normal(size=n) * 10**width
        if k >= n:
            assert math.isnan(circle_entropy(on_circle(angles), k))
        else:
            assert circle_entropy(on_circle(angles), k) == pytest.approx(by_all_pairs(angles, k), abs=1e-9)

    @pytest.mark.parametrize("k", [1, 4])
    @pytest.mark.parametrize("n", [5, 8, 20, 150, 5000])
    def test_uniform_directions_have_ln_2_pi(self, n, k, rng):
        """Without bias at any N, as arcs are exact: within four standard errors. Chords would be too short."""
        found = circle_entropies(on_circle(rng.uniform(0, 2 * math.pi, (max(20, 40_000 // n), n))), k)
        assert abs(found.mean() - math.log(2 * math.pi)) < 4 * found.std() / math.sqrt(found.size)

    def test_by_hand(self):
        """A regular hexagon: the nearest at 60 degrees, the third one at 120, the fifth opposite."""
        hexagon = on_circle(np.arange(6) * math.pi / 3)
        for k, arc in ((1, 60), (2, 60), (3, 120), (4, 120), (5, 180)):
            expected = digamma(6) - digamma(k) + math.log(2 * math.radians(arc))
            assert circle_entropy(hexagon, k) == pytest.approx(expected, abs=1e-12)

    def test_a_density_of_known_entropy(self, rng):
        """Uniform on half of the circle: ln pi, but for the ends, which are few among many."""
        found = circle_entropies(on_circle(rng.uniform(0, math.pi, (40, 4000))))
        assert found.mean() == pytest.approx(math.log(math.pi), abs=0.01)

    def test_it_does_not_turn_with_the_school(self, rng):
        """Across the cut at 180 degrees too."""
        angles = rng.normal(size=80)
        for turn in (1.0, math.pi, 4.0):
            assert circle_entropy(on_circle(angles + turn)) == pytest.approx(
                circle_entropy(on_circle(angles)), abs=1e-9
            )

    def test_frames_at_once_and_one_by_one(self, rng):
        u = on_circle(rng.uniform(0, 7, (7, 40)))
        u[3] = u[3, :1]
        np.testing.assert_array_equal(circle_entropies(u), [circle_entropy(frame) for frame in u])
        assert circle_entropies(u)[3] == -math.inf


@pytest.fixture(params=["sphere", "circle"])
def entropy_of(request):
    return {"sphere": sphere_entropy, "circle": circle_entropy}[request.param]


class TestTies:
    """More than k equal directions that are not all equal leave the estimate undefined; all equal is -infinity."""

    def test_one_more_than_k(self, entropy_of, rng):
        u = on_circle(rng.uniform(0, 7, 30))
        u[:5] = u[0]
        assert math.isnan(entropy_of(u, 4))
        assert math.isfinite(entropy_of(u, 5))
        u[:] = u[0]
        assert entropy_of(u, 4) == -math.inf

    def test_whole_pixels_have_one_direction_whatever_the_last_bit(self, entropy_of, rng):
        """(1, 3), (2, 6), (3, 9) have one direction, and their unit vectors are not the same numbers."""
        n = np.arange(1, 13.0)
        steps = np.stack([n, 3 * n, 0 * n], 1)
        u = np.concatenate([steps / np.linalg.norm(steps, axis=1, keepdims=True), on_circle(rng.uniform(0, 7, 20))])
        assert len(np.unique(u[:12], axis=0)) > 1
        assert math.isnan(entropy_of(u, 4))

    def test_rounding_in_single_precision_does_not_part_them(self, entropy_of, rng):
        """Velocities of whole pixels times a frame rate, as a file stores them."""
        n = np.arange(1, 40.0)
        v = (np.stack([3 * n, n, 0 * n], 1) * 29.97).astype(np.float32).astype(np.float64)
        equal = v / np.linalg.norm(v, axis=1, keepdims=True)
        assert np.ptp(np.arctan2(equal[:, 1], equal[:, 0])) > 1e-8
        assert math.isnan(entropy_of(np.concatenate([equal, on_circle(rng.uniform(0, 7, 20))]), 4))
        assert entropy_of(equal, 4) == -math.inf

    @pytest.mark.parametrize(("n", "k"), [(20_000, 1), (300_000, 2)])
    def test_many_are_close_by_chance(self, n, k, rng):
        """Large schools have pairs that single precision does not tell apart; they are no fault."""
        angles = rng.uniform(0, 2 * math.pi, n)
        assert np.diff(np.sort(angles)).min() < 2.0**-23
        assert circle_entropy(on_circle(angles), k) == pytest.approx(math.log(2 * math.pi), abs=0.05)

    def test_directions_a_millionth_apart_are_not_equal(self, entropy_of):
        """Whole pixels up to 1000 give directions that differ by more than a millionth, or not at all."""
        u = on_circle(np.concatenate([1e-6 * np.arange(5), np.linspace(1, 5, 20)]))
        assert math.isfinite(entropy_of(u, 4))
