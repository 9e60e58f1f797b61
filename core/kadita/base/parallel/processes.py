"""Processes of this machine that work for this one.

Each is a Python of its own that shares no memory and imports nothing of the caller's script, and is connected by a pipe
alone. A pipe that ends says everything: to this process that a worker is dead, to a worker that it is to end, be it
that the work is done, that it was interrupted, or that this process was killed.

Not `concurrent.futures`, nor loky: there a worker's death breaks all tasks under way, and whose fault it was is lost.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from kadita.base.errors import KaditaError, describe_error
from kadita.base.parallel.tasks import DEATHS, Function, Run, too_many_deaths

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
PROGRAM = "import sys; from kadita.base.parallel.processes import serve; serve(int(sys.argv[1]))"
AHEAD = 2  # tasks that a worker has, so that it need not wait for the next one
PATIENCE = 3.0  # seconds in which a worker can clear away what it has begun; compiled calls take up to one
AGAIN = 1.0  # seconds until a worker that was told to end, and went on, is told once more


class Worker(NamedTuple):
    """A process, and this end of the pipe to it."""

    process: subprocess.Popen[bytes]
    pipe: Connection[Any, Any]


@contextmanager
def processes(count: int) -> Iterator[Run]:
    """Yield what runs tasks on so many processes, started with the first tasks; see `base.parallel.worker_pool`."""
    idle: list[Worker] = []
    everyone: list[Worker] = []

    def run(function: Function, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        waiting, busy = deque(range(len(tasks))), dict[Any, tuple[Worker, deque[int]]]()
        deaths = Counter[int]()

        def send(worker: Worker, numbers: deque[int]) -> None:
            numbers.append(waiting.popleft())
            with suppress(OSError):  # it is dead, and its pipe will say so
                worker.pipe.send((function, tasks[numbers[-1]]))

        def hand_out() -> None:
            while waiting and len(busy) < count:
                worker = idle.pop() if idle else _start(everyone)
                busy[worker.pipe] = worker, deque()
                send(*busy[worker.pipe])
            for worker, numbers in busy.values():
                while len(numbers) < AHEAD and len(waiting) >= count:  # the last ones go to whoever is done first
                    send(worker, numbers)

        try:
            hand_out()
            while busy:
                for worker, numbers in [busy[pipe] for pipe in wait(list(busy))]:
                    try:
                        good, result = worker.pipe.recv()
                    except (EOFError, OSError):
                        del busy[worker.pipe]
                        how = _end(worker, everyone)
                        deaths[numbers[0]] += 1
                        if deaths[numbers[0]] == DEATHS:
                            raise too_many_deaths(numbers[0], tasks[numbers[0]], DEATHS, how) from None
                        waiting.extendleft(reversed(numbers))
                        hand_out()
                        continue
                    number = numbers.popleft()
                    if not numbers:
                        del busy[worker.pipe]
                        idle.append(worker)
                    if not good:
                        raise result
                    hand_out()  # before the result is taken, which may be a while
                    yield number, result
        finally:
            for worker, _ in busy.values():  # at work on what nobody waits for any more
                worker.pipe.close()
            for worker, _ in busy.values():
                _end(worker, everyone)

    try:
        yield run
    finally:
        for worker in everyone:
            worker.pipe.close()
        for worker in list(everyone):
            _end(worker, everyone)


def _start(everyone: list[Worker]) -> Worker:
    path = os.pathsep.join(os.path.abspath(place) for place in sys.path)  # noqa: PTH100 - '' is this folder
    environment = os.environ | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONPATH": path}
    ours, theirs = Pipe()
    # Ctrl-C goes to the whole group of processes; a worker never sees it, not even while it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            env=environment,
            pass_fds=[theirs.fileno()],
        )
        everyone.append(worker := Worker(process, ours))
    finally:
        theirs.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return worker


def _end(worker: Worker, everyone: list[Worker]) -> str:
    """See a worker to its end, and say what that was."""
    worker.pipe.close()
    try:
        worker.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        worker.process.kill()
        worker.process.wait()
    if worker in everyone:
        everyone.remove(worker)
    status = worker.process.returncode
    return f"by signal {signal.Signals(-status).name}" if status < 0 else f"with exit status {status}"


class _Over(BaseException):
    """Nobody waits for this worker's result any more."""


def serve(number: int) -> None:
    """Be a worker: do what comes through the pipe of this file descriptor until it ends."""
    pipe: Connection[Any, Any] = Connection(number)
    tasks: SimpleQueue[bytes] = SimpleQueue()
    with suppress(_Over, OSError):
        signal.signal(signal.SIGTERM, _stop)
        Thread(target=_receive, args=(pipe, tasks), daemon=True).start()
        while True:
            pipe.send_bytes(_outcome(tasks.get()))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # Numba takes 0.3 s to take itself apart, for which the caller would wait


def _stop(*_: Any) -> None:
    sys.excepthook = lambda *_: None  # wherever this comes, nobody is to hear of it
    sys.unraisablehook = lambda _: None
    raise _Over


def _receive(pipe: Connection[Any, Any], tasks: SimpleQueue[bytes]) -> None:
    with suppress(EOFError, OSError):
        while True:
            tasks.put(pipe.recv_bytes())
    while True:  # end the task at hand, in the thread that does it, so that it clears away what it has begun
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(AGAIN)


def _outcome(message: bytes) -> bytes:
    """Do a task; return whether it went well, and its result or error, ready to send."""
    try:
        function, task = pickle.loads(message)
        return pickle.dumps((True, function(task)), pickle.HIGHEST_PROTOCOL)
    except _Over:
        raise
    except BaseException as error:
        if not isinstance(error, KaditaError):  # which says all that there is to say
            error.add_note(f"in a worker:\n{''.join(traceback.format_exception(error))}")
        try:
            outcome = pickle.dumps((False, error))
            pickle.loads(outcome)  # not every error can be made again from what it says of itself
        except Exception:
            outcome = pickle.dumps((False, RuntimeError(describe_error(error))))
        return outcome
