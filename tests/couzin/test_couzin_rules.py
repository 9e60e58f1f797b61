"""The rules of Couzin et al. 2002: a plain NumPy twin, and cases that can be told by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from kadita.models.philox import NOISE, normals
from kadita_couzin.couzin import Couzin


def school(**changes):
    """Parameters of a small school in open space, with changes."""
    usual = {
        "agents": 2,
        "box": "open",
        "speed": 3.0,
        "r_r": 1.0,
        "r_o": 3.0,
        "r_a": 9.0,
        "field_of_view": 360.0,
        "turning_rate": 1800.0,  # half a circle in a step: nothing limits a turn
        "noise": 0.0,
        "time_step": 0.1,
        "initial": "sphere",
        "initial_radius": 4.0,
    }
    return Couzin(**(usual | changes))


def unit(vector):
    length = np.linalg.norm(vector)
    return vector / length if length > 1e-10 else np.zeros(3)


def across(a, b):
    return unit(b - (a @ b) * a)


def doubt(vectors):
    """How much a sum of unit vectors magnifies the rounding of each: their number by the length of the sum."""
    length = np.linalg.norm(vectors.sum(axis=0))
    return len(vectors) / length if length > 0 else 1.0


def twin_step(p, positions, headings, seed=0, step=0):
    """The rules once more, in plain NumPy, agent by agent; the random numbers alone are the kernel's.

    Returns positions, headings, and how much each agent's heading magnifies what is rounded in a pair, (N, 1).
    """
    turned, magnified = np.empty_like(headings), np.empty((len(headings), 1))
    for i, u in enumerate(headings):
        others = np.delete(np.arange(len(headings)), i)
        d = p.space.minimum_image(positions[others] - positions[i])
        distance = np.linalg.norm(d, axis=1)
        towards = d / distance[:, None]
        seen = np.degrees(np.arccos(np.clip(towards @ u, -1, 1))) < p.field_of_view / 2
        near = distance < p.r_r
        if near.any():
            wanted = -towards[near].sum(axis=0)
            magnified[i] = doubt(towards[near])
        else:
            middle = seen & (distance < p.r_o)
            far = seen & (distance >= p.r_o) & (distance < p.r_a)
            wanted = unit(headings[others][middle].sum(axis=0)) + unit(towards[far].sum(axis=0))
            worse = max(doubt(headings[others][middle]), doubt(towards[far]))
            magnified[i] = worse / min(1.0, np.linalg.norm(wanted) or 1.0)
        wanted = unit(wanted) if np.linalg.norm(wanted) > 1e-10 else u
        angle, *g = normals(np.uint64(seed), step, i, NOISE)
        if p.noise > 0:
            angle *= p.noise
            wanted = math.cos(angle) * wanted + math.sin(angle) * across(wanted, np.array(g))
        limit = math.radians(p.turning_rate * p.time_step)
        if math.acos(np.clip(u @ wanted, -1, 1)) > limit:
            sideways = across(u, wanted)
            if not sideways.any():
                sideways = across(u, np.array(g))
            wanted = math.cos(limit) * u + math.sin(limit) * sideways
        turned[i] = unit(wanted)
    return p.space.wrap(positions + p.speed * p.time_step * turned), turned, magnified


# Unit vectors are summed as whole numbers of 2^-20, cut, and directions come from float32: 1e-6 of each neighbour.
ROUNDED = 2e-6


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"field_of_view": 270.0},
        {"field_of_view": 90.0, "turning_rate": 40.0},
        {"turning_rate": 40.0, "noise": 0.05},
        {"field_of_view": 270.0, "turning_rate": 70.0, "noise": 0.5},
        {"r_o": 1.0, "noise": 0.2},
        {"r_a": 3.0, "field_of_view": 200.0},
        {"initial_radius": 12.0, "r_a": 4.0, "field_of_view": 300.0, "turning_rate": 100.0},
        {"box": 20.0, "initial": "random", "turning_rate": 40.0, "noise": 0.1, "field_of_view": 270.0},
        {"box": (18.0, 22.0, 30.0), "initial": "random", "turning_rate": 100.0, "field_of_view": 300.0},
        {"box": (18.0, 22.0, 30.0), "initial": "random", "r_a": 4.0, "turning_rate": 100.0, "noise": 0.1},
    ],
    ids=str,
)
@pytest.mark.parametrize("parallel", [False, True], ids=["one thread", "threads"])
@pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
def test_kernel_and_twin_agree_on_random_schools(advance, changes, parallel, by_cells):
    p = school(agents=150, **changes)
    x, u = p.initial_state(seed=3)
    moved, turned = advance(p, x, u, seed=9, first_step=17, parallel=parallel, by_cells=by_cells)
    twin_moved, twin_turned, magnified = twin_step(p, x, u, seed=9, step=17)
    assert np.median(magnified) < 10  # most sums are no near balance of opposites
    assert (np.abs(turned - twin_turned) < ROUNDED * magnified).all()
    assert (np.abs(p.space.minimum_image(moved - twin_moved)) < 0.3 * ROUNDED * magnified).all()
    # a move along the heading itself is exact
    np.testing.assert_allclose(p.space.minimum_image(moved - x), 0.3 * turned, rtol=0, atol=1e-14)


def two(distance, first, second):
    """Two agents on the x axis, with these headings."""
    return np.array([[0.0, 0, 0], [distance, 0, 0]]), np.array([first, second], dtype=float)


class TestZones:
    def test_who_is_too_near_is_fled_from_and_nothing_else_counts(self, advance):
        x, u = two(0.9, [0, 1, 0], [0, 1, 0])
        x, u = np.vstack([x, [[0, 5.0, 0]]]), np.vstack([u, [[0, 0, 1.0]]])  # a third one attracts both
        _, turned = advance(school(agents=3), x, u)
        np.testing.assert_allclose(turned[:2], [[-1, 0, 0], [1, 0, 0]], atol=1e-14)

    def test_repulsion_knows_no_blind_angle(self, advance):
        x, u = two(0.9, [-1, 0, 0], [0, 1, 0])  # the second is straight behind the first
        _, turned = advance(school(field_of_view=90.0), x, [[-1, 0, 0], [0, 1, 0]])
        np.testing.assert_allclose(turned, [[-1, 0, 0], [1, 0, 0]], atol=1e-14)
        _, turned = advance(school(field_of_view=90.0), x, [[-0.8, 0.6, 0], [0, 1, 0]])
        np.testing.assert_allclose(turned[0], [-1, 0, 0], atol=1e-14)

    def test_repulsion_takes_directions_and_not_distances(self, advance):
        x = np.array([[0.0, 0, 0], [0.2, 0, 0], [0, 0.9, 0]])
        _, turned = advance(school(agents=3), x, np.tile([0, 0, 1.0], (3, 1)))
        np.testing.assert_allclose(turned[0], [-math.sqrt(0.5), -math.sqrt(0.5), 0], atol=1e-14)

    @pytest.mark.parametrize(
        ("distance", "wanted"),
        [
            (0.99999, [-1, 0, 0]),  # repulsion
            (1.00001, [0, 0, 1]),  # orientation: the other's heading
            (2.99999, [0, 0, 1]),
            (3.00001, [1, 0, 0]),  # attraction
            (8.99999, [1, 0, 0]),
            (9.00001, [0, 1, 0]),  # alone: its own heading
        ],
    )
    def test_the_radii_are_where_they_are_said_to_be(self, advance, distance, wanted):
        _, turned = advance(school(), *two(distance, [0, 1, 0], [0, 0, 1]))
        np.testing.assert_allclose(turned[0], wanted, atol=1e-14)

    def test_the_zones_weigh_alike_whatever_their_numbers(self, advance):
        """One neighbour to align with, five to approach: halfway between the two directions."""
        x = np.vstack([[0.0, 0, 0], [0, 0, 2.0], *([5.0 + 0.1 * i, 0, 0] for i in range(5))])
        u = np.tile([0, 1.0, 0], (7, 1))
        u[1] = [0, 0, 1]
        _, turned = advance(school(agents=7), x, u)
        np.testing.assert_allclose(turned[0], [math.sqrt(0.5), 0, math.sqrt(0.5)], atol=1e-14)

    def test_each_zone_is_a_mean_direction_and_not_a_mean_vector(self, advance):
        """Headings nearly opposite leave a short sum, which counts in full beside attraction."""
        x = np.array([[0.0, 0, 0], [0, 0, 2.0], [0, 0, -2.0], [5.0, 0, 0]])
        u = np.array([[0, 1.0, 0], [0, 0.6, 0.8], [0, 0.6, -0.8], [0, 1, 0]])
        _, turned = advance(school(agents=4), x, u)
        np.testing.assert_allclose(turned[0], [math.sqrt(0.5), math.sqrt(0.5), 0], atol=1e-14)

    @pytest.mark.parametrize(("degrees", "seen"), [(134, True), (136, False)])
    def test_the_field_of_view_is_the_whole_angle(self, advance, degrees, seen):
        a = math.radians(degrees)
        x, u = two(5.0, [math.cos(a), math.sin(a), 0], [0, 1, 0])
        _, turned = advance(school(field_of_view=270.0), x, u)
        np.testing.assert_allclose(turned[0], [1, 0, 0] if seen else u[0], atol=1e-14)

    def test_opposite_wishes_that_cancel_leave_the_heading(self, advance):
        x = np.array([[0.0, 0, 0], [5.0, 0, 0], [-5.0, 0, 0]])
        _, turned = advance(school(agents=3), x, np.tile([0, 1.0, 0], (3, 1)))
        np.testing.assert_allclose(turned[0], [0, 1, 0], atol=1e-14)

    def test_the_other_side_of_the_cell_is_near(self, advance):
        p = school(box=20.0, initial="random")
        _, turned = advance(p, [[0.5, 6, 6], [15.5, 6, 6]], [[0, 1.0, 0], [0, 1.0, 0]])
        np.testing.assert_allclose(turned, [[-1, 0, 0], [1, 0, 0]], atol=1e-14)


class TestTurns:
    @pytest.mark.parametrize("time_step", [0.05, 0.1, 0.4])
    @pytest.mark.parametrize("asked", [60, 120, 179])
    def test_a_turn_is_a_rotation_by_the_turning_rate_times_the_time_step(self, advance, time_step, asked):
        a = math.radians(asked)
        x, u = two(5.0, [math.cos(a), math.sin(a), 0], [0, 1, 0])
        _, turned = advance(school(turning_rate=40.0, time_step=time_step), x, u)
        left = math.degrees(math.atan2(turned[0, 1], turned[0, 0]))
        assert left == pytest.approx(asked - 40 * time_step, abs=1e-9)
        assert turned[0, 2] == 0

    def test_what_is_within_the_limit_is_reached_exactly(self, advance):
        x, u = two(5.0, [math.cos(0.06), 0, math.sin(0.06)], [0, 1, 0])
        _, turned = advance(school(turning_rate=40.0), x, u)
        np.testing.assert_allclose(turned[0], [1, 0, 0], atol=1e-14)

    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_an_exact_reversal_turns_by_the_limit_about_a_random_axis(self, advance, axis):
        """The axis across the heading on the side of three normal numbers, which noise leaves over: there is none."""
        n, sideways = 4000, [a for a in range(3) if a != axis]
        p = school(agents=2, turning_rate=40.0, field_of_view=360.0)
        u = np.eye(3)[axis] * [[1], [-1]]
        x = -0.25 * u  # face to face, both must flee
        turned = np.array([advance(p, x, u, seed=seed)[1][0] for seed in range(n)])
        np.testing.assert_allclose(turned[:, axis], math.cos(math.radians(4)), rtol=1e-12)
        side = np.array([normals(np.uint64(seed), 0, 0, NOISE)[1:] for seed in range(n)])[:, sideways]
        side *= math.sin(math.radians(4)) / np.linalg.norm(side, axis=1, keepdims=True)
        np.testing.assert_allclose(turned[:, sideways], side, atol=1e-14)
        azimuth = np.arctan2(*turned[:, sideways].T)
        assert stats.kstest(azimuth, stats.uniform(-math.pi, 2 * math.pi).cdf).pvalue > 1e-3

    def test_headings_stay_unit_vectors(self, advance):
        p = school(agents=50, turning_rate=40.0, noise=0.1, field_of_view=270.0)
        x, u = p.initial_state(seed=1)
        _, turned = advance(p, x, u, steps=2000)
        np.testing.assert_allclose(np.linalg.norm(turned, axis=1), 1, rtol=1e-14)

    def test_agents_move_by_speed_times_time_step_along_their_new_heading(self, advance):
        x, u = two(5.0, [0, 1, 0], [0, 1, 0])
        moved, turned = advance(school(), x, u)
        np.testing.assert_allclose(moved, x + 0.3 * turned, atol=1e-15)


class TestNoise:
    @pytest.mark.parametrize("noise", [0.05, 0.3])
    def test_a_free_agent_turns_by_a_normal_angle_about_any_axis_across_its_heading(self, advance, noise):
        n = 20_000
        p = school(agents=n, r_r=0.0, r_o=0.0, r_a=0.0, noise=noise)
        u = np.tile([0.48, 0.6, 0.64], (n, 1))
        _, turned = advance(p, np.zeros((n, 3)), u, seed=5)
        angles = np.arccos(np.clip(turned @ u[0], -1, 1))
        assert stats.kstest(angles / noise, "halfnorm").pvalue > 1e-3
        first = across(u[0], np.array([0, 0, 1.0]))
        azimuth = np.arctan2(turned @ np.cross(u[0], first), turned @ first)
        assert stats.kstest(azimuth, stats.uniform(-math.pi, 2 * math.pi).cdf).pvalue > 1e-3

    def test_noise_turns_the_wish_and_the_limit_holds_after_it(self, advance):
        """Asked to turn by a right angle, with noise: every turn is by exactly the limit, in a noisy direction."""
        p = school(turning_rate=40.0, noise=0.3)
        x, u = two(5.0, [0, 1, 0], [0, 1, 0])
        turned = np.array([advance(p, x, u, seed=seed)[1][0] for seed in range(3000)])
        np.testing.assert_allclose(turned @ u[0], math.cos(math.radians(4)), rtol=1e-12)
        tilt = np.arctan2(turned[:, 2], turned[:, 0])
        # x, turned by a ~ N(0, noise) towards any angle about it: the part across the heading has tan = tan a sin phi
        a = 0.3 * stats.norm.ppf((np.arange(2000) + 0.5) / 2000)[:, None]
        phi = 2 * np.pi * np.arange(500) / 500
        expected = np.sqrt(np.mean(np.arctan2(np.sin(a) * np.sin(phi), np.cos(a)) ** 2))
        assert tilt.std() == pytest.approx(expected, rel=0.05)
        assert abs(tilt.mean()) < 5 * tilt.std() / math.sqrt(len(tilt))

    def test_noise_differs_between_agents_steps_and_seeds(self, advance):
        p = school(r_r=0.0, r_o=0.0, r_a=0.0, noise=0.3)
        u = np.tile([0, 0, 1.0], (2, 1))
        kept = [advance(p, np.zeros((2, 3)), u, seed=s, first_step=t)[1] for s in (1, 2) for t in (0, 1)]
        assert len(np.unique(np.concatenate(kept), axis=0)) == 8


@pytest.mark.parametrize("r_a", [4.0, 9.0])
def test_threads_and_cells_do_not_change_a_bit(advance, r_a):
    p = school(agents=300, r_a=r_a, noise=0.2, turning_rate=40.0, field_of_view=270.0, initial_radius=8.0)
    x, u = p.initial_state(seed=1)
    ways = [{"parallel": parallel, "by_cells": by_cells} for parallel in (False, True) for by_cells in (False, True)]
    runs = [advance(p, x, u, 20, seed=9, **way) for way in ways]
    assert len({moved.tobytes() + turned.tobytes() for moved, turned in runs}) == 1
