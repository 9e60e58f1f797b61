"""Processes of this machine: the same results as one process, whatever becomes of them."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kadita.base.errors import Interrupted, KaditaError
from kadita.base.parallel import worker_pool
from kadita.base.parallel.processes import AHEAD

SQUARES = [(number, number * number) for number in range(20)]
HERE = Path(__file__).resolve().parent


def are_gone(pids, within=5.0):
    """Whether no process has one of these numbers, after a while."""
    until = time.monotonic() + within
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def begun(folder):
    """Number and process of each task that was begun."""
    return [tuple(map(int, file.name.split("-"))) for file in folder.iterdir()]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_task_has_its_result_once(crafts, workers):
    with worker_pool(workers=workers) as run:
        assert sorted(run(crafts.square, range(20))) == SQUARES
        assert sorted(run(crafts.square, range(20))) == SQUARES
        assert list(run(crafts.square, [])) == []


def test_one_worker_is_this_process_and_does_what_is_asked_for(crafts, tmp_path):
    with worker_pool() as run:
        results = run(crafts.noted, [(tmp_path, number) for number in range(5)])
        assert [next(results), next(results)] == [(0, 0), (1, 1)]
    assert sorted(begun(tmp_path)) == [(0, os.getpid()), (1, os.getpid())]


def test_workers_are_other_processes_with_one_thread_each_and_end_with_the_crew(crafts, tmp_path):
    with worker_pool(workers=2) as run:
        list(run(crafts.noted, [(tmp_path, number) for number in range(10)]))
        pids = {pid for _, pid in begun(tmp_path)}
        assert 1 <= len(pids) <= 2
        assert os.getpid() not in pids
        assert [result for _, result in run(crafts.threads, [0])] == [(1, "1")]
    assert are_gone(pids, within=0.0)


def test_tasks_wait_until_results_are_taken(crafts, tmp_path):
    with worker_pool(workers=2) as run:
        results = run(crafts.noted, [(tmp_path, number) for number in range(50)])
        for _ in range(10):
            next(results)
        time.sleep(0.2)
        assert len(begun(tmp_path)) <= 10 + 2 * AHEAD


def test_results_may_be_large(crafts):
    with worker_pool(workers=2) as run:
        for number, result in run(crafts.large, range(4)):
            assert result == bytes([number]) * 5_000_000


class TestAWorkerThatDies:
    def test_is_replaced_and_its_task_done_again(self, crafts, tmp_path):
        with worker_pool(workers=2) as run:
            assert sorted(run(crafts.killed_once, [(tmp_path, number) for number in range(20)])) == SQUARES
        assert (tmp_path / "died").exists()

    def test_over_and_over_names_the_task_and_spoils_no_other(self, crafts):
        done = []
        with worker_pool(workers=2) as run:
            with pytest.raises(KaditaError, match=r"^task 4, 3: 3 workers died on it, the last by signal SIGKILL"):
                done.extend(run(crafts.killed, range(20)))
            assert sorted(run(crafts.square, range(20))) == SQUARES

    def test_while_nothing_is_to_do_is_replaced(self, crafts, tmp_path):
        with worker_pool(workers=2) as run:
            list(run(crafts.noted, [(tmp_path, number) for number in range(10)]))
            for pid in {pid for _, pid in begun(tmp_path)}:
                os.kill(pid, signal.SIGKILL)
            assert sorted(run(crafts.square, range(20))) == SQUARES


class TestAnError:
    @pytest.mark.parametrize("workers", [1, 2])
    def test_is_raised_as_it_is(self, crafts, workers):
        with worker_pool(workers=workers) as run:
            with pytest.raises(KaditaError, match=r"^r_a: expected a length; got -1$"):
                list(run(crafts.fails, ["kadita"]))
            with pytest.raises(Interrupted) as interrupted:
                list(run(crafts.fails, ["interrupted"]))
            assert interrupted.value.exit_status == 143
            with pytest.raises(OSError, match="No space left") as full:
                list(run(crafts.fails, ["disk"]))
            assert (full.value.errno, full.value.filename) == (28, "some.csv")
            with pytest.raises(SystemExit):
                list(run(crafts.fails, ["exit"]))

    def test_that_cannot_be_sent_says_what_it_was(self, crafts):
        with worker_pool(workers=2) as run, pytest.raises(RuntimeError, match="Unsendable: this and that"):
            list(run(crafts.fails, ["unsendable"]))

    def test_says_where_in_the_worker_it_was(self, crafts):
        with worker_pool(workers=2) as run, pytest.raises(OSError, match="No space left") as error:
            list(run(crafts.fails, ["disk"]))
        assert re.search(r"crafts\.py\", line \d+, in fails", "".join(error.value.__notes__))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda s: s.name)
def test_whatever_ends_this_process_ends_its_workers(number, tmp_path):
    script = subprocess.Popen(
        [sys.executable, HERE / "interrupted.py", tmp_path], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until = time.monotonic() + 30
    while len(begun(tmp_path)) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    began = time.monotonic()
    if number == signal.SIGINT:
        os.killpg(script.pid, number)  # as a terminal does: to all of them
    else:
        script.send_signal(number)
    _, said = script.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert script.returncode == -number
    assert said.count("Traceback") == (number == signal.SIGINT)  # the script's own; none of a worker, nor of semaphores
    assert "resource_tracker" not in said
    pids = [pid for _, pid in begun(tmp_path)]
    assert len(pids) == 2
    assert are_gone(pids)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": 0}, "workers: expected a number of at least 1; got 0"),
        ({"workers": -2}, "workers: expected a number of at least 1; got -2"),
        ({"workers": 1.5}, r"workers: expected a number of at least 1; got 1\.5"),
        ({"workers": 2, "scheduler": "tcp://127.0.0.1:8786"}, "got both --workers and --scheduler"),
    ],
)
def test_a_crew_that_cannot_be_is_refused(options, said):
    with pytest.raises(KaditaError, match=said), worker_pool(**options):
        pass
