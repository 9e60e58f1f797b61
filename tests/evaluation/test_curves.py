"""What is drawn against an axis of its own: the mean over the frames, and its error."""

from dataclasses import replace

import numpy as np
import pytest

import kadita
from kadita import Axis, Block, metric
from kadita.base.errors import KaditaError
from kadita.evaluation.curves import curves_of
from kadita.evaluation.plotting import draw
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin, Registry


@metric(units="length", dims=("axis",), axes={"axis": Axis(lambda block: np.arange(3))}, undefined="sometimes")
def places(block):
    """Position of the first agent, (T, 3)."""
    return block.positions[:, 0]


@metric(
    dims=("down", "along"),
    axes={d: Axis(lambda block: np.arange(2), "rad") for d in ("down", "along")},
    undefined="always",
)
def nothing(block):
    """A map of what is not defined, (T, 2, 2)."""
    return np.full((len(block), 2, 2), np.nan)


@pytest.fixture
def results(rng):
    registry = Registry()
    registry.add(Plugin("mine", "mine", "1"), metrics=[places, nothing])
    return kadita.analyze(Block(rng.normal(size=(50, 4, 3))), registry=registry)


def test_a_profile_is_the_mean_over_the_frames_with_its_error(results):
    profile = curves_of(results)["places"]
    assert (profile.title, profile.labels, profile.axes[0].tolist()) == ("places (length)", ("axis",), [0, 1, 2])
    np.testing.assert_allclose(profile.values, results["places"].mean(axis=0), rtol=1e-12)
    independent = results["places"].std(axis=0, ddof=1) / np.sqrt(50)
    np.testing.assert_allclose(profile.errors, independent, rtol=0.5)  # frames that remember nothing, about


def test_what_is_not_defined_is_drawn_as_that(results, tmp_path):
    draw(results, tmp_path / "profiles.png")
    assert (tmp_path / "profiles.png").read_bytes().startswith(b"\x89PNG")
    assert np.isnan(curves_of(results)["nothing"].values).all()


def test_where_there_is_nothing_to_draw(tmp_path):
    with pytest.raises(KaditaError, match="nothing to draw: local_order: per-agent values or single numbers"):
        draw(
            kadita.analyze(Block(np.eye(3)[None], np.eye(3)[None]), "local_order", parameters={"k": 2}),
            tmp_path / "nothing.png",
        )


def test_whatever_kadita_computes_can_be_drawn(tmp_path, rng):
    """All that is not per agent; units and labels are anybody's words, and no formulas."""
    registry = load_registry()
    attributes = {"r_a": 2.0, "length_unit": "$\\frac$", "time_unit": "s"}
    x, v, species = rng.random((40, 12, 3)) * 8, rng.normal(size=(40, 12, 3)), ["prey", "predator"] * 6
    school = Block(x, v, box=8.0, attributes=attributes, species=species)
    names = [n for n, o in [*registry.metrics.items(), *registry.analyses.items()] if 3 in o.dimensions]
    drawn = [n for n in names if "agent" not in getattr(registry.metrics.get(n), "dims", ())]
    parameters = {"bins": 4, "surrogates": 2, "lags": 5}
    given = {
        f"{name}.{key}": value
        for name in drawn
        for key, value in parameters.items()
        if key in (registry.metrics.get(name) or registry.analyses[name]).parameters.model_fields
        and "bearing" not in name
    }
    results = kadita.analyze(school, drawn, parameters=given)
    some = [*results.series, *results.analyses]
    for number, start in enumerate(range(0, len(some), 12)):
        part = {n: s for n, s in results.series.items() if n in some[start : start + 12]}
        analyses = {n: w for n, w in results.analyses.items() if n in some[start : start + 12]}
        if part or curves_of(replace(results, series={}, analyses=analyses)):
            draw(replace(results, series=part, analyses=analyses), tmp_path / f"{number}.png")
    assert len(list(tmp_path.iterdir())) >= 4


def test_labels_along_an_axis_are_no_profile(rng, tmp_path):
    @metric(dims=("side",), labels=("near", "far"), axes={"side": Axis(lambda block: np.arange(2))})
    def sides(block):
        """Which of two words holds on each side, (T, 2)."""
        return np.stack([np.zeros(len(block)), np.ones(len(block))], axis=1)

    results = kadita.analyze(Block(rng.normal(size=(5, 4, 3))), sides)
    assert curves_of(results) == {}
    draw(results, tmp_path / "sides.png")
    assert (tmp_path / "sides.png").exists()
