"""Other Python interpreters of this machine: how one is started, and how it ends.

Each shares no memory, imports nothing of the caller's script, and is connected by a pipe. The end of the pipe tells
this process that the other one has died, and tells the other one to end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import current_thread, main_thread
from typing import Any, NamedTuple

from kadita.base.parallel.loopback import Listener, connected

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
GRACE = 3.0  # seconds for a process to clean up before it is killed; compiled calls take up to one
INHERITS = os.name == "posix"  # whether a process can be given open files; Windows cannot
FAILURES = {  # exit statuses of Windows
    0xC0000005: "access violation",
    0xC000001D: "illegal instruction",
    0xC00000FD: "stack overflow",
    0xC000013A: "interrupt",
    0xC0000374: "heap corruption",
    0xC0000409: "stack buffer overrun",
}


class Worker(NamedTuple):
    """Another process, and this end of its pipe."""

    process: subprocess.Popen[bytes]
    pipe: Connection[Any, Any]


def start(program: str, files: Sequence[int] = (), *, silent: bool = False) -> Worker:
    """Start an interpreter with one thread and this one's paths of modules.

    Args:
        program: source; ``sys.argv[1]`` names its end of the pipe for `pipe_of`, further ones are `files`.
        files: file descriptors that it gets too, where a process `INHERITS` any.
        silent: whether what it and its libraries print is discarded.
    """
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 - '' is this folder
    environment = os.environ | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONPATH": path}
    printed = subprocess.DEVNULL if silent else None
    words = [sys.executable, "-P", "-c", program]
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": printed, "stderr": printed}
    with interrupts_deferred():
        if not INHERITS:
            group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # to which Ctrl-C does not go
            with Listener() as listener:
                environment |= listener.environment
                process = subprocess.Popen(
                    [*words, f":{listener.address}"], **streams, env=environment, creationflags=group
                )
                return Worker(process, listener.accept(process))
        parent_end, worker_end = Pipe()
        passed = [worker_end.fileno(), *files]
        try:
            process = subprocess.Popen([*words, *map(str, passed)], **streams, env=environment, pass_fds=passed)
        finally:
            worker_end.close()
    return Worker(process, parent_end)


def pipe_of(name: str) -> Connection[Any, Any]:
    """Return the pipe of this process to the one that started it."""
    return connected(name[1:]) if name.startswith(":") else Connection(int(name))


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let Ctrl-C come after the block.

    Where signals can be blocked, processes that start in it never get one, although it goes to the whole group.
    """
    if hasattr(signal, "pthread_sigmask"):
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    elif current_thread() is not main_thread():  # which alone is interrupted
        yield
    else:
        received: list[int] = []
        before = signal.signal(signal.SIGINT, lambda number, _: received.append(number))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            if received:
                signal.raise_signal(signal.SIGINT)


def end(worker: Worker) -> int:
    """Close the pipe and wait for a process to end, or kill it; return its exit status, negative for a signal."""
    worker.pipe.close()
    try:
        worker.process.wait(GRACE)
    except subprocess.TimeoutExpired:
        worker.process.kill()
        worker.process.wait()
    return worker.process.returncode


def how_it_ended(status: int) -> str:
    """Return how a process ended, in words."""
    if status < 0:
        known = -status in set(signal.Signals)
        return f"by signal {signal.Signals(-status).name if known else -status}"
    if status > 0xFFFF:  # Windows
        return f"with exit status 0x{status:08X}" + (f" ({FAILURES[status]})" if status in FAILURES else "")
    return f"with exit status {status}"
