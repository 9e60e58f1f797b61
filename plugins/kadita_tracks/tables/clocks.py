"""Clock times, HH:MM:SS or MM:SS: in seconds, and past midnight."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError
from kadita.plugins.importers import Floats

CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d*)?)", re.ASCII)


def clock_seconds(column: Any, fields: int) -> Floats:
    """Return clock times of 2 or 3 fields in seconds, (rows,); NaN for other cells."""
    import pandas

    code, distinct = pandas.factorize(column.astype(str).str.strip())  # rows of one frame share their time
    return np.array([_seconds(cell, fields) for cell in distinct], dtype=np.float64)[code]


def _seconds(cell: str, fields: int) -> float:
    found = CLOCK.fullmatch(cell)
    if not found or cell.count(":") + 1 != fields:
        return float("nan")
    hours, minutes, rest = int(found[1] or 0), int(found[2]), float(found[3].replace(",", "."))
    if rest >= 60 or (fields == 3 and minutes >= 60):
        return float("nan")
    return hours * 3600 + minutes * 60 + rest


class Days:
    """Counts how often a clock begins again; a time that is more than half a period before the last one is later.

    Args:
        path: file, for messages.
        period: after which the clock begins again: 86,400 s.
    """

    def __init__(self, path: Path, period: float) -> None:
        self.path, self.period = path, period
        self.last: dict[Any, tuple[float, int]] = {}  # of each agent, or of the file: time of the clock, and its day
        self.passed = False

    def unwrapped(self, clock: Floats, owner: Any) -> Floats:
        """Return times that go on past midnight, (rows,), from those of the clock.

        Args:
            clock: (rows,), in s.
            owner: agent of each row, where rows are in order of time for each agent; None where all rows are.

        Raises:
            KaditaError: rows that are not in order of time around midnight.
        """
        import pandas

        code, names = (np.zeros(len(clock), dtype=np.int64), [None]) if owner is None else pandas.factorize(owner)
        order = np.argsort(code, kind="stable")
        times = np.empty(len(clock))
        for rows in np.split(order, np.flatnonzero(np.diff(code[order])) + 1) if len(order) else []:
            who = names[code[rows[0]]]
            last, day = self.last.get(who, (clock[rows[0]], 0))
            later = np.diff(clock[rows], prepend=last)
            days = day + np.cumsum(later < -self.period / 2)
            if days[-1] and ((later > self.period / 2) & (days > 0)).any():
                raise KaditaError(
                    f"{self.path}: expected rows in order of time, since clock times pass midnight; found "
                    f"{later.max() / 3600:.3g} h from a row to the next; sort them, or write dates"
                )
            if days[-1] and clock[rows].max() >= self.period:
                raise KaditaError(
                    f"{self.path}: expected clock times that begin again at midnight, or that go on past 24:00; found "
                    "both"
                )
            self.passed |= bool(days[-1])
            self.last[who] = (float(clock[rows[-1]]), int(days[-1]))
            times[rows] = clock[rows] + days * self.period
        return times
