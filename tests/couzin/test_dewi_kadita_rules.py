"""The zone model's step: a plain NumPy twin, dewi-kadita's own steps, and cases that can be told by hand."""

import json
import math

import numpy as np
import pytest
from scipy import integrate, stats

from kadita_couzin.couzin import Couzin

NAMES = ("swarm", "torus", "dynamic", "highly", "no_blind", "blind180", "sparse_isolated")


def school(**changes):
    """Parameters of a small school, with changes."""
    usual = {
        "agents": 40,
        "box": 12.0,
        "speed": 1.0,
        "r_r": 1.0,
        "r_o": 3.0,
        "r_a": 6.0,
        "max_turn": 0.3,
        "noise": 0.0,
        "blind_angle": 30.0,
        "orientation_weight": 1.0,
        "time_step": 0.1,
        "rules": "dewi-kadita",
    }
    return Couzin(**(usual | changes))


def twin_step(p, positions, headings):
    """The rules once more, in plain NumPy, agent by agent: no noise.

    Returns positions, headings, and how much each agent's sum magnifies what is rounded in a pair: the number of unit
    vectors in it by its length, (N, 1).
    """
    turned, magnified = headings.copy(), np.ones((len(headings), 1))
    for i, u in enumerate(headings):
        d = p.space.minimum_image(positions - positions[i])
        distance = np.linalg.norm(d, axis=1)
        seen = distance > 1e-10
        towards = d / np.where(seen, distance, 1.0)[:, None]
        if p.blind_angle > 0:
            seen &= np.clip(towards @ u, -1, 1) > -math.cos(math.radians(p.blind_angle))
        near = seen & (distance < p.r_r)
        middle = seen & (distance >= p.r_r) & (distance < p.r_o)
        far = seen & (distance >= p.r_o) & (distance < p.r_a)
        wanted = p.orientation_weight * headings[middle].sum(axis=0) + towards[far].sum(axis=0)
        number = p.orientation_weight * middle.sum() + far.sum()
        if near.any():
            wanted, number = -towards[near].sum(axis=0), near.sum()
        length = np.linalg.norm(wanted)
        if length < 1e-10:
            continue
        wanted, magnified[i] = wanted / length, number / length
        angle = math.acos(np.clip(u @ wanted, -1, 1))
        if angle > p.max_turn:
            t = p.max_turn / angle
            wanted = (1 - t) * u + t * wanted
            wanted /= np.linalg.norm(wanted)
        turned[i] = wanted
    return p.space.wrap(positions + p.speed * p.time_step * turned), turned, magnified


def peer_case(reference, name):
    arrays = np.load(reference / "dewi_kadita" / "steps_noise0.npz")
    cases = json.loads((reference / "dewi_kadita" / "steps_noise0.json").read_text())
    case = next(c for c in cases if c["name"] == name)
    q = case["params"]
    p = Couzin(
        rules="dewi-kadita",
        agents=q["n_fish"],
        box=q["box_size"],
        speed=q["speed"],
        r_r=q["r_repulsion"],
        r_o=q["r_orientation"],
        r_a=q["r_attraction"],
        max_turn=q["max_turn"],
        blind_angle=q["blind_angle"],
        orientation_weight=q["orientation_weight"],
        noise=case["noise"],
        time_step=case["dt"],
        allow_long_range=True,
    )
    headings = arrays[f"vel0_{name}"] / np.linalg.norm(arrays[f"vel0_{name}"], axis=1, keepdims=True)
    return p, arrays, headings, case["amplification_20steps"]


@pytest.mark.parametrize("name", NAMES)
def test_the_twin_makes_the_peers_step(reference, name):
    p, peer, headings, _ = peer_case(reference, name)
    _, u, _ = twin_step(p, peer[f"pos0_{name}"], headings)
    np.testing.assert_allclose(p.speed * u, peer[f"vel1_{name}"], rtol=0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
def test_the_kernel_makes_the_peers_step(advance, reference, name, by_cells):
    p, peer, headings, _ = peer_case(reference, name)
    _, u = advance(p, peer[f"pos0_{name}"], headings, by_cells=by_cells)
    np.testing.assert_allclose(p.speed * u, peer[f"vel1_{name}"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_twenty_steps_stay_with_the_peer_within_the_flows_amplification(advance, reference, name):
    p, peer, headings, amplification = peer_case(reference, name)
    x, u = advance(p, peer[f"pos0_{name}"], headings, steps=20)
    atol = 1e-5 * max(1.0, amplification)
    np.testing.assert_allclose(p.speed * u, peer[f"vel20_{name}"], rtol=0, atol=atol)
    np.testing.assert_allclose(p.space.minimum_image(x - peer[f"pos20_{name}"]), 0, atol=atol)


# Unit vectors are summed as whole numbers of 2^-20, cut, and directions come from float32: 1e-6 of each neighbour.
ROUNDED = 2e-6


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"blind_angle": 0.0},
        {"blind_angle": 120.0},
        {"orientation_weight": 0.2},
        {"box": (9.0, 12.0, 15.0), "r_a": 4.5},
        {"box": (18.0, 22.0, 30.0), "r_a": 4.0},
        {"box": "open", "initial": "sphere", "initial_radius": 5.0},
        {"box": "open", "initial": "sphere", "initial_radius": 12.0, "r_a": 4.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
def test_kernel_and_twin_agree_on_random_schools(advance, changes, by_cells):
    p = school(agents=150, **changes)
    x, u = p.initial_state(seed=4)
    moved, turned = advance(p, x, u, by_cells=by_cells)
    twin_moved, twin_turned, magnified = twin_step(p, x, u)
    assert np.median(magnified) < 10  # most sums are no near balance of opposites
    assert (np.abs(turned - twin_turned) < ROUNDED * magnified).all()
    assert (np.abs(p.space.minimum_image(moved - twin_moved)) < 0.1 * ROUNDED * magnified).all()
    # a move along the heading itself is exact
    np.testing.assert_allclose(p.space.minimum_image(moved - x), 0.1 * turned, rtol=0, atol=1e-14)


def two(distance, first, second):
    """Two agents on the x axis, with these headings."""
    return np.array([[5.0, 6.0, 6.0], [5.0 + distance, 6.0, 6.0]]), np.array([first, second], dtype=float)


def test_repulsion_outweighs_all_else(advance):
    x, u = two(0.5, [0, 1, 0], [0, 1, 0])
    _, turned = advance(school(agents=2, max_turn=math.pi), x, u)
    np.testing.assert_allclose(turned, [[-1, 0, 0], [1, 0, 0]], atol=1e-15)


def test_neighbours_in_the_zone_of_orientation_take_each_others_heading(advance):
    x, u = two(2.0, [0, 1, 0], [0, 0, 1])
    _, turned = advance(school(agents=2, max_turn=math.pi), x, u)
    np.testing.assert_allclose(turned, u[::-1], atol=1e-15)


def test_neighbours_in_the_zone_of_attraction_approach_across_the_face_of_the_cell(advance):
    p = school(agents=2, max_turn=math.pi)
    x = np.array([[0.5, 6.0, 6.0], [7.5, 6.0, 6.0]])  # 7 apart inside the cell, 5 through its face
    _, turned = advance(p, x, np.array([[0, 1.0, 0], [0, 1.0, 0]]))
    np.testing.assert_allclose(turned, [[-1, 0, 0], [1, 0, 0]], atol=1e-15)


def test_who_swims_behind_is_not_seen(advance):
    x, u = two(2.0, [-1, 0, 0], [0, 1, 0])  # the second is straight behind the first
    _, turned = advance(school(agents=2, max_turn=math.pi), x, u)
    np.testing.assert_allclose(turned[0], [-1, 0, 0], atol=1e-15)


def test_an_exact_reversal_does_not_turn_at_all(advance):
    x, u = two(0.5, [1, 0, 0], [0, 1, 0])  # the first must flee to -x while it swims along +x
    _, turned = advance(school(agents=2, max_turn=0.3), x, u)
    np.testing.assert_allclose(turned[0], [1, 0, 0], atol=1e-15)


def test_a_turn_is_limited(advance):
    x, u = two(0.5, [0, 1, 0], [0, 1, 0])
    p = school(agents=2, max_turn=0.3)
    _, turned = advance(p, x, u)
    t = p.max_turn / (math.pi / 2)
    assert math.isclose(math.atan2(-turned[0, 0], turned[0, 1]), math.atan2(t, 1 - t), abs_tol=1e-14)


@pytest.mark.parametrize("noise", [0.05, 0.2, 1.0])
def test_a_free_fish_turns_by_the_angle_that_theory_gives(advance, noise):
    """(u + noise g) / |.| with g normal in 3-D: the offset normal distribution, integrated over the radius."""
    n = 20_000
    p = school(agents=n, box=1e6, r_r=0.0, r_o=0.0, r_a=0.0, noise=noise)
    u = np.tile([0.6, 0.0, 0.8], (n, 1))
    _, turned = advance(p, np.zeros((n, 3)), u, seed=5)
    angles = np.arccos(np.clip(turned @ u[0], -1, 1))

    def density(angle):
        a = math.cos(angle) / noise
        radial = a / math.sqrt(2 * math.pi) * math.exp(-0.5 / noise**2)
        radial += (1 + a * a) * stats.norm.cdf(a) * math.exp(-0.5 * (math.sin(angle) / noise) ** 2)
        return math.sin(angle) * radial

    grid = np.linspace(0, math.pi, 4001)
    cumulative = integrate.cumulative_simpson([density(a) for a in grid], x=grid, initial=0)
    assert cumulative[-1] == pytest.approx(1, abs=1e-6)
    assert stats.kstest(angles, lambda a: np.interp(a, grid, cumulative)).pvalue > 1e-3


def test_noise_has_no_preferred_direction_about_the_heading(advance):
    n = 20_000
    p = school(agents=n, box=1e6, r_r=0.0, r_o=0.0, r_a=0.0, noise=0.2)
    _, turned = advance(p, np.zeros((n, 3)), np.tile([0.0, 0.0, 1.0], (n, 1)), seed=6)
    azimuth = np.arctan2(turned[:, 1], turned[:, 0])
    assert stats.kstest(azimuth, stats.uniform(-math.pi, 2 * math.pi).cdf).pvalue > 1e-3


@pytest.mark.parametrize("r_a", [3.0, 6.0])
def test_cells_do_not_change_a_bit(advance, r_a):
    p = school(agents=300, noise=0.2, box=16.0, r_a=r_a)
    x, u = p.initial_state(seed=1)
    runs = [advance(p, x, u, 20, seed=9, by_cells=by_cells) for by_cells in (False, True)]
    assert len({moved.tobytes() + turned.tobytes() for moved, turned in runs}) == 1
