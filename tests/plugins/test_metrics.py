"""A metric's signature is its declaration."""

from typing import Annotated

import numpy as np
import pytest
from pydantic import Field

from kadita import Block, KaditaError, analysis, metric
from kadita.base.errors import PluginError


@metric(units="length", dims=("agent",))
def crowding(block: Block, polarization, *, k: Annotated[int, Field(ge=1)] = 3, power: float):
    """Something about neighbours."""
    return block, polarization, k, power


def test_what_a_signature_declares():
    assert (crowding.name, crowding.needs, crowding.dims) == ("crowding", ("polarization",), ("agent",))
    assert list(crowding.parameters.model_fields) == ["k", "power"]
    assert crowding.summary == "Something about neighbours."


def test_a_metric_can_be_called_as_the_function_it_is():
    assert crowding("block", 1, k=2, power=3) == ("block", 1, 2, 3)


@metric(per_frame=True, dims=("space",))
def drift(frame):
    """Mean velocity, (T, 3)."""
    return frame.velocities.mean(axis=0)


@metric(needs_velocities=True)
def pace(block):
    """Mean speed, (T,)."""
    return block.speeds.mean(axis=-1)


@analysis(finish=lambda state, facts: state["n"])
def sightings(window):
    """Number of positions, ()."""
    return {"n": window.positions[..., 0].size}


SCHOOL = Block(np.zeros((2, 5, 3)), np.ones((2, 5, 3)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: drift(SCHOOL), "drift: expected a Frame; got a Block; kadita.analyze"),
        (lambda: pace(SCHOOL[0]), "pace: expected a Block; got a Frame; kadita.analyze"),
        (lambda: pace(SCHOOL.positions), "pace: expected a Block; got a ndarray"),
        (lambda: drift(SCHOOL.positions[0]), "drift: expected a Frame; got a ndarray"),
        (lambda: sightings(SCHOOL), "sightings: expected a Window; got a Block"),
        (lambda: sightings(SCHOOL[1]), "sightings: expected a Window; got a Frame"),
    ],
)
def test_called_with_data_of_another_kind_it_says_so(wrong, message):
    with pytest.raises(KaditaError, match=message) as error:
        wrong()
    assert "\n" not in str(error.value)


def test_called_with_data_of_its_kind_it_computes():
    assert drift(SCHOOL[1]).tolist() == [1, 1, 1]
    np.testing.assert_allclose(pace(SCHOOL), np.sqrt(3))


def test_defaults_are_filled_in_and_values_are_converted():
    assert crowding.validate({"power": "2"}) == {"k": 3, "power": 2.0}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "crowding.power is required: --set crowding.power=VALUE"),
        ({"power": 1, "k": 0}, "crowding.k: .*greater than or equal to 1; got 0"),
        ({"power": "much"}, "crowding.power: .*number.*; got 'much'"),
        ({"power": 1, "pwer": 2}, r"crowding has no parameter 'pwer' \(did you mean power\?\)"),
    ],
)
def test_values_that_do_not_fit_are_refused(values, message):
    with pytest.raises(KaditaError, match=message):
        crowding.validate(values)


def test_a_parameter_must_be_keyword_only():
    with pytest.raises(PluginError, match="'k' has a default, so it seems to be a parameter; put a \\* before"):

        @metric()
        def careless(block, k=3):
            return block, k


def test_what_is_not_annotated_is_what_its_default_is():
    @metric()
    def ahead(block, *, angle=90.0, of="all", twice=False):
        return block, angle, of, twice

    assert ahead.validate({"angle": 45, "of": "some", "twice": True}) == {"angle": 45.0, "of": "some", "twice": True}
    with pytest.raises(KaditaError, match="ahead.angle: .*valid number.*; got '90deg'"):
        ahead.validate({"angle": "90deg"})


@pytest.mark.parametrize("default", [None, ...])
def test_what_says_nothing_of_itself_is_refused(default):
    def careless(block, *, angle=default):
        return block, angle

    if default is ...:
        careless.__kwdefaults__ = None
    with pytest.raises(PluginError, match="parameter 'angle' has no annotation; add one, such as angle: float"):
        metric(careless)


def test_a_default_that_does_not_fit_is_refused():
    with pytest.raises(PluginError, match=r"metric careless: default of 'k': .*valid integer.*; it is 90.5"):

        @metric()
        def careless(block, *, k: int = 90.5):
            return block, k


def test_an_annotation_that_is_no_expression_is_refused():
    with pytest.raises(PluginError, match="metric careless: its annotations cannot be read: "):

        @metric()
        def careless(block, *, angle: "float degrees" = 1.0):  # noqa: F722
            return block, angle


def test_metrics_can_be_hashed_whatever_they_declare():
    assert len({crowding, crowding}) == 1


def test_a_published_definition_is_chosen_by_a_parameter():
    with pytest.raises(PluginError, match="published: expected a parameter named definition; got none"):

        @metric(published={"bins": 3})
        def careless(block, *, bins: int = 4):
            return block, bins


def test_a_metric_has_data():
    with pytest.raises(PluginError, match="expected a first argument for the data"):

        @metric()
        def empty(*, k: int = 1):
            return k


def test_parentheses_may_be_left_out():
    @metric
    def plain(block: Block):
        return block

    assert (plain.name, plain.units, plain("data")) == ("plain", "1", "data")


@pytest.mark.parametrize("dims", ["agent", ("frame", "agent"), ("T",)])
def test_axes_are_those_after_frames(dims):
    with pytest.raises(PluginError, match="dims: expected the axes after frames"):
        metric(dims=dims)(lambda block: block)


def test_arguments_have_names():
    with pytest.raises(PluginError, match=r"expected named arguments; got \*needs"):

        @metric()
        def open_ended(block, *needs):
            return block, needs


def test_an_annotation_that_cannot_be_resolved_is_named():
    with pytest.raises(PluginError, match="metric lost: annotation 'Nowhere' cannot be resolved"):

        @metric()
        def lost(block: "Nowhere"):  # noqa: F821
            return block
