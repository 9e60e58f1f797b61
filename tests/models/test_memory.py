"""Numbers that an agent keeps from step to step: a clock, a target speed; in rules, checkpoints and resumed runs."""

from typing import ClassVar

import numpy as np
import pytest

import kadita
from kadita.models import NOTHING, Model, count, jitable, times, turned, unit, where
from kadita.simulation.configuration import RunConfiguration, Species
from kadita.simulation.integration import Integration
from kadita.simulation.stream import Simulation


@jitable
def pair(agent, other):
    """The headings of those that are near, while the agent coasts."""
    near = (other.square < agent.constants.square) & (agent.variables.clock > 0)
    return where(near, other.heading), NOTHING, NOTHING, count(near)


@jitable
def burst(agent, sums):
    """At the end of a coast the agent takes the mean heading, with an error."""
    ends = agent.variables.clock + agent.constants.step >= agent.variables.period
    wanted = turned(unit(sums[0], agent.heading), 0.3 * agent.normals[0])
    return wanted if ends else agent.heading


@jitable
def remember(agent, sums):
    """The clock, which starts anew at the end of a coast, and the period."""
    clock = agent.variables.clock + agent.constants.step
    return (0.0 if clock >= agent.variables.period else clock), agent.variables.period


class Bursting(Model):
    """Agents that turn in bursts, each in its own rhythm."""

    name: ClassVar[str] = "bursting"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    variables: ClassVar[tuple[str, ...]] = ("clock", "period")
    pair = staticmethod(pair)
    turn = staticmethod(burst)
    remember = staticmethod(remember)
    mean_period: float = 1.0

    @property
    def cutoff(self):
        return 2.0

    @property
    def constants(self):
        return {"square": 4.0, "step": self.time_step}

    def initial_variables(self, seed):
        return {"period": self.mean_period * (1 + np.arange(self.agents) % 5)}


KNOWN = {"agents": 60, "box": 8.0, "speed": 0.5, "time_step": 0.25, "dimensions": 2}


def run_of(cls=Bursting, steps=40, species=(), **changes):
    return RunConfiguration(
        model=cls.name, steps=steps, every=5, seed=3, parameters=cls(**KNOWN | changes), species=species
    )


@pytest.mark.slow
def test_each_agent_turns_in_its_own_rhythm():
    """A quarter of a unit of time a step: with a period of p an agent turns in each 4 p-th step and in no other."""
    state = Integration(run_of(), 1, None)
    turned_in = []
    for _ in range(60):
        before = state.headings
        state.advance(1)
        turned_in.append((state.headings != before).any(axis=1))
    period = 4 * (1 + np.arange(60) % 5)
    expected = (np.arange(1, 61)[:, None] % period) == 0
    np.testing.assert_array_equal(np.array(turned_in), expected)
    np.testing.assert_allclose(state.variables, [0.25 * (60 % period), period / 4], atol=1e-12)


@pytest.mark.slow
def test_the_same_bits_by_pairs_and_by_cells():
    states = [Integration(run_of(), 1, None, by_cells=by_cells) for by_cells in (False, True)]
    for state in states:
        state.advance(40)
    for name in ("positions", "headings", "variables"):
        assert len({getattr(state, name).tobytes() for state in states}) == 1


def test_species_start_with_numbers_of_their_own():
    slow = Species(name="slow", count=20, mean_period=10.0)
    kept = Integration(run_of(species=(slow,)), 1, None).variables
    np.testing.assert_array_equal(kept[1], (1 + np.arange(60) % 5) * np.where(np.arange(60) < 20, 10.0, 1.0))


def test_a_stopped_run_goes_on_to_the_same_bytes(tmp_path):
    with Simulation(run_of(steps=1500)) as school:
        school.record(tmp_path / "whole.nc")
        list(school.stream())
    with Simulation(run_of(steps=1500)) as school:
        school.record(tmp_path / "stopped.nc", checkpoint_every=0)
        for number, _ in enumerate(school.stream()):
            school.stopping = number == 1
    assert (tmp_path / "stopped.nc").read_bytes() != (tmp_path / "whole.nc").read_bytes()
    with Simulation(run_of(steps=1500)) as school:
        school.record(tmp_path / "stopped.nc", resume=True)
        list(school.stream())
    assert (tmp_path / "stopped.nc").read_bytes() == (tmp_path / "whole.nc").read_bytes()


def test_from_a_frame_agents_go_on_with_the_numbers_that_it_has():
    run = run_of(steps=12).model_copy(update={"variables": ("clock", "period")})
    last = Simulation(run).read(np.array([1, 2]))
    frame = next(Simulation(run).blocks(start=2))[0]
    state = Integration(run_of(), 1, frame)
    np.testing.assert_array_equal(state.variables, [last.variables[name][1] for name in ("clock", "period")])
    without = next(Simulation(run_of(steps=12)).blocks(start=2))[0]
    with pytest.warns(kadita.KaditaWarning, match="start: the frame has no clock, period; agents start as at time 0"):
        state = Integration(run_of(), 1, without)
    assert not state.variables[0].any()


@jitable
def forgets(agent, sums):
    """One number too few."""
    return (agent.variables.clock,)


@jitable
def loses(agent, sums):
    """A number that is none."""
    return agent.variables.clock / 0.0 * 0.0, agent.variables.period


@jitable
def counts(agent, sums):
    """Whole numbers, whose type is not that of the others."""
    return 1, 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (forgets, "remember: expected 2 floats, clock, period, in a tuple; got"),
        (counts, "remember: expected 2 floats, clock, period, in a tuple; got"),
        (loses, "has clock = nan; expected finite numbers"),
    ],
)
def test_a_wrong_rule_is_named(rule, message):
    class Wrong(Bursting):
        name: ClassVar[str] = "wrong"
        remember = staticmethod(rule)

    with pytest.raises(kadita.KaditaError, match=f"model wrong .*{message}"):
        list(Simulation(run_of(Wrong)).blocks())


def test_unknown_numbers_and_names_that_are_none_are_refused():
    class Unknown(Bursting):
        name: ClassVar[str] = "unknown"

        def initial_variables(self, seed):
            return {"clok": 1.0}

    class Spaced(Bursting):
        name: ClassVar[str] = "spaced"
        variables: ClassVar[tuple[str, ...]] = ("my clock", "period")

    class Silent(Bursting):
        name: ClassVar[str] = "silent"
        remember = None

    for cls, message in (
        (Unknown, "initial_variables: .*expected clock, period; got clok"),
        (Spaced, "variables: expected names in a tuple, .* got 'my clock'"),
        (Silent, "remember: expected a rule that returns the next clock, period; found none"),
    ):
        with pytest.raises(kadita.KaditaError, match=f"model {cls.name} .*{message}"):
            Integration(run_of(cls), 1, None)


@pytest.mark.slow
def test_a_body_axis_is_kept_beside_the_heading():
    """What turns the heading about a body axis needs the axis as a state."""

    @jitable
    def about_the_axis(agent, sums):
        v = agent.variables
        axis, u = (v.x, v.y, v.z), agent.heading
        side = (axis[1] * u[2] - axis[2] * u[1], axis[2] * u[0] - axis[0] * u[2], axis[0] * u[1] - axis[1] * u[0])
        forward = times(1.0, u)
        return unit((forward[0] + 0.1 * side[0], forward[1] + 0.1 * side[1], forward[2] + 0.1 * side[2]), u)

    class Chiral(Bursting):
        name: ClassVar[str] = "chiral"
        variables: ClassVar[tuple[str, ...]] = ("x", "y", "z")
        turn = staticmethod(about_the_axis)
        pair = staticmethod(jitable(lambda agent, other: (NOTHING, NOTHING, NOTHING, count(False))))
        remember = staticmethod(jitable(lambda agent, sums: (agent.variables.x, agent.variables.y, agent.variables.z)))

        def initial_variables(self, seed):
            return {"z": 1.0}

    state = Integration(run_of(Chiral), 1, None)
    before = state.headings
    state.advance(10)
    angle = 10 * np.arctan(0.1)
    expected = before[:, 0] * np.cos(angle) - before[:, 1] * np.sin(angle)
    np.testing.assert_allclose(state.headings[:, 0], expected, atol=1e-12)
