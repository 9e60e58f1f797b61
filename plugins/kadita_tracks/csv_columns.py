"""Tables of text: what their header says, and their columns as numbers, identities and times."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks
from kadita_tracks.long import Floats, frames_of_rows

HEADER_BYTES = 1 << 16


def header(path: Path) -> list[str]:
    """Return the names in the first line; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            line = file.read(HEADER_BYTES).splitlines()[0].decode("utf-8-sig")
        return [name.strip() for name in next(csv.reader([line], skipinitialspace=True))]
    except (OSError, ValueError, IndexError, StopIteration, csv.Error):
        return []


def read_table(path: Path, separator: str = ",", *, named: bool = True) -> Any:
    """Return a table as pandas reads it; its columns are `named` in its first line, or numbered.

    Raises:
        KaditaError: it cannot be read.
    """
    import pandas

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)  # of cells that no name in the header is for
            table = pandas.read_csv(
                path,
                sep=separator,
                skipinitialspace=True,
                index_col=False,
                header=0 if named else None,
                low_memory=False,
                encoding="utf-8-sig",
            )
    except (ValueError, OSError, OverflowError, MemoryError, pandas.errors.ParserWarning) as error:
        words = " ".join(str(error).split())[:200]
        raise KaditaError(f"{path}: expected a CSV table; it cannot be read: {words}") from None
    if not named:
        table.columns = range(1, len(table.columns) + 1)
    if len(table.columns) == 1:
        raise KaditaError(
            f"{path}: expected columns separated by {separator!r}; found one column, {str(table.columns[0])[:40]!r}"
        )
    return table


def numbers(path: Path, table: Any, name: Any, *, first_line: int = 2) -> Floats:
    """Return a column of numbers, NaN where a cell is empty.

    Raises:
        KaditaError: a cell that is no number.
    """
    import pandas

    values = pandas.to_numeric(table[name], errors="coerce")
    wrong = values.isna() & table[name].notna()
    if wrong.any():
        row = int(wrong.argmax())
        raise KaditaError(
            f"{path}: expected a number in column {name}; line {row + first_line} has {str(table[name].iloc[row])!r}"
        )
    return np.asarray(values, dtype=np.float64)


def identities(path: Path, table: Any, name: str) -> NDArray[Any]:
    """Return a column of identities: whole numbers, or words.

    Raises:
        KaditaError: an empty cell, or a word that cannot be a name.
    """
    column = table[name]
    if column.isna().any():
        raise KaditaError(f"{path}: line {int(column.isna().argmax()) + 2} has no {name}")
    if column.dtype.kind in "iu":
        return np.asarray(column.to_numpy())
    words = column.astype(str)
    if words.str.contains("\0", regex=False).any():
        raise KaditaError(f"{path}: expected names of agents; found one with a NUL byte")
    return np.asarray(words.to_numpy(dtype=str))


def seconds(path: Path, table: Any, name: str) -> tuple[Floats, str | None]:
    """Return a column of times, and the moment that they count from in seconds; None where they are bare numbers.

    Raises:
        KaditaError: a cell that is neither a number nor a time such as 2015-09-10 07:00:00.
    """
    import pandas

    column = table[name]
    if column.dtype.kind in "iuf":
        return np.asarray(column, dtype=np.float64), None
    try:
        moments = pandas.to_datetime(column, format="ISO8601", utc=True, errors="coerce")
    except (ValueError, OverflowError, TypeError) as error:
        raise KaditaError(f"{path}: expected times in column {name}; they cannot be read: {str(error)[:100]}") from None
    if moments.isna().any():
        row = int(moments.isna().argmax())
        raise KaditaError(
            f"{path}: expected a number, or a time such as 2015-09-10 07:00:00, in column {name}; line {row + 2} has "
            f"{str(column.iloc[row])[:40]!r}"
        )
    first = moments.min()
    return np.asarray((moments - first) / pandas.Timedelta(seconds=1), dtype=np.float64), str(first.isoformat())


def dated(path: Path, table: Any, agent: str, time: str) -> Tracks:
    """Return the tracks of a table with columns `agent`, `time`, x, y, and z if any; the others are left out.

    Raises:
        KaditaError: a missing column, a cell that is no number or no time.
    """
    needed = (agent, time, "x", "y")
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise KaditaError(f"{path}: expected the columns {', '.join(needed)}; there is no {', '.join(missing)}")
    times, since = seconds(path, table, time)
    positions = placed(path, table, "xyz" if "z" in table.columns else "xy")
    known: dict[str, Any] = {}
    if since is not None:
        known = {"time_unit": "s", "remarks": (f"{path}: times are seconds from {since}",)}
    return frames_of_rows(str(path), identities(path, table, agent), times, positions, None, **known)


def placed(path: Path, table: Any, names: Iterable[str]) -> Floats:
    """Return columns of coordinates side by side, (rows, 2) or (rows, 3)."""
    return np.stack([numbers(path, table, name) for name in names], axis=1)
