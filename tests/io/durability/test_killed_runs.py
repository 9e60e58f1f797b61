"""Runs that are killed (SIGKILL) at random moments leave files whose frames are all right, and none is lost."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import MDAnalysis
import numpy as np
import pytest

import kadita
from kadita.io.amber.records import Records
from kadita.io.recovery import recover
from kadita.simulation import checkpoint

SEED = 11
CASES: dict[str, dict[str, Any]] = {
    name: {"name": name, "scenario": scenario, "agents": agents, "frames": frames, "block": block, "kills": kills}
    | {"checkpoints": name == "checkpoints"}
    for name, scenario, agents, frames, block, kills in (
        ("blocks", "torus", 50, 3000, 64, 35),
        ("wide", "torus", 400, 400, 64, 20),
        ("frames", "dewi-kadita-1", 50, 300, 1, 35),
        ("checkpoints", "dewi-kadita-1", 50, 1000, 32, 15),
    )
}


class Kill(NamedTuple):
    """What was left of a run, and what it had said."""

    case: str
    path: Path
    pid: int
    held: bool  # whether it held still in the midst of a write
    reported: int  # frames that it had said were written


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("killed")


@pytest.fixture(scope="module")
def kills(told, folder):
    """All kills; the files lie under `folder`."""
    said = told("killed_runs.py", folder, SEED, *map(json.dumps, CASES.values()))
    return [Kill(**(kill | {"path": Path(kill["path"])})) for kill in said]


@pytest.fixture(scope="module")
def whole(kills, folder, frames_of):
    """The frames of each case's run without a break."""
    return {name: frames_of(folder / f"{name}.nc") for name in CASES}


def hidden(kill):
    return {p.name for p in kill.path.parent.iterdir() if p.name.startswith(".")}


def left_by(kill):
    """Frames that the header counts, whole frames that are there, and bytes of a torn one."""
    with Records(kill.path) as records:
        there, torn = divmod(kill.path.stat().st_size - records.first, records.type.itemsize)
        return records.header.records, there, torn


def where_of(kill):
    if not kill.path.exists():
        return "before its first frames had a name"
    counted, there, torn = left_by(kill)
    if torn or there > counted:
        return "in a block that was not counted yet"
    if there == CASES[kill.case]["frames"]:
        return "after its last frame"
    return "between blocks"


@pytest.mark.slow
def test_every_file_opens_with_all_frames_that_were_written_and_no_wrong_one(kills, whole, frames_of, equal):
    lost = 0
    for kill in kills:
        if not kill.path.exists():
            assert kill.reported == 0, kill
            continue
        found = frames_of(kill.path)
        assert equal(found, whole[kill.case]), kill
        lost += max(0, kill.reported - len(found.times))
    where = Counter(where_of(kill) for kill in kills)
    for what, number in sorted(Counter((kill.case, where_of(kill)) for kill in kills).items()):
        print(f"{number:3} killed: {', '.join(what)}")
    print(f"{len(kills)} killed; frames lost that were written: {lost}")
    assert lost == 0
    assert len(kills) >= 100
    assert min(where["before its first frames had a name"], where["in a block that was not counted yet"]) >= 3


@pytest.mark.filterwarnings("ignore:there is no reference attributes")  # a file without topology has no names
def test_mdanalysis_opens_them_too(kills, whole):
    opened = 0
    for kill in kills[::4]:
        if kill.path.exists():
            universe = MDAnalysis.Universe(str(kill.path))
            assert len(universe.trajectory) >= kill.reported
            reference = whole[kill.case]
            for frame in {0, len(universe.trajectory) // 2, len(universe.trajectory) - 1}:
                here = universe.trajectory[frame]
                np.testing.assert_array_equal(here.velocities, reference.velocities[frame])
                if reference.lengths is None:  # in a cell kadita takes a position that float32 rounds up to L as 0
                    np.testing.assert_array_equal(here.positions, reference.positions[frame])
                assert here.time == pytest.approx(reference.times[frame])
            opened += 1
    assert opened >= 20


def test_recover_finds_the_frames_that_were_written_and_not_counted(kills, whole, tmp_path, frames_of, equal):
    """A block that was killed between its bytes and the header's count is there, and a torn one up to the tear."""
    behind = torn = 0
    for kill in kills:
        if where_of(kill) == "in a block that was not counted yet":
            counted, there, rest = left_by(kill)
            if there == 0:
                continue
            saved = recover(kill.path, tmp_path / "saved.nc", force=True)
            assert (saved.frames, saved.damaged, saved.torn) == (there, (), rest), kill
            assert equal(frames_of(saved.path), whole[kill.case]), kill
            behind += there - counted
            torn += rest > 0
    print(f"frames found behind the header's count: {behind}; files with a torn frame: {torn}")
    assert behind > 50
    assert torn > 5


def words_of(kill):
    case = CASES[kill.case]
    options = {"agents": case["agents"], "steps": case["frames"] - 1, "every": 1, "seed": SEED}
    return [
        "run",
        case["scenario"],
        *(w for k, v in options.items() for w in (f"--{k}", v)),
        "-o",
        kill.path,
        "--resume",
    ]


@pytest.mark.parametrize("where", ["before its first frames had a name", "in a block that was not counted yet"])
@pytest.mark.parametrize("case", ["blocks", "frames"])
def test_a_killed_run_goes_on_to_the_same_bytes(kills, folder, command, case, where):
    for kill in [k for k in kills if k.case == case and where_of(k) == where][:1]:
        before = hidden(kill)
        done = command(*words_of(kill))
        assert done.returncode == 0, done.stderr
        assert kill.path.read_bytes() == (folder / f"{case}.nc").read_bytes()
        assert {p.name for p in kill.path.parent.iterdir()} <= {"school.nc"} | before


def test_runs_with_checkpoints_go_on_to_the_same_bytes_even_where_the_newest_is_torn(kills, folder, command):
    """From the newest that is whole; they were killed at any moment, that of writing a checkpoint among them."""
    went_on = torn = 0
    for number, kill in enumerate(k for k in kills if k.case == "checkpoints"):
        newest, previous = checkpoint.paths_of(kill.path)
        if number % 3 == 0 and newest.exists() and previous.exists():  # one, if killed between two renames
            newest.write_bytes(newest.read_bytes()[:-1])
            torn += 1
        before = hidden(kill)
        done = command(*words_of(kill))
        if done.returncode != 0:
            assert "is complete; there is nothing to resume" in done.stderr
        else:
            went_on += 1
            assert {p.name for p in kill.path.parent.iterdir()} <= {"school.nc"} | before
        assert kill.path.read_bytes() == (folder / "checkpoints.nc").read_bytes()
    print(f"{went_on} runs with checkpoints went on, {torn} of them from the one before the newest")
    assert went_on >= 10


def test_what_a_killed_run_leaves_hinders_no_other(kills, folder, command, monkeypatch):
    """In a container processes have few numbers, so the next run's is often that of the one that was killed."""
    kill = [k for k in kills if not k.path.exists() and hidden(k)][-1]
    monkeypatch.setattr(os, "getpid", lambda: kill.pid)
    done = command(*words_of(kill))
    assert done.returncode == 0, done.stderr
    assert kill.path.read_bytes() == (folder / f"{kill.case}.nc").read_bytes()
    with kadita.open(kill.path) as opened:
        assert opened.complete
