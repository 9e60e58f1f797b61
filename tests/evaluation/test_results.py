"""Results: one mapping of metrics and whole-trajectory results, and how many agents each frame holds."""

import json

import numpy as np
import pytest
import xarray

import kadita
from kadita import Block, Output, analysis
from kadita.base.errors import PluginError
from kadita.evaluation.results import Results
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

DRIFT = np.array([0.3, 0.4, 0.0])  # a step of length 1/2


@pytest.fixture(scope="module")
def found():
    """Four animals that swim straight ahead: after a lag of l steps each is l / 2 away."""
    start = np.random.default_rng(3).normal(size=(4, 3))
    path = start + DRIFT * np.arange(40)[:, None, None]
    school = Block(path, np.broadcast_to(DRIFT, path.shape), times=np.arange(40.0))
    names = ["mean_squared_displacement", "polarization", "heading_autocorrelation"]
    return kadita.analyze(school, names, parameters={"lags": 5})


def test_a_whole_trajectory_result_is_asked_for_like_a_metric(found):
    np.testing.assert_allclose(found["mean_squared_displacement"], (np.arange(6) / 2) ** 2, atol=1e-12)
    np.testing.assert_allclose(found["polarization"], 1.0)
    np.testing.assert_allclose(found["heading_autocorrelation.correlation"], 1.0)
    assert found["heading_autocorrelation.persistence_time"].shape == ()


def test_it_is_one_mapping(found):
    outputs = ["heading_autocorrelation.correlation", "heading_autocorrelation.persistence_time"]
    names = ["polarization", "mean_squared_displacement", *outputs]
    assert list(found) == names
    assert len(found) == 4
    assert all(name in found for name in names)
    assert {name: values.shape for name, values in found.items()} == {
        "polarization": (40,),
        "mean_squared_displacement": (6,),
        outputs[0]: (6,),
        outputs[1]: (),
    }
    assert repr(found) == f"<Results of 40 frames: {', '.join(names)}>"
    assert list(found.series) == ["polarization"]
    assert list(found.analyses) == names[1:]


def test_an_analysis_of_several_results_names_them(found):
    assert "heading_autocorrelation" not in found
    with pytest.raises(KeyError) as error:
        found["heading_autocorrelation"]
    assert error.value.args == (
        "heading_autocorrelation has several results; expected one of heading_autocorrelation.correlation, "
        "heading_autocorrelation.persistence_time",
    )


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("mean_square_displacement", "mean_squared_displacement"),
        ("heading_autocorrelation.corelation", "heading_autocorrelation.correlation"),
        ("polarisation", "polarization"),
    ],
)
def test_a_name_that_is_nearly_right_is_recognized(found, asked, meant):
    with pytest.raises(KeyError, match=f"these results have no '{asked}' .did you mean {meant}"):
        found[asked]


def test_results_of_nothing_say_so():
    assert repr(Results(np.arange(3), np.arange(3.0), np.arange(2), {})) == "<Results of 3 frames: none>"


@pytest.mark.parametrize("declared", [{"units": "length"}, {"outputs": {"": Output("length")}}])
@pytest.mark.parametrize("key", [None, "", "way"])
def test_a_single_result_has_the_name_of_its_analysis_whatever_an_author_returns(declared, key, tmp_path):
    def finish(state, facts):
        return state["way"] if key is None else {key: state["way"]}

    def way(window):
        return {"way": np.linalg.norm(window.positions[window.own - 1, 0] - window.positions[0, 0])}

    results = kadita.analyze(Block(np.arange(5.0)[:, None, None] * DRIFT), analysis(finish=finish, **declared)(way))
    assert list(results) == ["way"]
    assert results["way"] == pytest.approx(2.0)
    assert results.analyses["way"].units == "length"
    kadita.write(results, tmp_path / "a.json")


def test_an_axis_with_the_name_of_the_result_is_refused():
    with pytest.raises(PluginError, match="analysis lag: expected axes with other names than its results; got 'lag'"):

        @analysis(finish=lambda state, facts: state, dims=("lag",))
        def lag(window):
            return {"lag": 0}


@pytest.mark.parametrize("name", ["json", "csv", "nc"])
def test_whatever_is_known_of_a_school_is_written_with_its_results(name, tmp_path):
    known = {"site": "pond 3", "depth": np.float32(1.5), "corners": np.arange(4), "trial": 7, "r_a": 2.0, "none": None}
    school = Block(np.eye(3)[None], attributes=known)
    kadita.write(kadita.analyze(school, "spread"), tmp_path / f"out.{name}")
    if name == "nc":
        with xarray.open_dataset(tmp_path / "out.nc") as dataset:
            found = {key.removeprefix("attribute_"): value for key, value in dataset.attrs.items()}
        assert found["corners"] == "[0, 1, 2, 3]"
    else:
        found = json.loads((tmp_path / "out.json").read_text())["attributes"]
        assert found["corners"] == [0, 1, 2, 3]
    assert [found[key] for key in ("site", "depth", "trial", "r_a")] == ["pond 3", 1.5, 7, 2.0]


@pytest.fixture
def flock(rng):
    """Thirty frames of six animals that come and go; nobody is there in frame 7."""
    x, v = rng.normal(size=(2, 30, 6, 3))
    x[rng.random((30, 6)) < 0.2] = np.nan
    x[7] = np.nan
    return InMemoryTrajectory("flock", Chunk(x, v, np.arange(30) / 10, None), np.arange(10, 16), {})


def test_results_know_how_many_agents_each_frame_holds(flock):
    positions = flock.read(np.arange(30)).positions
    results = kadita.analyze(flock, "spread")
    assert results.counts.tolist() == (~np.isnan(positions[..., 0])).sum(axis=1).tolist()
    assert results.counts[7] == 0
    assert results.present is None  # nothing is stored for each agent
    assert results.to_xarray()["agents"].values.tolist() == results.counts.tolist()
    some = kadita.analyze(flock, "spread", start=3, step=4)
    assert some.counts.tolist() == results.counts[3::4].tolist()
