"""The first lines of a text file, by its byte-order mark in UTF-8 or UTF-16, by which programs are told apart."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BYTES = 1 << 16
GZIP = b"\x1f\x8b"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """Open a file for reading, unpacked if it is of gzip.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        yield file


def beginning(path: Path, size: int = BYTES) -> bytes:
    """Return the first bytes of a file, unpacked if it is of gzip; those before the damage if it is damaged."""
    found = b""
    try:
        with opened(path) as file:
            while len(found) < size and (part := file.read1(size - len(found))):
                found += part
    except (OSError, EOFError, zlib.error):
        return found
    return found


def encoding_of(path: Path) -> str:
    """Return the encoding that a text file states by its first bytes; UTF-8 if by none."""
    first = beginning(path)
    return next((name for mark, name in MARKS.items() if first.startswith(mark)), "utf-8")


def first_lines(path: Path, count: int = 1) -> list[str]:
    """Return at most so many first lines; none if the file is no text or cannot be read."""
    text = beginning(path).decode(encoding_of(path), "replace")
    return [] if "\0" in text else text.splitlines()[:count]
