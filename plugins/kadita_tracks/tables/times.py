"""Times of tables: numbers, dates of ISO 8601, clock times, and epoch times; all but plain numbers become seconds.

They are counted from the earliest of the file, since trajectories hold times with 7 digits, and since differences of
dates are exact where dates as numbers are not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats
from kadita_tracks.tables.clocks import CLOCK, Days, clock_seconds

ZONE = re.compile(r"[T ][^+-]*(Z|[+-]\d\d(:?\d\d)?)\s*$")
EPOCHS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
PLAUSIBLE = (631_152_000, 4_102_444_800)  # seconds from 1970 to 1990 and to 2100


def seconds(path: Path, table: Any, name: str) -> tuple[Floats, str | None]:
    """Return a column of times, (rows,), and their origin: dates become seconds from the first; numbers have none.

    Raises:
        KaditaError: a cell is neither a number nor a time such as 2015-09-10 07:00:00.
    """
    import pandas

    if table[name].dtype.kind in "iuf":
        return np.asarray(table[name], dtype=np.float64), None
    moments = _dates(path, table, name)
    first = moments.min()
    return np.asarray((moments - first) / pandas.Timedelta(seconds=1), dtype=np.float64), str(first.isoformat())


class Times:
    """The column of times of one table, which may be read part by part, and more than once.

    Args:
        path: file, for messages.
        name: column.
        first: the first part of the table; its first row says what kind of times they are.
        agent: column of agents; clock times past midnight need it.
        epoch: whether numbers that are plausible as epoch times are.
    """

    def __init__(self, path: Path, name: str, first: Any, agent: str, *, epoch: bool = True) -> None:
        import pandas

        self.path, self.name, self.agent = path, name, agent
        self.kind, self.unit, self.zoned = "number", "", False
        self.origin: Any = 0
        if first.empty:
            return
        cell = first[name].iloc[0]
        if pandas.api.types.is_numeric_dtype(first[name]) or _is_number(cell):
            if epoch and pandas.api.types.is_numeric_dtype(first[name]):
                self.unit = _epoch(first[name])
            if self.unit:
                self.kind, self.origin = "epoch", cell
        elif CLOCK.fullmatch(str(cell).strip()):
            self.kind = "clock"
            agents = pandas.factorize(first[agent])[0]
            blocks = 1 + np.count_nonzero(np.diff(agents))
            self.by_agent = blocks == len(np.unique(agents))
            self.fields = str(cell).count(":") + 1
            self.origin = float(self._clock(first)[0])
        else:
            self.kind, self.zoned = "date", bool(ZONE.search(str(cell)))
            self.origin = _dates(path, first.iloc[:1], name).iloc[0]
        self.days = self._new_days()

    def _new_days(self) -> Days:
        period = 86_400.0 if self.kind != "clock" or self.fields == 3 else 3_600.0
        return Days(self.path, period)

    def restart(self) -> None:
        """Begin again with the first part: clock times past midnight depend on the rows before."""
        self.days = self._new_days()

    def of(self, part: Any) -> Floats:
        """Return the times of a part, (rows,), in seconds from the first row, or plain numbers as they are.

        Raises:
            KaditaError: a cell that is not a time of the kind of the first row.
        """
        import pandas

        column = part[self.name]
        if self.kind == "date":
            moments = _dates(self.path, part, self.name, zoned=self.zoned)
            return np.asarray((moments - self.origin) / pandas.Timedelta(seconds=1), dtype=np.float64)
        if self.kind == "clock":
            owner = part[self.agent] if self.by_agent else None
            return self.days.unwrapped(self._clock(part), owner) - self.origin
        values = pandas.to_numeric(column, errors="coerce")
        self._refuse(part, np.asarray(values.isna() & column.notna()), "a number")
        if self.kind == "epoch":
            scale = EPOCHS[self.unit]
            low, high = (limit * scale for limit in PLAUSIBLE)
            self._refuse(part, ~np.asarray((values >= low) & (values <= high)), f"an epoch time in {self.unit}")
            values = (values - self.origin) / scale  # integers are subtracted exactly
        return np.asarray(values, dtype=np.float64)

    def finished(self, tracks: Tracks) -> Tracks:
        """Return tracks with times from the earliest, their unit, and a remark on what they were."""
        import pandas

        if self.kind == "number":
            return tracks
        first = float(tracks.times[0])
        if self.kind == "clock":
            start = self.origin + first
            hours, minutes, rest = int(start // 3600), int(start % 3600 // 60), start % 60
            what = "HH:MM:SS" if self.fields == 3 else "MM:SS"
            says = f"clock times, {what}, in s from {hours:02d}:{minutes:02d}:{rest:09.6f}".rstrip("0").rstrip(".")
            if self.days.passed:
                over = "midnight" if self.fields == 3 else "the full hour"
                order = "of each agent" if self.by_agent else "of the file"
                says += f"; they pass {over}: rows {order} are taken to be in order of time"
        elif self.kind == "epoch":
            part = float(self.origin - int(self.origin)) / EPOCHS[self.unit]
            moment = pandas.Timestamp(int(self.origin), unit=self.unit) + pandas.Timedelta(seconds=first + part)
            says = f"taken as epoch times in {self.unit}, in s from {moment.round('us').isoformat()} UTC"
            says += "; --set epoch=false takes them as numbers"
        else:
            moment = (self.origin + pandas.Timedelta(seconds=first)).tz_localize(None)
            says = f"dates, in s from {moment.isoformat()}" + (" UTC" if self.zoned else ", of which no zone is stated")
        remark = f"{self.path}: times are {says}"
        return replace(tracks, times=tracks.times - first, time_unit="s", remarks=(remark, *tracks.remarks))

    def _clock(self, part: Any) -> Floats:
        values = clock_seconds(part[self.name], self.fields)
        example = "07:00:59.5" if self.fields == 3 else "07:59.5"
        self._refuse(part, np.isnan(values), f"a clock time such as {example}")
        return values

    def _refuse(self, part: Any, wrong: NDArray[np.bool_], expected: str) -> None:
        if wrong.any():
            raise _wrong(self.path, part, self.name, int(wrong.argmax()), expected)


def epoch_unit(number: float) -> str:
    """Return the unit in which a number since 1970 is between 1990 and 2100; empty if there is none."""
    return next((u for u, scale in EPOCHS.items() if PLAUSIBLE[0] * scale <= number <= PLAUSIBLE[1] * scale), "")


def _epoch(column: Any) -> str:
    for unit, scale in EPOCHS.items():
        if PLAUSIBLE[0] * scale <= column.min() and column.max() <= PLAUSIBLE[1] * scale:
            return unit
    return ""


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True


def _dates(path: Path, table: Any, name: str, *, zoned: bool | None = None) -> Any:
    """Return a column as moments; those without a zone as if they were UTC."""
    import pandas

    column = table[name]
    expected = "a number, or a time such as 2015-09-10 07:00:00,"
    code, distinct = pandas.factorize(column.astype(str))  # rows of one frame share their time
    try:
        read = pandas.Series(pandas.to_datetime(pandas.Index(distinct), format="ISO8601", utc=True, errors="coerce"))
    except (ValueError, OverflowError, TypeError) as error:
        raise KaditaError(f"{path}: expected times in column {name}; they cannot be read: {str(error)[:100]}") from None
    wrong = np.asarray(read.isna()) | np.array([_is_number(cell) for cell in distinct], dtype=bool)
    if wrong.any():
        raise _wrong(path, table, name, int(wrong[code].argmax()), expected)
    if zoned is not None:
        other = np.array([bool(ZONE.search(cell)) != zoned for cell in distinct], dtype=bool)
        if other.any():
            row = int(other[code].argmax())
            raise _wrong(path, table, name, row, f"times {'with' if zoned else 'without'} a zone, as in the first row,")
    moments = read.iloc[code]
    moments.index = column.index
    return moments


def _wrong(path: Path, table: Any, name: str, row: int, expected: str) -> KaditaError:
    line, cell = int(table.index[row]) + 2, str(table[name].iloc[row])[:40]
    return KaditaError(f"{path}: expected {expected} in column {name}; line {line} has {cell!r}")
