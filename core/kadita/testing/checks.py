"""A check of a plugin: the property that is checked, whether it holds, and the numbers that show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kadita.base import renamed

LONGEST = 300  # characters of the description of a fault; messages of libraries can be long


class Check(NamedTuple):
    """One check of a metric, analysis, model or importer.

    Attributes:
        name: the property that is checked.
        passed: whether it holds; None if it could not be checked.
        detail: what was checked, or where the check fails and what to do.
    """

    name: str
    passed: bool | None
    detail: str

    def __getattr__(self, name: str) -> Any:
        return renamed.old_attribute(self, name)


def outcome(name: str, faults: Iterable[str], detail: str) -> Check:
    """Return a check that passes, with `detail`, if there are no faults; else the first fault and how many follow."""
    listed = list(faults)
    if not listed:
        return Check(name, True, detail)
    more = f" (and {len(listed) - 1} more)" if len(listed) > 1 else ""
    first = listed[0] if len(listed[0]) <= LONGEST else f"{listed[0][:LONGEST]} ..."
    return Check(name, False, first + more)


def require_passed(subject: str, checks: list[Check]) -> list[Check]:
    """Return the checks if none of them failed.

    Raises:
        AssertionError: checks failed; each is named on a line of its own.
    """
    failed = [check for check in checks if check.passed is False]
    if failed:
        lines = [f"{subject} fails {len(failed)} of {len(checks)} checks:"]
        raise AssertionError("\n".join([*lines, *(f"  {check.name}: {check.detail}" for check in failed)]))
    return checks
