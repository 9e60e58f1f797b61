"""Paths: what can be read, what may be written, and what identifies a file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError

HDF5 = b"\x89HDF\r\n\x1a\n"  # the first bytes of such a file
INFLATED_AT_MOST = 1100  # zlib makes zeros 1,030 times smaller; a file that claims more than this is not one


def first_bytes(path: Path, count: int = 8) -> bytes:
    """Return the first bytes of a file that someone wants to read.

    Raises:
        KaditaError: it is not there, cannot be read or is empty.
    """
    try:
        if not path.is_dir() and path.exists() and not path.is_file():
            raise KaditaError(f"{path}: expected a file; this is a pipe or a device")
        with path.open("rb") as file:
            first = file.read(count)
    except FileNotFoundError:
        raise KaditaError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:  # a folder, no permission, a name that cannot be one
        raise KaditaError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not first:
        raise KaditaError(f"{path}: expected data; found an empty file")
    return first


def check_claim(path: Path, claimed: int, what: str = "the file") -> None:
    """Raise where a compressed file claims to hold more bytes of data than its size can.

    Raises:
        KaditaError: it is damaged, or was made to fill a memory.
    """
    held = path.stat().st_size
    if claimed > INFLATED_AT_MOST * held:
        raise KaditaError(f"{path}: {what} claims {claimed} bytes of data in a file of {held}; it is damaged")


def check_writable(path: Path, *, force: bool, source: Path | None = None) -> None:
    """Raise where a file cannot be made at `path`.

    Raises:
        KaditaError: it exists, or its folder does not or cannot be written to, or it is the file that is read.
    """
    same = source is not None and path.exists() and source.exists() and path.samefile(source)
    if source is not None and (same or path.resolve() == source.resolve()):
        raise KaditaError(f"{path}: expected another file to write than the trajectory itself")
    if path.is_dir():
        raise KaditaError(f"{path}: expected a file to write; this is a folder")
    if os.path.lexists(path) and not force:
        raise KaditaError(f"{path} exists; choose another name, or --force to replace it")
    if not path.parent.is_dir():
        raise KaditaError(f"{path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise KaditaError(f"{path}: the folder {path.parent} cannot be written to")


def replace_whole(path: Path, write_to: Callable[[Path], Any]) -> None:
    """Write a file beside `path` and put it there once it is whole; where that fails, `path` is as it was."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:50]}-", suffix=path.suffix)
    os.close(handle)
    unfinished = Path(name)
    try:
        write_to(unfinished)
        mask = os.umask(0)
        os.umask(mask)
        unfinished.chmod(0o666 & ~mask)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def fingerprint(path: Path, header: int = 1 << 16) -> dict[str, Any]:
    """Name without folders, size, and sha256 of the first bytes: what says which file a result was made from."""
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(header)).hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "header_sha256": digest}
