"""Worker processes of this machine.

Each is a Python interpreter of its own, connected by a pipe alone; see `kadita.base.parallel.interpreter`. The end of
the pipe tells a worker to end: because the work is done, was interrupted, or because this process was killed.

Not `concurrent.futures`, nor loky: there the death of a worker breaks all submitted tasks, and its task is unknown.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
import traceback
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread, main_thread
from typing import Any

from kadita.base.errors import KaditaError, describe_error
from kadita.base.parallel.interpreter import GRACE, Worker, end, how_it_ended, interrupts_deferred, pipe_of, start
from kadita.base.parallel.tasks import DEATHS, Function, Run, too_many_deaths

PROGRAM = "import sys; from kadita.base.parallel.processes import serve; serve(sys.argv[1])"
AHEAD = 2  # tasks per worker, so that it need not wait for the next one
SIGNAL_INTERVAL = 1.0  # seconds after which a worker that continues is signalled again


@contextmanager
def processes(count: int) -> Iterator[Run]:
    """Yield a function that runs tasks on `count` processes, started with the first tasks; see `worker_pool`."""
    idle: list[Worker] = []
    workers: list[Worker] = []

    def run(function: Function, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        waiting, busy = deque(range(len(tasks))), dict[Any, tuple[Worker, deque[int]]]()
        deaths = Counter[int]()

        def send(worker: Worker, numbers: deque[int]) -> None:
            numbers.append(waiting.popleft())
            with suppress(OSError):  # the worker has died, which `wait` reports
                worker.pipe.send((function, tasks[numbers[-1]]))

        def assign() -> None:
            while waiting and len(busy) < count:
                worker = idle.pop() if idle else _start(workers)
                busy[worker.pipe] = worker, deque()
                send(*busy[worker.pipe])
            for worker, numbers in busy.values():
                while len(numbers) < AHEAD and len(waiting) >= count:  # the last tasks go to the first idle workers
                    send(worker, numbers)

        try:
            assign()
            while busy:
                for worker, numbers in [busy[pipe] for pipe in wait(list(busy))]:
                    try:
                        succeeded, result = worker.pipe.recv()
                    except (EOFError, OSError):
                        del busy[worker.pipe]
                        how = _end(worker, workers)
                        deaths[numbers[0]] += 1
                        if deaths[numbers[0]] == DEATHS:
                            raise too_many_deaths(numbers[0], tasks[numbers[0]], DEATHS, how) from None
                        waiting.extendleft(reversed(numbers))
                        assign()
                        continue
                    number = numbers.popleft()
                    if not numbers:
                        del busy[worker.pipe]
                        idle.append(worker)
                    if not succeeded:
                        raise result
                    assign()  # before the result is consumed, which may take long
                    yield number, result
        finally:
            _end_all([worker for worker, _ in busy.values()], workers)  # these results are no longer needed

    try:
        yield run
    finally:
        _end_all(list(workers), workers)


def _start(workers: list[Worker]) -> Worker:
    # no signal may come between the start of a worker and its place in the list of those to be ended
    with interrupts_deferred():
        workers.append(worker := start(PROGRAM))
    return worker


def _end_all(ending: list[Worker], workers: list[Worker]) -> None:
    for worker in ending:  # all are told before the first is waited for
        worker.pipe.close()
    for worker in ending:
        _end(worker, workers)


def _end(worker: Worker, workers: list[Worker]) -> str:
    """Wait for a worker to end, or kill it; return how it ended."""
    status = end(worker)
    if worker in workers:
        workers.remove(worker)
    return how_it_ended(status)


class _Cancelled(BaseException):
    """The result of this worker is no longer needed."""


def serve(name: str) -> None:
    """Run as a worker: compute the tasks from the pipe of this name until the pipe ends."""
    pipe = pipe_of(name)
    tasks: SimpleQueue[bytes] = SimpleQueue()
    with suppress(_Cancelled, OSError):
        signal.signal(signal.SIGTERM, _stop)
        Thread(target=_receive, args=(pipe, tasks), daemon=True).start()
        while message := tasks.get():
            pipe.send_bytes(_outcome(message))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # the caller would wait 0.3 s for Numba's clean-up


def _stop(*_: Any) -> None:
    sys.excepthook = lambda *_: None  # the cancellation is not printed, wherever it is raised
    sys.unraisablehook = lambda _: None
    raise _Cancelled


def _receive(pipe: Connection[Any, Any], tasks: SimpleQueue[bytes]) -> None:
    with suppress(EOFError, OSError):
        while True:
            tasks.put(pipe.recv_bytes())
    until = time.monotonic() + GRACE
    while time.monotonic() < until:  # cancel the current task in the thread that computes it, so that it cleans up
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(main_thread().ident or 0, signal.SIGTERM)
        else:  # which does not wake a thread that waits
            tasks.put(b"")
            signal.raise_signal(signal.SIGTERM)
        time.sleep(SIGNAL_INTERVAL)
    os._exit(1)


def _outcome(message: bytes) -> bytes:
    """Compute a task; return whether it succeeded, and its result or error, pickled."""
    try:
        function, task = pickle.loads(message)
        return pickle.dumps((True, function(task)), pickle.HIGHEST_PROTOCOL)
    except _Cancelled:
        raise
    except BaseException as error:
        if not isinstance(error, KaditaError):  # whose message is complete
            error.add_note(f"in a worker:\n{''.join(traceback.format_exception(error))}")
        try:
            outcome = pickle.dumps((False, error))
            pickle.loads(outcome)  # not every error can be unpickled
        except Exception:
            outcome = pickle.dumps((False, RuntimeError(describe_error(error))))
        return outcome
