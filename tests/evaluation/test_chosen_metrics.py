"""Analyses of metrics that a parameter names."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import pytest

import kadita
from kadita import Window, analysis
from kadita.base.errors import PluginError
from kadita.plugins.analyses import ChosenBy, Floats
from kadita.testing import check_analysis

PLUGIN = """
from collections.abc import Mapping
from typing import Annotated
from kadita import analysis, hookimpl
from kadita.plugins.analyses import ChosenBy, Floats, Window

@analysis(finish=lambda state, facts, *, metrics: state, halo=1)
def sum_of_products(
    window: Window, spread: Floats, values: Annotated[Mapping[str, Floats], ChosenBy("metrics")],
    *, metrics: tuple[str, ...] = ("polarization", "rotation"),
):
    '''Sum over frames of the product of the spread and the metrics that are named.'''
    product = spread.copy()
    for name in metrics:
        product = product * values[name]
    return product[: window.own].sum()

@hookimpl
def kadita_analyses():
    return [sum_of_products]
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chosen")
    (folder / "products.py").write_text(PLUGIN)
    kadita.run("torus", agents=20, steps=200, every=2, output=folder / "torus.nc")
    return folder


def test_the_metrics_are_those_that_the_parameter_names(school):
    file, plugins = school / "torus.nc", [school / "products.py"]
    values = kadita.analyze(file, ["spread", "polarization", "rotation"])
    two = kadita.analyze(file, "sum_of_products", plugins=plugins)
    assert two["sum_of_products"] == pytest.approx(
        (values["spread"] * values["polarization"] * values["rotation"]).sum(), rel=1e-12
    )
    one = kadita.analyze(file, "sum_of_products", plugins=plugins, parameters={"sum_of_products.metrics": ["rotation"]})
    assert one["sum_of_products"] == pytest.approx((values["spread"] * values["rotation"]).sum(), rel=1e-12)
    spread = kadita.analyze(file, "sum_of_products", plugins=plugins, parameters={"metrics": ["spread"]})
    assert spread["sum_of_products"] == pytest.approx((values["spread"] ** 2).sum(), rel=1e-12)


def test_workers_give_the_same_bits(school):
    file, plugins = school / "torus.nc", [school / "products.py"]
    serial = kadita.analyze(file, "sum_of_products", plugins=plugins)
    parallel = kadita.analyze(file, "sum_of_products", plugins=plugins, workers=2)
    assert serial["sum_of_products"] == parallel["sum_of_products"]


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (
            ["polarisation"],
            "sum_of_products.metrics: expected names of metrics; 'polarisation' is not one (did you mean polarization",
        ),
        (["neighbor_maps"], "'neighbor_maps' is a whole-trajectory analysis"),
        (3, "sum_of_products.metrics: Input should be a valid tuple"),
    ],
)
def test_what_is_not_a_metric_is_refused(school, metrics, message):
    with pytest.raises(kadita.KaditaError) as refused:
        kadita.analyze(
            school / "torus.nc",
            "sum_of_products",
            plugins=[school / "products.py"],
            parameters={"sum_of_products.metrics": metrics},
        )
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_kit_checks_such_an_analysis():
    @analysis(finish=lambda state, facts, *, metrics: state)
    def mean_of_last(
        window: Window, values: Annotated[Mapping[str, Floats], ChosenBy("metrics")], *, metrics: tuple[str, ...]
    ):
        """Sum over the frames of the last of the metrics."""
        return np.nansum(values[metrics[-1]][: window.own])

    assert all(check.passed for check in check_analysis(mean_of_last, metrics=("polarization", "spread")))


def test_what_cannot_be_declared():
    finish = {"finish": lambda state, facts, **_: state}
    with pytest.raises(PluginError, match="expected the name of one of its parameters"):

        @analysis(**finish)
        def one(window: Window, values: Annotated[Mapping[str, Floats], ChosenBy("metrics")]):
            return 0.0

    with pytest.raises(PluginError, match="of the last argument"):

        @analysis(**finish)
        def two(window: Window, values: Annotated[dict, ChosenBy("which")], spread, *, which: tuple[str, ...] = ()):
            return 0.0

    with pytest.raises(PluginError, match="only analyses"):

        @kadita.metric()
        def three(block: kadita.Block, values: Annotated[dict, ChosenBy("which")], *, which: tuple[str, ...] = ()):
            return 0.0
