"""Files that are read and written at positions, by `preadv` and `pwrite` where the system has them.

Elsewhere, as on Windows, the position of the file is set before each transfer, and a lock keeps other threads from
setting it in between. The bytes are the same.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Self
from weakref import finalize


class PositionalFile:
    """An open file, closed with this object at the latest.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        self._file = open(path, "r+b" if writable else "rb", buffering=0)  # noqa: SIM115
        self._lock = Lock()
        self._end = finalize(self, self._file.close)

    @property
    def status(self) -> os.stat_result:
        """Its present size, and what identifies it."""
        return os.fstat(self._file.fileno())

    def read_into(self, view: memoryview, begin: int) -> int:
        """Read from byte `begin` on; return the number of bytes read, which is 0 at the end of the file."""
        if hasattr(os, "preadv"):
            return os.preadv(self._file.fileno(), [view], begin)
        with self._lock:
            self._file.seek(begin)
            return self._file.readinto(view) or 0

    def write(self, content: bytes | memoryview, begin: int) -> None:
        """Write all of `content` from byte `begin` on."""
        view = memoryview(content)
        while len(view):
            written = self._write(view, begin)
            view, begin = view[written:], begin + written

    def _write(self, view: memoryview, begin: int) -> int:
        if hasattr(os, "pwrite"):
            return os.pwrite(self._file.fileno(), view, begin)
        with self._lock:
            self._file.seek(begin)
            return self._file.write(view) or 0

    def truncate(self, size: int) -> None:
        """Cut the file after so many bytes."""
        self._file.truncate(size)

    def secure(self) -> None:
        """Flush all written data to disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
