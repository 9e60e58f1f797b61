"""Types of tasks, the threads of compiled loops, and the error of a task on which workers died."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kadita.base.errors import KaditaError

DEATHS = 3  # of workers on one task, after which the task is assumed to cause them
SHOWN = 200  # characters of a task in a message

Function = Callable[[Any], Any]
Run = Callable[[Function, Sequence[Any]], Iterator[tuple[int, Any]]]


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Run compiled loops of this thread on `count` threads, and restore the caller's number afterwards."""
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(count)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def too_many_deaths(number: int, task: Any, deaths: int, how: str) -> KaditaError:
    """Return the error for a task on which workers died; `how` is how the last one died."""
    text = repr(task)
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."
    return KaditaError(
        f"task {number + 1}, {text}: {deaths} worker{'s' * (deaths > 1)} died on it, the last {how}; "
        "if memory is short, use fewer workers"
    )
