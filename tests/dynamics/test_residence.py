"""Residence in collective states: sequences that are planted, states of a real school, and a referee."""

from itertools import groupby

import numpy as np
import pytest

import kadita
from kadita import Block, Facts, Window, metric
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin, Registry

NAN = np.nan
plugin = load_registry().plugin_of("analysis", "state_residence")
residence = load_registry().analyses["state_residence"]


@metric()
def state(block: Block):
    """The state that x of the only agent says; beyond 9 it is undefined."""
    x = block.positions[:, 0, 0]
    return np.where(x > 9, np.nan, x)


@pytest.fixture
def planted(school):
    """What is found of a sequence of states, a frame each half a unit of time."""
    registry = Registry()
    registry.add(Plugin("planted", "", ""), metrics=[state])
    registry.add(plugin, analyses=[residence])

    def planted(*states):
        x = np.nan_to_num(np.repeat(np.array(states, dtype=float), 3), nan=10.0).reshape(-1, 1, 3)
        found = kadita.analyze(school(x, step=0.5, dimensions=3), ["state_residence"], registry=registry)
        return {name.removeprefix("state_residence."): whole for name, whole in found.analyses.items()}

    return planted


def by_runs(states, step):
    """The same, run by run."""
    number = int(np.nanmax(states)) + 1
    visits, longest, frames, counts = (np.zeros(number) for _ in range(3)), None, None, np.zeros((number, number))
    visits, longest, frames = visits
    for value, run in groupby(np.where(np.isnan(states), -1, states).astype(int)):
        length = len(list(run))
        if value >= 0:
            visits[value] += 1
            frames[value] += length
            longest[value] = max(longest[value], length)
    for one, next_one in zip(states[:-1], states[1:], strict=True):
        if not np.isnan([one, next_one]).any():
            counts[int(one), int(next_one)] += 1
    left = counts.sum(axis=1) - counts.diagonal()
    return {
        "visits": visits,
        "longest_visit": longest * step,
        "fraction": frames / frames.sum(),
        "transitions": counts,
        "residence_time": np.where(left > 0, frames * step / np.where(left > 0, left, 1), np.nan),
    }


def test_a_planted_sequence(planted):
    what = planted(0, 0, 0, 1, 1, 0, 2, 2, 2, 2, 0)
    np.testing.assert_array_equal(what["visits"].values, [3, 1, 1])
    np.testing.assert_array_equal(what["longest_visit"].values, [1.5, 1.0, 2.0])
    np.testing.assert_array_equal(what["residence_time"].values, [2.5 / 2, 1.0, 2.0])  # 0 was left twice
    np.testing.assert_array_equal(what["transitions"].values, [[2, 1, 1], [1, 1, 0], [1, 0, 3]])
    np.testing.assert_allclose(
        what["probabilities"].values, [[1 / 2, 1 / 4, 1 / 4], [1 / 2, 1 / 2, 0], [1 / 4, 0, 3 / 4]]
    )
    np.testing.assert_allclose(what["fraction"].values, np.array([5, 2, 4]) / 11)
    assert what["transitions"].dims == ("state", "next_state")
    assert what["residence_time"].units == "time"


def test_what_is_undefined_breaks_a_visit_and_is_no_transition(planted):
    what = planted(0, NAN, 0, 0, NAN, NAN, 1, 0, NAN)
    np.testing.assert_array_equal(what["visits"].values, [3, 1])
    np.testing.assert_array_equal(what["longest_visit"].values, [1.0, 0.5])
    np.testing.assert_array_equal(what["transitions"].values, [[1, 0], [1, 0]])
    np.testing.assert_array_equal(what["residence_time"].values, [NAN, 0.5])


def test_a_state_that_is_never_left_and_none_at_all(planted):
    what = planted(*[1] * 20)
    np.testing.assert_array_equal(what["visits"].values, [0, 1])
    np.testing.assert_array_equal(what["residence_time"].values, [NAN, NAN])
    np.testing.assert_array_equal(what["longest_visit"].values, [0.0, 10.0])
    np.testing.assert_array_equal(what["probabilities"].values, [[NAN, NAN], [0, 1]])
    nothing = planted(*[NAN] * 4)
    assert nothing["visits"].values.sum() == 0
    assert np.isnan(nothing["fraction"].values).all()


def test_visits_reach_across_windows(planted):
    states = np.zeros(5000)
    states[1000:4000] = 1  # over two seams between windows of 1024
    states[1024:1026] = 0
    states[2048] = 0
    states[4096:] = 2  # begins with a window
    what = planted(*states)
    for name, values in by_runs(states, 0.5).items():
        np.testing.assert_array_equal(what[name].values, values, err_msg=name)


def test_runs_one_after_the_other_say_the_same(planted, rng):
    states = np.repeat(rng.integers(0, 4, 800), rng.integers(1, 9, 800)).astype(float)
    states[rng.random(len(states)) < 0.05] = NAN
    what = planted(*states)
    for name, values in by_runs(states, 0.5).items():
        np.testing.assert_allclose(what[name].values, values, rtol=1e-12, err_msg=name)


def test_a_chain_without_memory_stays_as_long_as_it_says(planted, rng):
    chance = np.array([[0.90, 0.05, 0.05], [0.10, 0.90, 0.00], [0.00, 0.20, 0.80]])
    states = [0]
    for u in rng.random(20_000):
        states.append(int(np.searchsorted(np.cumsum(chance[states[-1]]), u)))
    what = planted(*states)
    number = what["transitions"].values.sum(axis=1, keepdims=True)
    assert (np.abs(what["probabilities"].values - chance) <= 4 * np.sqrt(chance * (1 - chance) / number)).all()
    np.testing.assert_allclose(what["residence_time"].values, 0.5 / (1 - chance.diagonal()), rtol=0.15)


def test_a_school_that_mills_and_flies(school):
    a = 2 * np.pi * np.arange(30) / 30
    ring = np.stack([np.cos(a), np.sin(a), 0 * a], axis=1)
    around = np.stack([-np.sin(a), np.cos(a), 0 * a], axis=1)
    ahead = np.broadcast_to([0.0, 0.0, 1.0], ring.shape)
    v = np.stack([around] * 10 + [ahead] * 5 + [around] * 15)
    results = kadita.analyze(school(np.stack([ring] * 30), v), ["state", "state_residence"])
    labels = results.series["state"].labels
    mill, flight = labels.index("torus"), labels.index("parallel")
    np.testing.assert_array_equal(np.unique(results["state"]), [mill, flight])
    transitions = results.analyses["state_residence.transitions"].values
    assert transitions[mill, flight] == transitions[flight, mill] == 1
    assert transitions[mill, mill] == 23
    assert results.analyses["state_residence.residence_time"].values[flight] == 5.0
    assert results.analyses["state_residence.visits"].values[mill] == 2


def test_states_have_the_names_that_the_metric_gives_them():
    window = Window(np.zeros((4, 1, 3)), times=np.arange(4.0), own=4)
    runs = residence(window, np.array([0.0, 2.0, 2.0, 0.0]))
    facts = Facts(window.times, window.agents, {}, {"state": ("swarm", "torus", "parallel", "mixed")})
    what = residence.finish(runs, facts)
    assert what["state"].tolist() == ["swarm", "torus", "parallel", "mixed"]
    np.testing.assert_array_equal(what["visits"], [2, 0, 1, 0])
    assert np.isnan(what["probabilities"][[1, 3]]).all()
