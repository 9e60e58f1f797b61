"""`kadita analyze --follow` measures a run while another process makes it."""

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import kadita as library
from kadita.io.amber.writer import AmberWriter
from kadita.plugins.registry import Plugin, Registry
from kadita.school.trajectory import arrivals

KADITA = [sys.executable, "-m", "kadita"]
FOLLOW = [*KADITA, "analyze", "school.nc", "-m", "polarization", "--follow", "-o", "polarization.csv"]


def started(command, folder):
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(path, seconds=60):
    ends = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < ends
        time.sleep(0.01)


def wait_until_it_waits(process, path, seconds=60):
    """Wait until a process has opened a file and sleeps, having measured what there is of it."""
    ends, open_files = time.monotonic() + seconds, Path(f"/proc/{process.pid}/fd")
    asleep = 0
    while asleep < 8:  # times in a row
        assert time.monotonic() < ends
        is_open = False
        with suppress(OSError):  # it closes files while they are listed
            is_open = str(path) in [str(f.readlink()) for f in open_files.iterdir()]
        state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        asleep = asleep + 1 if is_open and state == "S" else 0
        time.sleep(0.05)


@pytest.fixture
def written(tmp_path, rng):
    """A file whose writer goes on, and what writes more frames to it."""
    x, v = rng.uniform(0, 9, (30, 8, 3)), rng.normal(size=(30, 8, 3))
    with AmberWriter(tmp_path / "school.nc", 8, periodic=False) as writer:

        def write(a, b):
            writer.write(x[a:b], v[a:b], np.arange(a, b) * 0.5)

        write(0, 10)
        yield write, v


def test_it_ends_with_the_run_and_has_measured_every_frame(tmp_path, written):
    write, v = written
    with library.open(tmp_path / "school.nc") as school:
        seen = []
        for known in arrivals(school, pause=0.01):
            seen.append(known)
            if known < 30:
                write(known, known + 10)
            elif len(seen) == 3:
                break
        assert seen == [10, 20, 30]
    follow = started(FOLLOW, tmp_path)
    wait_until_it_waits(follow, tmp_path / "school.nc")
    assert follow.poll() is None  # the run may go on
    follow.send_signal(signal.SIGINT)
    out, err = follow.communicate(timeout=60)
    assert follow.returncode == 0, err
    assert "30 frames so far" in err
    assert "wrote polarization.csv" in out
    table = np.loadtxt(tmp_path / "polarization.csv", delimiter=",", skiprows=1)
    u = v / np.linalg.norm(v, axis=2, keepdims=True)
    np.testing.assert_allclose(table[:, 2], np.linalg.norm(u.mean(axis=1), axis=1), atol=1e-6)


def test_an_interrupt_before_anything_was_measured_is_one(tmp_path, written):
    @library.metric
    def interrupted(block):
        """What the user stops."""
        raise KeyboardInterrupt

    registry = Registry()
    registry.add(Plugin("mine", "mine", "1"), metrics=[interrupted])
    with pytest.raises(KeyboardInterrupt):
        library.analyze(tmp_path / "school.nc", registry=registry, follow=True)


@pytest.mark.slow
def test_it_keeps_up_with_a_run(tmp_path):
    command = [*KADITA, "run", "torus", "--agents", "6000", "--steps", "400", "--every", "1", "-o", "school.nc"]
    run = started(command, tmp_path)
    wait_for(tmp_path / "school.nc")
    follow = started(FOLLOW, tmp_path)
    out, err = follow.communicate(timeout=120)
    assert (follow.returncode, err) == (0, "")
    assert run.wait() == 0
    run.communicate()
    assert "401 frames" in out
    table = np.loadtxt(tmp_path / "polarization.csv", delimiter=",", skiprows=1)
    afterwards = library.analyze(tmp_path / "school.nc", "polarization")
    np.testing.assert_array_equal(table[:, 0], np.arange(401))
    np.testing.assert_array_equal(table[:, 2], afterwards["polarization"])


def test_a_format_that_does_not_grow_is_refused(tmp_path, refused):
    (tmp_path / "one.xyz").write_text("1\n\nC 0 0 0\n")
    assert "does not grow" in refused("analyze", "one.xyz", "-m", "spread", "--follow")


def test_another_file_in_its_place_is_noticed(tmp_path, written):
    path = tmp_path / "school.nc"
    with library.open(path) as school:
        (tmp_path / "other.nc").write_bytes(path.read_bytes())
        (tmp_path / "other.nc").replace(path)
        with pytest.raises(library.KaditaError, match="replaced by another file"):
            school.refresh()
