"""A file that the child process reads gives what the library itself gives, in any order, with any number of files."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from mutated_files import binary_files

import kadita
from kadita import KaditaError
from kadita.base.errors import NotApplicable
from kadita.io.isolated.child import Asking, child, end_child
from kadita.io.isolated.limits import Allowance
from kadita.io.nc4.chunks import Nc4Records
from kadita.io.nc4.trajectory import Nc4Trajectory
from kadita.io.readers.dewi_kadita import DewiKaditaTrajectory
from kadita.io.readers.gsd import GsdTrajectory
from kadita.io.readers.universe import open_universe


class InProcess(Nc4Trajectory):
    def _open(self):
        return Nc4Records(self.path)


HERE = {"GSD": GsdTrajectory, "dewi-kadita": DewiKaditaTrajectory, "NetCDF-4": InProcess}
FORMATS = ["XTC", "TRR", "DCD", "H5MD", "GSD", "NetCDF-4", "dewi-kadita"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return {name: file.path for name, file in binary_files(tmp_path_factory.mktemp("intact")).items()}


def in_this_process(name, path):
    return HERE[name](path) if name in HERE else open_universe(path, None)


def child_process():
    return child()._worker.process


def same(a, b):
    return all(
        (x is None and y is None) or np.array_equal(x, y, equal_nan=True) for x, y in zip(a[:5], b[:5], strict=True)
    )


@pytest.mark.parametrize("name", FORMATS)
def test_frames_are_those_of_the_library_in_any_order(name, files):
    with in_this_process(name, files[name]) as here, kadita.open(files[name]) as there:
        assert (there.n_frames, there.has_velocities, there.dimensions) == (24, here.has_velocities, here.dimensions)
        assert np.array_equal(there.agents, here.agents)
        assert dict(there.attributes) == dict(here.attributes)
        assert np.array_equal(there.times, here.times)
        for first, step, count in [(0, 1, 5), (5, 1, 5), (10, 1, 5), (0, 3, 4), (12, 3, 4), (20, 1, 4), (7, 1, 1)]:
            frames = np.arange(first, first + step * count, step)
            assert same(there.read(frames), here.read(frames))
        odd = np.array([1, 2, 5, 23])
        assert same(there.read(odd), here.read(odd))


def test_two_files_are_read_by_turns(files):
    """Though each is read ahead."""
    with kadita.open(files["XTC"]) as a, kadita.open(files["GSD"]) as b:
        first = [same(a.read(f)[:1], a.read(f)[:1]) for f in np.arange(24).reshape(6, 4)]
        both = [(a.read(f), b.read(f)) for f in np.arange(24).reshape(6, 4)]
        process = child_process()
    assert all(first)
    assert all(np.allclose(x.positions, y.positions, atol=6e-3) for x, y in both)
    assert process is child_process()


def test_threads_read_at_the_same_time(files):
    def positions(name):
        with kadita.open(files[name]) as trajectory:
            return np.concatenate([chunk.positions for _, chunk in trajectory.chunks_of(np.arange(24), 2)])

    alone = {name: positions(name) for name in ("TRR", "GSD", "NetCDF-4")}
    with ThreadPoolExecutor(3) as threads:
        for name, found in zip(3 * list(alone), threads.map(positions, 3 * list(alone)), strict=True):
            assert np.array_equal(found, alone[name])


def test_a_block_larger_than_the_shared_memory_arrives_whole(files, monkeypatch):
    from kadita.io.isolated import shared_memory

    whole = GsdTrajectory(files["GSD"]).read(np.arange(24))
    end_child()
    monkeypatch.setattr(shared_memory, "SIZE", 1000)
    monkeypatch.setattr(
        "kadita.io.isolated.child.PROGRAM",
        "import sys; from kadita.io.isolated import shared_memory, serving; shared_memory.SIZE = 1000; "
        "serving.serve(*sys.argv[1:])",
    )
    with kadita.open(files["GSD"]) as trajectory:
        read = trajectory.read(np.arange(24))
    end_child()
    assert same(read, whole)


def test_a_relative_path_is_relative_to_where_the_caller_is(files, monkeypatch, tmp_path):
    with kadita.open(files["XTC"]):  # the process has started
        pass
    (tmp_path / "moved.xtc").write_bytes(files["XTC"].read_bytes())
    monkeypatch.chdir(tmp_path)
    with kadita.open("moved.xtc") as trajectory:
        assert trajectory.n_frames == 24
    with pytest.raises(KaditaError, match=r"^gone\.xtc: there is no such file"):
        kadita.open("gone.xtc")


@pytest.mark.slow
def test_a_library_that_crashes_is_one_line_and_frames_are_read_afterwards(files, importable):
    with kadita.open(files["XTC"]) as trajectory:
        before = trajectory.read(np.arange(4))
        with pytest.raises(KaditaError, match=r"swarm\.xtc: MDAnalysis ended by signal SIGABRT while") as error:
            trajectory._remote.call(importable(crashes))
        assert "\n" not in str(error.value)
        assert same(trajectory.read(np.arange(4)), before)


@pytest.mark.slow
def test_a_child_that_was_killed_while_nothing_was_asked_of_it_is_started_again(files):
    with kadita.open(files["XTC"]) as trajectory:
        before = trajectory.read(np.arange(4))
        for _ in range(2):
            child_process().kill()
            child_process().wait()
            assert same(trajectory.read(np.arange(4)), before)


def crashes(trajectory):
    os.abort()


def grabs_memory(size):
    return np.ones(size, np.uint8).sum()


def computes_forever():
    while True:
        pass


def raises(error):
    raise error


def ask(function, *arguments, seconds=1, memory=1 << 28):
    return child().request(function, arguments, Asking("pond.mat", "MATLAB", Allowance(seconds, memory))).result()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (grabs_memory, (1 << 32,), "needed more than 256 MiB of memory"),
        (computes_forever, (), "took more than 1 s of computing time"),
        (time.sleep, (60,), "did not answer within 3 s"),
        (os.abort, (), "ended by signal SIGABRT"),
        (os._exit, (3,), "ended with exit status 3"),
    ],
)
def test_what_goes_beyond_its_limits_is_ended(function, arguments, message, importable):
    with pytest.raises(KaditaError) as error:
        ask(importable(function), *arguments)
    line = f"pond.mat: MATLAB {message} while reading it; the file may be damaged: take another copy of it"
    advice = ", or allow more by KADITA_READER_MIB=1024 in the environment"
    assert str(error.value) == line + advice * (function is grabs_memory)
    assert ask(importable(grabs_memory), 1000) == 1000


def test_errors_arrive_unchanged(importable):
    for error in (KaditaError("pond.mat: expected fish"), NotApplicable("no")):
        with pytest.raises(type(error)) as raised:
            ask(importable(raises), error)
        assert str(raised.value) == str(error)
    with pytest.raises(KaditaError, match=r"^pond\.mat: MATLAB raised KeyError: 'x' while reading it"):
        ask(importable(raises), KeyError("x"))


def test_a_copy_of_this_process_reads_with_a_child_of_its_own(files):
    """As multiprocessing makes one on Linux; both read on."""
    with kadita.open(files["GSD"]) as trajectory:
        mine = trajectory.read(np.arange(4)).positions
        with get_context("fork").Pool(1) as pool:
            pid, positions = pool.apply(read_by, (files["GSD"],))
        assert np.array_equal(positions, mine)
        assert pid != child_process().pid
        assert np.array_equal(trajectory.read(np.arange(4)).positions, mine)


def read_by(path):
    with kadita.open(path) as trajectory:
        return child_process().pid, trajectory.read(np.arange(4)).positions


def test_a_user_can_allow_more_memory(monkeypatch, tmp_path):
    (tmp_path / "t.h5").write_bytes(b"0" * 100)
    usual = Allowance.of([tmp_path / "t.h5"]).memory
    monkeypatch.setenv("KADITA_READER_MIB", "4096")
    assert Allowance.of([tmp_path / "t.h5"]).memory == 4096 << 20 > usual
    monkeypatch.setenv("KADITA_READER_MIB", "much")
    with pytest.raises(KaditaError, match="KADITA_READER_MIB: expected MiB of memory, such as 4096; got 'much'"):
        Allowance.of([tmp_path / "t.h5"])
