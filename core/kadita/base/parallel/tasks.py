"""Tasks: what they are given to, on how many threads, and what is said of one over which workers die."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kadita.base.errors import KaditaError

DEATHS = 3  # of workers over one task, after which it is the task's fault
SHOWN = 200  # characters of a task in a message

Function = Callable[[Any], Any]
Run = Callable[[Function, Sequence[Any]], Iterator[tuple[int, Any]]]


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let compiled loops of this thread run on so many threads, and afterwards on as many as its owner has set."""
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(count)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def too_many_deaths(number: int, task: Any, deaths: int, how: str) -> KaditaError:
    """Return the error that names a task over which so many workers died, the last of them how."""
    named = repr(task)
    named = named if len(named) <= SHOWN else f"{named[:SHOWN]} ..."
    return KaditaError(
        f"task {number + 1}, {named}: {deaths} worker{'s' * (deaths > 1)} died over it, the last {how}; "
        "where memory is short, fewer workers need less"
    )
