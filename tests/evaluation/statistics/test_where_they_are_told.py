"""Statistics in results, in files and on the terminal."""

from __future__ import annotations

import functools
import json
import subprocess
import sys

import pytest

import kadita
from kadita.evaluation import export
from kadita.evaluation.statistics import estimate

DRIFT = """
import numpy as np
from kadita import hookimpl, metric

@metric(dims=("space",))
def drift(block):
    "Mean velocity, (T, 3)."
    return block.velocities.mean(axis=1)

@metric(dims=("agent",))
def height(block):
    "Of each agent, (T, N)."
    return block.positions[:, :, 2]

@hookimpl
def kadita_metrics():
    return [drift, height]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("statistics")
    (path / "drift.py").write_text(DRIFT)
    kadita.run("dewi-kadita-2", agents=20, steps=120, every=2, seed=3, output=path / "school.nc")
    return path


@pytest.fixture(scope="module")
def results(folder):
    names = ["polarization", "state", "drift", "height", "depth_stratification_entropy"]
    return kadita.analyze(folder / "school.nc", names, plugins=[folder / "drift.py"])


@pytest.fixture
def command(command, folder):
    return functools.partial(command, cwd=folder)


@pytest.mark.parametrize("choice", ["none", "auto", "half", 2.0])
def test_every_column_has_an_estimate(results, choice):
    found = results.statistics(choice)
    labels = {f"state.{label}" for label in results.series["state"].labels}
    assert set(found) == labels | {
        "polarization",
        "drift.x",
        "drift.y",
        "drift.z",
        "depth_stratification_entropy",
    }
    assert found["drift.y"] == estimate(results["drift"][:, 1], results.times, choice)
    assert sum(found[label].mean for label in labels) == pytest.approx(1)
    assert len({found[label].start for label in labels}) == 1


def test_all_frames_count_unless_said_otherwise(results):
    found = results.statistics()["polarization"]
    assert found.mean == pytest.approx(results["polarization"].mean())
    assert (found.start, found.count) == (0, 61)


def test_the_record_beside_a_csv_has_them(results, tmp_path):
    export.write(results, tmp_path / "a.csv", equilibration="half")
    told = json.loads((tmp_path / "a.json").read_text())["statistics"]
    assert told["equilibration"] == "half"
    found = results.statistics("half")["polarization"]
    assert told["columns"]["polarization"] == {
        "mean": found.mean,
        "error": found.error,
        "interval": list(found.interval),
        "std": found.std,
        "start_frame": 30,
        "start_time": found.start_time,
        "frames": 31,
        "inefficiency": found.inefficiency,
        "effective": found.effective,
        "settled": found.settled,
    }
    assert told["columns"]["depth_stratification_entropy"]["error"] is None
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 62  # all frames, whatever counts


def test_frames_of_a_part_are_named_as_in_the_trajectory(folder, tmp_path):
    part = kadita.analyze(folder / "school.nc", ["polarization"], start=20, step=2)
    export.write(part, tmp_path / "part.json", equilibration="half")
    told = json.loads((tmp_path / "part.json").read_text())["statistics"]["columns"]["polarization"]
    assert told["start_frame"] == 20 + 2 * (len(part.frames) // 2)


def test_the_table(command, results):
    done = command("analyze", "school.nc", "--plugin", "drift.py", "-m", "drift", "-m", "height", "-m", "state")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("61 frames, time 0 to ")
    assert max(map(len, done.stdout.splitlines())) <= 100
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines() if "│" in line]
    table = {row[0]: row[1:] for row in rows if row[0]}
    found = results.statistics()["drift.x"]
    assert float(table["drift.x"][0]) == pytest.approx(found.mean, rel=1e-3)
    assert float(table["drift.x"][1]) == pytest.approx(found.error, rel=0.05)
    assert float(table["drift.x"][3]) == pytest.approx(found.effective, rel=0.05)
    assert table["height"][:2] == ["per agent", ""]
    assert table["state"][0].endswith(" %")
    heading = next(line for line in done.stdout.splitlines() if "metric" in line)
    assert [word.strip() for word in heading.split("┃")[1:-1]] == ["metric", "mean", "SE", "std", "n_eff", "unit"]


def test_the_table_says_where_each_series_settles_and_which_does_not(command):
    done = command(
        "analyze", "school.nc", "-m", "rotation", "-m", "spread", "--equilibration", "auto", "-o", "auto.csv"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "means of equilibrated frames" in done.stdout
    assert "from" in done.stdout.splitlines()[2]


def test_a_time_after_the_last_frame_leaves_nothing_to_average_and_the_numbers_are_kept(command, folder):
    done = command("analyze", "school.nc", "-m", "rotation", "--equilibration", "1e9", "-o", "late.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert "which is after the last frame" in " ".join(done.stdout.split())
    assert "undefined" in done.stdout
    assert len((folder / "late.csv").read_text().splitlines()) == 62


def test_what_is_no_equilibration_is_refused_before_anything_is_computed(command, folder):
    for words in (["analyze", "school.nc"], ["run", "torus", "--analyze"]):
        done = command(*words, "--equilibration", "soon", "-o", "never.csv")
        assert done.returncode == 2
        assert done.stderr == ("kadita: error: expected an equilibration of auto, half, none or a time; found 'soon'\n")
        assert not (folder / "never.csv").exists()
    done = command("run", "torus", "--equilibration", "half")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--equilibration needs --analyze" in done.stderr


def test_a_run_prints_the_same_table(command):
    words = ["--agents", "20", "--steps", "60", "--every", "2", "--seed", "1", "--analyze", "-m", "spread"]
    done = command("run", "torus", *words, "--equilibration", "half", "-o", "t.nc")
    again = command("analyze", "t.nc", "-m", "spread", "--equilibration", "half")
    assert (done.returncode, done.stderr) == (0, "")
    assert "means of the second half" in done.stdout
    assert done.stdout.startswith(again.stdout)


def test_measuring_stays_light():
    """red brings matplotlib and statsmodels along: only who asks where a series settles waits for them."""
    code = (
        "import sys, numpy, kadita.evaluation.statistics as s; s.estimate(numpy.random.default_rng(0).normal(size=99), "
        "equilibration='none'); sys.exit(bool({'red', 'matplotlib', 'statsmodels', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
