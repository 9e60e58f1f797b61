"""How a table of text is written: its encoding, separator and decimal sign, and where its names and numbers begin.

It is found from the first 64 KiB. Of all separators and decimal signs the one is taken by which the most cells of the
lines are numbers; two that are equally good are refused, and named.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from kadita import KaditaError
from kadita_tracks.tables.beginning import SAMPLE, sample
from kadita_tracks.tables.units import is_unit
from kadita_tracks.tables.workbook import is_workbook, text_of

BLANKS = r"\s+"  # separator of columns with blanks between them
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", BLANKS: "blanks"}
NUMBER = {
    ".": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|nan|inf", re.ASCII | re.IGNORECASE),
    ",": re.compile(r"[+-]?(\d+|\d*,\d+)([eE][+-]?\d+)?|nan|inf", re.ASCII | re.IGNORECASE),
}
COMMENTS = ("#", "%", "//")
NEARLY_ALL = 0.9  # of the lines after those before the names have the same number of cells


class Dialect(NamedTuple):
    """How a table is written.

    Attributes:
        encoding: of its text.
        separator: between columns, as pandas takes it.
        decimal: the decimal sign.
        names: of the columns, as they stand; empty where no line names them.
        start: number of lines before the numbers.
        before: number of lines before the names.
        units: the row of units between names and numbers; empty if there is none.
        width: number of cells of a row.
        commented: whether the line of names is written as a comment.
    """

    encoding: str
    separator: str
    decimal: str
    names: tuple[str, ...]
    start: int
    before: int
    units: tuple[str, ...]
    width: int
    commented: bool = False

    @property
    def said(self) -> str:
        """What is not plain, in words; empty if nothing is."""
        parts = [] if self.separator == "," else [f"{SEPARATORS[self.separator]} between columns"]
        parts += ["decimal commas"] if self.decimal == "," else []
        parts += [f"{self.before} lines before the names"] if self.before else []
        parts += ["a row of units"] if self.units else []
        parts += [f"the encoding {self.encoding}"] if self.encoding not in ("utf-8", "utf-8-sig") else []
        return ", ".join(parts)

    def needed(self, path: Path) -> Dialect:
        """Return this dialect if a line names the columns.

        Raises:
            KaditaError: none does.
        """
        if self.names:
            return self
        found = "numbers in the first one"
        if self.start:
            found = f"none above the numbers; line {self.start + 1} is the first of {self.width} cells"
        raise KaditaError(f"{path}: expected a line that names {self.width} columns; found {found}")

    @property
    def repeated(self) -> list[str]:
        """Names that several columns have."""
        return [name for name, count in Counter(self.names).items() if count > 1]


def dialect_of(path: Path, sheet: str = "") -> Dialect:
    """Return how a table is written; `sheet` is that of a workbook.

    Raises:
        KaditaError: it cannot be read, is no table, or has two readings.
    """
    state = path.stat()
    return _dialect(path, sheet, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _dialect(path: Path, sheet: str, size: int, changed: int) -> Dialect:
    if is_workbook(path):
        return dialect_of_text(str(path), text_of(path, sheet)[:SAMPLE].rpartition("\n")[0])
    return dialect_of_text(str(path), *sample(path))


def source_of(path: Path, sheet: str = "") -> Path | io.StringIO:
    """Return what pandas reads a table from: the file, or the text of a sheet of a workbook."""
    return io.StringIO(text_of(path, sheet)) if is_workbook(path) else path


class _Reading(NamedTuple):
    """Lines as cells, by one separator and decimal sign."""

    separator: str
    decimal: str
    rows: list[list[str]]
    first: int  # line with the first row of as many cells as most lines
    width: int
    share: float  # of the cells of numbers among those of the last lines


def dialect_of_text(name: str, text: str, encoding: str = "utf-8") -> Dialect:
    """Return how the lines of a table are written; `name` is that of the file, for messages.

    Raises:
        KaditaError: they are no table, or have two readings.
    """
    lines = text.splitlines()
    readings = sorted(_readings(lines), key=lambda r: -r.share)
    if not readings:
        raise KaditaError(f"{name}: {_why_none(lines)}")
    best = readings[0]
    for other in readings[1:]:
        if other.share == best.share > 0 and other.rows[other.first :] != best.rows[best.first :]:
            raise KaditaError(
                f"{name}: expected one way to read it; {SEPARATORS[best.separator]} or {SEPARATORS[other.separator]} "
                "could separate its columns: save it with semicolons or tabs between them"
            )
    if best.decimal == "," and any("." in c and NUMBER["."].fullmatch(c) for row in best.rows for c in row):
        decimal = next(c for row in best.rows for c in row if "." in c and NUMBER["."].fullmatch(c))
        raise KaditaError(
            f"{name}: expected one decimal sign; found numbers with commas and with points, such as {decimal}"
        )
    return _placed(best, encoding)


def _readings(lines: list[str]) -> Iterator[_Reading]:
    """Yield every way to read lines as columns; of two separators that give the same cells, the first."""
    seen: list[list[list[str]]] = []
    for separator in SEPARATORS:
        rows = [_cells(line, separator) for line in lines]
        rows_of_table = [row for row in rows if row and not row[0].startswith(COMMENTS)]
        widths = Counter(map(len, rows_of_table))
        if not widths:
            continue
        width = max(widths, key=lambda w: (widths[w], w))
        if width < 2:
            continue
        first = next(i for i, row in enumerate(rows) if len(row) == width and not row[0].startswith(COMMENTS))
        after = [row for row in rows[first:] if row]
        if sum(len(row) == width for row in after) < NEARLY_ALL * len(after) or rows in seen:
            continue
        seen.append(rows)
        for decimal in (".", ",") if separator != "," else (".",):
            cells = [cell for row in after[1:] or after for cell in row]
            if decimal == "," and not any("," in c and NUMBER[","].fullmatch(c) for c in cells):
                continue
            share = sum(NUMBER[decimal].fullmatch(c) is not None for c in cells if c) / max(1, sum(map(bool, cells)))
            yield _Reading(separator, decimal, rows, first, width, share)


def _why_none(lines: list[str]) -> str:
    """Return why lines are no table: they have one column, or rows of different widths."""
    best = (1, "")
    for separator in SEPARATORS:
        widths = [len(_cells(line, separator)) for line in lines]
        width, count = max(Counter(w for w in widths if w).items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        odd = next((i for i, w in enumerate(widths) if w not in (0, width)), None)
        if width > 1 and odd is not None and count > best[0]:
            what = SEPARATORS[separator]
            best = (count, f"expected rows of {width} cells, by {what}; line {odd + 1} has {widths[odd]}")
    if best[1]:
        return best[1]
    found = next((line for line in lines if line.strip()), "")
    return f"expected columns separated by commas, semicolons, tabs, bars or blanks; found one column, {found[:40]!r}"


def _cells(line: str, separator: str) -> list[str]:
    if not line.strip():
        return []
    if separator == BLANKS:
        return line.split()
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]
    except (csv.Error, StopIteration):
        return []


def _placed(best: _Reading, encoding: str) -> Dialect:
    """Return the dialect of a reading: which lines are names, units and numbers."""
    rows, first, number = best.rows, best.first, NUMBER[best.decimal]

    def is_named(row: list[str]) -> bool:
        return bool(row) and not any(number.fullmatch(cell) for cell in row)

    names, start, before = rows[first], first + 1, first
    commented = False
    if not is_named(names):
        above = _uncommented(rows[first - 1]) if first else []
        short = len(above) == best.width - 1 and all(row[-1] == "" for row in rows[first:] if len(row) == best.width)
        names = [*above, ""] if short else above if len(above) == best.width else []
        commented = names != [] and not short
        names = names if is_named(names) else []
        start, before = first, first - 1 if names else first
    below = [i for i in range(start, len(rows)) if rows[i]][:2]
    units: list[str] = []
    if names and len(below) == 2 and is_named(rows[below[0]]) and not is_named(rows[below[1]]):
        upper, lower = (rows[i] for i in below)
        if any(is_unit(cell) for cell in upper) and all(cell not in lower for cell in upper if cell):
            units, start = upper, below[0] + 1
    return Dialect(
        encoding, best.separator, best.decimal, tuple(names), start, before, tuple(units), best.width, commented
    )


def _uncommented(row: list[str]) -> list[str]:
    """Return a row without the mark of a comment in front of it."""
    mark = next((m for m in COMMENTS if row and row[0].startswith(m)), "")
    first = row[0].removeprefix(mark).strip() if row else ""
    return [first, *row[1:]] if first else row[1:]
