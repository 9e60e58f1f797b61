"""Sheets of Excel workbooks (.xlsx), as text with commas between the cells."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from kadita import KaditaError
from kadita_tracks.files.damage import reading
from kadita_tracks.files.missing import MissingPackageError

BYTES_AT_MOST = 1 << 30  # of the XML in a workbook: a million rows of ten cells have about half of it
ZIP = b"PK\x03\x04"


def is_workbook(path: Path) -> bool:
    """Return whether a file is named as a workbook is, and is packed as one."""
    if path.suffix.lower() != ".xlsx":
        return False
    with path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def sheets_of(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook.

    Raises:
        KaditaError: openpyxl is not installed, or the file is damaged.
    """
    workbook = _opened(path)
    try:
        return list(workbook.sheetnames)
    finally:
        workbook.close()


def text_of(path: Path, sheet: str = "") -> str:
    """Return the cells of a sheet, by default the first, as lines with commas; numbers in full, dates as ISO 8601.

    Raises:
        KaditaError: openpyxl is not installed, the file is damaged, or there is no such sheet.
    """
    state = path.stat()
    return _text(path, sheet, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1)
def _text(path: Path, sheet: str, size: int, changed: int) -> str:
    workbook = _opened(path)
    try:
        if sheet and sheet not in workbook.sheetnames:
            raise KaditaError(f"{path}: there is no sheet {sheet!r}; there are: {', '.join(workbook.sheetnames)}")
        with reading(path, "an Excel workbook", (Exception,)):
            lines = io.StringIO()
            writer = csv.writer(lines, lineterminator="\n")
            rows = (workbook[sheet] if sheet else workbook.worksheets[0]).iter_rows(values_only=True)
            for row in rows:
                cells = [_word(cell) for cell in row]
                if any(cells):
                    writer.writerow(cells)
            return lines.getvalue()
    finally:
        workbook.close()


def _opened(path: Path) -> Any:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise MissingPackageError(f"{path}: a workbook, which needs openpyxl: pip install 'kadita[excel]'") from None
    with reading(path, "an Excel workbook", (Exception,)):
        with zipfile.ZipFile(path) as archive:
            claimed = sum(member.file_size for member in archive.infolist())
        if claimed > BYTES_AT_MOST:
            raise KaditaError(f"{path}: expected a workbook of at most {BYTES_AT_MOST >> 20} MiB; save it as .csv")
        return load_workbook(path, read_only=True, data_only=True)


def _word(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return repr(cell.total_seconds())
    return repr(cell) if isinstance(cell, float) else str(cell)
