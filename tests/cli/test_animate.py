"""`kadita animate`: films on the command line."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import kadita
from kadita.evaluation.film import encoders, film, measuring
from kadita.evaluation.film.stage import parsed_size

SMALL = ("--size", "160x120")


def count(path):
    with Image.open(path) as found:
        return found.n_frames, found.size


def test_a_film_of_a_run_with_a_metric(command, school, tmp_path):
    options = ("-m", "rotation", "--between", 2, "--fps", 10, "--trail", 2, *SMALL)
    for name in ("a.gif", "a.webp"):
        done = command("animate", school, "-o", name, *options)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"wrote {name}\n", "")
        assert count(tmp_path / name) == (21, (160, 120))


def test_curves_and_colours_are_measured_together_with_the_parameters_of_either(command, school, tmp_path, monkeypatch):
    read = []
    measure = measuring.analyze
    monkeypatch.setattr(measuring, "analyze", lambda *given, **named: read.append(given[1]) or measure(*given, **named))
    shown = ("-m", "rotation", "--color", "cluster_size_of_agents", "--between", 1, *SMALL)
    for setting in ("link_distance=3", "cluster_size_of_agents.link_distance=3"):
        done = command("animate", school, "-o", "a.gif", "--force", *shown, "--set", setting)
        assert (done.returncode, done.stderr) == (0, "")
    assert read == [["rotation", "cluster_size_of_agents"]] * 2


def test_default_stands_for_the_metrics_that_are_declared_as_plotted(command, school, monkeypatch):
    drawn = []
    stage = film.Stage
    monkeypatch.setattr(film, "Stage", lambda *given: drawn.append([c.title for c in given[3]]) or stage(*given))
    done = command("animate", school, "-o", "a.gif", "-m", "default", "--stop", 2, *SMALL)
    assert done.returncode == 0, done.stderr
    assert drawn == [["polarization", "rotation", "oceanic schooling index"]]


def test_old_names_of_metrics_are_understood(command, school, refused):
    done = command("animate", school, "-o", "a.gif", "-m", "group_count", "--stop", 2, *SMALL)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "kadita: note: 'group_count' is now 'cluster_count'\n"
    done = command("animate", school, "-o", "b.gif", "--color", "group_count", "--stop", 2, *SMALL)
    assert done.returncode == 2
    assert "--color cluster_count: expected a metric with one value for each agent" in done.stderr


def test_mp4(command, school, tmp_path):
    av = pytest.importorskip("av")
    assert command("animate", school, "-o", "a.mp4", "--step", 2, "--between", 3, *SMALL).returncode == 0
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = [(frame.width, frame.height) for frame in container.decode(video=0)]
    assert frames == [(160, 120)] * 16


def test_frames_are_chosen_as_in_other_commands(command, school, tmp_path):
    for options, expected in ((("--start", 2, "--stop", 5), 3), (("-b", 1.0, "-e", 3.0), 3), (("--step", 5), 3)):
        done = command("animate", school, "-o", "a.gif", "--between", 1, "--force", *options, *SMALL)
        assert done.returncode == 0, done.stderr
        assert count(tmp_path / "a.gif")[0] == expected


def test_tracked_animals_in_their_tank(command, tmp_path):
    rows = [f"{t},{name},{10 + t},{10 + i}" for t in range(4) for i, name in enumerate(["a", "b"]) if (t, i) != (2, 1)]
    (tmp_path / "tracks.csv").write_text("\n".join(["frame,id,x,y", *rows]) + "\n")
    units = ("--frame-rate", 2, "--time-unit", "s", "--length-unit", "cm", "--y-axis", "up")
    shown = ("--arena", "circle:12,10,5", "--light", "--between", 1, "--color", "speed", *SMALL)
    done = command("animate", "tracks.csv", "-o", "a.gif", *units, *shown)
    assert done.returncode == 0, done.stderr
    assert count(tmp_path / "a.gif")[0] == 4


def test_what_cannot_be_filmed_is_refused_in_one_line(refused, school, tmp_path, monkeypatch):
    film = ("animate", school, "-o")
    assert "expected a film named *.mp4, *.gif, *.webp; got '.avi'" in refused(*film, "a.avi")
    assert "rotatoin" in refused(*film, "a.gif", "-m", "rotatoin")
    assert "--color: expected heading, speed, species, plain" in refused(*film, "a.gif", "--color", "sped")
    assert "expected even numbers" in refused(*film, "a.mp4", "--size", "161x120")
    assert "--size: expected WIDTHxHEIGHT" in refused(*film, "a.gif", "--size", "160")
    assert "look: expected x, y, z" in refused(*film, "a.gif", "--look", "above")
    assert "--fps: expected 0.01 to 1000 frames per second; got 0.001" in refused(*film, "a.gif", "--fps", 0.001)
    for name, value in (("--set", "link_distance=3"), ("--profile", "published"), ("--by", "species")):
        assert f"{name}: expected a metric that is measured; name one" in refused(*film, "a.gif", name, value)
    assert "no frames selected" in refused(*film, "a.gif", "--start", 500)
    assert "there is no folder" in refused(*film, "nowhere/a.gif")
    (tmp_path / "b.gif").write_text("mine")
    assert "b.gif exists" in refused(*film, "b.gif")
    assert (tmp_path / "b.gif").read_text() == "mine"
    monkeypatch.setattr(encoders, "find_spec", lambda name: None)
    assert "pip install 'kadita[film]'" in refused(*film, "a.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["b.gif"]


def test_a_trajectory_where_nobody_is_ever_present_is_refused(refused, tmp_path):
    with kadita.record(tmp_path / "a.nc", agents=2, dimensions=2, presence=True) as file:
        for frame in range(3):
            file.write(np.full((2, 2), np.nan), np.full((2, 2), np.nan), time=frame)
    assert "no agent is present in any of the 3 frames" in refused("animate", "a.nc", "-o", "a.gif")


def test_an_interrupt_leaves_no_half_film(command, school, tmp_path, monkeypatch):
    def pictures(path, film, drawn):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(film, "write_film", pictures)
    done = command("animate", school, "-o", "a.gif", *SMALL)
    assert (done.returncode, done.stdout) == (130, "")
    assert not list(tmp_path.iterdir())


def test_a_size_in_pixels():
    assert parsed_size("1920x1080") == (1920, 1080)


def test_nothing_is_imported_that_help_does_not_need():
    code = "import sys, kadita.cli, kadita.evaluation.film.film, kadita.evaluation.figures.tracks\n"
    code += "assert not {'matplotlib', 'PIL', 'av'} & sys.modules.keys()"
    assert subprocess.run([sys.executable, "-c", code], timeout=100).returncode == 0
