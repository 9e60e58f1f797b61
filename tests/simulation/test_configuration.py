"""What can be run, and that impossible runs are refused with the reason."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from kadita import KaditaError, load_configuration
from kadita.plugins.loading import load_registry
from kadita.simulation.configuration import scenario_text
from kadita.simulation.sweep.schema import schemas

SCENARIOS = load_registry().scenarios

PUBLISHED = {  # agents, box, speed, r_r, r_o, r_a, max_turn, noise, blind_angle, orientation_weight, steps
    "dewi-kadita-1": (150, 25, 1.0, 2, 3, 15, 0.4, 0.2, 30, 1, 1000),
    "dewi-kadita-2": (200, 25, 1.0, 1, 3, 10, 0.2, 0.05, 150, 0.1, 2000),
    "dewi-kadita-3": (180, 28, 1.2, 1, 10, 18, 0.35, 0.12, 25, 1, 1500),
    "dewi-kadita-4": (250, 35, 1.5, 1, 12, 20, 0.2, 0.05, 20, 1, 1000),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_scenarios_are_the_published_cases(name):
    c = load_configuration(name)
    p = c.parameters
    assert PUBLISHED[name] == (
        p.agents, p.box, p.speed, p.r_r, p.r_o, p.r_a, p.max_turn, p.noise, p.blind_angle, p.orientation_weight, c.steps
    )  # fmt: skip
    assert (p.time_step, p.rules) == (0.1, "dewi-kadita")
    assert (p.initial, p.initial_radius) == (("ring", 6.0) if name == "dewi-kadita-2" else ("random", None))


STATES = {  # widths of the zones of orientation and attraction (Couzin et al. 2002)
    "swarm": (0, 13),
    "torus": (0.75, 15),
    "dynamic-parallel": (3, 13),
    "highly-parallel": (9, 13),
}


@pytest.mark.parametrize("name", STATES)
def test_the_four_states_differ_in_the_widths_of_their_zones_alone(name):
    c = load_configuration(name)
    p = c.parameters
    assert (p.r_o - p.r_r, p.r_a - p.r_o) == STATES[name]
    assert (p.agents, p.box, p.speed, p.r_r, p.field_of_view, p.turning_rate, p.noise, p.time_step, c.steps) == (
        100, "open", 3, 1, 270, 40, 0.05, 0.1, 5000
    )  # fmt: skip
    assert (p.rules, p.initial, p.initial_radius) == ("couzin-2002", "sphere", 5)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_that_is_printed_can_be_run_from_a_file(name, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(scenario_text(name), encoding="utf-8")
    assert load_configuration(file) == load_configuration(name)


IMPOSSIBLE = [
    ({"r_r": 4.0}, "expected r_r <= r_o <= r_a; got r_r = 4"),
    ({"r_a": 13.0}, "r_a = 13 reaches beyond half the cell, 12.5"),
    ({"speed": -1.0}, "speed: .* greater than or equal to 0; got -1.0"),
    ({"max_turn": 0.0}, "max_turn: .* greater than 0; got 0.0"),
    ({"max_turn": 4.0}, "max_turn: .* less than or equal to 3.14"),
    ({"agents": 0}, "agents: .* greater than or equal to 1; got 0"),
    ({"agents": 2.5}, "agents: .*integer"),
    ({"box": 0.0}, "box: expected a length above 0"),
    ({"box": "closed"}, "box: expected a length above 0"),
    ({"box": [25.0, 25.0]}, r"box: expected three lengths in 3 dimensions; got \[25.0, 25.0\]"),
    ({"noise": float("nan")}, "noise: "),
    ({"speed": float("inf")}, "speed: .*finite"),
    ({"initial_radius": None}, 'initial = "ring" needs initial_radius'),
    ({"box": "open", "initial": "random"}, 'initial = "random" fills a periodic cell'),
    ({"steps": 5}, r"'steps' is not a parameter of the model; it belongs above \[parameters\], or use --steps"),
    ({"sped": 1.0}, r"there is no parameter 'sped' \(did you mean speed\?\)"),
]


IMPOSSIBLE_TORUS = [
    ({"turning_rate": 0.0}, "turning_rate: .* greater than 0; got 0.0"),
    ({"turning_rate": -40.0}, "turning_rate: .* greater than 0"),
    ({"turning_rate": 1801.0}, "turns 180.1 degrees in a step; expected at most 180; reduce time_step"),
    ({"time_step": 4.6}, "turning_rate = 40 with time_step = 4.6 turns 184 degrees in a step"),
    ({"field_of_view": 361.0}, "field_of_view: .* less than or equal to 360"),
    ({"field_of_view": 0.0}, "field_of_view: .* greater than 0"),
    ({"field_of_view": None}, 'rules = "couzin-2002" needs field_of_view'),
    ({"max_turn": 0.2}, 'max_turn belongs to rules = "dewi-kadita"; .* takes field_of_view, turning_rate instead'),
    ({"rules": "dewi-kadita"}, 'rules = "dewi-kadita" needs max_turn and blind_angle|field_of_view belongs to'),
    ({"rules": "couzin"}, "rules: .*'couzin-2002' or 'dewi-kadita'"),
    ({"r_o": 0.5}, "expected r_r <= r_o <= r_a; got r_r = 1, r_o = 0.5, r_a = 16.75"),
    ({"speed": -3.0}, "speed: .* greater than or equal to 0"),
    ({"box": 30.0}, "r_a = 16.75 reaches beyond half the cell, 15, .* allow_long_range = true"),
    ({"noise": -0.05}, "noise: .* greater than or equal to 0"),
    ({"feild_of_view": 270.0}, r"no parameter 'feild_of_view' \(did you mean field_of_view\?\)"),
]


@pytest.mark.parametrize(("changes", "message"), IMPOSSIBLE_TORUS)
def test_impossible_parameters_of_couzins_rules_are_refused_with_the_reason(changes, message):
    with pytest.raises(KaditaError, match=message):
        load_configuration("torus", parameters=changes)


def test_long_range_is_possible_where_it_is_meant():
    p = load_configuration("torus", parameters={"box": 30.0, "allow_long_range": True}).parameters
    assert p.space.lengths == (30.0, 30.0, 30.0)


@pytest.mark.parametrize(("changes", "message"), IMPOSSIBLE)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(KaditaError, match=message):
        load_configuration("dewi-kadita-2", parameters=changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"steps": -1}, "steps: "), ({"every": 0}, "every: "), ({"seed": -1}, "seed: "), ({"seed": 2**64}, "seed: ")],
)
def test_impossible_runs_are_refused(changes, message):
    with pytest.raises(KaditaError, match=message):
        load_configuration("dewi-kadita-2", changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("steps = ", "expected TOML"),
        (
            'model = "couzin"\nsteps = 10',
            r"missing in \[parameters\]: agents, box, speed, time_step, r_r, r_o, r_a, noise$",
        ),
        ("steps = 10", "missing: model; there are: .*couzin, .*vicsek"),
        ('model = "couzin"\nsteps = 10\nr_o = 3', r"'r_o' is a parameter of the model; it belongs in \[parameters\]"),
        ('model = "cousin"', r"there is no model 'cousin' \(did you mean couzin\?\)"),
        ("model = 3", "there is no model '3'; there are: .*couzin, .*vicsek"),
        ('model = "couzin"\nsteps = 10\nparameters = 3', "parameters: "),
        ('model = "couzin"\nstps = 10\n', r"there is no parameter 'stps' \(did you mean steps or species\?\)"),
        ("\ufeff\x00", "expected TOML"),
    ],
)
def test_a_file_that_is_no_configuration_is_named(tmp_path, text, message):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(KaditaError, match=message) as error:
        load_configuration(file)
    assert "mine.toml" in str(error.value)


def test_near_names_are_suggested():
    with pytest.raises(KaditaError, match=r"no scenario 'dewi-kadita' \(did you mean dewi-kadita-"):
        load_configuration("dewi-kadita")


SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.mark.parametrize("name", schemas())
def test_the_schema_in_the_repository_is_the_models_own(name):
    assert json.loads((SCHEMAS / name).read_text()) == json.loads(schemas()[name]), "run `make schemas`"


def first_line_schema(text):
    found = re.match(r"#:schema (.+)\n", text)
    return Path(found[1])


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_printed_scenario_names_a_schema_that_is_there(name):
    assert first_line_schema(scenario_text(name)).read_text() == (SCHEMAS / "run.schema.json").read_text()


@pytest.mark.parametrize(
    "file", sorted(Path(__file__).parents[2].glob("plugins/*/scenarios/*.toml")), ids=lambda f: f.stem
)
class TestSchema:
    """What an editor says of a configuration is what kadita says of it."""

    @pytest.fixture
    def validator(self):
        return jsonschema.Draft202012Validator(json.loads((SCHEMAS / "run.schema.json").read_text()))

    def test_the_file_names_the_schema_beside_it(self, file):
        assert (file.parent / first_line_schema(file.read_text())).resolve() == SCHEMAS / "run.schema.json"

    def test_the_scenario_is_valid(self, file, validator):
        validator.validate(tomllib.loads(file.read_text()))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"steps": -1},
            {"stps": 10},
            {"parameters": {"speed": -1.0}},
            {"parameters": {"sped": 1.0}},
            {"parameters": {"agents": 0}},
            {"parameters": {"box": "closed"}},
        ],
    )
    def test_a_wrong_one_is_not(self, file, validator, wrong):
        table = tomllib.loads(file.read_text())
        table["parameters"] |= wrong.get("parameters", {})
        table |= {k: v for k, v in wrong.items() if k != "parameters"}
        assert not validator.is_valid(table)

    def test_every_parameter_is_described(self, file, validator):
        definition = validator.schema["$defs"][tomllib.loads(file.read_text())["model"]]
        assert all("description" in p for p in definition["properties"].values())
