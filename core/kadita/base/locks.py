"""Locks between processes, which the system takes back when a process ends, even if it is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kadita.base.errors import KaditaError


@contextmanager
def locked(file: Path, refusal: str) -> Iterator[None]:
    """Hold the lock of a file, which is created and stays; go on without one where a file system has no locks.

    Raises:
        KaditaError: with this message, another process or thread holds the lock.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(file)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise KaditaError(refusal) from None
    except (OSError, NotImplementedError):
        pass
    try:
        yield
    finally:
        lock.release()
