"""Files are the same bytes on a system without what Windows lacks, also where a run or a sweep was killed."""

import shutil
import signal
import time

import pytest

TABLE = "agent;time;x;y\n" + "".join(f"{a};{t / 4};{a + t / 8};{a * t / 16}\n" for t in range(40) for a in range(5))
EVERYTHING = (
    "run torus --agents 30 --steps 60 --every 5 --seed 3 -o school.nc --analyze --results live.csv",
    "convert school.nc school.nc4",
    "convert school.nc4 back.nc",
    "convert school.nc school.xyz",
    "convert school.nc school.xtc",
    "convert table.csv tracks.nc --length-unit m --time-unit s",
    "topology school.nc school.pdb",
    "topology school.nc school.psf --force",
    "topology school.nc school.tcl --force",
    "analyze school.nc4 -m polarization -m rotation --workers 2 -o school.csv -o school.xvg",
    "recover cut.nc -o saved.nc",
    "recover cut.nc --in-place",
    "info school.nc4",
    "validate school.nc",
    "scenarios torus",
    "plugins new mine",
)
RUN = "run torus --agents 40 --steps 20000 --every 10 --seed 2 -o school.nc --checkpoint 0.05"
SWEEP = """
scenario = "torus"
steps = 4000
every = 500
seeds = 2
metrics = ["polarization"]
equilibration = "half"

[parameters]
agents = 20

[grid]
noise = [0.0, 0.05, 0.1]
"""


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """A trajectory that lacks the last half of a frame, and has a damaged one."""
    import kadita

    path = tmp_path_factory.mktemp("cut") / "cut.nc"
    kadita.run("torus", agents=30, steps=60, every=5, seed=4, output=path)
    content = bytearray(path.read_bytes())
    content[-3000] ^= 1
    path.write_bytes(content[:-400])
    return path


def test_whatever_is_written(commands, contents, cut, tmp_path):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "table.csv").write_text(TABLE)
        shutil.copy(cut, tmp_path / name / "cut.nc")
        commands(tmp_path / name, *EVERYTHING, without=name == "there")
    here, there = contents(tmp_path / "here"), contents(tmp_path / "there")
    assert here.keys() == there.keys()
    assert len(here) >= 20
    assert [name for name in here if here[name] != there[name]] == []
    assert there["school.nc"] == there["back.nc"]
    assert there["cut.nc"] == there["saved.nc"]


def test_a_run_that_was_killed_goes_on(python, commands, contents, tmp_path):
    for name in ("cut", "whole"):
        (tmp_path / name).mkdir()
    running = python(tmp_path / "cut", "-m", "kadita", *RUN.split())
    until = time.monotonic() + 180
    while not (tmp_path / "cut" / "school_prev.cpt").exists() and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(signal.SIGTERM)  # which is no signal there: it ends the process at once
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    assert {"school_prev.cpt", "school.nc"} <= contents(tmp_path / "cut").keys()
    commands(tmp_path / "cut", f"{RUN} --resume")
    commands(tmp_path / "whole", RUN, without=False)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


@pytest.mark.slow
def test_a_closed_console_ends_a_run_with_its_frame(python, tmp_path):
    running = python(tmp_path, "-m", "kadita", *RUN.split())
    until = time.monotonic() + 180
    while not (tmp_path / "school.cpt").exists() and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(signal.SIGUSR1)  # stands in for SIGBREAK
    _, said = running.communicate(timeout=30)
    assert said.startswith("kadita: error: terminated; ")
    assert said.endswith("of 2001 frames are in the file school.nc; the same command with --resume continues\n")
    assert running.returncode == 128 + signal.SIGTERM


@pytest.mark.slow
def test_a_sweep_that_was_killed_goes_on(python, commands, contents, tmp_path):
    (tmp_path / "small.toml").write_text(SWEEP)
    running = python(tmp_path, "-m", "kadita", "sweep", "small.toml", "-o", "cut", "--workers", "2")
    until = time.monotonic() + 180
    while len(list(tmp_path.glob("cut/*/seed-*.json"))) < 2 and time.monotonic() < until:
        time.sleep(0.005)
    running.kill()
    running.communicate()
    assert 2 <= len(list(tmp_path.glob("cut/*/seed-*.json"))) < 6
    commands(tmp_path, "sweep small.toml -o cut --workers 2")
    commands(tmp_path, "sweep small.toml -o whole", without=False)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
