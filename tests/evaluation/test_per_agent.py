"""Results of single agents: a row for each sighting, and quantiles over the school."""

import csv
import json

import numpy as np
import pytest
import xarray

import kadita
from kadita import KaditaError, metric
from kadita.evaluation.per_agent import QUANTILES, quantiles
from kadita.evaluation.results import Results, Series
from kadita.plugins.registry import Plugin, Registry
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.trajectory import Chunk

T, N = 20, 5


@metric(dims=("agent",), units="length/time")
def pace(block):
    """Speed of every agent, (T, N)."""
    return block.speeds


@metric(dims=("agent", "space"), units="length", undefined="for the agent 11")
def place(block):
    """Position of every agent but one, (T, N, 3)."""
    return np.where((block.agents == "11")[:, None], np.nan, block.positions)


@metric(dims=("agent",), labels=("below", "above"))
def side(block):
    """On which side of z = 0 every agent is, (T, N)."""
    return block.positions[..., 2] > 0


@pytest.fixture
def flock(rng):
    """Twenty frames of five animals that come and go; nobody is there in frame 4."""
    x, v = rng.normal(size=(2, T, N, 3))
    x[rng.random((T, N)) < 0.3] = np.nan
    x[4] = np.nan
    agents = np.array(["a b", "11", "0042", 'q"', "z"])
    return InMemoryTrajectory("flock", Chunk(x, v, np.arange(T) / 8, None), agents, {})


@pytest.fixture
def registry():
    registry = Registry()
    registry.add(Plugin("mine", "mine", "1"), [pace, place, side])
    return registry


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_long_table_has_a_row_for_each_sighting(flock, registry, tmp_path):
    chunk = flock.read(np.arange(T))
    kadita.write(kadita.analyze(flock, ["pace", "place", "side"], registry=registry), tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out_agents.csv")
    assert list(rows[0]) == ["frame", "time", "agent", "pace", "place.x", "place.y", "place.z", "side"]
    seen = [(t, i) for t in range(T) for i in range(N) if not np.isnan(chunk.positions[t, i, 0])]
    assert [(int(r["frame"]), r["agent"]) for r in rows] == [(t, flock.agents[i]) for t, i in seen]
    for row, (t, i) in zip(rows, seen, strict=True):
        assert float(row["time"]) == t / 8
        assert float(row["pace"]) == pytest.approx(np.linalg.norm(chunk.velocities[t, i]))
        assert row["side"] == ("above" if chunk.positions[t, i, 2] > 0 else "below")
        expected = [""] * 3 if flock.agents[i] == "11" else [repr(float(c)) for c in chunk.positions[t, i]]
        assert [row[f"place.{c}"] for c in "xyz"] == expected


def test_the_wide_table_has_the_number_of_agents_instead(flock, registry, tmp_path):
    kadita.write(kadita.analyze(flock, ["pace"], registry=registry, start=2), tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out.csv")
    present = ~np.isnan(flock.read(np.arange(T)).positions[2:, :, 0])
    assert list(rows[0]) == ["frame", "time", "agents"]
    assert [int(row["agents"]) for row in rows] == present.sum(axis=1).tolist()
    assert rows[2] == {"frame": "4", "time": "0.5", "agents": "0"}


def test_a_metric_called_agents_keeps_its_column(flock, tmp_path):
    @metric()
    def agents(block):
        """Twice the number of agents, (T,)."""
        return np.full(len(block), 2.0 * block.shape[1])

    kadita.write(kadita.analyze(flock, agents), tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out.csv")
    assert list(rows[0]) == ["frame", "time", "agents", "agents_"]
    assert [r["agents"] for r in rows if r["agents"]] == [repr(2.0 * int(r["agents_"])) for r in rows if r["agents"]]


def test_workers_give_the_same_table(tmp_path):
    path = kadita.run("swarm", agents=8, steps=30, every=2, output=tmp_path / "s.nc")
    for name, workers in (("one", 1), ("two", 2)):
        kadita.write(kadita.analyze(path, ["local_order", "spread"], workers=workers), tmp_path / f"{name}.csv")
    assert (tmp_path / "one_agents.csv").read_bytes() == (tmp_path / "two_agents.csv").read_bytes()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert rows_of(tmp_path / "two.csv")[0]["agents"] == "8"


@pytest.fixture
def reused():
    """Three identities in two columns: b takes the column of a, which nobody has in frame 1."""
    identities = np.array([[0, 2], [-1, 2], [1, 2]])
    values = np.array([[1.0, 5.0], [np.nan, 6.0], [2.0, np.nan]])
    speed = Series(values, ("agent",), "1", {}, "Speed.", "mine", "1")
    agents = np.array(["a", "b", "c"])
    provenance = {"kadita": "1", "input": {"name": "tracks"}}
    return Results(
        np.arange(3),
        np.arange(3.0),
        agents,
        {"speed": speed},
        provenance=provenance,
        counts=np.array([2, 1, 2]),
        identities=identities,
        present=identities >= 0,
    )


def test_columns_that_are_reused_are_written_by_identity(reused, tmp_path):
    kadita.write(reused, tmp_path / "out.csv")
    lines = (tmp_path / "out_agents.csv").read_text().splitlines()
    assert lines == [
        "frame,time,agent,speed",
        "0,0.0,a,1.0",
        "0,0.0,c,5.0",
        "1,1.0,c,6.0",
        "2,2.0,b,2.0",
        "2,2.0,c,",
    ]
    assert (tmp_path / "out.csv").read_text().splitlines() == ["frame,time,agents", "0,0.0,2", "1,1.0,1", "2,2.0,2"]


def test_other_formats_say_who_is_in_a_reused_column(reused, tmp_path):
    kadita.write(reused, tmp_path / "out.json")
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["agent"] == ["a", "b", "c"]
    assert document["identity"] == [[0, 2], [-1, 2], [1, 2]]
    kadita.write(reused, tmp_path / "out.nc")
    with xarray.open_dataset(tmp_path / "out.nc") as dataset:
        assert dataset["speed"].dims == ("frame", "column")
        who = dataset["agent"].values[dataset["identity"].values]
        assert who[dataset["speed"].values == 2.0] == ["b"]
    kadita.write(reused, tmp_path / "out.xvg")
    assert "legend" in (tmp_path / "out.xvg").read_text()
    assert "speed" not in (tmp_path / "out.xvg").read_text()


def test_json_names_the_agents_of_per_agent_values(flock, registry, tmp_path):
    kadita.write(kadita.analyze(flock, ["pace"], registry=registry), tmp_path / "out.json")
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["agent"] == flock.agents.tolist()
    assert np.shape(document["metrics"]["pace"]["values"]) == (T, N)
    assert document["agents"][4] == 0


def test_a_long_table_that_is_there_is_not_replaced(command, tmp_path):
    kadita.run("swarm", agents=8, steps=4, output=tmp_path / "s.nc")
    (tmp_path / "out_agents.csv").write_text("mine")
    for words in (["analyze", "s.nc"], ["run", "swarm", "--agents", "8", "--steps", "4", "-o", "t.nc", "--analyze"]):
        option = "-o" if words[0] == "analyze" else "--results"
        done = command(*words, "-m", "local_order", option, "out.csv")
        assert (done.returncode, "out_agents.csv exists" in done.stderr) == (2, True)
        assert not (tmp_path / "t.nc").exists()
    done = command("analyze", "s.nc", "-m", "spread", "-o", "out.csv")  # no table of agents, no conflict
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out_agents.csv").read_text() == "mine"
    done = command("analyze", "s.nc", "-m", "local_order", "-o", "new.csv", "-o", "new_agents.csv")
    assert (done.returncode, done.stderr) == (
        2,
        "kadita: error: new_agents.csv is also the table agents of new.csv; choose another name\n",
    )


@pytest.mark.parametrize("shape", [(7, 1), (4, 6), (3, 101), (2, 40)])
def test_quantiles_are_those_of_numpy(rng, shape):
    values = rng.normal(size=shape)
    values[rng.random(shape) < 0.4] = np.nan
    values[:, 0] = 1.0  # at least one is defined
    np.testing.assert_allclose(quantiles(values, 1), np.nanquantile(values, QUANTILES, axis=1), rtol=1e-14)
    np.testing.assert_allclose(quantiles(values.T, 0), np.nanquantile(values.T, QUANTILES, axis=0), rtol=1e-14)


def test_quantiles_of_nothing_are_undefined():
    assert np.isnan(quantiles(np.full((3, 4), np.nan), 1)).all()
    assert quantiles(np.empty((3, 0)), 1).shape == (5, 3)
    assert np.isnan(quantiles(np.empty((3, 0)), 1)).all()


def test_the_median_of_values_of_which_one_is_infinite_is_finite():
    assert quantiles(np.array([[0.0, 1.0, np.inf]]), 1)[2].tolist() == [1.0]


def test_unknown_endings_are_still_refused(reused, tmp_path):
    with pytest.raises(KaditaError, match="expected an ending"):
        kadita.write(reused, tmp_path / "out.txt")
