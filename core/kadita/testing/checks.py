"""A promise, whether it is kept, and by what one sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 300  # characters of what is said of a fault; libraries can say a lot


class Promise(NamedTuple):
    """One thing that a part of a plugin promises.

    Attributes:
        name: what is promised.
        kept: whether it is; None where nothing could be tried.
        detail: the numbers: what was looked at, or where it is broken and what to do.
    """

    name: str
    kept: bool | None
    detail: str


def judged(name: str, faults: Iterable[str], otherwise: str) -> Promise:
    """Return a promise that is kept where there are no faults; the first fault and their number are told."""
    found = list(faults)
    if not found:
        return Promise(name, True, otherwise)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    first = found[0] if len(found[0]) <= LONGEST else f"{found[0][:LONGEST]} ..."
    return Promise(name, False, first + more)


def demand(subject: str, promises: list[Promise]) -> list[Promise]:
    """Return the promises, all of them kept.

    Raises:
        AssertionError: some are broken; each is named on a line of its own.
    """
    broken = [p for p in promises if p.kept is False]
    if broken:
        lines = [f"{subject} breaks {len(broken)} of {len(promises)} promises:"]
        raise AssertionError("\n".join([*lines, *(f"  {p.name}: {p.detail}" for p in broken)]))
    return promises
