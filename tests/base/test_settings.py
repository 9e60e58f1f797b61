"""Settings of tables, key by key, and settings that are made twice."""

import sys
import typing
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

import kadita
from kadita import Block, KaditaError, metric
from kadita.base.errors import PluginError
from kadita.base.settings import by_metric, check_once, parse_settings
from kadita.base.tables import with_key


class Limits(TypedDict, total=False):
    low: float
    high: float


class Weights(BaseModel):
    order: Annotated[float, Field(ge=0)] = 1.0
    spread: float = 2.0
    limits: Limits = {"low": 0.0, "high": 1.0}  # noqa: RUF012 - pydantic copies it


@dataclass
class Pair:
    one: int = 1
    two: int = 2


@metric
def quality(
    block: Block,
    *,
    weights: Weights = Weights(),  # noqa: B008
    limits: Limits = {"low": 0.0, "high": 5.0},  # noqa: B006
    pair: Pair = Pair(),  # noqa: B008
    free: dict[str, float] = {"a": 1.0, "b": 2.0},  # noqa: B006
    several: list[Weights] = [],  # noqa: B006
    maybe: Weights | None = None,
):
    """Zero, (T,)."""
    return np.zeros(len(block))


SCHOOL = Block(np.zeros((1, 2, 3)))


def parameters_of(*settings):
    results = kadita.analyze(SCHOOL, quality, parameters=parse_settings(settings))
    return results.series["quality"].parameters


def test_a_key_of_a_model_is_set_and_the_others_keep_their_defaults():
    assert parameters_of("quality.weights.order=3")["weights"] == Weights(order=3)
    assert parameters_of("weights.spread=4", "quality.weights.order=3")["weights"] == Weights(order=3, spread=4)
    assert parameters_of("quality.weights.limits.high=9")["weights"].limits == {"low": 0.0, "high": 9.0}
    assert parameters_of("quality.maybe.order=5")["maybe"] == Weights(order=5)


def test_a_key_of_a_mapping_is_set_and_the_others_keep_their_defaults():
    assert parameters_of("quality.limits.low=-2")["limits"] == {"low": -2.0, "high": 5.0}
    assert parameters_of("quality.pair.two=7")["pair"] == Pair(1, 7)
    assert parameters_of("quality.free.c=7", "quality.free.a=0")["free"] == {"a": 0.0, "b": 2.0, "c": 7.0}
    assert parameters_of("quality . free . b = 5")["free"] == {"a": 1.0, "b": 5.0}
    given = kadita.analyze(SCHOOL, quality, parameters={"quality": {"limits.low": 1}}).series["quality"].parameters
    assert given["limits"] == {"low": 1.0, "high": 5.0}


def test_a_table_given_whole_is_the_value():
    assert parameters_of("quality.free={c=7}")["free"] == {"c": 7.0}
    assert parameters_of("quality.weights={order=3}")["weights"] == Weights(order=3)
    assert parameters_of("weights.spread=9", "quality.weights={order=3}")["weights"] == Weights(order=3)
    assert parameters_of("weights={spread=9}", "quality.weights.order=3")["weights"] == Weights(order=3, spread=9)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("quality.weights={ordr=3}", r"quality.weights has no key 'ordr' \(did you mean order\?\); there are: order"),
        ("quality.weights.ordr=3", r"quality.weights has no key 'ordr' \(did you mean order\?\)"),
        ("quality.limits={hgh=3}", r"quality.limits has no key 'hgh' \(did you mean high\?\); there are: low, high$"),
        ("quality.limits.lwo=3", r"quality.limits has no key 'lwo' \(did you mean low\?\)"),
        ("quality.pair.tow=3", r"quality.pair has no key 'tow' \(did you mean two"),
        ("quality.weights.limits.hihg=1", r"quality.weights.limits has no key 'hihg' \(did you mean high"),
        ("quality.several=[{order=1}, {oder=2}]", r"quality.several has no key 'oder' \(did you mean order"),
        ("quality.maybe={spred=1}", r"quality.maybe has no key 'spred' \(did you mean spread"),
        ("quality.weigths.order=3", r"quality has no parameter 'weigths' \(did you mean weights\?\)"),
        ("wheights.order=3", r"--set: there is no metric 'wheights'"),
        ("quality.weights.order=-3", r"quality.weights.order: .*; got -3"),
        ("quality.weights.order.x=3", r"quality.weights.order is no table with a key 'x'"),
        ("quality.weights=3", r"quality.weights: .*; got 3"),
    ],
)
def test_unknown_keys_are_refused(setting, message):
    with pytest.raises(KaditaError, match=message):
        parameters_of(setting)


TWICE = [
    ["neighbor_distance.k=1", "neighbor_distance.k=5"],
    ["k=1", "k=1"],
    ["k=1", " k =2"],
    ["a.b=1", "a={b=2}"],
    ["a={b=2}", "a.b=1"],
    ["a={b={c=1}}", "a.b=3"],
    ["a.b.c=1", "a.b=2"],
    ["a.b=2", "a.b.c=1"],
    ["a=none", "a.b=1"],
    ["group_count.link_distance=1", "cluster_count.link_distance=2"],
]


@pytest.mark.parametrize("settings", TWICE)
def test_what_is_set_twice_is_refused(settings):
    with pytest.raises(KaditaError, match=r"^--set: [a-z_.]+ is set twice"):
        parse_settings(settings)


@pytest.mark.parametrize("settings", [["k=1", "a.k=2"], ["a={b=1}", "a.c=2"], ["a.b.c=1", "a.b.d=1"], ["ab=1", "a=2"]])
def test_other_keys_are_no_repetition(settings):
    assert len(parse_settings(settings)) == 2


@pytest.mark.parametrize("setting", ["k", "=3", "a..b=1", ".a=1", "a.=2"])
def test_a_setting_has_a_key(setting):
    with pytest.raises(KaditaError, match="--set: expected key=value; got"):
        parse_settings([setting])


def test_in_python_too_nothing_is_set_twice():
    with pytest.raises(KaditaError, match="spread.definition is set twice, by spread and by spread.definition"):
        by_metric({"spread": {"definition": "published"}, "spread.definition": "corrected"})
    check_once({"spread": {"definition": "published"}, "definition": "corrected"})


@pytest.mark.parametrize(
    "words",
    [
        ["run", "swarm", "--set", "noise=0.1", "--set", "noise=0.2"],
        ["run", "swarm", "--agents", "20", "--set", "agents=30"],
        ["analyze", "s.nc", "--set", "k=1", "--set", "k=5"],
        ["plot", "s.nc", "-o", "p.png", "--set", "local_order.k=4", "--set", "local_order={k=5}"],
        ["convert", "t.csv", "t.nc", "--set", "a=1", "--set", "a=1"],
        ["plugins", "check", "order", "--set", "spread.definition=published", "--set", "spread.definition=corrected"],
    ],
)
def test_no_command_takes_a_key_twice(command, words):
    done = command(*words)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is set twice" in done.stderr
    assert "leave out one" in done.stderr


def test_no_configuration_of_a_sweep_does(command, tmp_path):
    (tmp_path / "sweep.toml").write_text(
        """
scenario = "swarm"
metrics = ["spread"]
grid.noise = [0.1, 0.2]
[metric_parameters]
"spread.definition" = "published"
spread.definition = "corrected"
"""
    )
    done = command("sweep", "sweep.toml")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "spread.definition is set twice" in done.stderr


def test_single_keys_of_an_index(command, tmp_path):
    """Weights of .36 in place of .28 for polarization, by hand."""
    kadita.run("swarm", agents=30, steps=10, every=5, output=tmp_path / "s.nc")
    base = kadita.analyze(tmp_path / "s.nc", "oceanic_schooling_index")["oceanic_schooling_index"]
    settings = parse_settings(["oceanic_schooling_index.weights.polarization=3"])
    found = kadita.analyze(tmp_path / "s.nc", ["oceanic_schooling_index", "polarization_entropy"], parameters=settings)
    entropies = [
        *(f"{name}_entropy" for name in ("school_cohesion", "polarization", "angular_momentum", "nearest_neighbor")),
        *("velocity_correlation_entropy", "school_shape_entropy"),
    ]
    h = kadita.analyze(tmp_path / "s.nc", entropies)
    for weight, index in ((0.28, base), (3.0, found["oceanic_schooling_index"])):
        weights = dict(zip(entropies, (0.18, weight, 0.08, 0.10, 0.18, 0.10), strict=True))
        expected = sum(w * h[name] for name, w in weights.items()) / sum(weights.values())
        np.testing.assert_allclose(index, expected, rtol=1e-12)  # the depth entropy is undefined in open space


def test_setting_a_key_does_not_change_the_table_it_was_in():
    before = {"order": 1, "spread": {"x": 2}}
    assert with_key("t", before, "spread.x", 5) == {"order": 1, "spread": {"x": 5}}
    assert before == {"order": 1, "spread": {"x": 2}}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="pydantic takes it from Python 3.12 on")
def test_a_parameter_of_a_type_that_pydantic_does_not_take_is_named():
    class Old(typing.TypedDict):
        x: float

    def odd(block, *, given: Old = None):  # noqa: RUF013
        """Zero, (T,)."""

    with pytest.raises(PluginError, match="^metric odd: Please use `typing_extensions.TypedDict` instead.*12.$"):
        metric(odd)
