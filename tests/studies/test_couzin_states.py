"""The four states of Couzin et al. 2002, their hysteresis, and what must not change them."""

import json

import numpy as np
import pytest
from scipy import stats

import kadita

STATES = {"swarm": "swarm", "torus": "torus_e", "dynamic-parallel": "dynpar", "highly-parallel": "highpar"}
SEEDS = range(1, 11)


def end_of(school, steps):
    """The frames of a run's last steps as one block."""
    blocks = list(school.blocks())
    frames = 1 + steps // school.configuration.every
    positions, velocities = (np.concatenate([getattr(b, a) for b in blocks]) for a in ("positions", "velocities"))
    return kadita.Block(positions[-frames:], velocities[-frames:], attributes=school.attributes)


def order(block):
    """P and M of the largest cluster, means over the frames."""
    found = kadita.analyze(block, ["polarization", "rotation"], largest_cluster="r_a")
    return found["polarization"].mean(), found["rotation"].mean()


def settled(name, seed, **options):
    """P and M of the largest cluster and its share of the school, means over the last fifth of a run."""
    school = kadita.simulate(name, seed=seed, **options)
    block = end_of(school, school.configuration.steps // 5)
    return *order(block), kadita.analyze(block, "largest_cluster_fraction")["largest_cluster_fraction"].mean()


@pytest.fixture(scope="module")
def states():
    """P, M and the largest cluster's share of every seed, (10, 3), by state."""
    return {name: np.array([settled(name, seed) for seed in SEEDS]) for name in STATES}


@pytest.mark.parametrize(
    ("name", "polarization", "rotation"),
    [
        ("swarm", (0.12, 0.22), (0.10, 0.30)),
        ("torus", (0.0, 0.20), (0.87, 0.93)),
        ("dynamic-parallel", (0.89, 0.93), (0.0, 0.06)),
        ("highly-parallel", (0.995, 1.0), (0.0, 0.06)),
    ],
)
def test_each_scenario_is_in_the_state_of_its_name(states, name, polarization, rotation):
    p, m, together = states[name].mean(axis=0)
    assert polarization[0] <= p <= polarization[1]
    assert rotation[0] <= m <= rotation[1]
    assert together > 0.95


def test_nearly_every_torus_is_one(states):
    assert (states["torus"][:, 1] > 0.8).sum() >= 9


@pytest.mark.parametrize("name", STATES)
def test_an_independent_program_finds_the_same(states, reference, name):
    """Two-sample tests against twenty seeds of another implementation."""
    theirs = json.loads((reference / "couzin2002" / "states.json").read_text())[STATES[name]]
    for column, quantity in enumerate("PM"):
        assert stats.ks_2samp(states[name][:, column], theirs[quantity]).pvalue > 1e-3


def test_who_sees_all_round_does_not_mill():
    mills = [settled("torus", seed, parameters={"field_of_view": 360.0})[1] > 0.8 for seed in SEEDS]
    assert sum(mills) <= 1


@pytest.mark.slow
def test_half_the_time_step_is_the_same_torus(states):
    finer = [settled("torus", seed, steps=10_000, every=20, parameters={"time_step": 0.05})[1] for seed in SEEDS]
    assert np.mean(finer) == pytest.approx(states["torus"][:, 1].mean(), abs=0.02)


class TestHysteresis:
    """Which state a school is in depends on where it comes from (Couzin et al. 2002, figure 3)."""

    RADII = (1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0, 4.5, 5.0, 6.0)
    SWEEPS = 7

    def sweep(self, seed):
        """P and M at r_o = 2 on the way up and on the way down, each state going on from the one before."""
        at_two, last = [], None
        for number, r_o in enumerate((*self.RADII, *reversed(self.RADII[:-1]))):
            school = kadita.simulate(
                "torus", steps=2000, seed=100 * seed + number, parameters={"r_o": r_o, "r_a": 14.0}, start=last
            )
            block = end_of(school, 1000)
            last = block[-1]
            if r_o == 2.0:
                at_two.append(order(block))
        return at_two

    @pytest.mark.slow
    def test_up_it_mills_and_down_it_swims_on(self):
        up, down = np.median([self.sweep(seed) for seed in range(self.SWEEPS)], axis=0)
        assert up[1] > 0.8
        assert up[0] < 0.25
        assert down[0] > 0.88
        assert down[1] < 0.2
