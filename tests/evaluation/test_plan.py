"""What is computed, in which order and with which parameters, is settled before a frame is read."""

import pytest

from kadita import KaditaError, metric
from kadita.evaluation.plan import load_preset, make_plan
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin, Registry


def registry_of(*functions, **options):
    registry = Registry()
    registry.add(Plugin("test", "test", "1"), [metric(**options)(f) for f in functions])
    return registry


def a(block, b, c): ...
def b(block, c): ...
def c(block, *, k: int = 1): ...
def loop(block, back): ...
def back(block, loop): ...
def orphan(block, nowhere): ...
def above(block, orphan): ...


def test_a_metric_comes_after_what_it_needs():
    plan = make_plan(registry_of(a, b, c), ["a"])
    assert [m.name for m in plan.order] == ["c", "b", "a"]
    assert plan.wanted == ("a",)


def test_a_circle_of_needs_is_named():
    with pytest.raises(KaditaError, match="cycle: (loop needs back needs loop|back needs loop needs back)"):
        make_plan(registry_of(loop, back), ["loop"])


def test_a_missing_need_is_named_with_its_path():
    with pytest.raises(KaditaError, match="above needs orphan needs nowhere, and there is no metric 'nowhere'"):
        make_plan(registry_of(above, orphan), ["above"])


def test_parameters_of_a_profile_give_way_to_those_that_are_set():
    registry = load_registry()
    profile = load_preset("published")
    plan = make_plan(registry, None, {"spread": {"definition": "corrected"}}, profile)
    assert plan.parameters["spread"]["definition"] == "corrected"
    assert plan.parameters["rotation"]["definition"] == "published"


def test_the_published_profile_leaves_out_what_has_no_published_form():
    plan = make_plan(load_registry(), profile=load_preset("published"))
    assert {"polarization", "state", "oceanic_schooling_index"} <= set(plan.wanted)
    assert not set(plan.wanted) & {"polarization_unbiased", "cluster_count", "percolates"}
    for m in plan.order:
        if "definition" in m.parameters.model_fields:
            assert plan.parameters[m.name]["definition"] == "published"


def test_a_parameter_without_a_metric_is_set_for_all_that_have_it():
    plan = make_plan(load_registry(), ["cluster_count", "percolates"], {"*": {"link_distance": 3}})
    assert {p["link_distance"] for p in plan.parameters.values()} == {3.0}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"d": {"k": 1}}, "there is no metric 'd'"),
        ({"c": {"k": 1}}, "'c' is not part of this analysis; add -m c"),
        ({"*": {"q": 1}}, "no metric of this analysis has a parameter 'q'"),
    ],
)
def test_parameters_for_nothing_are_refused(parameters, message):
    def alone(block): ...

    with pytest.raises(KaditaError, match=message):
        make_plan(registry_of(a, b, c, alone), ["alone"], parameters)


@pytest.mark.parametrize(
    ("text", "message"),
    [("metrics = 3", "a list `metrics`"), ("x = [", "expected TOML"), ("[spread]\nk = 1", "metrics")],
)
def test_a_profile_of_ones_own_is_checked(tmp_path, text, message):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(KaditaError, match=message):
        load_preset(str(tmp_path / "mine.toml"))


def test_an_unknown_profile_says_which_there_are():
    with pytest.raises(KaditaError, match="no profile 'publishd'; there are: published"):
        load_preset("publishd")


def test_default_among_names_stands_for_what_is_computed_without_any():
    registry = load_registry()
    usual = make_plan(registry)
    with_another = make_plan(registry, ["default", "local_order", "polarization"])
    assert with_another.wanted == (*usual.wanted, "local_order")
    assert with_another.named == {"local_order", "polarization"}
    assert make_plan(registry, ["default"]).wanted == usual.wanted
    assert make_plan(registry, ["default"]).named == frozenset()
