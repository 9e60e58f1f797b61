"""The first rows of a table of text, by which programs whose header has several rows are recognized."""

from __future__ import annotations

import csv
import gzip
import zlib
from pathlib import Path

GZIP = b"\x1f\x8b"
MOST = 1 << 22  # bytes: a header of several rows names each coordinate of each keypoint of each animal


def first_rows(path: Path, count: int) -> list[list[str]]:
    """Return the cells of the first rows, of ``.csv`` or ``.csv.gz``; fewer if the file has fewer or is no text."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            lines = [file.readline(MOST).decode("utf-8-sig") for _ in range(count)]
        return [[cell.strip() for cell in row] for row in csv.reader([line for line in lines if line])]
    except (OSError, ValueError, EOFError, zlib.error, csv.Error):
        return []
