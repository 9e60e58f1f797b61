"""Results of single agents: a row for each sighting, and quantiles over the school."""

import csv
import json

import numpy as np
import pytest
import xarray

import kadita
from kadita import KaditaError, metric
from kadita.cli.results_table import print_summary
from kadita.evaluation.curves import curves_of, not_drawn
from kadita.evaluation.figures.stacked import draw
from kadita.evaluation.per_agent import QUANTILES, quantiles, sightings
from kadita.evaluation.results import Results, Series
from kadita.evaluation.tables import tables_of_request
from kadita.io.writers.amber import write as write_amber
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin, Registry
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

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


@pytest.fixture
def two_kinds(tmp_path):
    """Ten frames of four prey that swim along x at 1, and of three predators at 2; the last predator is seen in two."""
    speeds = np.array([1.0] * 4 + [2.0] * 3)
    x = np.zeros((10, 7, 3))
    x[..., 0] = speeds * np.arange(10.0)[:, None]
    x[..., 1] = np.arange(7)
    v = np.zeros_like(x)
    v[..., 0] = speeds
    x[2:, 6] = np.nan
    species = np.array(["prey"] * 4 + ["predator"] * 3)
    chunk = Chunk(x, v, np.arange(10.0), None)
    return InMemoryTrajectory("hunt", chunk, np.array(list("abcdefg")), {}, species=species, dimensions=2)


def test_agents_of_all_species_stand_in_one_table(two_kinds, registry, tmp_path):
    kadita.write(kadita.analyze(two_kinds, ["pace"], registry=registry, by="species"), tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out_agents.csv")
    assert len(rows) == 10 * 6 + 2
    assert {row["pace"] for row in rows if row["agent"] in "abcd"} == {"1.0"}
    assert {row["pace"] for row in rows if row["agent"] in "efg"} == {"2.0"}
    assert [row["frame"] for row in rows if row["agent"] == "g"] == ["0", "1"]
    assert [row["agents"] for row in rows_of(tmp_path / "out.csv")] == ["7"] * 2 + ["6"] * 8


def test_results_by_species_are_told_and_drawn_one_by_one(two_kinds, tmp_path, capsys):
    names = ["mean_squared_displacement", "heading_autocorrelation", "polarization"]
    results = kadita.analyze(two_kinds, names, by="species", parameters={"lags": 3})
    curves = curves_of(results)
    for species, speed in (("predator", 2.0), ("prey", 1.0)):
        curve = curves[f"mean_squared_displacement.{species}"]
        np.testing.assert_allclose(curve.values, (speed * np.arange(4)) ** 2, atol=1e-12)
        assert curve.axes[0].tolist() == [0, 1, 2, 3]
    assert not_drawn(results) == ["heading_autocorrelation.persistence_time"]
    draw(results, tmp_path / "kinds.png")
    print_summary(results)
    printed = capsys.readouterr().out
    assert "heading_autocorrelation.persistence_time.prey" in " ".join(printed.split())
    kadita.write(results, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["species"] == ["predator", "prey"]


def test_tables_by_species_are_checked_before_anything_is_computed(two_kinds, command, tmp_path):
    write_amber(two_kinds, tmp_path / "hunt.nc", origin={"name": "hunt"}, progress=lambda done, total: None)
    names = ["turning_rate", "mean_squared_displacement", "local_order"]
    asked = [word for name in names for word in ("-m", name)]
    tables = tables_of_request(load_registry(), names, None, "species")
    done = command("analyze", "hunt.nc", *asked, "--by", "species", "--set", "lags=2", "-o", "out.csv")
    assert done.returncode == 0, done.stderr
    assert {p.name for p in tmp_path.glob("out_*")} == {f"out_{name}.csv" for name in tables}
    assert (tmp_path / "out_mean_squared_displacement.csv").read_text().splitlines()[:2] == [
        "species,lag,mean_squared_displacement",
        "predator,0.0,0.0",
    ]


@pytest.mark.parametrize("by", [None, "species"])
def test_a_pass_over_reused_columns_writes_every_sighting_by_its_identity(by, registry, rng, tmp_path):
    """Six identities in three columns: each is seen in four frames, a column is empty for one frame in between."""
    who = np.full((9, 3), -1)
    who[:4], who[5:] = [0, 1, 2], [3, 4, 5]
    x = np.where((who >= 0)[..., None], rng.normal(size=(9, 3, 3)), np.nan)
    speeds = 1.0 + who
    v = np.where((who >= 0)[..., None], speeds[..., None] * [0.0, 0.6, 0.8], np.nan)
    species = np.array(["prey", "predator"] * 3)
    chunk = Chunk(x, v, np.arange(9.0), None, who)
    tracks = InMemoryTrajectory("tracks", chunk, np.array(list("uvwxyz")), {}, species=species)
    results = kadita.analyze(tracks, ["pace"], registry=registry, by=by)
    assert results["pace"].shape == (9, 3)
    kadita.write(results, tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out_agents.csv")
    seen = [(t, "uvwxyz"[i], 1.0 + i) for t in range(9) for i in who[t] if i >= 0]
    assert [(int(r["frame"]), r["agent"]) for r in rows] == [(t, name) for t, name, _ in seen]
    np.testing.assert_allclose([float(r["pace"]) for r in rows], [speed for *_, speed in seen])
    assert [int(row["agents"]) for row in rows_of(tmp_path / "out.csv")] == [3] * 4 + [0] + [3] * 4
    draw(results, tmp_path / "reused.png")
    assert results.to_xarray()["pace"].dims == ("frame", "column")


def test_as_many_agents_as_columns_may_reuse_them_nevertheless(registry):
    """Of six agents in three columns, three are selected: columns are still theirs in turn."""
    who = np.repeat([[0, 1, 2], [3, 4, 5], [2, 0, 1]], 3, axis=0)
    v = np.zeros((9, 3, 3))
    v[..., 2] = 1.0 + who
    chunk = Chunk(np.random.default_rng(2).normal(size=(9, 3, 3)), v, np.arange(9.0), None, who)
    tracks = InMemoryTrajectory("tracks", chunk, np.array(list("uvwxyz")), {})
    for names in ("uvx", "wz"):
        results = kadita.analyze(tracks, ["pace"], registry=registry, select=f"agent={','.join(names)}")
        found = {agent: results["pace"][row, column] for row, column, agent in sightings(results)}
        assert found == {name: 1.0 + "uvwxyz".index(name) for name in names}
        assert results.counts.sum() == sum(np.isin(who, ["uvwxyz".index(name) for name in names]).ravel())
