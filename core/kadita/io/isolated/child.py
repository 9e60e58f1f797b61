"""The child process as this process sees it: requests, replies, and what its death means."""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

from kadita.base.errors import KaditaError, describe_error
from kadita.base.parallel.interpreter import INHERITS, end, how_it_ended, start
from kadita.io.isolated import shared_memory
from kadita.io.isolated.limits import ALLOWED, MIB, Allowance, is_asleep

PROGRAM = "import sys; from kadita.io.isolated.serving import serve; serve(*sys.argv[1:])"
LOOK = 0.25  # seconds between looks at a process that is at work
_lock = RLock()  # one thread at a time asks, waits, starts or ends the process


class LibraryFailed(KaditaError):  # noqa: N818
    """A library crashed with a file, or took too much memory or time: nothing else should be tried with it."""


class Asking(NamedTuple):
    """What is read: the name of the file and of the library that reads it, for messages; what the request may use."""

    file: str
    by: str
    allowance: Allowance

    def failed(self, what: str, advice: str = "") -> LibraryFailed:
        """Return the error of a library that failed so."""
        return LibraryFailed(
            f"{self.file}: {self.by} {what} while reading it; the file may be damaged: take another copy of it{advice}"
        )


class _NoAnswer(Exception):  # noqa: N818
    """The child process has not answered in time."""


class Reply:
    """What a request will have brought; `result` waits for it."""

    def __init__(self, child: Child, asking: Asking, half: int) -> None:
        self.child, self.asking, self.half = child, asking, half
        self.outcome: tuple[bool, Any, list[tuple[str, Any]]] | None = None

    @property
    def lost(self) -> bool:
        """Whether it will never come: the child was ended by something else, such as Ctrl-C."""
        return self.outcome is None and not self.child.awaits(self)

    def result(self, arrived: Callable[[], None] = lambda: None) -> Any:
        """Return the result, and give the warnings.

        Args:
            arrived: called before the result is copied from the shared memory; it can make the next request.

        Raises:
            KaditaError: the child process ended, or raised one, which arrives unchanged.
        """
        self.child.wait_for(self, arrived)
        assert self.outcome is not None
        succeeded, value, caught = self.outcome
        for message, category in caught:
            warnings.warn(message, category, stacklevel=3)
        if succeeded:
            return value
        if isinstance(value, MemoryError):
            most = self.asking.allowance.memory // MIB
            raise self.asking.failed(
                f"needed more than {most} MiB of memory", f", or allow more by {ALLOWED}={4 * most} in the environment"
            )
        if isinstance(value, KaditaError | ImportError):
            raise value
        raise self.asking.failed(f"raised {describe_error(value)}")  # a damaged file can make a library raise anything


class Child:
    """A process that reads files. It has one request at a time; a further one waits for the reply before."""

    def __init__(self) -> None:
        self.owner, self.paths = os.getpid(), list(sys.path)
        files = [shared_memory.create()] if INHERITS else []
        try:
            self._worker = start(PROGRAM, files, silent=True)
        except BaseException:
            for number in files:
                os.close(number)
            raise
        self._memory = shared_memory.mapped(files[0]) if files else None
        self._pending: Reply | None = None
        self._half = 0
        self.alive = True

    @property
    def usable(self) -> bool:
        """Whether it can be asked."""
        return self._mine and self._worker.process.poll() is None

    @property
    def _mine(self) -> bool:
        """Whether it was not ended, and was started by this process and not by one that this is a copy of."""
        return self.alive and self.owner == os.getpid()

    def request(self, function: Callable[..., Any], arguments: tuple[Any, ...], asking: Asking) -> Reply:
        """Ask for a call of a function, which is sent by name."""
        with _lock:
            self.settle()
            self._half = 1 - self._half
            reply = Reply(self, asking, self._half)
            message = pickle.dumps((self._half, _folder(), function, arguments, asking.allowance))
            self._pending = reply
            with suppress(OSError):  # it has ended, which the wait for its reply reports
                self._worker.pipe.send_bytes(message)
            return reply

    def settle(self) -> None:
        """Wait for the reply to the request before, if there is one."""
        with _lock:
            if self._pending is not None and self._mine:
                self.wait_for(self._pending)

    def awaits(self, reply: Reply) -> bool:
        """Whether it is at work on this reply."""
        return self._mine and self._pending is reply

    def wait_for(self, reply: Reply, arrived: Callable[[], None] = lambda: None) -> None:
        """Return when the reply is there; see `Reply.result`."""
        with _lock:
            if reply.lost:
                reply.outcome = False, reply.asking.failed("was stopped"), []
            if reply.outcome is not None:
                arrived()
                return
            try:
                reply.outcome = self._receive(reply, arrived)
            except (EOFError, OSError):
                reply.outcome = False, self._death(reply.asking), []
            except BaseException:  # Ctrl-C: what comes through the pipe is of no use any more
                self.end()
                raise
            finally:
                if self._pending is reply:
                    self._pending = None

    def _receive(self, reply: Reply, arrived: Callable[[], None]) -> Any:
        allowance, process = reply.asking.allowance, self._worker.process.pid
        awake = begun = time.monotonic()

        def wait() -> None:
            nonlocal awake
            while not self._worker.pipe.poll(LOOK):
                now = time.monotonic()
                if not is_asleep(process):
                    awake = now
                if now - awake > allowance.asleep or now - begun > allowance.clock:
                    raise _NoAnswer

        def all_there() -> None:
            self._pending = None
            arrived()

        try:
            return shared_memory.receive(self._worker.pipe, self._memory, reply.half, wait, all_there)
        except _NoAnswer:
            self.end()
            return False, reply.asking.failed(f"did not answer within {time.monotonic() - begun:.0f} s"), []

    def _death(self, asking: Asking) -> LibraryFailed:
        """Return the error of the library in a process that closed its pipe."""
        self.alive = False
        status = end(self._worker)
        if status == -getattr(signal, "SIGPROF", 0):
            return asking.failed(f"took more than {asking.allowance.seconds} s of computing time")
        return asking.failed(f"ended {how_it_ended(status)}")

    def end(self) -> None:
        """End the process, if it was not ended before."""
        if not self.alive:
            return
        self.alive = False
        if self.owner != os.getpid():
            self._worker.pipe.close()
            return
        if self._pending is not None:
            self._worker.process.kill()
        end(self._worker)


def _folder() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:  # it was deleted
        return None


_current: Child | None = None


def child() -> Child:
    """Return the child process when it has answered what it was asked, or start one where there is none."""
    global _current
    with _lock:
        if _current is not None:
            _current.settle()  # which may end it
        if _current is not None and not (_current.usable and _current.paths == sys.path):
            _current.end()  # it died, or modules are found elsewhere now
            _current = None
        if _current is None:
            _current = Child()
        return _current


@atexit.register
def end_child() -> None:
    """End the child process, if there is one; the next file gets a new one."""
    global _current
    with _lock:
        if _current is not None:
            _current.end()
        _current = None
