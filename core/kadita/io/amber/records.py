"""Frames of a classic NetCDF file as rows of one NumPy type, read as they lie on disk.

The header, checked in Python (`netcdf3`), says where everything lies; no C library has to believe it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.netcdf3 import TYPES, Header, read_header
from kadita.school.neighbors import Integers

AT_ONCE = 1 << 26  # bytes read together, or one record
LARGEST = 0x7FFFFFFF  # bytes of a NumPy type
STATUS, SEED, SUM = "kadita_status", "kadita_header_crc32", "kadita_crc32"


def record_type(header: Header) -> np.dtype[Any]:
    """Return one record, its padding included, as a structured type whose fields are the record variables.

    Raises:
        KaditaError: there are none, they lie over each other, or they are larger than NumPy can hold.
    """
    variables = {name: v for name, v in header.variables.items() if v.record}
    if not variables:
        raise KaditaError("expected variables with frames; found none")
    first = first_record(header)
    places = sorted((v.begin - first, v.begin - first + v.size, name) for name, v in variables.items())
    ends = [0, *(end for _, end, _ in places[:-1])]
    if any(begin < end for (begin, _, _), end in zip(places, ends, strict=True)) or places[-1][1] > header.record_size:
        raise KaditaError("expected variables beside each other in a frame; found them one over another")
    if header.record_size > LARGEST:
        raise KaditaError(f"expected frames below 2 GiB; found {header.record_size} bytes in each")
    return np.dtype(
        {
            "names": [name for *_, name in places],
            "formats": [(TYPES[v.type], shape_of(header, name)[1:]) for *_, name in places for v in [variables[name]]],
            "offsets": [begin for begin, *_ in places],
            "itemsize": header.record_size,
        }
    )


def shape_of(header: Header, name: str) -> tuple[int, ...]:
    """Return the shape of a variable; the length of the unlimited dimension is 0."""
    return tuple(header.dims[dim] for dim in header.variables[name].dims)


def first_record(header: Header) -> int:
    """Where the first frame begins; behind the header where there are none."""
    return min((v.begin for v in header.variables.values() if v.record), default=header.length)


def left_out(header: Header) -> list[tuple[int, int]]:
    """Return place and length of what the checksum of a header leaves out, as it changes after the header is written.

    It is the number of frames, the status, and the place where the checksum itself is kept.
    """
    own = [(v.begin, 4) for name, v in header.variables.items() if name in (STATUS, SEED)]
    return [(4, 8 if header.version == 5 else 4), *own]


class ClassicFile:
    """An open NetCDF-3 file, by what its header says: bytes by their place, and variables without frames."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path, self.header, self.first = path, header, first_record(header)
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        self._end = finalize(self, os.close, self._file)  # whoever forgets to close it leaves nothing open

    @property
    def size(self) -> int:
        """Bytes that the file has now."""
        return os.fstat(self._file).st_size

    def bytes_at(self, begin: int, count: int, spare: int = 0) -> bytearray:
        """Return so many bytes of the file; the last ones, up to `spare`, are 0 where it ends before them.

        Raises:
            KaditaError: there are fewer.
        """
        if begin + count - spare > self.size:
            raise KaditaError(f"{self.path}: expected {count} bytes from byte {begin} on; the file ends before them")
        content = bytearray(count)
        self._fill(memoryview(content), begin, spare)
        return content

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable that has no frames; None where there is none of this name."""
        variable = self.header.variables.get(name)
        if variable is None or variable.record:
            return None
        raw = self.bytes_at(variable.begin, variable.size)
        return np.frombuffer(raw, TYPES[variable.type]).reshape(shape_of(self.header, name))

    def _fill(self, view: memoryview, begin: int, spare: int = 0) -> None:
        done = 0
        while done < len(view):
            got = os.preadv(self._file, [view[done:]], begin + done)
            if got == 0 and len(view) - done <= spare:
                view[done:] = bytes(len(view) - done)
                return
            if got == 0:
                raise KaditaError(f"{self.path}: was cut while it was read; take a complete copy, or run it again")
            done += got

    def seed(self) -> int:
        """Return the seed of every frame's checksum: that of all bytes before the first frame, but `left_out`."""
        seed, places = 0, left_out(self.header)
        for begin in range(0, self.first, 1 << 20):
            piece = self.bytes_at(begin, min(1 << 20, self.first - begin))
            for place, count in places:
                for at in range(max(place, begin), min(place + count, begin + len(piece))):
                    piece[at - begin] = 0
            seed = zlib.crc32(piece, seed)
        return seed

    def close(self) -> None:
        """Close the file."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Records(ClassicFile):
    """The records of an open file: what its header said when it was opened, and frames by their number.

    Raises:
        KaditaError: a header that contradicts itself, or a file shorter than it claims to be.
    """

    def __init__(self, path: Path, header: Header | None = None) -> None:
        header = read_header(path) if header is None else header
        try:
            self.type = record_type(header)
        except KaditaError as error:
            raise KaditaError(f"{path}: {error}") from None
        last = max(offset + kind.itemsize for kind, offset, *_ in (self.type.fields or {}).values())
        self.padding = self.type.itemsize - last  # which the last frame of a file may lack
        self._scratch = np.empty(0, self.type)
        super().__init__(path, header)

    def grown(self) -> Header:
        """Read the header once more: the number of frames may have grown.

        Raises:
            KaditaError: another file has taken the place of this one.
        """
        if not os.path.samestat(os.fstat(self._file), self.path.stat()):
            raise KaditaError(f"{self.path}: was replaced by another file while it was read")
        self.header = read_header(self.path)
        return self.header

    def pieces(self, frames: Integers) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Yield these frames' records, with their places among `frames`, a bounded number of bytes at a time.

        The next ones take the memory of those before them.
        """
        step = max(1, AT_ONCE // self.type.itemsize)
        for start in range(0, len(frames), step):
            some = frames[start : start + step]
            if len(self._scratch) < len(some):
                self._scratch = np.empty(len(some), self.type)
            yield slice(start, start + step), self.read(some, self._scratch[: len(some)])

    def read(self, frames: Integers, records: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return these frames' records, in an array that is there, or in a new one."""
        records = np.empty(len(frames), self.type) if records is None else records
        view = records.view(np.uint8).data
        size = self.type.itemsize
        breaks = np.flatnonzero(np.diff(frames) != 1) + 1
        for a, b in zip([0, *breaks.tolist()], [*breaks.tolist(), len(frames)], strict=True):
            if b > a:
                self._fill(view[a * size : b * size], self.first + int(frames[a]) * size, self.padding)
        return records

    def column(self, name: str) -> NDArray[Any]:
        """Return one variable of all frames."""
        kind = self.type[name]
        offset, size = self.type.fields[name][1], self.type.itemsize  # type: ignore[index]
        values = np.empty((self.header.records, *kind.shape), kind.base)
        if size < 1 << 14:
            for where, records in self.pieces(np.arange(self.header.records)):
                values[where] = records[name]
        else:
            for frame, row in enumerate(values.reshape(self.header.records, -1).view(np.uint8)):
                self._fill(row.data, self.first + frame * size + offset)
        return values

    def damaged(self, records: NDArray[Any], seed: int) -> NDArray[np.bool_]:
        """Whether each of these records differs from what its checksum was made of, (T,)."""
        stored = records[SUM].view(np.dtype(">u4")).tolist()
        computed = sums(records, seed, self.type.fields[SUM][1])  # type: ignore[index]
        return np.array([a != b for a, b in zip(stored, computed, strict=True)], dtype=bool)


def sums(records: NDArray[Any], seed: int, count: int) -> list[int]:
    """Return the checksum of the first `count` bytes of every record."""
    rows = records.view(np.uint8).data
    size = records.dtype.itemsize
    return [zlib.crc32(rows[i * size : i * size + count], seed) for i in range(len(records))]
