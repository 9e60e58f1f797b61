"""What is drawn against an axis of its own: the mean over the frames, and its error."""

from dataclasses import replace

import numpy as np
import pytest

import kadita
from kadita import Axis, Block, analysis, metric
from kadita.base.errors import KaditaError
from kadita.evaluation.curves import bands_of, curves_of, not_drawn
from kadita.evaluation.figures.stacked import draw
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
    @metric(dims=("agent",), labels=("near", "far"))
    def sides(block):
        """A word for each agent, (T, N)."""
        return np.zeros(block.shape)

    with pytest.raises(KaditaError, match="nothing to draw: sides: labels or matrices of agents, or single numbers"):
        draw(kadita.analyze(Block(np.eye(3)[None]), sides), tmp_path / "nothing.png")


@metric(dims=("agent",), units="length")
def height(block):
    """z of every agent, (T, N)."""
    return block.positions[..., 2]


@metric(dims=("agent", "space"), units="length")
def place(block):
    """Position of every agent, (T, N, 3)."""
    return block.positions


@metric(dims=("agent", "space", "axis"))
def tensor(block):
    """Products of coordinates, (T, N, 3, 3), and of their signs: more than can be drawn."""
    return np.repeat(block.positions[..., None], 4, axis=3)


def test_single_agents_are_drawn_as_quantiles_over_the_school(rng, tmp_path):
    x = rng.normal(size=(6, 9, 3))
    results = kadita.analyze(Block(x), [height, place, tensor])
    bands = bands_of(results)
    assert list(bands) == ["height", "place.x", "place.y", "place.z"]
    assert bands["place.y"].title == "place.y (length)"
    for name, axis in (("height", 2), ("place.x", 0)):
        expected = np.quantile(x[..., axis], [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
        np.testing.assert_allclose(bands[name].quantiles, expected)
    assert not_drawn(results) == ["tensor"]
    assert curves_of(results) == {}
    draw(results, tmp_path / "bands.svg")
    text = (tmp_path / "bands.svg").read_text()
    assert "height (length): median, 25-75 % and 5-95 % of agents" in text


def test_bands_of_one_frame_and_of_undefined_values_can_be_drawn(rng, tmp_path):
    draw(kadita.analyze(Block(rng.normal(size=(1, 5, 3))), [height]), tmp_path / "one.png")
    drawn = kadita.analyze(Block(rng.normal(size=(4, 5, 3))), [height])
    gone = replace(drawn.series["height"], values=np.full((4, 5), np.nan))
    draw(replace(drawn, series={"height": gone}), tmp_path / "undefined.svg")
    assert "undefined" in (tmp_path / "undefined.svg").read_text()


@pytest.mark.parametrize(("number", "words"), [(7, ["a3", "agent"]), (90, ["way", "agents"])])
def test_what_an_analysis_finds_for_every_agent_is_a_bar_each_or_a_histogram(number, words, rng, tmp_path):
    @analysis(finish=lambda state, facts: state["way"], dims=("agent",))
    def way(window):
        """Way of every agent along x, (N,)."""
        return {"way": window.positions[: window.own, :, 0].sum(axis=0)}

    agents = [f"a{i}" for i in range(number)]
    results = kadita.analyze(Block(rng.normal(size=(4, number, 3)), agents=agents), way)
    curve = curves_of(results)["way"]
    assert curve.axes[0].tolist() == agents
    assert curve.of_agents
    draw(results, tmp_path / "ways.svg")
    text = (tmp_path / "ways.svg").read_text()
    assert all(f"<!-- {word} -->" in text for word in words)
    assert ("<!-- a3 -->" in text) == (number == 7)


@pytest.mark.parametrize(
    ("middles", "labels"),
    [
        ([12.5, 15.5, 18.5], ["12.5", "15.5", "18.5"]),
        ([5000012.5, 5000013.5], ["5000012.5", "5000013.5"]),
        ([1 / 6, 1 / 2, 5 / 6], ["0.1667", "0.5", "0.8333"]),
        ([0.001, 100.0, 123.4], ["0.001", "100", "123.4"]),
    ],
)
def test_the_ticks_of_a_map_are_the_numbers_themselves(middles, labels, rng, tmp_path):
    n = len(middles)

    @metric(dims=("down", "along"), axes={d: Axis(lambda block: np.array(middles)) for d in ("down", "along")})
    def cells(block):
        """A map, (T, n, n)."""
        return np.broadcast_to(np.arange(n * n, dtype=float).reshape(n, n), (len(block), n, n))

    draw(kadita.analyze(Block(rng.normal(size=(3, 4, 3))), cells), tmp_path / "map.svg")
    text = (tmp_path / "map.svg").read_text()
    assert [text.count(f"<!-- {label} -->") for label in labels] == [2] * n


def test_whatever_kadita_computes_can_be_drawn(tmp_path, rng):
    """Units and labels are anybody's words, and no formulas."""
    registry = load_registry()
    attributes = {"r_a": 2.0, "length_unit": "$\\frac$", "time_unit": "s", "arena": "sphere:4,4,4,8"} | {
        "body_length": 1.0
    }
    x, v, species = rng.random((70, 12, 3)) * 8, rng.normal(size=(70, 12, 3)), ["prey", "predator"] * 6
    attributes |= {"translational_diffusion": 1.0, "reorientation_rate": 0.0, "relaxation_rate": 0.0}
    attributes |= {"velocities": "state"}
    school = Block(x, v, box=8.0, attributes=attributes, species=species)
    names = [n for n, o in [*registry.metrics.items(), *registry.analyses.items()] if 3 in o.dimensions]
    parameters = {"bins": 4, "surrogates": 2, "lags": 5}
    given = {
        f"{name}.{key}": value
        for name in names
        for key, value in parameters.items()
        if key in (registry.metrics.get(name) or registry.analyses[name]).parameters.model_fields
        and "bearing" not in name
    }
    given |= {"entropy_production.headings": "even", "current_irreversibility.blocks": 8}
    cells = {"position": "x", "velocity": "none", "position_cell": 2.0, "agents_per_cell": 0}
    given |= {f"boltzmann_entropy.{key}": value for key, value in cells.items()}
    results = kadita.analyze(school, names, parameters=given)
    some = list(results)
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
