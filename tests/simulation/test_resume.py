"""A run that was stopped goes on as if it never had been: the file is that of a run without a break, byte for byte."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import kadita
from kadita.simulation import checkpoint

RUN = {"agents": 40, "steps": 2000, "every": 5, "seed": 6}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The file of a run without a break."""
    return kadita.run("torus", output=tmp_path_factory.mktemp("whole") / "whole.nc", **RUN).read_bytes()


@pytest.fixture
def stopped(tmp_path):
    """A run that was stopped after its third block, with two checkpoints."""
    path = tmp_path / "school.nc"
    with kadita.simulate("torus", **RUN) as school:
        school.record(path, checkpoint_every=0)
        for number, _ in enumerate(school.stream()):
            school.stopping = number == 2
    return path


def go_on(path, **changes):
    with kadita.simulate("torus", **(RUN | changes)) as school:
        school.record(path, resume=True)
        for _ in school.stream():
            pass


def test_a_stopped_run_says_so_and_keeps_its_state(stopped):
    assert sorted(p.name for p in stopped.parent.iterdir()) == ["school.cpt", "school.nc", "school_prev.cpt"]
    with kadita.open(stopped) as school:
        assert not school.complete
        assert school.n_frames == 3 * 64


def test_it_goes_on_to_the_same_bytes_and_leaves_no_checkpoint(stopped, whole):
    go_on(stopped)
    assert stopped.read_bytes() == whole
    assert [p.name for p in stopped.parent.iterdir()] == ["school.nc"]


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_a_damaged_checkpoint_is_found_and_the_one_before_it_serves(stopped, whole, where):
    newest, _ = checkpoint.paths_of(stopped)
    content = bytearray(newest.read_bytes())
    content[{"first": 0, "middle": len(content) // 2, "last": -1}[where]] ^= 1
    newest.write_bytes(content)
    assert checkpoint.load(stopped, kadita.simulate("torus", **RUN).configuration.stored()).frames == 2 * 64
    go_on(stopped)
    assert stopped.read_bytes() == whole


def test_without_a_checkpoint_it_starts_again_in_the_same_file(stopped, whole):
    for path in checkpoint.paths_of(stopped):
        path.write_bytes(path.read_bytes()[:100])  # cut short
    go_on(stopped)
    assert stopped.read_bytes() == whole


def test_frames_written_after_the_checkpoint_are_replaced(stopped, whole):
    newest, previous = checkpoint.paths_of(stopped)
    previous.replace(newest)  # what was newest is lost: the file holds more than the state knows of
    go_on(stopped)
    assert stopped.read_bytes() == whole


@pytest.mark.parametrize("changes", [{"seed": 7}, {"steps": 3000}, {"agents": 41}, {"parameters": {"noise": 0.1}}])
def test_another_run_is_refused_and_loses_nothing(stopped, changes):
    before = stopped.read_bytes()
    with pytest.raises(kadita.KaditaError, match="expected a run of this configuration to resume; it has another one"):
        go_on(stopped, **changes)
    assert stopped.read_bytes() == before


def test_a_complete_run_has_nothing_to_resume(stopped, whole):
    go_on(stopped)
    with pytest.raises(kadita.KaditaError, match="is complete; there is nothing to resume"):
        go_on(stopped)
    assert stopped.read_bytes() == whole


def test_where_there_is_no_file_it_starts(tmp_path, whole):
    go_on(tmp_path / "new.nc")
    assert (tmp_path / "new.nc").read_bytes() == whole


LONG = {"agents": 60, "steps": 100_000, "every": 30, "seed": 8}
WORDS = ["run", "torus", *(str(w) for k, v in LONG.items() for w in (f"--{k}", v)), "-o", "school.nc"]
WORDS += ["--checkpoint", "0"]
KADITA = [sys.executable, "-m", "kadita"]


def start(folder, *words):
    """A run in a process of its own, once its first frames are in the file; a shell's jobs ignore SIGINT, this not."""
    process = subprocess.Popen(
        [*KADITA, *WORDS, *words],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (folder / "school.nc").exists() and process.poll() is None:
        time.sleep(0.01)
    return process


def spent(process):
    """Processor time of a process, in seconds."""
    stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def long_run(tmp_path_factory):
    """The file of that run without a break."""
    return kadita.run("torus", output=tmp_path_factory.mktemp("long") / "school.nc", **LONG).read_bytes()


@pytest.mark.parametrize(
    ("number", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_ends_it_with_a_whole_frame_and_says_how_to_go_on(tmp_path, long_run, command, number, status, word):
    process = start(tmp_path)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert said.startswith(f"kadita: error: {word}; ")
    assert said.endswith(" of 3334 frames are in the file school.nc; the same command with --resume continues\n")
    with kadita.open(tmp_path / "school.nc") as school:
        assert f"{school.n_frames} of 3334" in said
        np.testing.assert_allclose(np.diff(school.times), 3.0, atol=1e-9)
    assert command(*WORDS, "--resume").returncode == 0
    assert (tmp_path / "school.nc").read_bytes() == long_run


@pytest.mark.slow
def test_commands_killed_at_random_moments_go_on_to_the_same_bytes(tmp_path, long_run, command):
    """A hundred runs more are killed in tests/io/durability."""
    chance, resumed = random.Random(20260207), 0
    for trial in range(5):
        folder = tmp_path / str(trial)
        folder.mkdir()
        process = start(folder)
        time.sleep(chance.uniform(0, 0.75))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        newest, previous = checkpoint.paths_of(folder / "school.nc")
        if trial == 3 and newest.exists() and previous.exists():  # killed between two renames, there is only one
            newest.write_bytes(newest.read_bytes()[:-1])
        done = command(*WORDS, "--resume", cwd=folder)
        if done.returncode == 2:  # killed after its last frame, or never
            assert "is complete; there is nothing to resume" in done.stderr
        else:
            assert process.returncode == -signal.SIGKILL
            assert done.returncode == 0, done.stderr
            resumed += 1
        assert (folder / "school.nc").read_bytes() == long_run
        assert [p for p in os.listdir(folder) if p.endswith(".cpt")] == []
    assert resumed >= 2


@pytest.mark.slow
def test_a_signal_does_not_wait_for_a_frame_that_takes_long(tmp_path, command):
    """Frames are 400,000 steps apart, a second: the state between two of them is kept, and gone on from."""
    run = {"agents": 40, "steps": 800_000, "every": 400_000}
    words = ["run", "torus", *(str(w) for k, v in run.items() for w in (f"--{k}", v)), "-o", "school.nc"]
    whole = kadita.run("torus", output=tmp_path / "whole.nc", **run)
    process = subprocess.Popen([*KADITA, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob(".school-*.partial.nc")) and process.poll() is None:
        time.sleep(0.01)
    began = spent(process)
    while spent(process) < began + 0.7:  # a busy machine takes longer
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 143, said
    with kadita.open(tmp_path / "school.nc") as school:
        configuration, frames = school.configuration, school.n_frames
    state = checkpoint.load(tmp_path / "school.nc", configuration)
    assert state.frames == frames
    assert (frames - 1) * 400_000 < state.step < frames * 400_000
    assert command(*words, "--resume").returncode == 0
    assert (tmp_path / "school.nc").read_bytes() == whole.read_bytes()


@pytest.mark.slow
def test_resuming_measures_all_frames(tmp_path, command):
    process = start(tmp_path, "--analyze", "-m", "rotation", "--results", "r.csv")
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    done = command(*WORDS, "--resume", "--analyze", "-m", "rotation", "--results", "r.csv")
    assert done.returncode == 0, done.stderr
    rows = np.genfromtxt(tmp_path / "r.csv", delimiter=",", names=True)
    assert len(rows) == 3334
    assert np.isfinite(rows["rotation"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("full", [600, 300_000, 1_000_000], ids=["header", "early", "later"])
def test_on_a_full_disk_it_ends_with_one_line_and_goes_on_once_there_is_room(tmp_path, long_run, command, full):
    resource = pytest.importorskip("resource", reason="limits of POSIX")

    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))

    words = [*KADITA, *WORDS]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, preexec_fn=no_room)
    assert done.returncode == 1
    assert done.stderr.startswith("kadita: error: school.nc: cannot be written: ")
    assert done.stderr.count("\n") == 1
    if full > 1000:
        assert "--resume continues" in done.stderr
        with kadita.open(tmp_path / "school.nc") as school:
            assert not school.complete
            assert f"{school.n_frames} of 3334 frames are in the file school.nc" in done.stderr
            assert sum(len(block) for block in school.blocks()) == school.n_frames  # each against its checksum
    else:
        assert list(tmp_path.iterdir()) == []
    done = command(*WORDS, "--resume")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "school.nc").read_bytes() == long_run
    assert [p.name for p in tmp_path.iterdir()] == ["school.nc"]
