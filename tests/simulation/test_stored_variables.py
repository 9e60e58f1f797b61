"""A run stores the numbers that its agents keep, where its configuration asks for them, and goes on with them."""

from typing import ClassVar

import numpy as np
import pytest
from pydantic import ValidationError

import kadita
from kadita import KaditaError, Model
from kadita.io.validation import findings_in
from kadita.models import NOTHING, jitable
from kadita.simulation.configuration import RunConfiguration, load_configuration
from kadita.simulation.integration import Integration


@jitable
def alone(agent, other):
    return NOTHING, NOTHING, NOTHING, 0


@jitable
def straight_on(agent, sums):
    return agent.heading


@jitable
def tick(agent, sums):
    """Count steps, and add up the random numbers of the agent."""
    return agent.variables.clock + 1.0, agent.variables.walk + agent.normals[0]


class Walker(Model):
    """Agents that fly straight on, count their steps, and carry a random walk."""

    name: ClassVar[str] = "walker"
    pair = staticmethod(alone)
    turn = staticmethod(straight_on)
    variables: ClassVar[tuple[str, ...]] = ("clock", "walk")
    remember = staticmethod(tick)
    velocities: ClassVar[str] = "heading"

    @property
    def cutoff(self):
        return 1.0

    @property
    def constants(self):
        return {}

    def initial_variables(self, seed):
        return {"clock": 1000.0 * np.arange(self.agents)}


AGENTS, FRAMES = 20, 201


def run(*variables):
    parameters = Walker(agents=AGENTS, box=10.0, speed=1.0, time_step=0.01)
    known = {"model": "walker", "steps": 600, "every": 3, "seed": 4, "parameters": parameters}
    return RunConfiguration(**known, variables=variables)


@pytest.fixture(scope="module")
def configuration():
    return run("walk", "clock")


def record(configuration, path, stop=None, **how):
    with kadita.simulate(configuration) as school:
        school.record(path, **how)
        for number, _ in enumerate(school.stream(32)):
            school.stopping = number == stop
    return path


@pytest.fixture(scope="module")
def whole(configuration, tmp_path_factory):
    return record(configuration, tmp_path_factory.mktemp("whole") / "whole.nc")


@pytest.mark.slow
def test_the_clock_of_each_frame_is_its_step(whole):
    assert findings_in(whole) == []
    with kadita.open(whole) as school:
        assert school.variables == ("walk", "clock")
        assert school.attributes["velocities"] == "heading"
        kept = school.read(np.arange(FRAMES)).variables
    np.testing.assert_array_equal(kept["clock"], 3.0 * np.arange(FRAMES)[:, None] + 1000.0 * np.arange(AGENTS))


def test_the_walk_is_that_of_the_engine_to_the_bit(whole, configuration):
    state = Integration(configuration, 1, None)
    with kadita.open(whole) as school:
        walks = school.read(np.arange(FRAMES)).variables["walk"]
    for frame in range(0, FRAMES, 20):
        state.advance(3 * frame - state.step)
        np.testing.assert_array_equal(walks[frame], state.variables[1])
    assert 15 < walks[-1].std() < 40  # 600 normal steps: 24.5


def test_a_stopped_run_goes_on_to_the_same_bytes(whole, configuration, tmp_path):
    path = record(configuration, tmp_path / "a.nc", stop=2, checkpoint_every=0)
    assert path.read_bytes() != whole.read_bytes()
    record(configuration, path, resume=True)
    assert path.read_bytes() == whole.read_bytes()


def test_a_run_without_a_file_has_them_too(configuration, whole):
    with kadita.open(whole) as school, kadita.simulate(configuration) as run:
        numbers = np.array([3, 64, 65, 120])
        written = school.read(numbers)
        np.testing.assert_array_equal(run.read(numbers).variables["clock"], written.variables["clock"])
        blocks = list(run.blocks_of(numbers))
        walks = np.concatenate([block.variables["walk"] for block in blocks])
        np.testing.assert_array_equal(walks, written.variables["walk"])


def test_what_is_not_asked_for_is_not_stored_and_changes_nothing(configuration, tmp_path, whole):
    plain = run()
    assert "variables" not in plain.stored()
    assert configuration.stored()["variables"] == ["walk", "clock"]
    with kadita.open(record(plain, tmp_path / "plain.nc")) as bare, kadita.open(whole) as school:
        assert bare.variables == ()
        everything = np.arange(FRAMES)
        np.testing.assert_array_equal(bare.read(everything).positions, school.read(everything).positions)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["clok"], r"variables: agents of the model walker keep no 'clok' .did you mean clock"),
        (["mood"], "keep no 'mood'; it keeps: clock, walk"),
        (["clock", "clock"], "variables: expected different names; got clock twice"),
    ],
)
def test_what_agents_do_not_keep_cannot_be_stored(names, message):
    with pytest.raises(ValidationError, match=message):
        run(*names)


def test_a_model_without_any_says_so():
    with pytest.raises(KaditaError, match="agents of the model couzin keep no 'clock'; it keeps none"):
        load_configuration(load_configuration("torus").model_dump(exclude_unset=True) | {"variables": ["clock"]})


def test_among_the_parameters_of_the_model_they_are_told_where_they_belong():
    expected = r"'variables' is not a parameter of the model; it belongs above \[parameters\]$"
    with pytest.raises(KaditaError, match=expected):
        load_configuration("torus", parameters={"variables": ["clock"]})
