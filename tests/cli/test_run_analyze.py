"""`kadita run --analyze`: measuring while simulating, with a file and without."""

import json

import numpy as np
import pytest

RUN = ("run", "torus", "--agents", 30, "--steps", 200, "--every", 5, "--seed", 4)


def test_with_a_file(command, tmp_path):
    done = command(*RUN, "--analyze", "-m", "rotation", "--results", "r.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert "wrote torus.nc" in done.stdout
    assert "wrote r.csv" in done.stdout
    later = command("analyze", "torus.nc", "-m", "rotation", "-o", "later.csv")
    assert later.returncode == 0
    mine, theirs = (np.genfromtxt(tmp_path / f, delimiter=",", skip_header=1) for f in ("r.csv", "later.csv"))
    np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_without_a_file(command, tmp_path):
    done = command(*RUN, "--analyze", "--no-trajectory", "-b", 10, "--results", "r.json")
    assert done.returncode == 0
    assert "21 frames, time 10 to 20" in done.stdout
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]
    assert json.loads((tmp_path / "r.json").read_text())


def test_parameters_of_metrics_have_a_dot(command):
    done = command(*RUN, "--analyze", "-m", "cluster_count", "--set", "cluster_count.link_distance=0.001", "--set",
                  "noise=0.1", "--no-trajectory")  # fmt: skip
    assert done.returncode == 0
    assert next(line for line in done.stdout.splitlines() if "cluster_count" in line).split()[1] == "30"


def test_a_parameter_that_only_metrics_have_needs_no_dot(command):
    done = command(*RUN, "--analyze", "-m", "cluster_count", "--set", "link_distance=0.001", "--no-trajectory")
    assert done.returncode == 0
    assert next(line for line in done.stdout.splitlines() if "cluster_count" in line).split()[1] == "30"


PICKY = """
from kadita import KaditaError, hookimpl, metric

@metric
def picky(block, *, until: int = 0):
    if block.frames[-1] >= until:
        raise KaditaError("expected other frames")
    return block.times

@hookimpl
def kadita_metrics():
    return [picky]
"""
MEASURE_PICKILY = ("run", "torus", "--agents", 5, "--steps", 200, "--every", 1, "--plugin", "picky.py", "--analyze")


def test_a_metric_that_refuses_the_first_frames_leaves_the_file_that_was_there(command, refused, tmp_path):
    (tmp_path / "picky.py").write_text(PICKY)
    command("run", "torus", "--agents", 5, "--steps", 10)
    before = (tmp_path / "torus.nc").read_bytes()
    assert "picky: expected other frames" in refused(*MEASURE_PICKILY, "-m", "picky", "--force")
    assert (tmp_path / "torus.nc").read_bytes() == before
    assert "picky: expected other frames" in refused(*MEASURE_PICKILY, "-m", "picky", "-o", "new.nc")
    assert not (tmp_path / "new.nc").exists()


def test_a_metric_that_refuses_later_frames_loses_none_that_were_written(refused, command, tmp_path):
    (tmp_path / "picky.py").write_text(PICKY)
    line = refused(*MEASURE_PICKILY, "-m", "picky", "--set", "picky.until=100")
    kept = "64 of 201 frames are in the file torus.nc; the same command with --resume continues"
    assert f"picky: expected other frames; {kept}" in line
    on = command("run", "torus", "--agents", 5, "--steps", 200, "--every", 1, "--resume")
    assert (on.returncode, on.stderr) == (0, "")
    command("run", "torus", "--agents", 5, "--steps", 200, "--every", 1, "-o", "whole.nc")
    assert (tmp_path / "torus.nc").read_bytes() == (tmp_path / "whole.nc").read_bytes()


def test_where_every_metric_fails_the_trajectory_is_there_all_the_same(command, tmp_path):
    (tmp_path / "boom.py").write_text(
        "from kadita import hookimpl, metric\n\n@metric\ndef boom(block):\n    raise ValueError('boom')\n\n"
        "@hookimpl\ndef kadita_metrics():\n    return [boom]\n"
    )
    done = command(*RUN, "--analyze", "-m", "boom", "--plugin", "boom.py", "--plugin", "boom.py")
    assert done.returncode == 1
    assert done.stdout == "wrote torus.nc\n"
    assert done.stderr.startswith("kadita: error: boom (plugin boom (boom.py)) failed: ValueError: boom")
    assert (tmp_path / "torus.nc").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-m", "rotation"), "-m needs --analyze"),
        (("--results", "a.csv"), "--results needs --analyze"),
        (("--no-trajectory",), "--no-trajectory needs --analyze"),
        (("--set", "rotation.definition=published"), "--set rotation.definition needs --analyze"),
        (("--analyze", "-o", "a.nc", "--no-trajectory"), "-o a.nc and --no-trajectory exclude each other"),
        (("--analyze", "-m", "rotatoin"), "there is no metric 'rotatoin' (did you mean rotation or"),
        (("--analyze", "--results", "torus.nc"), "torus.nc: expected an output file other than the trajectory itself"),
        (("--analyze", "--results", "a.xls"), "a.xls: expected an ending of .csv"),
        (("--analyze", "-b", 1000), "no frames selected"),
        (("--analyze", "--largest-cluster", "far"), "--largest-cluster: expected r_a or a length above 0; got far"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(refused, tmp_path, words, message):
    assert message in refused(*RUN, *words)
    assert list(tmp_path.iterdir()) == []
