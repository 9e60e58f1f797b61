"""Progress of what takes long: a function that is called with what is done and the total, or a bar on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Count = Callable[[int, int], None]
Progress = Count | bool | None  # True shows a bar


@contextmanager
def bar(what: str) -> Iterator[Count]:
    """Yield a function that shows what is done and the total in a bar of this name, in a notebook or on a terminal."""
    import warnings

    with warnings.catch_warnings():  # a notebook without widgets shows the bar as text
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

    with tqdm(desc=what, dynamic_ncols=True) as shown:

        def count(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield count


def with_bar(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function accept ``progress=True``, which shows a bar of this name."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*arguments: P.args, **given: P.kwargs) -> R:
            if given.get("progress") is not True:
                return function(*arguments, **given)
            with bar(what) as count:
                given["progress"] = count
                return function(*arguments, **given)

        return run

    return decorate


def counter(progress: Progress) -> Count:
    """Return the function to call with what is done and the total; one that does nothing for None and False."""
    return progress if callable(progress) else lambda done, total: None
