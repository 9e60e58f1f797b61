"""Read CSV tables: column names, and columns as numbers, identities and times."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError
from kadita.plugins.importers import Floats
from kadita_tracks.damage import reading

HEADER_BYTES = 1 << 16


def header(path: Path) -> list[str]:
    """Return the column names in the first line; an empty list if it cannot be read."""
    try:
        with path.open("rb") as file:
            line = file.read(HEADER_BYTES).splitlines()[0].decode("utf-8-sig")
        return [name.strip() for name in next(csv.reader([line], skipinitialspace=True))]
    except (OSError, ValueError, IndexError, StopIteration, csv.Error):
        return []


def read_table(path: Path, separator: str = ",", *, named: bool = True) -> Any:
    """Return a table as a pandas DataFrame; the first line names the columns, or they are numbered from 1.

    Raises:
        KaditaError: the table cannot be read.
    """
    import pandas

    errors = (ValueError, OSError, OverflowError, MemoryError, pandas.errors.ParserWarning)
    with reading(path, "a CSV table", errors), warnings.catch_warnings():
        warnings.simplefilter("error", pandas.errors.ParserWarning)  # cells without a column name
        table = pandas.read_csv(
            path,
            sep=separator,
            skipinitialspace=True,
            index_col=False,
            header=0 if named else None,
            low_memory=False,
            encoding="utf-8-sig",
        )
    if not named:
        table.columns = range(1, len(table.columns) + 1)
    if len(table.columns) == 1:
        raise KaditaError(
            f"{path}: expected columns separated by {separator!r}; found one column, {str(table.columns[0])[:40]!r}"
        )
    return table


def numbers(path: Path, table: Any, name: Any, *, first_line: int = 2) -> Floats:
    """Return a column of numbers, (rows,); empty cells are NaN.

    Raises:
        KaditaError: a cell is not a number.
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
    """Return a column of identities, (rows,): integers or strings.

    Raises:
        KaditaError: a cell is empty, or a string contains a NUL byte.
    """
    column = table[name]
    if column.isna().any():
        raise KaditaError(f"{path}: line {int(column.isna().argmax()) + 2} has no {name}")
    if column.dtype.kind in "iu":
        return np.asarray(column.to_numpy())
    labels = column.astype(str)
    if labels.str.contains("\0", regex=False).any():
        raise KaditaError(f"{path}: expected names of agents; found one with a NUL byte")
    return np.asarray(labels.to_numpy(dtype=str))


def seconds(path: Path, table: Any, name: str) -> tuple[Floats, str | None]:
    """Return a column of times, (rows,), and their origin: dates become seconds from the first; numbers have none.

    Raises:
        KaditaError: a cell is neither a number nor a time such as 2015-09-10 07:00:00.
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


def coordinates(path: Path, table: Any, names: Iterable[str]) -> Floats:
    """Return the columns of coordinates as vectors, (rows, 2) or (rows, 3)."""
    return np.stack([numbers(path, table, name) for name in names], axis=1)
