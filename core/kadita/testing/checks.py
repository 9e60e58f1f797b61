"""One check of a plugin: what is checked, whether it passed, and the numbers that show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kadita.base import renamed

LONGEST = 300  # characters of what is said of a fault; libraries can say a lot


class Check(NamedTuple):
    """One check of a metric, analysis, model or importer.

    Attributes:
        name: the property that is checked.
        passed: whether it holds; None where nothing could be tried.
        detail: the numbers: what was looked at, or where it fails and what to do.
    """

    name: str
    passed: bool | None
    detail: str

    def __getattr__(self, name: str) -> Any:
        return renamed.old_attribute(self, name)


def judged(name: str, faults: Iterable[str], otherwise: str) -> Check:
    """Return a check that passes where there are no faults; otherwise with the first fault and their number."""
    found = list(faults)
    if not found:
        return Check(name, True, otherwise)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    first = found[0] if len(found[0]) <= LONGEST else f"{found[0][:LONGEST]} ..."
    return Check(name, False, first + more)


def demand(subject: str, checks: list[Check]) -> list[Check]:
    """Return the checks, all of them passed.

    Raises:
        AssertionError: some failed; each is named on a line of its own.
    """
    failed = [p for p in checks if p.passed is False]
    if failed:
        lines = [f"{subject} fails {len(failed)} of {len(checks)} checks:"]
        raise AssertionError("\n".join([*lines, *(f"  {p.name}: {p.detail}" for p in failed)]))
    return checks
