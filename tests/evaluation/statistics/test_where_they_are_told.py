"""Statistics in results, in files and on the terminal."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys

import numpy as np
import pytest

import kadita
from kadita import metric
from kadita.cli.results_table import print_summary
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
    assert max(map(len, done.stdout.partition("not equilibrated")[0].splitlines())) <= 80
    rows = [re.split(" {2,}", line) for line in done.stdout.splitlines()]
    table = {row[0]: row[1:] for row in rows if row[1:] and row[0]}
    found = results.statistics()["drift.x"]
    assert float(table["drift.x"][0]) == pytest.approx(found.mean, rel=1e-3)
    assert float(table["drift.x"][1]) == pytest.approx(found.error, rel=0.05)
    assert float(table["drift.x"][3]) == pytest.approx(found.effective, rel=0.05)
    expected = np.quantile(results["height"], [0.5, 0.05, 0.25, 0.75, 0.95])
    np.testing.assert_allclose([float(cell) for cell in table["height"][:5]], expected, rtol=1e-3)
    assert table["state"][0].endswith(" %")
    heading = next(line for line in done.stdout.splitlines() if "metric" in line)
    assert heading.split() == ["metric", "mean", "SE", "std", "n_eff", "unit"]


def test_quantiles_are_of_the_frames_that_count(command, results):
    done = command(
        "analyze", "school.nc", "--plugin", "drift.py", "-m", "height", "-m", "state", "--equilibration", "half"
    )
    row = next(line for line in done.stdout.splitlines() if "height" in line)
    cells = re.split(" {2,}", row)[1:6]
    expected = np.quantile(results["height"][30:], [0.5, 0.05, 0.25, 0.75, 0.95])
    np.testing.assert_allclose([float(cell) for cell in cells], expected, rtol=1e-3)
    alone = command("analyze", "school.nc", "--plugin", "drift.py", "-m", "height")
    assert alone.stdout.startswith("61 frames, time 0 to ")
    assert "n_eff" not in alone.stdout


def test_labels_of_single_agents_are_told_as_shares_of_all_sightings(capsys):
    @metric(dims=("agent",), labels=("below", "above", "on the edge"))
    def side(block):
        """On which side of z = 0 each agent is, (T, N)."""
        return block.positions[..., 2] > 0

    @metric(dims=("agent",))
    def northing(block):
        """Far from the origin, (T, N)."""
        return 5000123.0 + block.positions[..., 2]

    z = np.where(np.arange(20).reshape(4, 5) < 15, 1.0, -1.0)
    school = np.zeros((4, 5, 3))
    school[..., 2] = z
    print_summary(kadita.analyze(kadita.Block(school), [side, northing]))
    printed = capsys.readouterr().out
    assert "above 75 %" in printed
    assert "below 25 %" in printed
    assert "edge" not in printed
    row = next(line for line in printed.splitlines() if "northing" in line)
    assert re.split(" {2,}", row)[1:6] == ["5000124", "5000122", "5000123.5", "5000124", "5000124"]


@pytest.mark.parametrize(
    ("mean", "spread", "printed"),
    [
        (0.83123, 0.5, "0.8312"),
        (5000123.46, 1.0, "5000123.5"),
        (12.34567, 0.0, "12.35"),
        (-20000.56, 0.01, "-20000.56"),
    ],
)
def test_a_mean_is_printed_as_far_as_it_is_certain(mean, spread, printed, capsys):
    @metric()
    def number(block):
        """A number with noise, (T,)."""
        noise = np.random.default_rng(4).normal(size=len(block))
        return mean + spread * (noise - noise.mean())

    print_summary(kadita.analyze(kadita.Block(np.zeros((100, 2, 3)), times=1234567.5 + np.arange(100)), number))
    title, *table = capsys.readouterr().out.splitlines()
    assert title.strip() == "100 frames, time 1234567.5 to 1234666.5"
    assert next(line for line in table if "number" in line).split()[1] == printed


def test_the_table_says_where_each_series_settles_and_which_does_not(command):
    done = command(
        "analyze", "school.nc", "-m", "rotation", "-m", "spread", "--equilibration", "auto", "-o", "auto.csv"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "means of equilibrated frames" in done.stdout
    assert "from" in done.stdout.splitlines()[1]


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
