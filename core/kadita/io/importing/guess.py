"""What a file is, from its first bytes alone: nothing is opened that could execute code, crash or fill the memory."""

from __future__ import annotations

import csv
import re
import zlib
from pathlib import Path
from typing import NamedTuple

HEAD = 1 << 16  # bytes that are looked at
NAMED, LONGEST = 8, 24  # columns in a message, and characters of each
VIDEO = "track its animals first"
PICKLE = "kadita opens no pickles, which can run code: save the tracks as .csv"
OPEN_IT = "export the tracks as .csv"
UNPACK = "unpack it first"
MAGIC = (  # first bytes, what they are, and what to do; the first that fits
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", ""),
    (b"CDF", "a NetCDF file", ""),
    (b"MATLAB 7.3 MAT-file", "a MATLAB 7.3 file", ""),
    (b"MATLAB 5.0 MAT-file", "a MATLAB 5 file", ""),
    (b"\x93NUMPY", "a NumPy array", ""),
    (b"SQLite format 3\0", "an SQLite database", OPEN_IT),
    (b"\xd0\xcf\x11\xe0", "an old Office file, such as .xls", OPEN_IT),
    (b"PAR1", "a Parquet table", OPEN_IT),
    (b"ARROW1", "an Arrow table", OPEN_IT),
    (b"%PDF", "a PDF", OPEN_IT),
    (b"\x89PNG", "a PNG image", VIDEO),
    (b"\xff\xd8\xff", "a JPEG image", VIDEO),
    (b"GIF8", "a GIF image", VIDEO),
    (b"II*\0", "a TIFF image", VIDEO),
    (b"MM\0*", "a TIFF image", VIDEO),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video", VIDEO),
    (b"BZh", "a file packed by bzip2", UNPACK),
    (b"\xfd7zXZ", "a file packed by xz", UNPACK),
    (b"(\xb5/\xfd", "a file packed by zstd", UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", UNPACK),
)


class Guess(NamedTuple):
    """What a file is.

    Attributes:
        what: in words, with an article.
        advice: what to do; empty if nothing in particular.
        columns: names in the first line of a table of text, empty for other files.
    """

    what: str
    advice: str = ""
    columns: tuple[str, ...] = ()


def guess(path: Path) -> Guess:
    """Return what a file is, from its first 64 KiB."""
    if path.is_dir():
        return Guess("a folder")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return Guess("nothing that can be read")
    if head[:2] == b"\x1f\x8b":
        try:
            inside = zlib.decompressobj(31).decompress(head, HEAD)
        except zlib.error:
            return Guess("a damaged gzip file")
        return _of_bytes(inside)._replace(what=f"{_of_bytes(inside).what}, packed by gzip")
    return _of_bytes(head)


def _of_bytes(head: bytes) -> Guess:
    if not head:
        return Guess("an empty file")
    for magic, what, advice in MAGIC:
        if head.startswith(magic):
            return Guess(what, advice)
    if head[:4] == b"PK\x03\x04":
        return _of_zip(head)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Guess("an AVI video", VIDEO)
    if head[4:8] == b"ftyp":
        return Guess("an MP4 or QuickTime video", VIDEO)
    if head[:1] == b"\x80" and head[1:2] in b"\2\3\4\5":
        return Guess("a Python pickle", PICKLE)
    for encoding in ("utf-16",) if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "latin-1"):
        try:
            text = head[: len(head) - len(head) % 2 if encoding == "utf-16" else None].decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and error.start > len(head) - 4 >= HEAD - 4:  # a character that is cut
                text = head[: error.start].decode(encoding)
            else:
                continue
        if sum(not (c.isprintable() or c in "\n\r\t\f\xa0") for c in text) == 0 and "\0" not in text:
            return _of_text(text)
    return Guess(f"binary data that begin with {head[:8]!r}")


def _of_zip(head: bytes) -> Guess:
    """Tell by the names of the first members, which stand before them."""
    if b"xl/" in head:
        return Guess("an Excel workbook", OPEN_IT)
    if b".npy" in head[:300]:
        return Guess("a NumPy archive (.npz)")
    if b"opendocument.spreadsheet" in head[:300]:
        return Guess("an OpenDocument spreadsheet", OPEN_IT)
    if b"[Content_Types].xml" in head[:300]:
        return Guess("an Office file", OPEN_IT)
    return Guess("a zip archive")


def _of_text(text: str) -> Guess:
    start = text.lstrip()
    if start.startswith("<"):
        root = re.search(r"<([A-Za-z_][\w:.-]*)", start)
        return Guess(f"XML with the root <{_short(root.group(1))}>" if root else "XML")
    if start[:1] in ("{", "["):
        keys = re.findall(r'"([^"\\]{1,40})"\s*:', start[:4000])
        return Guess("JSON" + (f" with the keys {_listed(tuple(dict.fromkeys(keys)))}" if keys else ""))
    if not start:
        return Guess("blank text")
    lines = [line for line in start.splitlines() if line.strip()]
    columns = _columns(lines)
    if columns:
        return Guess(f"a table of text with the columns {_listed(columns)}", columns=columns)
    return Guess(f"text that begins with '{_short(lines[0], 40)}'")


def _columns(lines: list[str]) -> tuple[str, ...]:
    """Return the cells of the first line, where the second has as many, three at least; else none."""
    for separator in ("\t", ";", ",", "|"):
        rows = [next(csv.reader([line], delimiter=separator), []) for line in lines[:2]]
        if len(rows) == 2 and len(rows[0]) == len(rows[1]) > 2:
            return tuple(cell.strip() for cell in rows[0])
    words = [line.split() for line in lines[:2]]
    return tuple(words[0]) if len(words) == 2 and len(words[0]) == len(words[1]) > 2 else ()


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMED} more" if names[NAMED:] else ""
    return ", ".join(_short(name) for name in names[:NAMED]) + more


def _short(name: str, longest: int = LONGEST) -> str:
    return name if len(name) <= longest else f"{name[:longest]}..."
