"""Other Python interpreters of this machine: how one is started, and how it ends.

Each shares no memory, imports nothing of the caller's script, and is connected by a pipe. The end of the pipe tells
this process that the other one has died, and tells the other one to end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
GRACE = 3.0  # seconds for a process to clean up before it is killed; compiled calls take up to one


class Worker(NamedTuple):
    """Another process, and this end of its pipe."""

    process: subprocess.Popen[bytes]
    pipe: Connection[Any, Any]


def start(program: str, files: Sequence[int] = (), *, silent: bool = False) -> Worker:
    """Start an interpreter with one thread and this one's paths of modules.

    Args:
        program: source; ``sys.argv[1:]`` are the file descriptors of its end of the pipe and of `files`.
        files: file descriptors that it gets too.
        silent: whether what it and its libraries print is discarded.
    """
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 - '' is this folder
    environment = os.environ | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONPATH": path}
    printed = subprocess.DEVNULL if silent else None
    parent_end, worker_end = Pipe()
    passed = [worker_end.fileno(), *files]
    # Ctrl-C goes to the whole process group; it is blocked in workers, even while they start
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", program, *map(str, passed)],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            env=environment,
            pass_fds=passed,
        )
    finally:
        worker_end.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return Worker(process, parent_end)


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
    return f"by signal {signal.Signals(-status).name}" if status < 0 else f"with exit status {status}"
