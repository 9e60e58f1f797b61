"""Read tables: column names, and columns as numbers, identities and times."""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError
from kadita.plugins.importers import Floats
from kadita_tracks.files.damage import reading
from kadita_tracks.tables.dialect import dialect_of, source_of

ERRORS = (ValueError, OSError, OverflowError, MemoryError, EOFError, zlib.error)
PLAIN = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)  # an integer that is written as Python writes it
# cells that are empty in columns of numbers; in columns of text, an animal may be called NA
MISSING = (
    "", "-", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip


def header(path: Path) -> list[str]:
    """Return the names of the columns; an empty list if it is no table, or they have none."""
    try:
        return list(dialect_of(path).names)
    except (KaditaError, OSError, ValueError):
        return []


def read_table(
    path: Path, separator: str | None = None, *, named: bool = True, text: Callable[[str], bool] = lambda name: False
) -> Any:
    """Return a table as a pandas DataFrame; its names are those of the file, or columns are numbered from 1.

    Columns whose name `text` accepts hold strings, as they stand in the file: identities such as 0042 or 1E2.

    Raises:
        KaditaError: the table cannot be read.
    """
    (table,) = chunks_of_table(path, separator, rows=None, named=named, text=text)
    return table


def chunks_of_table(
    path: Path,
    separator: str | None = None,
    *,
    rows: int | None,
    named: bool = True,
    text: Callable[[str], bool] = lambda name: False,
    columns: Iterable[str] | None = None,
    sheet: str = "",
) -> Iterator[Any]:
    """Yield a table as pandas DataFrames of at most `rows` rows, for tables larger than memory; None: all in one.

    Their index counts lines that are not blank, from 0 for the one after the first. Of the columns, only those that are
    named are read; None: all.

    Args:
        path: a table of text, which may be packed by gzip, or a workbook.
        separator: between columns; None to find it, with the decimal sign and the lines before the numbers, as
            `kadita_tracks.tables.dialect` does.
        rows: the number of rows that are read at once.
        named: whether a line names the columns.
        text: which columns hold strings.
        columns: which columns are read.
        sheet: name of the sheet of a workbook.

    Raises:
        KaditaError: the table cannot be read.
    """
    import pandas

    with reading(path, "a table", (*ERRORS, pandas.errors.ParserWarning)), warnings.catch_warnings():
        warnings.simplefilter("error", pandas.errors.ParserWarning)  # cells without a column name
        options: dict[str, Any] = {"sep": separator or ",", "skipinitialspace": True, "index_col": False}
        options |= {"encoding": "utf-8-sig", "header": 0 if named else None}
        skipped = 0
        if named and separator is None:
            dialect = dialect_of(path, sheet).needed(path)
            options |= {"sep": dialect.separator, "decimal": dialect.decimal, "header": None}
            options |= {"names": unique(dialect.names), "skiprows": dialect.start, "skip_blank_lines": True}
            options["encoding"] = "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding
            skipped = dialect.start - 1
        if named:
            known = options.get("names") or list(pandas.read_csv(path, nrows=0, **options).columns)
            texts = [c for c in known if text(str(c))]
            options["dtype"] = dict.fromkeys(texts, str)
            options["keep_default_na"] = False
            options["na_values"] = {c: MISSING for c in known if c not in texts}
        if columns is not None:
            options["usecols"] = list(columns)
        source = source_of(path, sheet)
        if rows is None:
            opened: Any = nullcontext([pandas.read_csv(source, low_memory=False, **options)])
        else:
            opened = pandas.read_csv(source, chunksize=rows, **options)
        with opened as parts:
            for part in parts:
                if not named:
                    part.columns = range(1, len(part.columns) + 1)
                elif len(known) == 1:
                    raise KaditaError(
                        f"{path}: expected columns separated by {separator!r}; found one column, {str(known[0])[:40]!r}"
                    )
                part.index += skipped
                yield part


def unique(names: Iterable[str]) -> list[str]:
    """Return names of columns, of which those that repeat or are empty get a number, as pandas numbers them."""
    found: dict[str, None] = {}
    for i, name in enumerate(names):
        plain = name or f"Unnamed: {i}"
        number = 0
        while (candidate := f"{plain}.{number}" if number else plain) in found:
            number += 1
        found[candidate] = None
    return list(found)


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
        line = int(table.index[row]) + first_line
        raise KaditaError(f"{path}: expected a number in column {name}; line {line} has {str(table[name].iloc[row])!r}")
    return np.asarray(values, dtype=np.float64)


def identities(path: Path, table: Any, name: str) -> NDArray[Any]:
    """Return a column of text as identities, (rows,): strings as they stand, or integers if all are written plainly.

    Raises:
        KaditaError: a cell is empty, or a string contains a NUL byte.
    """
    code, names = labels(path, table, name)
    return values_of(names)[code]


def labels(path: Path, table: Any, name: str) -> tuple[NDArray[np.int64], list[str]]:
    """Return a column of text as distinct names, and the index of each row's, (rows,).

    Raises:
        KaditaError: as `identities`.
    """
    import pandas

    code, distinct = pandas.factorize(table[name])
    names = [str(label) for label in distinct]
    blank = [i for i, label in enumerate(names) if not label.strip()]
    if blank:
        row = int(np.isin(code, blank).argmax())
        raise KaditaError(f"{path}: line {int(table.index[row]) + 2} has no {name}")
    if any("\0" in n for n in names):
        raise KaditaError(f"{path}: expected names of agents; found one with a NUL byte")
    return np.asarray(code, dtype=np.int64), names


def values_of(names: list[str]) -> NDArray[Any]:
    """Return identities, (N,): integers if all names are integers that are written plainly, 7 and not 007."""
    if all(PLAIN.fullmatch(n) for n in names):
        return np.array([int(n) for n in names], dtype=np.int64)
    return np.array(names)


def texts(path: Path, table: Any, name: str) -> NDArray[Any]:
    """Return a column of text, (rows,), without blanks around the words.

    Raises:
        KaditaError: a string contains a NUL byte.
    """
    column = table[name].str.strip()
    if column.str.contains("\0", regex=False).any():
        raise KaditaError(f"{path}: expected words in column {name}; found a NUL byte")
    return np.asarray(column.to_numpy(dtype=str))


def coordinates(path: Path, table: Any, names: Iterable[str]) -> Floats:
    """Return the columns of coordinates as vectors, (rows, 2) or (rows, 3)."""
    return np.stack([numbers(path, table, name) for name in names], axis=1)
