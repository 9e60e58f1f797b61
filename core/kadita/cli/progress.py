"""How far a command is: a bar in a terminal, a line now and then where there can be none, and milestones in the log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kadita.cli.log import BEGUN, record
from kadita.cli.tables import is_plain

REPORTED, TENTHS = 5.0, 10  # a line after so many seconds at the earliest, and in the log after such a part
Report = Callable[[int, int], None]


@contextmanager
def progress(what: str, *, shown: bool = True) -> Iterator[Report]:
    """Yield a function that shows the progress of `what` on stderr, and nothing if that is not a terminal."""
    logged = _milestones(what)
    if not (shown and sys.stderr.isatty()):
        yield logged
    elif is_plain(sys.stderr):
        yield _both(_lines(what), logged)
    else:
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield _both(lambda done, total: bar.update(task, completed=done, total=total), logged)


@contextmanager
def computing(what: str, *, shown: bool = True) -> Iterator[Report]:
    """Yield the function of `progress`, without warnings that the results carry as notes."""
    import warnings

    from kadita.base.errors import KaditaWarning

    with progress(what, shown=shown) as bar, warnings.catch_warnings():
        warnings.simplefilter("ignore", KaditaWarning)
        yield bar


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show on a terminal what the program is waiting for."""
    record(what)
    if not sys.stderr.isatty():
        yield
    elif is_plain(sys.stderr):
        print(f"kadita: {what}", file=sys.stderr)
        yield
    else:
        from rich.console import Console

        with Console(stderr=True).status(what):
            yield


def _both(first: Report, second: Report) -> Report:
    def report(done: int, total: int) -> None:
        first(done, total)
        second(done, total)

    return report


def _lines(what: str) -> Report:
    """Return a function that prints a line after some time, and the next one after some more."""
    last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= REPORTED:
            last = time.monotonic()
            print(f"kadita: {what}: {share(done, total)}", file=sys.stderr)

    return report


def _milestones(what: str) -> Report:
    """Return a function that writes every tenth of the work into the log."""
    reached: Any = -1
    if not BEGUN:
        return lambda done, total: None

    def report(done: int, total: int) -> None:
        nonlocal reached
        tenth = done * TENTHS // total if total else 0
        if tenth > reached:
            reached = tenth
            record(f"{what}: {share(done, total)}")

    return report


def share(done: int, total: int) -> str:
    """Return how much is done, in words."""
    return f"{100 * done // total} %, {done} of {total}" if total else str(done)
