"""Places of frames and columns in a scratch file, for tracks larger than memory.

Rows are put into their places in any order; memory holds a window of the file at a time. The file has no name as soon
as it is open, and is gone when the tracks are; it lies in the folder for temporary files, which TMPDIR sets.
"""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import tempfile
import weakref
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError
from kadita.plugins.importers import Floats, Integers

FULL = {getattr(errno, name, errno.ENOSPC) for name in ("ENOSPC", "EDQUOT", "EFBIG")}  # not all systems have all
WINDOW = 1 << 26  # bytes of the file that are in memory while rows are put: a multiple of all sizes of pages


class Places:
    """Numbers of each frame and column, (T, C, K), and which agent is there; empty at first."""

    def __init__(self, name: str, frames: int, columns: int, fields: int) -> None:
        """Create the scratch file.

        Raises:
            KaditaError: the disk has too little space.
        """
        self.shape = frames, columns, fields
        self.row_bytes = columns * (fields + 1) * 8  # of a frame; the last number of a place is its agent + 1
        self._size = frames * self.row_bytes
        self._block: tuple[int, int, NDArray[np.float64]] | None = None
        folder = tempfile.gettempdir()
        free = shutil.disk_usage(folder).free
        if self._size > free:
            raise KaditaError(_full(name, self._size, free))
        self._file: Any = tempfile.TemporaryFile(prefix="kadita-", dir=folder, buffering=0)  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        try:
            _reserve(self._file, self._size)
        except OSError as error:
            if error.errno not in FULL:
                raise
            raise KaditaError(_full(name, self._size, shutil.disk_usage(folder).free)) from None

    def put(self, frame: Integers, column: Integers, agent: Integers, values: Floats) -> int | None:
        """Put rows, (rows, K), into their places; return the index of a row whose place was taken, or None."""
        _, columns, fields = self.shape
        place = frame * columns + column
        order = None if (np.diff(place) > 0).all() else np.argsort(place, kind="stable")
        sorted_places = place if order is None else place[order]
        twice = np.flatnonzero(sorted_places[1:] == sorted_places[:-1])
        if order is not None and len(twice):
            return int(order[twice[0] + 1])
        rows = np.empty((len(place), fields + 1))
        rows[:, :fields] = values if order is None else values[order]
        rows[:, fields] = (agent if order is None else agent[order]) + 1
        self._block = None
        width = (fields + 1) * 8
        step = max(1, WINDOW // width)
        start = 0
        while start < len(rows):
            first = int(sorted_places[start])
            stop = int(np.searchsorted(sorted_places, first + step))
            begin = first * width
            shift = begin % mmap.ALLOCATIONGRANULARITY
            length = (int(sorted_places[stop - 1]) + 1) * width - begin + shift
            with mmap.mmap(self._file.fileno(), length, offset=begin - shift) as window:
                room = np.frombuffer(window, dtype=np.float64, offset=shift)
                taken = _put(room, sorted_places[start:stop] - first, rows[start:stop])
                del room  # or the window cannot be closed
            if taken is not None:
                return start + taken if order is None else int(order[start + taken])
            start = stop
        return None

    def frames(self, first: int, stop: int) -> NDArray[np.float64]:
        """Return frames as (T, C, K + 1), of which the last number is the agent + 1, 0 for none; do not change them."""
        if self._block is None or self._block[:2] != (first, stop):
            block = np.empty((stop - first, self.shape[1], self.shape[2] + 1))
            begin = first * self.row_bytes
            shift = begin % mmap.ALLOCATIONGRANULARITY
            if block.size:  # mapped, since other processes and threads can read the same file
                with mmap.mmap(
                    self._file.fileno(), block.nbytes + shift, offset=begin - shift, access=mmap.ACCESS_READ
                ) as window:
                    block.ravel()[:] = np.frombuffer(window, dtype=np.float64, offset=shift)
            block[block[..., -1] == 0, :-1] = np.nan
            self._block = first, stop, block
        return self._block[2]


def _put(window: Floats, places: Integers, rows: Floats) -> int | None:
    """Put rows into a window, and leave nothing that refers to it; return the index of a row whose place is taken."""
    room = window.reshape(-1, rows.shape[1])
    taken = np.flatnonzero(room[places, -1])
    if len(taken):
        return int(taken[0])
    room[places] = rows
    return None


class Field:
    """Some of the numbers of places, as an array of frames that is read where it is indexed by frames."""

    dtype = np.dtype(np.float64)

    def __init__(self, places: Places, numbers: slice | int) -> None:
        self._places, self._numbers = places, numbers
        width = () if isinstance(numbers, int) else (numbers.stop - numbers.start,)
        self.shape = (*places.shape[:2], *width)
        self.ndim = len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the numbers: another process may not have the file."""
        frames = max(1, WINDOW // max(1, self._places.row_bytes))
        parts = [self[first : first + frames] for first in range(0, len(self), frames)]
        return np.concatenate, (parts or [self[:]],)

    def __getitem__(self, frames: Any) -> NDArray[Any]:
        """Return frames: of a slice, or of numbers that increase."""
        if isinstance(frames, slice):
            first, stop, step = frames.indices(self.shape[0])
            return self._of(first, max(first, stop))[::step]
        numbers = np.atleast_1d(frames)
        ends = np.flatnonzero(np.diff(numbers) != 1) + 1
        runs = [self._of(int(run[0]), int(run[-1]) + 1) for run in np.split(numbers, ends) if len(run)]
        return np.concatenate(runs) if runs else self._of(0, 0)

    def _of(self, first: int, stop: int) -> NDArray[Any]:
        return self._places.frames(first, stop)[..., self._numbers]


class Occupants(Field):
    """The agent in each place, -1 for none."""

    dtype = np.dtype(np.int64)  # type: ignore[assignment]

    def __init__(self, places: Places) -> None:
        super().__init__(places, places.shape[2])

    def _of(self, first: int, stop: int) -> NDArray[Any]:
        return super()._of(first, stop).astype(np.int64) - 1


def _reserve(file: IO[bytes], size: int) -> None:
    """Reserve space, so that a full disk is an error here; a window of a file without space would end the process."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(file.fileno(), 0, size)
        except OSError as error:
            if error.errno in FULL:
                raise
        else:
            return
    zeros, left = bytes(WINDOW), size
    while left:
        left -= file.write(zeros[:left])


def _full(name: str, needed: int, free: int) -> str:
    return (
        f"{name}: expected {needed / 1e9:.3g} GB of free disk for a scratch file; found {free / 1e9:.3g} GB in the "
        "folder of temporary files; set TMPDIR to a folder with more space"
    )
