"""Times of a table: numbers, dates, times of day, and seconds since 1970, as seconds from the first of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita import KaditaError
from kadita.plugins.importers import Floats, Integers
from kadita_tracks.tables.reading import numbers

HOURS = re.compile(r"\d+:\d{2}:\d{2}([.,]\d+)?", re.ASCII)
MINUTES = re.compile(r"\d+:\d{2}([.,]\d+)?", re.ASCII)
DAY = 86_400.0
YEARS_1990_TO_2100 = 631_152_000.0, 4_102_444_800.0  # in seconds since 1970
EPOCHS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}  # units in a second
EXAMPLES = "a number, a date such as 2015-09-10 07:00:00, or a time of day such as 07:00:00"


class Clock(NamedTuple):
    """How a column of times is written.

    Attributes:
        kind: ``"number"``, ``"date"``, ``"day"`` for times of day, or the unit of numbers since 1970.
        origin: the first time, of which seconds are counted: a pandas Timestamp or a number; None for others.
    """

    kind: str
    origin: Any = None

    @property
    def in_seconds(self) -> bool:
        """Whether times become seconds."""
        return self.kind != "number"

    def read(self, path: Path, table: Any, name: str) -> Floats:
        """Return a column of times, (rows,): numbers as they are, and all others in seconds from the origin.

        Raises:
            KaditaError: a cell is written otherwise.
        """
        if self.kind == "number":
            return numbers(path, table, name)
        if self.kind in EPOCHS:
            return (numbers(path, table, name) - self.origin) / EPOCHS[self.kind]
        column = table[name].astype(str).str.strip()
        return _dates(path, column, name, self.origin) if self.kind == "date" else _of_day(path, column, name)

    def remarks(self, first: float) -> tuple[str, ...]:
        """Return what is said of times whose earliest is `first` seconds from the origin."""
        import pandas

        if self.kind == "date":
            start = self.origin + pandas.Timedelta(seconds=first)
            return (f"times are seconds from {start.isoformat()}",)
        if self.kind in EPOCHS:
            start = pandas.Timestamp(self.origin / EPOCHS[self.kind] + first, unit="s", tz="UTC")
            return (
                f"times are taken as {self.kind} since 1970, and are seconds from {start.isoformat()}; "
                "--set epoch=false leaves them as they are",
            )
        return ("times of day are seconds since midnight",) if self.kind == "day" else ()


def clock_of(path: Path, table: Any, name: str, *, epoch: bool = True) -> Clock:
    """Return how a column of times is written, from its first row.

    Numbers are since 1970 if the first one, in s, ms, us or ns, is between the years 1990 and 2100, unless `epoch` is
    False.

    Raises:
        KaditaError: it is none of these.
    """
    import pandas

    column = table[name].dropna()
    if not len(column):
        return Clock("number")
    first = column.iloc[0]
    if isinstance(first, int | float | np.number):
        low, high = YEARS_1990_TO_2100
        unit = next((u for u, many in EPOCHS.items() if low <= float(first) / many <= high), None)
        return Clock("number") if unit is None or not epoch else Clock(unit, float(first))
    text = str(first).strip()
    if HOURS.fullmatch(text) or MINUTES.fullmatch(text):
        return Clock("day")
    moment = pandas.to_datetime(pandas.Series([text]), format="ISO8601", utc=True, errors="coerce")[0]
    if pandas.isna(moment):
        raise KaditaError(
            f"{path}: expected {EXAMPLES} in column {name}; line {int(column.index[0]) + 2} has {text[:40]!r}"
        )
    return Clock("date", moment)


def past_midnight(agent: Integers, times: Floats) -> Floats:
    """Return times of day that go on past midnight, (rows,).

    A time more than 12 hours before the one above it is of the next day: in the order of rows if these are sorted by
    time, otherwise in the rows of each agent, (rows,).
    """
    step = np.diff(times)
    late = step < -DAY / 2
    if not late.any():
        return times
    if not ((step < 0) & ~late).any() and not (step > DAY / 2).any():  # rows are sorted by time
        return times + DAY * np.concatenate([[0], np.cumsum(late)])
    order = np.argsort(agent, kind="stable")
    apart = np.diff(agent[order]) != 0
    nights = np.concatenate([[0], np.cumsum((np.diff(times[order]) < -DAY / 2) & ~apart)])
    starts = np.concatenate([[0], np.flatnonzero(apart) + 1])
    nights -= np.repeat(nights[starts], np.diff(np.append(starts, len(nights))))
    result = np.empty_like(times)
    result[order] = times[order] + DAY * nights
    return result


def _dates(path: Path, column: Any, name: str, origin: Any) -> Floats:
    import pandas

    moments = pandas.to_datetime(column, format="ISO8601", utc=True, errors="coerce")
    _check(path, column, moments.isna(), name)
    return np.asarray((moments - origin) / pandas.Timedelta(seconds=1), dtype=np.float64)


def _of_day(path: Path, column: Any, name: str) -> Floats:
    _check(path, column, ~(column.str.fullmatch(HOURS) | column.str.fullmatch(MINUTES)), name)
    parts = column.str.replace(",", ".", regex=False).str.split(":", expand=True).astype(float)
    weights = 60.0 ** np.arange(parts.shape[1])[::-1]
    if parts.isna().any().any():
        row = int(parts.isna().any(axis=1).argmax())
        raise KaditaError(
            f"{path}: expected times of one form in column {name}; line {int(column.index[row]) + 2} has "
            f"{column.iloc[row]!r}"
        )
    return np.asarray(parts.to_numpy() @ weights, dtype=np.float64)


def _check(path: Path, column: Any, wrong: Any, name: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise KaditaError(
            f"{path}: expected {EXAMPLES}, as in the rows above, in column {name}; line {int(column.index[row]) + 2} "
            f"has {column.iloc[row][:40]!r}"
        )
