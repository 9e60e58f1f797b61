"""The k nearest neighbours: exact with ties, the same for any search and order, and without a length of their own."""

import math
from typing import ClassVar

import numpy as np
import pytest

import kadita
from kadita.models import NOTHING, Model, count, jitable, times, total, unit, where
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.integration import Integration


@jitable
def pair(agent, other):
    """The heading of another agent, a direction towards it, and one."""
    return where(other.square >= 0, other.heading), NOTHING, NOTHING, count(other.square >= 0)


@jitable
def turn(agent, sums):
    """The mean heading of itself and the nearest, with noise."""
    noise = times(agent.constants.noise, agent.normals[:3])
    return unit(total(sums[0], agent.heading, noise), agent.heading)


@jitable
def in_front(agent, other):
    """Whether another agent is in front."""
    u, d = agent.heading, other.displacement
    return u[0] * d[0] + u[1] * d[1] + u[2] * d[2] > 0


class Nearest(Model):
    """Agents that take the mean heading of the k nearest."""

    name: ClassVar[str] = "nearest"
    pair = staticmethod(pair)
    turn = staticmethod(turn)
    k: int = 7
    reach: float = math.inf
    noise: float = 0.1

    @property
    def cutoff(self):
        return self.reach

    @property
    def nearest(self):
        return self.k

    @property
    def constants(self):
        return {"noise": self.noise}


class Ahead(Nearest):
    """The same, among those in front."""

    name: ClassVar[str] = "ahead"
    sees = staticmethod(in_front)


def state_of(cls=Nearest, by_cells=False, start=None, **changes):
    given = {"agents": 100, "box": 10.0, "speed": 0.5, "time_step": 0.2} | changes
    run = RunConfiguration(model=cls.name, steps=1, seed=2, parameters=cls(**given))
    state = Integration(run, 1, None, by_cells=by_cells)
    if start is not None:
        state._set_state(*start, np.empty((0, given["agents"])))
    return state


def lattice(side, rng):
    """Positions on a cubic lattice of unit spacing, with an exact tie for every neighbour, and headings."""
    x = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) + 0.5
    u = rng.normal(size=x.shape)
    return x[rng.permutation(len(x))], u / np.linalg.norm(u, axis=1, keepdims=True)


def chosen(x, edge, k, reach=math.inf, counts=None):
    """Indices of the k nearest of each agent, ties by number: the twin in plain NumPy."""
    d = x - x[:, None]
    d -= edge * np.rint(d / edge)
    squares = (d**2).sum(axis=2).astype(np.float32)
    found = []
    for i, row in enumerate(squares):
        order = [j for j in np.lexsort((np.arange(len(x)), row)) if j != i and row[j] < reach**2]
        found.append([j for j in order if counts is None or counts(i, j, d[i, j])][:k])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 7, 20])
def test_on_a_lattice_ties_go_to_the_lower_numbers_in_any_order_of_memory(rng, k):
    """All places of the lattice have 6, 12 and 8 neighbours at one distance each: k of 1, 7 and 20 cut through ties."""
    x, u = lattice(6, rng)
    n, expected = len(x), chosen(x, 6.0, k)
    state = state_of(agents=n, box=6.0, k=k, noise=0.0, start=(x, u))
    state.advance(1)
    wanted = np.array([u[i] + np.rint(u[js] * 2**20).sum(axis=0) / 2**20 for i, js in enumerate(expected)])
    np.testing.assert_allclose(state.headings, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-12)
    for _ in range(3):
        order = rng.permutation(n)
        other = state_of(agents=n, box=6.0, k=k, noise=0.0, start=(x, u))
        school = other.school
        other.school = school._replace(
            positions=school.positions[:, order].copy(),
            headings=school.headings[:, order].copy(),
            agents=school.agents[order],
        )
        other.advance(1)
        assert other.headings.tobytes() == state.headings.tobytes()


@pytest.mark.slow
def test_cells_do_not_change_a_bit():
    """Nor do threads: tests/simulation/test_killed_models.py."""
    states = [state_of(reach=2.5, agents=400, by_cells=by_cells) for by_cells in (False, True)]
    for state in states:
        state.advance(40)
    assert len({state.positions.tobytes() + state.headings.tobytes() for state in states}) == 1


@pytest.mark.parametrize("space", [{"box": 7.0}, {"box": "open", "initial": "sphere", "initial_radius": 4.0}])
def test_the_nearest_have_no_length_of_their_own(space):
    """The same school twice and four times as large and fast has the same headings, bit by bit."""
    lengths = ("box", "initial_radius", "speed")
    headings = []
    for scale in (1, 2, 4):
        given = {k: v * scale if k in lengths and v != "open" else v for k, v in (space | {"speed": 0.5}).items()}
        state = state_of(**given)
        state.advance(300)
        headings.append(state.headings.tobytes())
    assert len(set(headings)) == 1


def test_fewer_than_k_within_the_cutoff_are_all_there_are(rng):
    x, u = rng.uniform(0, 10, (100, 3)), lattice(5, rng)[1][:100]
    state = state_of(reach=2.0, noise=0.0, k=50, start=(x, u))
    state.advance(1)
    expected = chosen(x, 10.0, 50, reach=2.0)
    assert min(map(len, expected)) < 3 < max(map(len, expected)) < 50
    wanted = np.array([u[i] + np.rint(u[js] * 2**20).sum(axis=0) / 2**20 for i, js in enumerate(expected)])
    np.testing.assert_allclose(state.headings, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-12)
    everyone = state_of(agents=4, k=900, noise=0.0, start=(x[:4], u[:4]))
    everyone.advance(1)
    mean = np.rint(u[:4] * 2**20).sum(axis=0) / 2**20
    np.testing.assert_allclose(everyone.headings[0] @ mean / np.linalg.norm(mean), 1, atol=1e-6)


@pytest.mark.slow
def test_those_who_are_not_seen_are_left_out_before_the_nearest_are_chosen(rng):
    x, u = rng.uniform(0, 10, (100, 3)), lattice(5, rng)[1][:100]
    state = state_of(Ahead, noise=0.0, start=(x, u))
    state.advance(1)
    expected = chosen(x, 10.0, 7, counts=lambda i, j, d: u[i] @ d > 0)
    assert {len(js) for js in expected} == {7}
    wanted = np.array([u[i] + np.rint(u[js] * 2**20).sum(axis=0) / 2**20 for i, js in enumerate(expected)])
    np.testing.assert_allclose(state.headings, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-12)


def test_agents_in_one_place_are_neighbours_of_each_other_and_not_of_themselves():
    x, u = np.array([[5.0, 5, 5], [5, 5, 5], [5, 5, 6]]), np.eye(3)
    state = state_of(agents=3, k=1, noise=0.0, start=(x, u))
    state.advance(1)
    np.testing.assert_allclose(state.headings[:2], [[0.5**0.5, 0.5**0.5, 0]] * 2, atol=1e-6)
    np.testing.assert_allclose(state.headings[2], [0.5**0.5, 0, 0.5**0.5], atol=1e-6)  # of two, the lower number


@pytest.mark.parametrize("k", [0, -1, 2.5, 5000])
def test_a_number_that_is_none_is_refused(k):
    class Wrong(Nearest):
        name: ClassVar[str] = "wrong"
        nearest = property(lambda self: k)

    with pytest.raises(kadita.KaditaError, match=f"model wrong .*nearest: expected a number from 1 to 1000.*got {k}"):
        state_of(Wrong)


def test_no_neighbours_leave_noise_alone():
    state = state_of(agents=1, noise=0.0)
    before = state.headings
    state.advance(5)
    np.testing.assert_allclose(state.headings, before, atol=1e-12)
