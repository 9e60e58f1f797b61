"""A file that was cut, anywhere, is refused by every command, never read as zeros; and what is whole is saved."""

from __future__ import annotations

import random
import shutil

import pytest

import kadita
from kadita.io.amber.records import Records
from kadita.simulation import checkpoint

RUN = {"agents": 30, "steps": 199, "every": 1, "seed": 3}
COMMANDS = [
    ["info", "CUT"],
    ["analyze", "CUT", "-m", "polarization", "-o", "OUT.csv"],
    ["convert", "CUT", "OUT.xyz"],
    ["convert", "CUT", "OUT.nc4"],
    ["topology", "CUT", "OUT.pdb"],
    ["plot", "CUT", "-o", "OUT.png"],
]


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """A complete run."""
    return kadita.run("torus", output=tmp_path_factory.mktemp("cut") / "school.nc", **RUN)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run that was stopped after its second block, and its checkpoint."""
    path = tmp_path_factory.mktemp("stopped") / "school.nc"
    with kadita.simulate("torus", **RUN) as simulation:
        simulation.record(path, checkpoint_every=0)
        for number, _ in enumerate(simulation.stream()):
            simulation.stopping = number == 1
    return path


def lengths(path, number):
    """Random lengths to cut a file to; a third of them in its header, and one at the end of a frame."""
    with Records(path) as records:
        first, size = records.first, records.type.itemsize
    chance, whole = random.Random(50), path.stat().st_size
    some = [chance.randrange(1, first) for _ in range(number // 3)] + [first, first + 7 * size]
    return some + [chance.randrange(first, whole) for _ in range(number - len(some))]


def test_50_cut_files_are_refused_by_every_command(school, tmp_path, command):
    whole, cut = school.read_bytes(), tmp_path / "cut.nc"
    refused = 0
    for length in lengths(school, 50):
        cut.write_bytes(whole[:length])
        for words in COMMANDS:
            done = command(*(w.replace("CUT", str(cut)).replace("OUT", str(tmp_path / "out")) for w in words))
            assert done.returncode == 2, (length, words, done)
            assert done.stderr.count("\n") == 1, (length, words, done)
            assert done.stderr.startswith(f"kadita: error: {cut}"), (length, words, done)
            assert done.stdout == ""
            refused += 1
        done = command("validate", cut)
        assert done.returncode == 2, (length, done)
        assert done.stderr.count("\n") <= 1
        assert "fault" in done.stdout + done.stderr
        assert [p.name for p in tmp_path.iterdir()] == ["cut.nc"]  # nobody made half a file of it
    print(f"50 cut files: {refused} of {50 * len(COMMANDS)} commands refused; each has faults for validate")


def test_whole_frames_of_50_cut_files_are_saved(school, tmp_path, command, frames_of, equal):
    with Records(school) as records:
        first, size = records.first, records.type.itemsize
    whole, cut, reference, saved = school.read_bytes(), tmp_path / "cut.nc", frames_of(school), 0
    for length in lengths(school, 50):
        cut.write_bytes(whole[:length])
        done = command("recover", cut, "-o", tmp_path / "saved.nc", "--force")
        frames = max(0, length - first) // size
        if frames == 0:
            assert done.returncode == 2, (length, done)
            assert done.stderr.count("\n") == 1
            continue
        assert done.returncode == 0, (length, done)
        found = frames_of(tmp_path / "saved.nc")
        assert len(found.times) == frames
        assert equal(found, reference)
        saved += frames
    print(f"50 cut files: all their {saved} whole frames saved")


def test_a_run_whose_file_was_cut_goes_on_rightly_or_not_at_all(school, stopped, tmp_path, command):
    options = [w for k, v in RUN.items() for w in (f"--{k}", v)]
    went_on = 0
    for number, length in enumerate(lengths(stopped, 50)):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "school.nc"
        path.write_bytes(stopped.read_bytes()[:length])
        shutil.copy(checkpoint.paths_of(stopped)[0], checkpoint.paths_of(path)[0])
        done = command("run", "torus", *options, "-o", path, "--resume")
        if done.returncode == 0:
            assert path.read_bytes() == school.read_bytes(), length
            went_on += 1
        else:
            assert done.returncode == 2, (length, done)
            assert done.stderr.count("\n") == 1
            assert path.stat().st_size == length, "what was left of it has changed"
            assert checkpoint.paths_of(path)[0].exists()
    print(f"50 cut files of a stopped run: {went_on} went on to the same bytes, {50 - went_on} refused")
