"""Frames of a classic NetCDF file as NumPy records, read directly from disk.

Offsets come from the header, which is parsed and checked in Python (`netcdf3`), not by a C library.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.netcdf3 import TYPES, Header, read_header
from kadita.base.positional import PositionalFile
from kadita.school.neighbors import Integers

AT_ONCE = 1 << 26  # largest number of bytes per read, unless a record is larger
LARGEST = 0x7FFFFFFF  # largest number of bytes of a NumPy type
STATUS, SEED, SUM = "kadita_status", "kadita_header_crc32", "kadita_crc32"


def record_type(header: Header) -> np.dtype[Any]:
    """Return the structured type of a record, padding included, with the record variables as fields.

    Raises:
        KaditaError: there are no record variables, they overlap, or a record exceeds 2 GiB.
    """
    variables = {name: v for name, v in header.variables.items() if v.record}
    if not variables:
        raise KaditaError("expected variables with frames; found none")
    first = first_record(header)
    spans = sorted((v.begin - first, v.begin - first + v.size, name) for name, v in variables.items())
    ends = [0, *(end for _, end, _ in spans[:-1])]
    if any(begin < end for (begin, _, _), end in zip(spans, ends, strict=True)) or spans[-1][1] > header.record_size:
        raise KaditaError("expected variables that do not overlap in a frame; found overlapping ones")
    if header.record_size > LARGEST:
        raise KaditaError(f"expected frames below 2 GiB; found {header.record_size} bytes in each")
    return np.dtype(
        {
            "names": [name for *_, name in spans],
            "formats": [(TYPES[v.type], shape_of(header, name)[1:]) for *_, name in spans for v in [variables[name]]],
            "offsets": [begin for begin, *_ in spans],
            "itemsize": header.record_size,
        }
    )


def shape_of(header: Header, name: str) -> tuple[int, ...]:
    """Return the shape of a variable; the length of the unlimited dimension is 0."""
    return tuple(header.dims[dim] for dim in header.variables[name].dims)


def first_record(header: Header) -> int:
    """Return the offset of the first frame in bytes; the end of the header without frames."""
    return min((v.begin for v in header.variables.values() if v.record), default=header.length)


def changing_bytes(header: Header) -> list[tuple[int, int]]:
    """Return offset and length of header parts that change later, which the header's checksum takes as zeros.

    They are the number of frames, the status, and the checksum itself.
    """
    own = [(v.begin, 4) for name, v in header.variables.items() if name in (STATUS, SEED)]
    return [(4, 8 if header.version == 5 else 4), *own]


class ClassicFile:
    """An open NetCDF-3 file, located by its header: bytes by their offset, and variables without frames."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path, self.header, self.first = path, header, first_record(header)
        self._file = PositionalFile(path)

    @property
    def size(self) -> int:
        """Present size of the file in bytes."""
        return self._file.status.st_size

    def bytes_at(self, begin: int, count: int, padding: int = 0) -> bytearray:
        """Return `count` bytes from byte `begin` on; up to `padding` bytes after the end of the file are zeros.

        Raises:
            KaditaError: the file ends before them.
        """
        if begin + count - padding > self.size:
            raise KaditaError(f"{self.path}: expected {count} bytes from byte {begin} on; the file ends before them")
        content = bytearray(count)
        self._fill(memoryview(content), begin, padding)
        return content

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None if there is none of this name."""
        variable = self.header.variables.get(name)
        if variable is None or variable.record:
            return None
        raw = self.bytes_at(variable.begin, variable.size)
        return np.frombuffer(raw, TYPES[variable.type]).reshape(shape_of(self.header, name))

    def _fill(self, view: memoryview, begin: int, padding: int = 0) -> None:
        done = 0
        while done < len(view):
            count = self._file.read_into(view[done:], begin + done)
            if count == 0 and len(view) - done <= padding:
                view[done:] = bytes(len(view) - done)
                return
            if count == 0:
                raise KaditaError(f"{self.path}: was truncated while it was read; take another copy, or run it again")
            done += count

    def seed(self) -> int:
        """Return the seed of the frames' checksums: the CRC-32 of the header, with `changing_bytes` as zeros."""
        seed, spans = 0, changing_bytes(self.header)
        for begin in range(0, self.first, 1 << 20):
            block = self.bytes_at(begin, min(1 << 20, self.first - begin))
            for offset, count in spans:
                for at in range(max(offset, begin), min(offset + count, begin + len(block))):
                    block[at - begin] = 0
            seed = zlib.crc32(block, seed)
        return seed

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Records(ClassicFile):
    """The records of an open file by frame number, located by the header as read on opening.

    Raises:
        KaditaError: the header contradicts itself, or the file is shorter than the header claims.
    """

    def __init__(self, path: Path, header: Header | None = None) -> None:
        header = read_header(path) if header is None else header
        try:
            self.type = record_type(header)
        except KaditaError as error:
            raise KaditaError(f"{path}: {error}") from None
        last = max(offset + dtype.itemsize for dtype, offset, *_ in (self.type.fields or {}).values())
        self.padding = self.type.itemsize - last  # bytes that the last frame of a file may lack
        self._scratch = np.empty(0, self.type)
        super().__init__(path, header)

    def reread_header(self) -> Header:
        """Read the header again, as the number of frames may have increased.

        Raises:
            KaditaError: the file was replaced by another one.
        """
        if not os.path.samestat(self._file.status, self.path.stat()):
            raise KaditaError(f"{self.path}: was replaced by another file while it was read")
        self.header = read_header(self.path)
        return self.header

    def pieces(self, frames: Integers) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Yield the records of these frames with their slice of `frames`, at most AT_ONCE bytes at a time.

        All batches share one buffer: each overwrites the one before.
        """
        step = max(1, AT_ONCE // self.type.itemsize)
        for start in range(0, len(frames), step):
            batch = frames[start : start + step]
            if len(self._scratch) < len(batch):
                self._scratch = np.empty(len(batch), self.type)
            yield slice(start, start + step), self.read(batch, self._scratch[: len(batch)])

    def read(self, frames: Integers, records: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the records of these frames, in the given array or in a new one."""
        records = np.empty(len(frames), self.type) if records is None else records
        view = records.view(np.uint8).data
        size = self.type.itemsize
        breaks = np.flatnonzero(np.diff(frames) != 1) + 1
        for a, b in zip([0, *breaks.tolist()], [*breaks.tolist(), len(frames)], strict=True):
            if b > a:
                self._fill(view[a * size : b * size], self.first + int(frames[a]) * size, self.padding)
        return records

    def column(self, name: str) -> NDArray[Any]:
        """Return one variable of all frames, (T, ...)."""
        dtype = self.type[name]
        offset, size = self.type.fields[name][1], self.type.itemsize  # type: ignore[index]
        values = np.empty((self.header.records, *dtype.shape), dtype.base)
        if size < 1 << 14:
            for rows, records in self.pieces(np.arange(self.header.records)):
                values[rows] = records[name]
        else:
            for frame, row in enumerate(values.reshape(self.header.records, -1).view(np.uint8)):
                self._fill(row.data, self.first + frame * size + offset)
        return values

    def damaged(self, records: NDArray[Any], seed: int) -> NDArray[np.bool_]:
        """Return whether the checksum of each record does not match, (T,)."""
        different: NDArray[np.bool_] = records[SUM].astype(np.int32) != sums(records, seed)
        return different


def sums(records: NDArray[Any], seed: int) -> NDArray[np.int32]:
    """Return the checksum of every record, (T,): the CRC-32 of the bytes before its own."""
    rows, size = records.view(np.uint8).data, records.dtype.itemsize
    count = records.dtype.fields[SUM][1]  # type: ignore[index]
    crc = [zlib.crc32(rows[i * size : i * size + count], seed) for i in range(len(records))]
    return np.array(crc, dtype=np.uint32).view(np.int32)
