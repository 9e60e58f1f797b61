"""Interactions between species: what an A does about a B, from the configuration to the sums, and what is refused."""

from types import FunctionType, ModuleType
from typing import ClassVar

import numpy as np
import pytest

import kadita
from kadita.base import code_names
from kadita.base.code_names import names_read
from kadita.models import NOTHING, NOWHERE, Model, count, directed, jitable, times, total, unit, where
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.integration import Integration
from kadita.simulation.preparation import may_read_species
from kadita.simulation.stream import Simulation


@jitable
def pair(agent, other):
    """A vector away from another agent, or towards it, by its share."""
    c = agent.constants
    near = (other.square < c.square) & (other.square > 0)
    return where(near, directed(c.share, other)), NOTHING, NOTHING, count(near)


@jitable
def turn(agent, sums):
    """Towards the sum, by a part."""
    return unit(total(agent.heading, times(agent.constants.rate, sums[0]), NOWHERE), agent.heading)


class Chase(Model):
    """Agents that flee from others, or chase them."""

    name: ClassVar[str] = "chase"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    pair = staticmethod(pair)
    turn = staticmethod(turn)
    radius: float = 1.0
    share: float = 0.25
    rate: float = 0.5

    @property
    def cutoff(self):
        return self.radius

    @property
    def constants(self):
        return {"square": self.radius**2, "share": self.share, "rate": self.rate}


PREDATOR = {"name": "predator", "count": 3, "speed": 1.5}
RESPONSES = {
    "others": {"predator": {"share": -1.0, "radius": 2.5}},  # prey flee, from afar
    "predator": {"others": {"share": 1.0, "radius": 3.0}, "predator": {"share": -0.5}},
}


def run_of(interaction=RESPONSES, steps=20, species=(PREDATOR,), **changes):
    given = {"agents": 90, "box": 9.0, "speed": 1.0, "time_step": 0.05, "dimensions": 2} | changes
    content = {"model": "chase", "steps": steps, "seed": 5, "parameters": Chase(**given)}
    return RunConfiguration.model_validate(content | {"species": species, "interaction": interaction})


def after(run, by_cells=None):
    state = Integration(run, 1, None, by_cells=by_cells)
    state.advance(run.steps)
    return state


def twin(x, u, species, run):
    """The same in plain float64 NumPy: `table[a][b]` is what an a does about a b."""
    shares = np.array([[model.share for model in row] for row in run.models_of_pairs])[species[:, None], species]
    radii = np.array([[model.radius for model in row] for row in run.models_of_pairs])[species[:, None], species]
    speeds = np.array([model.speed for model in run.models])[species][:, None]
    for _ in range(run.steps):
        d = x - x[:, None]
        d -= 9 * np.rint(d / 9)
        r = np.sqrt((d**2).sum(axis=2))
        near = (r < radii) & ~np.eye(len(x), dtype=bool)
        sums = (np.where(near, shares / np.where(near, r, 1), 0)[..., None] * d).sum(axis=1)
        u = u + 0.5 * sums
        u /= np.linalg.norm(u, axis=1, keepdims=True)
        x = (x + 0.05 * speeds * u) % 9
    return x, u


@pytest.mark.slow
def test_each_species_responds_to_each_as_the_table_says():
    run = run_of()
    x, u = twin(*run.parameters.initial_state(5), run.species_indices, run)
    state = after(run)
    np.testing.assert_allclose(state.headings, u, atol=1e-4)
    d = state.positions - x
    np.testing.assert_allclose(d - 9 * np.rint(d / 9), 0, atol=1e-4)


@pytest.mark.slow
def test_the_same_bits_by_pairs_and_by_cells():
    pairs, cells = after(run_of(), by_cells=False), after(run_of(), by_cells=True)
    assert pairs.positions.tobytes() == cells.positions.tobytes()
    assert pairs.headings.tobytes() == cells.headings.tobytes()


@pytest.mark.slow
def test_an_interaction_that_repeats_an_agents_own_parameters_changes_no_bit():
    """A difference that is in one pair of species alone makes the table; the others have the parameters of old."""
    one = run_of({"predator": {"predator": {"share": -0.5}}}, species=({**PREDATOR, "count": 1},))
    plain = run_of({}, species=({**PREDATOR, "count": 1},))
    a, b = after(one), after(plain)  # the one predator never meets another
    assert a.positions.tobytes() == b.positions.tobytes()
    assert a.headings.tobytes() == b.headings.tobytes()


def test_a_run_without_them_stores_nothing_of_them():
    assert "interaction" not in run_of({}).stored()
    assert run_of().stored()["interaction"]["others"]["predator"] == {"share": -1.0, "radius": 2.5}
    assert run_of({}).models_of_pairs == ()


def test_prey_flee_from_predators_and_predators_do_not_flee_from_prey():
    """Prey and a predator face each other: the prey turns away, the predator goes on towards it."""
    alone = {"agents": 2, "box": "open", "initial": "sphere", "initial_radius": 1.0, "share": 0.0}
    flight = {"others": {"predator": {"share": -1.0, "radius": 4.0}}}
    run = run_of(flight, species=({**PREDATOR, "count": 1},), steps=40, **alone)
    state = Integration(run, 1, None)
    x, u = np.array([[0.0, 0, 0], [3, 0.1, 0]]), np.array([[1.0, 0, 0], [-1, 0, 0]])
    state._set_state(x, u, np.empty((0, 2)))
    state.advance(40)
    np.testing.assert_allclose(state.headings[0], [1, 0, 0])  # the predator, the first agent
    assert state.headings[1] @ (state.positions[1] - state.positions[0]) > 0  # away from it


PREY = "interaction.others.predator: "
WRONG = {
    "a predator misspelled": (
        {"others": {"predatr": {"share": 1}}},
        r"there is no species 'predatr' \(did you mean",
    ),
    "an unknown species": ({"fish": {"predator": {"share": 1}}}, "no species 'fish'; there are: others, predator"),
    "no parameters": ({"others": {"predator": {}}}, PREY + "expected parameters of the model; found none"),
    "one misspelled": (
        {"others": {"predator": {"sahre": 1}}},
        PREY + r"there is no parameter 'sahre' \(did you mean",
    ),
    "a word": ({"others": {"predator": {"share": "much"}}}, PREY + "share: input should be a valid number"),
    "the box": ({"others": {"predator": {"box": 4.0}}}, PREY + "box is common to all agents"),
    "the speed": ({"others": {"predator": {"speed": 4.0}}}, PREY + "speed is an agent's own"),
}


@pytest.mark.parametrize(("interaction", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_one_line(interaction, message):
    with pytest.raises(ValueError, match=message):
        run_of(interaction)


@pytest.mark.parametrize("parameters", [{"rate": 0.1}, {"share": 0.25}, {"share": -1.0, "rate": 0.1}])
def test_parameters_that_change_nothing_in_a_pair_are_refused(parameters):
    """A rate is read by the turn alone; a share of .25 is what the others have already."""
    with pytest.raises(kadita.KaditaError, match=PREY + ".* changes nothing in the rule of a pair"):
        Simulation(run_of({"others": {"predator": parameters}})).compile()


class Scaled(Chase):
    """The same, whose share and rate are two sides of one parameter."""

    name: ClassVar[str] = "scaled"
    strength: float = 0.25

    @property
    def constants(self):
        return super().constants | {"share": self.strength, "rate": 0.125 / self.strength}


class Choosy(Chase):
    """The same, about the three nearest."""

    name: ClassVar[str] = "choosy"

    @property
    def nearest(self):
        return 3


@pytest.mark.parametrize(
    ("cls", "parameters", "message"),
    [
        (
            Scaled,
            {"strength": 0.5},
            "strength changes rate, which a rule of the agent reads, too, where it is others's",
        ),
        (
            Choosy,
            {"radius": 2.0},
            "expected the cutoff of others, 1, because the nearest are chosen among all .*; got 2",
        ),
    ],
)
def test_a_parameter_that_means_more_than_a_pair_is_refused(cls, parameters, message):
    """What a pair stores as a share of a scale, turns would multiply by another scale: a wrong number in silence."""
    run = run_of({"others": {"predator": {"share": -1.0}}})
    given = run.parameters.model_dump(exclude_unset=True)
    interaction = {"others": {"predator": parameters}}
    wrong = run.model_copy(update={"model": cls.name, "parameters": cls(**given), "interaction": interaction})
    with pytest.raises(kadita.KaditaError, match=f"^.*interaction.others.predator: {message}"):
        Simulation(wrong).compile()


def test_a_file_says_it_and_a_table_of_the_wrong_depth_is_refused(tmp_path):
    text = (
        'model = "couzin"\nsteps = 4\n[parameters]\nagents = 9\nbox = "open"\nspeed = 3.0\nr_r = 1.0\nr_o = 6.0\n'
        'r_a = 14.0\nfield_of_view = 270.0\nturning_rate = 40.0\nnoise = 0.05\ntime_step = 0.1\ninitial = "sphere"\n'
        'initial_radius = 4.0\n[[species]]\nname = "shark"\ncount = 1\n[interaction.others.shark]\nr_r = 5.0\n'
    )
    (tmp_path / "school.toml").write_text(text)
    run = kadita.load_configuration(tmp_path / "school.toml")
    assert run.models_of_pairs[0][1].r_r == 5
    assert run.models_of_pairs[1][0] == run.models_of_pairs[0][0] == run.parameters
    (tmp_path / "school.toml").write_text(text.replace(".others.shark", ".others"))
    with pytest.raises(kadita.KaditaError, match=r"expected parameters in tables .*; got interaction.others.r_r = 5.0"):
        kadita.load_configuration(tmp_path / "school.toml")


def test_names_are_found_in_all_that_a_rule_calls():
    assert {"share", "square", "displacement", "constants"} <= names_read(pair)
    assert "rate" not in names_read(pair)
    assert "species" not in names_read(pair)
    assert "species" in names_read(jitable(lambda agent, other: pair(agent, other)[0] if other.species else NOTHING))
    assert "rate" in names_read(jitable(lambda agent, sums: turn(agent, sums)))


def test_the_rules_of_many_runs_are_read_once():
    assert names_read(pair, turn) is names_read(pair, turn)
    found = code_names.reads_by_position.cache_info().misses
    for seed in range(3):
        kadita.simulate("informed", agents=20, steps=1, seed=seed).read(np.array([1]))
    assert code_names.reads_by_position.cache_info().misses <= found + 1


@jitable
def turned(agent, other):
    """A vector towards those of other species, away from predators, as share."""
    c = agent.constants
    near = (other.square < c.square) & (other.square > 0)
    share = np.float32(-c.share if other.species == 1 else c.share)
    return where(near, directed(share, other)), NOTHING, NOTHING, count(near)


@jitable
def turned_unpacked(agent, other):
    """The same, with the record unpacked."""
    _, square, _, species = other
    c = agent.constants
    near = (square < c.square) & (square > 0)
    share = np.float32(-c.share if species == 1 else c.share)
    return where(near, directed(share, other)), NOTHING, NOTHING, count(near)


@jitable
def turned_by_number(agent, other):
    """The same, with the species as the last entry of the record."""
    c = agent.constants
    near = (other.square < c.square) & (other.square > 0)
    share = np.float32(-c.share if other[-1] == 1 else c.share)
    return where(near, directed(share, other)), NOTHING, NOTHING, count(near)


@pytest.mark.slow
def test_a_rule_knows_the_species_however_it_reads_it():
    """A record is a tuple: unpacked it must give the species that its name gives."""
    found = []
    for rule in (turned, turned_unpacked):
        model = type("Turned", (Chase,), {"pair": staticmethod(rule), "name": "turned"})
        parameters = model(agents=90, box=9.0, speed=1.0, time_step=0.05, dimensions=2)
        found.append(after(run_of({}).model_copy(update={"parameters": parameters}), by_cells=False).headings.tobytes())
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("rule", "reads"), [(turned, True), (turned_unpacked, True), (turned_by_number, True), (pair, False)]
)
def test_a_rule_that_reads_no_species_is_given_none(rule, reads):
    """What it does not read is not gathered: a rule that reads fields by name alone costs nothing more."""
    assert may_read_species(rule) == reads


def test_names_are_found_in_modules_within_modules():
    package, within = ModuleType("package"), ModuleType("package.within")
    package.within, within.rule = within, turned
    assert "species" in names_read(lambda agent, other: package.within.rule(agent, other))
    source = compile("def f(agent, other): return package.within.rule(agent, other)", "", "exec").co_consts[0]
    assert "species" in names_read(FunctionType(source, {"package": package}))


def test_an_attribute_is_not_taken_for_a_function_of_its_name():
    """`c.rate` is a number, even if the module has a function `rate` that reads a species."""
    read = names_read(FunctionType((lambda c: c.rate).__code__, {"rate": turned}))
    assert read == {"rate"}
