"""Informed individuals (Couzin et al. 2005): a plain NumPy twin, rules that can be told by hand, and who leads."""

import cmath
import math

import numpy as np
import pytest

import kadita
from kadita.models.philox import NOISE, normals
from kadita.testing import check_model
from kadita_couzin.informed import Informed


def school(**changes):
    """Parameters of a small school of agents alike, with changes."""
    usual = {
        "agents": 2,
        "dimensions": 2,
        "box": "open",
        "speed": 1.0,
        "r_r": 1.0,
        "r_a": 6.0,
        "turning_rate": 900.0,  # half a circle in a step: nothing limits a turn
        "noise": 0.0,
        "time_step": 0.2,
        "initial": "sphere",
        "initial_radius": 8.0,
    }
    return Informed(**(usual | changes))


def direction(z, otherwise):
    """z / |z|, complex numbers being vectors of the plane."""
    return z / abs(z) if abs(z) > 1e-10 else otherwise


def twin_step(p, positions, headings, weights, seed=0, step=0):
    """The rules once more, agent by agent, in complex numbers; the random numbers alone are the kernel's.

    Returns headings, complex, and how much each of them magnifies what is rounded in a pair.
    """
    u = headings[:, 0] + 1j * headings[:, 1]
    preferred = cmath.exp(1j * math.radians(p.preferred_direction))
    turned, magnified = np.empty_like(u), np.empty(len(u))
    for i, own in enumerate(u):
        others = np.delete(np.arange(len(u)), i)
        d = p.space.minimum_image(positions[others] - positions[i])
        d = d[:, 0] + 1j * d[:, 1]
        near, known = abs(d) < p.r_r, abs(d) < p.r_a
        towards = d / abs(d)
        summed = -towards[near] if near.any() else np.concatenate([towards[known], u[others][known], [own]])
        social = direction(summed.sum(), own)
        magnified[i] = len(summed) / abs(summed.sum()) / min(1.0, abs(social + weights[i] * preferred))
        wanted = direction(social + weights[i] * preferred, own)
        wanted *= cmath.exp(1j * p.noise * normals(np.uint64(seed), step, i, NOISE)[0])
        limit = math.radians(p.turning_rate * p.time_step)
        turned[i] = own * cmath.exp(1j * max(-limit, min(limit, cmath.phase(wanted / own))))
    return turned, magnified


# Unit vectors are summed as whole numbers of 2^-20, cut, and directions come from float32: 1e-6 of each neighbour.
ROUNDED = 2e-6


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"weight": 0.5, "preferred_direction": 50.0, "noise": 0.01, "turning_rate": 114.6},
        {"weight": 2.0, "preferred_direction": -120.0, "noise": 0.3, "initial_radius": 25.0},
        {"r_r": 0.0, "weight": 0.1, "turning_rate": 300.0},
        {"box": 20.0, "initial": "random", "noise": 0.1, "turning_rate": 114.6},
    ],
    ids=str,
)
@pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
def test_kernel_and_twin_agree_on_random_schools(advance, changes, by_cells):
    p = school(agents=100, **changes)
    x, u = p.initial_state(seed=3)
    moved, turned = advance(p, x, u, seed=9, first_step=17, by_cells=by_cells)
    twin, magnified = twin_step(p, x, u, np.full(100, p.weight), seed=9, step=17)
    assert np.median(magnified) < 10  # most sums are no near balance of opposites
    assert (abs(turned[:, 0] + 1j * turned[:, 1] - twin) < ROUNDED * magnified).all()
    np.testing.assert_allclose(p.space.minimum_image(moved - x), 0.2 * turned, rtol=0, atol=1e-14)
    assert not moved[:, 2].any()


def test_the_scenarios_species_are_the_twins_weights():
    """Its first ten agents have the weight 0.5, and no other has one, in each of 60 steps."""
    run = kadita.simulate("informed", steps=60, every=1, seed=7)
    frames = run.read(np.arange(61))
    x, u = frames.positions, frames.velocities / run.model.speed
    weights = np.where(np.arange(100) < 10, 0.5, 0.0)
    for step in range(60):
        twin, magnified = twin_step(run.model, x[step], u[step], weights, seed=7, step=step)
        assert (abs(u[step + 1, :, 0] + 1j * u[step + 1, :, 1] - twin) < ROUNDED * magnified).all()


def at(degrees):
    """The unit vector at this angle to the x axis."""
    return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees)), 0.0]


def angles(headings):
    return np.degrees(np.arctan2(headings[..., 1], headings[..., 0]))


class TestRules:
    def test_who_is_too_near_is_fled_from_and_no_other_counts(self, advance):
        x = [[0, 0, 0], [0.9, 0, 0], [0, 5.0, 0]]
        _, turned = advance(school(agents=3), x, [at(90), at(90), at(0)])
        assert angles(turned)[0] == pytest.approx(180, abs=1e-4)

    BOTH = math.degrees(math.atan2(2, 1))  # towards the other, 0, and along its heading and one's own, both 90

    @pytest.mark.parametrize(("distance", "wanted"), [(0.9999, 180), (1.0001, BOTH), (5.9999, BOTH), (6.0001, 90)])
    def test_the_radii_are_where_they_are_said_to_be(self, advance, distance, wanted):
        _, turned = advance(school(), [[0, 0, 0], [distance, 0, 0]], [at(90), at(90)])
        assert angles(turned)[0] == pytest.approx(wanted, abs=1e-4)

    def test_ones_own_heading_counts_once_and_another_at_once_twice(self, advance):
        """Own heading 90, the other's 180, direction to it 0: these two cancel, and one's own is left."""
        _, turned = advance(school(), [[0, 0, 0], [3.0, 0, 0]], [at(90), at(180)])
        assert angles(turned)[0] == pytest.approx(90, abs=1e-4)
        _, turned = advance(school(), [[0, 0, 0], [3.0, 0, 0]], [at(90), at(0)])
        assert angles(turned)[0] == pytest.approx(math.degrees(math.atan2(1, 2)), abs=1e-4)

    @pytest.mark.parametrize("weight", [0.1, 0.5, 1.0])
    @pytest.mark.parametrize("distance", [0.5, 8.0], ids=["repelled", "alone"])
    def test_the_preference_is_added_to_a_unit_vector(self, advance, weight, distance):
        """Social direction 180, be it away from another or one's own heading; preferred 90: tan is the weight."""
        p = school(weight=weight, preferred_direction=90.0)
        _, turned = advance(p, [[0, 0, 0], [distance, 0, 0]], [at(180), at(180)])
        assert angles(turned)[0] == pytest.approx(180 - math.degrees(math.atan(weight)), abs=1e-4)

    def test_the_preference_does_not_weaken_with_the_number_of_neighbours(self, advance):
        x = [[0, 0, 0], *([4.0, 0.3 * i, 0] for i in range(-5, 6))]
        _, turned = advance(school(agents=12, weight=0.5, preferred_direction=90.0), x, [at(0)] * 12)
        assert angles(turned)[0] == pytest.approx(math.degrees(math.atan(0.5)), abs=1e-4)

    def test_a_rotated_school_with_a_rotated_preference_turns_as_the_rotated_one(self, advance):
        p = school(agents=60, weight=0.5, noise=0.2, turning_rate=114.6)
        x, u = p.initial_state(seed=6)
        _, magnified = twin_step(p, x, u, np.full(60, 0.5), seed=2)
        c, s = math.cos(math.radians(70)), math.sin(math.radians(70))
        rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        there = p.model_copy(update={"preferred_direction": 70.0})
        image = advance(there, x @ rotation.T, u @ rotation.T, seed=2)[1]
        assert (np.abs(image - advance(p, x, u, seed=2)[1] @ rotation.T) < ROUNDED * magnified[:, None]).all()

    def test_a_turn_is_at_most_two_radians_a_unit_of_time(self):
        run = kadita.simulate("informed", steps=200, every=1, seed=2)
        turns = np.radians(np.diff(angles(run.read(np.arange(201)).velocities), axis=0))
        turns = np.abs((turns + np.pi) % (2 * np.pi) - np.pi)
        assert turns.max() == pytest.approx(2 * 0.2, rel=1e-7)


class TestScenario:
    def test_exactly_its_ten_informed_ones_know_where_to_go(self):
        """Without others each of them turns to its heading + 0.5 x, by at most 0.4 radians; the others go on."""
        alone = {"r_r": 0.0, "r_a": 0.0, "noise": 0.0}
        run = kadita.simulate("informed", steps=1, every=1, parameters=alone)
        before, after = np.radians(angles(run.read(np.array([0, 1])).velocities))
        wanted = np.angle(np.exp(1j * before) + 0.5)
        turn = np.clip((wanted - before + np.pi) % (2 * np.pi) - np.pi, -0.4, 0.4)
        assert (run.species[:10] == "informed").all()
        np.testing.assert_allclose(after[:10] - before[:10], turn[:10], atol=1e-7)
        assert np.abs(turn[:10]).min() > 1e-3
        np.testing.assert_allclose(after[10:], before[10:], atol=1e-12)


def test_it_passes_what_is_asked_of_any_model():
    check_model(school(agents=60, noise=0.1, weight=0.5), threads=False)


def cosines(agents, informed, runs=100):
    """Cosine of the angle between a group's way in the last 50 of 500 steps and the preferred direction, by run."""
    given = kadita.load_configuration("informed").model_dump(exclude_unset=True)
    given |= {"every": 50, "species": [{"name": "informed", "count": informed, "weight": 0.5}] if informed else []}
    given["parameters"] |= {"agents": agents, "initial_radius": 0.8 * math.sqrt(agents)}
    run = kadita.load_configuration(given)
    ends = [kadita.simulate(run, seed=seed).read(np.array([9, 10])).positions.mean(axis=1) for seed in range(runs)]
    way = np.diff(ends, axis=1)[:, 0]
    return way[:, 0] / np.linalg.norm(way, axis=1)


def error(values):
    return values.std(ddof=1) / math.sqrt(len(values))


class TestLeadership:
    """c, the mean cosine, beside that of an independent program in 400 runs."""

    def test_a_tenth_leads_a_large_group_better_than_a_small_one(self):
        small, large = cosines(10, 1), cosines(50, 5)
        assert small.mean() == pytest.approx(0.621, abs=3.5 * 0.05)
        assert large.mean() == pytest.approx(0.911, abs=3.5 * 0.022)
        difference, uncertain = large.mean() - small.mean(), math.hypot(error(small), error(large))
        assert uncertain < 0.06
        assert difference == pytest.approx(0.29, abs=3 * 0.05)
        assert difference - 1.96 * uncertain > 0

    def test_nobody_leads_nowhere(self):
        c = cosines(50, 0)
        assert error(c) == pytest.approx(math.sqrt(0.5 / 100), rel=0.15)  # of directions that are uniform
        assert abs(c.mean()) < 3.5 * error(c)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dimensions": 3}, "dimensions: the model informed works in 2; got 3"),
        ({"r_r": 7.0}, "expected r_r <= r_a; got r_r = 7, r_a = 6"),
        ({"box": 11.0}, "r_a = 6 reaches beyond half the cell, 5.5,"),
        ({"turning_rate": 901.0}, "turning_rate = 901 with time_step = 0.2 turns 180.2 degrees in a step"),
        ({"weight": -0.5}, "weight: .* greater than or equal to 0"),
        ({"weight": float("inf")}, "weight: .* less than or equal to 1000000"),
        ({"preferred_direction": float("nan")}, "preferred_direction: "),
        ({"noise": -0.01}, "noise: .* greater than or equal to 0"),
        ({"omega": 0.5}, "there is no parameter 'omega'"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^informed: {message}") as refusal:
        kadita.load_configuration("informed", parameters=changes)
    assert "\n" not in str(refusal.value)
