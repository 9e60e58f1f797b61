"""Several files, one trial each: one row of numbers a file, one table with the file as a column."""

import csv
import json

import numpy as np
import pytest

import kadita

UNITS = ("--length-unit", "m", "--time-unit", "s")
TRIALS = {"calm": 0.1, "wild": 2.0}


def positions(noise):
    """Five animals that move along x, (30, 5, 2)."""
    rng = np.random.default_rng(3)
    x = rng.normal(scale=noise, size=(30, 5, 2)) + np.arange(5)[:, None]
    x[..., 0] += np.arange(30)[:, None]
    return x


@pytest.fixture
def trials(tmp_path):
    """A table of tracks for each trial."""
    paths = []
    for name, noise in TRIALS.items():
        paths.append(tmp_path / f"{name}.csv")
        with paths[-1].open("w") as file:
            print("agent,time,x,y", file=file)
            for t, frame in enumerate(positions(noise)):
                for agent, (x, y) in enumerate(frame):
                    print(agent, t, x, y, sep=",", file=file)
    return paths


def spread(noise):
    x = positions(noise)
    return np.sqrt(np.mean(np.sum((x - x.mean(axis=1, keepdims=True)) ** 2, axis=2), axis=1))


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_one_table_holds_the_numbers_of_each_file(command, trials, tmp_path):
    asked = ("-m", "spread", "-m", "mean_squared_displacement", "-m", "neighbor_distance", *UNITS)
    done = command("analyze", "*.csv", *asked, "-o", "all.csv", "-o", "all.nc.json")
    assert done.returncode == 0, done.stderr
    assert [word for word in ("calm.csv", "wild.csv") if done.stdout.count(word) == 1] == ["calm.csv", "wild.csv"]
    assert done.stderr.count("has no z") == 1  # said once for both
    table = rows(tmp_path / "all.csv")
    for name, noise in TRIALS.items():
        own = [row for row in table if row["file"] == f"{name}.csv"]
        np.testing.assert_allclose([float(row["spread"]) for row in own], spread(noise), rtol=1e-6)
        np.testing.assert_array_equal([float(row["time"]) for row in own], np.arange(30))
    lags = rows(tmp_path / "all_mean_squared_displacement.csv")
    assert {row["file"] for row in lags} == {"calm.csv", "wild.csv"}
    documents = json.loads((tmp_path / "all.nc.json").read_text())["files"]
    np.testing.assert_allclose(documents["wild.csv"]["metrics"]["spread"]["values"], spread(2.0), rtol=1e-6)


def test_a_file_that_fails_stops_no_other(command, trials, tmp_path):
    trials[0].write_text("agent,when,x,y\n1,2,3,4\n")
    done = command("analyze", *trials, "-m", "spread", *UNITS, "-o", "all.csv")
    assert done.returncode == 1
    assert f"{trials[0]}: expected a column time" in done.stderr
    assert "1 of 2 files are measured" in done.stderr
    assert {row["file"] for row in rows(tmp_path / "all.csv")} == {str(trials[1])}


def test_trajectories_with_other_columns_are_united(command, tmp_path):
    for name in ("a", "b"):
        kadita.run("torus", agents=10, steps=20, every=10, output=tmp_path / f"{name}.nc", seed=ord(name))
    assert command("analyze", "a.nc", "b.nc", "-m", "polarization", "-o", "all.csv").returncode == 0
    table = rows(tmp_path / "all.csv")
    for name in ("a", "b"):
        alone = kadita.analyze(tmp_path / f"{name}.nc", "polarization")["polarization"]
        found = [float(row["polarization"]) for row in table if row["file"] == f"{name}.nc"]
        np.testing.assert_array_equal(found, alone)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("*.csv", "-o", "all.nc"), "expected .csv or .json for results of several files; got '.nc'"),
        (("*.tsv",), "*.tsv: expected files of this pattern; found none"),
        (("calm.csv", "calm.csv"), "calm.csv: expected each file once; got it twice"),
        (("*.csv", "-m", "sprad"), "there is no metric 'sprad'"),
        (("*.csv", "--follow"), "--follow: expected one file; got several"),
        (("*.csv", "-o", "wild.csv", "--force"), "expected an output file other than the trajectory itself"),
        (("*.csv", "--least", "score=1"), "and 1 other files cannot be measured"),
    ],
)
def test_what_is_wrong_for_any_file_is_one_line(refused, trials, words, said):
    assert said in refused("analyze", *words, *UNITS)


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
def test_in_python_it_is_a_mapping_by_path(trials):
    results = kadita.analyze_files(trials, "spread", tracks={"length_unit": "m", "time_unit": "s"})
    assert list(results) == [str(path) for path in trials]
    np.testing.assert_allclose(results[str(trials[0])]["spread"], spread(0.1), rtol=1e-6)
    trials[1].write_text("")
    results = kadita.analyze_files(trials, "spread", tracks={"length_unit": "m", "time_unit": "s"})
    assert len(results) == 1
    assert list(results.failures) == [str(trials[1])]
