"""Reading a file while a run writes it, again and again: no wrong frame, and no open that fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter

import MDAnalysis
import netCDF4
import numpy as np
import pytest

import kadita

OPENS, FRAMES, AGENTS = 80, 20_000, 50
RUN = ["torus", "--agents", AGENTS, "--steps", FRAMES - 1, "--every", 1, "--seed", 5]
SLOW = '''
import time

from kadita import Block, hookimpl, metric


@metric()
def patience(block: Block):
    """Takes its time, (T,)."""
    time.sleep(0.03 + 0.02 * (block.times[0] % 1))
    return block.times


@hookimpl
def kadita_metrics():
    return [patience]
'''


@pytest.fixture(scope="module")
def reference(tmp_path_factory, frames_of):
    """The frames of the run, which nobody reads meanwhile and nothing slows down."""
    options = {"agents": AGENTS, "steps": FRAMES - 1, "every": 1, "seed": 5}
    return frames_of(kadita.run("torus", output=tmp_path_factory.mktemp("reference") / "school.nc", **options))


@pytest.fixture
def writing(tmp_path):
    """A run of `kadita run` that measures what takes its time, so that it goes on for half a minute."""
    (tmp_path / "slow.py").write_text(SLOW)
    words = ["run", *RUN, "-o", "school.nc", "--plugin", "slow.py", "--analyze", "-m", "patience"]
    process = subprocess.Popen(
        [sys.executable, "-m", "kadita", *map(str, words)],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    ends = time.monotonic() + 60
    while not (tmp_path / "school.nc").exists() and process.poll() is None and time.monotonic() < ends:
        time.sleep(0.005)
    yield process, tmp_path / "school.nc"
    process.kill()
    process.communicate()


def some_of(frames, seen):
    """Frames that were not there before, the last one, and some of the others, in their order."""
    chance = np.random.default_rng(frames)
    return np.unique([*range(seen, frames), *chance.integers(0, frames, 40), frames - 1])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:there is no reference attributes")  # a file without topology has no names
@pytest.mark.filterwarnings(  # a reader of MDAnalysis that could not open the file fails once more when it is deleted
    r"ignore:Exception ignored in. <function ReaderBase\.__del__:pytest.PytestUnraisableExceptionWarning"
)
def test_reading_while_a_run_writes(writing, reference, equal):
    process, path = writing
    opens, read, wrong, failed, grew = Counter(), Counter(), [], [], set()
    seen = Counter()

    def with_kadita(path):
        with kadita.open(path) as opened:
            assert opened.complete is False
            which = some_of(opened.n_frames, seen["kadita"])
            return opened.n_frames, which, equal(opened.read(which), reference, which)

    def with_mdanalysis(path):
        try:
            universe = MDAnalysis.Universe(str(path))
        except ValueError:
            # scipy maps the file before it reads how many frames there are: a block that is written in between, in
            # some 1e-4 s, is counted and not mapped, and the file is not opened; the next time it is
            opens["MDAnalysis, again"] += 1
            universe = MDAnalysis.Universe(str(path))
        frames = len(universe.trajectory)
        which = some_of(frames, max(seen["MDAnalysis"], frames - 150))
        right = True
        for ts in universe.trajectory[which]:
            right &= np.array_equal(ts.positions, reference.positions[ts.frame])
            right &= np.array_equal(ts.velocities, reference.velocities[ts.frame])
            right &= abs(ts.time - reference.times[ts.frame]) < 1e-9 and ts.dimensions is None
        universe.trajectory.close()
        return frames, which, right

    def with_netcdf4(path):
        with netCDF4.Dataset(path) as opened:
            frames = len(opened.dimensions["frame"])
            which = some_of(frames, max(seen["netCDF4"], frames - 150))
            positions = np.asarray(opened["coordinates"][which])
            return frames, which, np.array_equal(positions, reference.positions[which])

    growing = kadita.open(path)  # one that stays open, and takes what is new

    def that_follows(_):
        growing.refresh()
        which = np.arange(seen["refresh"], growing.n_frames)
        return growing.n_frames, which, equal(growing.read(which), reference, which)

    readers = {"kadita": with_kadita, "MDAnalysis": with_mdanalysis, "netCDF4": with_netcdf4, "refresh": that_follows}
    ends = time.monotonic() + 25
    while (min(opens[name] for name in readers) < OPENS or len(grew) < OPENS) and time.monotonic() < ends:
        assert process.poll() is None, "the run ended too early"
        for name, reader in readers.items():
            opens[name] += 1
            try:
                frames, which, right = reader(path)
            except Exception as error:
                failed.append(f"{name}: {type(error).__name__}: {error}")
                continue
            if not right or frames < seen[name]:
                wrong.append((name, frames))
            seen[name] = frames
            read[name] += len(which)
            grew.add(frames)
    growing.close()
    print(f"opens: {dict(opens)}; frames compared: {dict(read)}; lengths seen: {len(grew)}, up to {max(grew)} frames")
    print(f"wrong: {wrong}; failed: {failed}")
    assert wrong == []
    assert failed == []
    assert len(grew) > 50
    assert min(opens[name] for name in readers) > 50
    assert opens["MDAnalysis, again"] <= 0.03 * opens["MDAnalysis"]
