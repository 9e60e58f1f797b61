"""The beginning of a table of text: unpacked, decoded, in whole lines."""

from __future__ import annotations

import zlib
from pathlib import Path

from kadita import KaditaError

SAMPLE = 1 << 16  # bytes that are looked at
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def sample(path: Path) -> tuple[str, str]:
    """Return the whole lines in the first 64 KiB of a file, unpacked, and their encoding.

    Raises:
        KaditaError: it cannot be read, or is not text.
    """
    try:
        with path.open("rb") as file:
            head = file.read(SAMPLE)
    except OSError as error:
        raise KaditaError(f"{path}: cannot be read: {error.strerror or error}") from None
    cut = len(head) == SAMPLE
    if head.startswith(b"\x1f\x8b"):
        try:
            unpack = zlib.decompressobj(31)
            head = unpack.decompress(head, SAMPLE)
        except zlib.error as error:
            raise KaditaError(f"{path}: expected a file packed by gzip; it is damaged: {error}") from None
        cut = cut or bool(unpack.unconsumed_tail) or not unpack.eof
    encoding = next((name for mark, name in MARKS if head.startswith(mark)), "")
    if encoding == "utf-16" and cut:
        head = head[: len(head) - len(head) % 2]
    if not encoding:
        if b"\0" in head:
            raise KaditaError(f"{path}: expected a table of text; found bytes that are none")
        encoding = "utf-8"
    text = head.decode(encoding, errors="ignore")
    if encoding == "utf-8" and not _decodes(head, cut):
        text, encoding = head.decode("latin-1"), "latin-1"
    lines = text.splitlines(keepends=True)
    if cut and len(lines) < 2:
        raise KaditaError(f"{path}: expected lines of a table; found none in the first {len(head) >> 10} KiB")
    if cut:
        lines.pop()  # which may not be whole
    return "".join(lines), encoding


def _decodes(head: bytes, cut: bool) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return cut and error.start > len(head) - 4  # a character that is not whole
    return True
