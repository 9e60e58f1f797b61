"""What a sweep's file says is what is run, and what it cannot mean is told in one line before anything is."""

import itertools
import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from kadita.plugins.loading import load_registry
from kadita.simulation.sweep.configuration import read_sweep
from kadita.simulation.sweep.points import points_of
from kadita.simulation.sweep.schema import schemas

ROOT = Path(__file__).resolve().parents[3]
MODEL = """
model = "vicsek"
steps = 10

[parameters]
agents = 10
box = 5.0
speed = 0.3
radius = 1.0
time_step = 1.0

[grid]
noise = [0.1, 0.2]
"""


@pytest.fixture
def points(tmp_path):
    """Return all points of a sweep that is written as TOML."""

    def read(text):
        (tmp_path / "points.toml").write_text(text)
        return points_of("points.toml", read_sweep(tmp_path / "points.toml"), load_registry())

    return read


class TestPoints:
    def test_every_combination_of_a_grid_and_of_lists_that_go_together(self, points):
        found = points(
            'scenario = "torus"\nseeds = "5..7"\n[grid]\nnoise = [0.0, 0.1]\nspeed = { from = 1, to = 3, count = 3 }\n'
            "[zip]\nr_o = [2.0, 5.0]\nr_a = [14.0, 17.0]\n"
        )
        chosen = [tuple(setting.values.values()) for setting in found.settings]
        assert list(next(found.settings).values) == ["noise", "speed", "r_o", "r_a"]
        assert chosen == [
            (noise, speed, *radii)
            for noise, speed, radii in itertools.product([0.0, 0.1], [1, 2, 3], [(2.0, 14.0), (5.0, 17.0)])
        ]
        assert found.total == 36
        for setting in found.settings:
            assert {key: getattr(setting.run.parameters, key) for key in setting.values} == dict(setting.values)

    def test_a_model_of_ones_own_parameters_some_of_which_are_varied(self, points):
        runs = [setting.run for setting in points(MODEL).settings]
        assert [run.parameters.noise for run in runs] == [0.1, 0.2]
        assert {(run.model, run.steps, run.parameters.agents) for run in runs} == {("vicsek", 10, 10)}

    def test_seeds_alone_are_a_sweep(self, points):
        assert points('scenario = "torus"\nseeds = 7').total == 7

    def test_a_folder_is_named_by_the_run_and_by_what_is_measured_and_by_nothing_else(self, points):
        def name(more="", noise="0.1", above=""):
            text = f'scenario = "torus"\n{above}\n[grid]\nnoise = [{noise}]\n{more}'
            return next(points(text).settings).folder

        assert name() == name(noise="0.10, 0.2") == name(above="seeds = 9\ntitle = 'another'\nbegin = 3.0")
        others = [
            name(noise="0.2"),
            name(above="steps = 10"),
            name(above="every = 7"),
            name(above="metrics = ['rotation']"),
            name(above="largest_cluster = 'r_a'"),
            name(above="profile = 'published'"),
            name("[parameters]\nagents = 12"),
            name("[metric_parameters.cluster_count]\nlink_distance = 3.0"),
        ]
        assert len({name(), *others}) == 1 + len(others)

    def test_a_chain_goes_up_and_then_down_for_each_combination_of_the_others(self, points):
        found = points(
            'scenario = "torus"\nseeds = 2\nchain = "r_o"\n[grid]\nr_o = [1.0, 2.0, 3.0]\nnoise = [0.0, 0.1]'
        )
        assert found.total == 2 * 2 * 6
        assert [
            [(s.values["noise"], s.values["r_o"], s.direction, s.chained) for s in line] for line in found.lines
        ] == [
            [
                *((noise, r_o, "up", r_o > 1.0) for r_o in (1.0, 2.0, 3.0)),
                *((noise, r_o, "down", True) for r_o in (3.0, 2.0, 1.0)),
            ]
            for noise in (0.0, 0.1)
        ]

    def test_a_point_of_a_chain_is_another_where_the_values_before_it_are_others(self, points):
        def names(values):
            text = f'scenario = "torus"\nchain = "r_o"\n[grid]\nr_o = {values}'
            return [setting.folder for setting in points(text).settings]

        short, longer, finer = names([1.0, 2.0]), names([1.0, 2.0, 3.0]), names([1.0, 1.5, 2.0])
        assert short[:2] == longer[:2]
        assert set(short) & set(finer) == {short[0]}
        assert len({*short, *longer, *finer}) == 4 + 6 + 6 - 2 - 1

    def test_a_profile_of_ones_own_lies_beside_the_sweep(self, points, tmp_path):
        (tmp_path / "mine.toml").write_text('metrics = ["cluster_count"]\n[cluster_count]\nlink_distance = 2.5\n')
        found = points('scenario = "torus"\nprofile = "mine.toml"')
        assert found.plan.wanted == ("cluster_count",)
        assert found.plan.parameters["cluster_count"]["link_distance"] == 2.5
        assert found.sweep.definitions == "mine.toml"

    def test_a_scenario_of_ones_own_lies_beside_the_sweep(self, points, tmp_path):
        (tmp_path / "mine.toml").write_text(MODEL.partition("[grid]")[0] + "noise = 0.3\n")
        assert next(points('scenario = "mine.toml"').settings).run.parameters.noise == 0.3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('scenario = "torus"\n[grid]\nnois = [0.1]', "there is no parameter 'nois' (did you mean noise?)"),
        ('scenario = "torus"\n[zip]\nnois = [0.1]', "there is no parameter 'nois' (did you mean noise?)"),
        ('scenario = "torus"\n[parameters]\nnois = 0.1', "there is no parameter 'nois' (did you mean noise?)"),
        ('scenario = "torus"\n[grid]\nnoise = []', "[grid] noise: expected at least one value; got an empty list"),
        ('scenario = "torus"\n[grid]\nnoise = 0.1', "[grid] noise: expected a list, or a range"),
        ('scenario = "torus"\n[grid]\nnoise = [0.1, 0.1]', "[grid] noise: expected each value once; got 0.1 twice"),
        (
            'scenario = "torus"\n[grid]\nnoise = { from = 0.1, to = 0.5, step = -0.1 }',
            "[grid] noise: expected a step that leads from 0.1 to 0.5; got -0.1",
        ),
        ('scenario = "torus"\n[grid]\nnoise = [-0.1]', "noise: input should be greater than or equal to 0; got -0.1"),
        ('scenario = "torus"\n[grid]\nnoise = [0.1, "loud"]', "noise: input should be a valid number"),
        ('scenario = "torus"\nmetrics = ["polarisation"]', "no metric 'polarisation' (did you mean polarization"),
        ('scenario = "torus"\nmetrics = []', "metrics: tuple should have at least 1 item"),
        ('scenario = "torus"\n[metric_parameters.rotation]\nbins = 3', "rotation"),
        ('scenario = "torus"\nprofile = "publisht"', "no profile 'publisht'"),
        ('scenario = "tours"', "no scenario 'tours' (did you mean torus?)"),
        ('scenario = "absent.toml"', "/absent.toml: there is no such file"),
        ('scenario = "torus"\nnoise = 0.1', "there is no 'noise'"),
        ('scenario = "torus"\nsed = 3', "there is no 'sed' (did you mean seeds"),
        ('scenario = "torus"\nseeds = 0', "seeds: expected at least one seed; got 0"),
        ('scenario = "torus"\nsteps = -1', "steps: input should be greater than or equal to 0; got -1"),
        ("steps = 10", "expected a scenario or a model; got neither"),
        ('scenario = "torus"\nmodel = "couzin"\nsteps = 1', "expected a scenario or a model; got both"),
        ('model = "couzin"', "missing: steps"),
        ('model = "cousin"\nsteps = 1', "there is no model 'cousin' (did you mean couzin?)"),
        ('model = "vicsek"\nsteps = 1', "missing in [parameters]: agents"),
        (
            'scenario = "torus"\n[parameters]\nnoise = 0.1\n[grid]\nnoise = [0.1]',
            "noise is both fixed in [parameters] and varied",
        ),
        (
            'scenario = "torus"\n[grid]\nnoise = [0.1]\n[zip]\nnoise = [0.1]',
            "noise is both in [grid] and in [zip]",
        ),
        (
            'scenario = "torus"\n[zip]\nnoise = [0.1]\nspeed = [1.0, 2.0]',
            "[zip]: expected lists of equal length; got noise 1, speed 2",
        ),
        ('scenario = "torus"\nbegin = 1e6', "begin: expected a time up to the end of a run, 500; got 1e+06"),
        ('scenario = "torus"\nbegin = 1.0\nequilibration = "half"', "begin and equilibration exclude each other"),
        ('scenario = "torus"\nlargest_cluster = "r_b"', "expected r_a or a length above 0; got r_b"),
        ('scenario = "torus"\nchain = "r_o"', "chain: expected a parameter of [grid]; got 'r_o'"),
        ('scenario = "torus"\nchain = "r_o"\n[grid]\nr_o = [2.0, 1.0]', "chain: expected increasing values of r_o"),
        ('scenario = "torus"\nchain = "agents"\n[grid]\nagents = [10, 20]', "can change during a run; got agents"),
        ('scenario = "torus"\nchain = "rules"\n[grid]\nrules = ["couzin-2002"]', "chain: expected numbers of rules"),
        (
            'scenario = "torus"\nseeds = 1000\n[grid]\nnoise = { from = 0, to = 1, step = 0.001 }',
            "expected at most 100000 points; got 1001000",
        ),
        ("scenario = ", "expected TOML"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line_and_nothing_is_run(command, tmp_path, text, said):
    (tmp_path / "wrong.toml").write_text(text)
    status, out, error = command("wrong.toml")
    assert (status, out, error.count("\n")) == (2, "", 1)
    assert said in error
    assert error.startswith("kadita: error: wrong.toml") or "absent.toml" in error
    assert [file.name for file in tmp_path.iterdir()] == ["wrong.toml"]


class TestSchema:
    @pytest.fixture
    def validator(self):
        text = (ROOT / "schemas" / "sweep.schema.json").read_text()
        assert json.loads(text) == json.loads(schemas()["sweep.schema.json"]), "run `make schemas`"
        return jsonschema.Draft202012Validator(json.loads(text))

    @pytest.mark.parametrize(
        "text", [MODEL, 'scenario = "torus"\nseeds = "1..3"\n[grid]\nr_o = { from = 1, to = 2, step = 0.5 }']
    )
    def test_an_editor_takes_what_is_right(self, validator, text):
        validator.validate(tomllib.loads(text))

    def test_the_study_is_right(self, validator):
        validator.validate(tomllib.loads((ROOT / "analyses" / "hysteresis" / "sweep.toml").read_text()))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"scenario": "torus"},
            {"stps": 3},
            {"seeds": 0},
            {"seeds": "1-3"},
            {"grid": {"noise": []}},
            {"grid": {"noise": {"from": 0, "to": 1}}},
            {"grid": {"nois": [0.1]}},
            {"parameters": {"nois": 0.1}},
            {"equilibration": "most"},
        ],
    )
    def test_an_editor_marks_what_is_wrong(self, validator, wrong):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(tomllib.loads(MODEL) | wrong)
