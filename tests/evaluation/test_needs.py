"""A metric can need another one with parameters of its own, and is given it, computed once."""

from typing import Annotated

import numpy as np
import pytest
from pydantic import Field
from scipy.spatial import cKDTree

import kadita
from kadita import Block, Frame, KaditaError, Needs, analysis, metric
from kadita.base.errors import PluginError
from kadita.evaluation.plan import load_preset, make_plan
from kadita.plugins.loading import load_registry
from kadita.plugins.metrics import Floats
from kadita.plugins.registry import Plugin, Registry
from kadita.testing import check_analysis, check_metric

CALLS: list[int] = []


@metric(units="length", range=(0, np.inf), symmetries=("translation", "rotation"), undefined="for too few agents")
def reach(block: Block, *, k: Annotated[int, Field(ge=1)] = 3, scale: float = 1.0):
    """Mean distance to the k-th nearest neighbour, (T,)."""
    CALLS.append(k)
    found = block.neighbor_distances(k)[..., k - 1]
    return scale * np.where(np.isfinite(found), found, np.nan).mean(axis=1)


@metric(range=(1, np.inf), symmetries=("translation", "rotation"), undefined="for too few agents")
def clumping(
    block: Block, near: Annotated[Floats, Needs("reach", k=1)], far: Annotated[Floats, Needs("reach", k=5)], reach
):
    """Ratio of the distances to the fifth and to the nearest neighbour, (T,)."""
    assert reach.shape == near.shape == (len(block),)
    return far / near


@metric(range=(0, np.inf), undefined="for too few agents")
def nearest_of_frame(frame: Frame, near: Annotated[float, Needs("reach", k=1)]):
    """The nearest neighbour again, (T,)."""
    return near


nearest_of_frame = metric(per_frame=True, undefined="for too few agents")(nearest_of_frame.function)


@analysis(finish=lambda state, facts: state["sum"] / state["frames"], units="length")
def mean_reach(window, near: Annotated[Floats, Needs("reach", k=1)]):
    """Mean distance to the nearest neighbour over all frames, (); never NaN."""
    return {"sum": near[: window.own].sum(), "frames": window.own}


@pytest.fixture
def registry():
    registry = Registry()
    registry.add(Plugin("mine", "mine", "1"), [reach, clumping, nearest_of_frame], [mean_reach])
    return registry


@pytest.fixture
def school(rng):
    return Block(rng.normal(size=(4, 30, 3)))


def distance(school, k):
    """Mean distance to the k-th neighbour, by scipy."""
    return np.array([cKDTree(x).query(x, k + 1)[0][:, k].mean() for x in school.positions])


@pytest.mark.parametrize("k", [1, 2, 5, 7])
def test_each_argument_is_the_metric_with_its_own_parameters(school, registry, k):
    results = kadita.analyze(school, ["clumping", "reach"], parameters={"reach.k": k}, registry=registry)
    np.testing.assert_allclose(results["clumping"], distance(school, 5) / distance(school, 1), rtol=1e-12)
    np.testing.assert_allclose(results["reach"], distance(school, k), rtol=1e-12)
    assert results.series["reach"].parameters == {"k": k, "scale": 1.0}


def test_frames_and_windows_are_given_it_too(school, registry):
    results = kadita.analyze(school, ["nearest_of_frame", "mean_reach"], registry=registry)
    np.testing.assert_allclose(results["nearest_of_frame"], distance(school, 1), rtol=1e-12)
    assert results["mean_reach"] == pytest.approx(distance(school, 1).mean(), rel=1e-12)


def test_what_two_need_with_equal_parameters_is_computed_once(school, registry):
    CALLS.clear()
    names = ["clumping", "nearest_of_frame", "mean_reach"]
    results = kadita.analyze(school, names, registry=registry, parameters={"reach.k": 5})
    assert sorted(CALLS) == [1, 5]  # reach itself is that with k = 5
    assert results.provenance["needed"] == {"reach": {"k": 5, "scale": 1.0}, "reach(k=1)": {"k": 1, "scale": 1.0}}


def test_parameters_that_are_not_its_own_are_those_of_the_analysis(school, registry):
    results = kadita.analyze(school, "nearest_of_frame", registry=registry, parameters={"reach.scale": 2.0})
    np.testing.assert_allclose(results["nearest_of_frame"], 2 * distance(school, 1), rtol=1e-12)
    profile = load_preset("published")
    registry = load_registry().copy()

    @metric()
    def near_spread(block, s: Annotated[Floats, Needs("depth_stratification_entropy", estimator="plug-in")]):
        """The spread that the profile defines, (T,)."""
        return s

    registry.add(Plugin("more", "", ""), [near_spread])
    plan = make_plan(registry, ["near_spread"], profile=profile)
    assert [p["definition"] for p in plan.parameters.values() if "definition" in p] == ["published"]


def needing(declared):
    """A metric that needs what is declared."""

    def asks(block, given): ...

    asks.__annotations__["given"] = declared
    return metric(asks)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            Needs("raech", k=1),
            r"asks needs raech\(k=1\), and there is no metric 'raech' \(did you mean reach\?\)$",
        ),
        (
            Needs("reach", kk=1),
            r"asks needs reach\(kk=1\): reach has no parameter 'kk' \(did you mean k\?\); there are: k, scale",
        ),
        (
            Needs("reach", k=0),
            r"asks needs reach\(k=0\): reach.k: Input should be greater than or equal to 1; got 0",
        ),
        (Needs("asks", k=1), r"in a cycle: (asks\(k=1\) needs asks\(k=1\)|asks needs asks\(k=1\))"),
        (Needs("mean_reach"), "asks needs mean_reach, which is a whole-trajectory analysis; expected a metric"),
    ],
)
def test_faults_are_named_with_the_path_before_a_frame_is_read(declared, message, registry):
    registry.add(Plugin("other", "other", "1"), [needing(Annotated[Floats, declared])])
    with pytest.raises(KaditaError, match=message):
        make_plan(registry, ["asks"])


def test_a_cycle_of_two_is_named(registry):
    def forth(block, back: Annotated[Floats, Needs("to", k=2)]): ...
    def to(block, forth, *, k: int = 1): ...

    registry.add(Plugin("loop", "loop", "1"), [metric(forth), metric(to)])
    with pytest.raises(KaditaError, match=r"cycle: (forth needs to\(k=2\) needs forth|to\(k=2\) needs forth needs to)"):
        make_plan(registry, ["forth"])


def test_setting_what_is_fixed_has_no_effect_and_is_refused(registry):
    message = r"--set: reach.k has no effect, as nearest_of_frame needs reach\(k=1\); add -m reach"
    with pytest.raises(KaditaError, match=message):
        make_plan(registry, ["nearest_of_frame"], {"reach": {"k": 4}})
    with pytest.raises(KaditaError, match="no metric of this analysis has a parameter 'k'"):
        make_plan(registry, ["nearest_of_frame"], {"*": {"k": 4}})
    plan = make_plan(registry, ["nearest_of_frame", "reach"], {"*": {"k": 4}})
    assert [plan.parameters[name]["k"] for name in ("reach(k=1)", "reach")] == [1, 4]


@pytest.mark.parametrize(
    "declare",
    [
        lambda: Needs(3),
        lambda: Needs("two words"),
        lambda: Needs(reach),
        lambda: needing(Annotated[Floats, Needs]),
        lambda: needing(Annotated[Floats, Needs("reach"), Needs("reach", k=1)]),
    ],
)
def test_what_is_no_name_of_a_metric_is_refused(declare):
    with pytest.raises(PluginError, match=r"Needs.*got"):
        declare()


def test_a_need_among_the_parameters_is_refused():
    with pytest.raises(PluginError, match="metric odd: 'near' is a metric that it needs; put it before the *"):

        @metric
        def odd(block, *, near: Annotated[float, Needs("reach", k=1)] = 1.0): ...


def test_the_kit_computes_them():
    check_metric(clumping, others=[reach])
    check_metric(nearest_of_frame, others=[reach])
    check_analysis(mean_reach, others=[reach])


def test_the_kit_finds_a_metric_that_writes_to_them():
    def vandal(block, near: Annotated[Floats, Needs("reach", k=1)]):
        """Writes to what it is given, (T,)."""
        near[:] = 0
        return near

    with pytest.raises(AssertionError, match="its input is not modified"):
        check_metric(metric(undefined="sometimes")(vandal), others=[reach])


PLUGIN = '''
from typing import Annotated
import numpy as np
from kadita import Needs, hookimpl, metric


@metric(undefined="for a single agent")
def clumped(block, near: Annotated[np.ndarray, Needs("neighbor_distance_by_rank", k=1)]):
    """Distance to the nearest neighbour, (T,)."""
    return near[:, 0]


@hookimpl
def kadita_metrics():
    return [clumped]
'''


def test_the_commands_know_it(command, tmp_path):
    (tmp_path / "clumped.py").write_text(PLUGIN)
    kadita.run("swarm", agents=20, steps=10, output=tmp_path / "s.nc")
    listed = command("metrics", "clumped", "--plugin", "clumped.py")
    assert "needs:           neighbor_distance_by_rank(k=1)" in listed.stdout.splitlines()
    done = command("analyze", "s.nc", "--plugin", "clumped.py", "-m", "clumped", "-o", "out.csv", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert '"neighbor_distance_by_rank(k=1)": {' in (tmp_path / "out.json").read_text()
    checked = command("plugins", "check", "clumped.py")
    assert "passes all" in checked.stdout, checked.stdout


def test_labels_are_known_by_the_name_of_the_metric(rng):
    """The share of frames in the state that published definitions find most often."""

    def finish(state, facts):
        assert facts.labels["state"] == load_registry()["state"].labels
        return np.max(state["counts"]) / np.sum(state["counts"])

    @analysis(finish=finish, needs_velocities=True)
    def most_often(window, s: Annotated[Floats, Needs("state", definition="published")]):
        """Share of the most frequent state, ()."""
        return {"counts": np.bincount(s[: window.own].astype(int), minlength=4)}

    x, v = rng.normal(size=(2, 50, 20, 3))
    with pytest.warns(kadita.KaditaWarning, match="state is computed by its published definition, but polarization"):
        results = kadita.analyze(Block(x, v), [most_often, "state"], parameters={"state.definition": "published"})
    assert results["most_often"] == np.bincount(results["state"].astype(int)).max() / 50
    assert "needed" not in results.provenance or "state(definition=published)" not in results.provenance["needed"]
