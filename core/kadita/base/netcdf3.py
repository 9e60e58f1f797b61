"""The classic NetCDF header, read in Python: what a file claims is checked before a C library believes it.

A header of a few kilobytes can make libnetcdf allocate gigabytes, and a file that was cut is read as zeros where
its frames are missing; both are found here first. The grammar is that of the NetCDF classic format specification
(CDF-1, CDF-2 and CDF-5).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from kadita.base.errors import KaditaError

HEADER_BYTES = 1 << 22  # what a header may take at most: 4 MiB
TYPES = {  # in the order of their numbers, from 1 on, and how NumPy calls what lies on disk
    "byte": "i1", "char": "S1", "short": ">i2", "int": ">i4", "float": ">f4", "double": ">f8", "ubyte": "u1",
    "ushort": ">u2", "uint": ">u4", "int64": ">i8", "uint64": ">u8",
}  # fmt: skip
CONTAINERS = {1: "NetCDF-3 classic", 2: "NetCDF-3 64-bit offset", 4: "NetCDF-4", 5: "NetCDF-3 64-bit data"}
STREAMING = -1  # the number of records of a file whose writer could not know it


@dataclass(frozen=True)
class Variable:
    """A variable: names of its dimensions, type, attributes, and where its data lie."""

    dims: tuple[str, ...]
    type: str
    attributes: dict[str, Any]
    begin: int
    size: int  # bytes, of one record for a record variable, without padding
    record: bool


@dataclass(frozen=True)
class Header:
    """What the header of a classic NetCDF file says."""

    version: int
    records: int
    dims: dict[str, int]  # the unlimited one is 0 here
    attributes: dict[str, Any]
    variables: dict[str, Variable]
    length: int  # bytes of the header itself
    record_size: int

    @property
    def claimed_size(self) -> int:
        """The least size of a file that holds all that the header claims."""
        ends = [self.length]
        for v in self.variables.values():
            if not v.record:
                ends.append(v.begin + v.size)
            elif self.records > 0:
                ends.append(v.begin + (self.records - 1) * self.record_size + v.size)
        return max(ends)


def read_header(path: Path) -> Header:
    """Read and check the header of a classic NetCDF file.

    Raises:
        KaditaError: not this format, a header that contradicts itself, or a file shorter than it claims to be.
    """
    header, size = parse_header(path), path.stat().st_size
    if header.records == STREAMING:
        raise KaditaError(
            f"{path}: found no number of frames in it, for it was being streamed; `kadita recover` counts them"
        )
    if header.claimed_size > size:
        raise KaditaError(
            f"{path} is cut: its header claims {header.records} frames in {header.claimed_size} bytes; "
            f"found {size} bytes. Take a complete copy, or save what is there with `kadita recover`"
        )
    return header


def parse_header(path: Path) -> Header:
    """Read the header of a classic NetCDF file, whether the file is as long as it claims or not.

    Raises:
        KaditaError: not this format, or a header that contradicts itself.
    """
    with path.open("rb") as file:
        return _Parser(path, file).parse()


def parse_bytes(path: Path, content: bytes) -> Header:
    """Read the header of a classic NetCDF file that is in memory; see `parse_header`."""
    return _Parser(path, io.BytesIO(content)).parse()


def size_of(kind: str) -> int:
    """Return how many bytes a number of a type takes."""
    return int(TYPES[kind][-1])


class _Parser:
    """Reads a header from its first byte to its last; every count is checked against the bytes there are."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.data = file.read(HEADER_BYTES)
        self.at = 0

    def fail(self, found: str) -> KaditaError:
        return KaditaError(f"{self.path}: expected a NetCDF header; {found}")

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise self.fail(f"found it cut or damaged near byte {self.at}")
        part = self.data[self.at : self.at + count]
        self.at += count
        return part

    def integer(self) -> int:
        """Read a count: 4 bytes, 8 in CDF-5."""
        return int.from_bytes(self.take(8 if self.version == 5 else 4), "big")

    def count(self, tag: int, least: int) -> int:
        """Read the tag and the number of a list whose entries take at least so many bytes."""
        found, number = int.from_bytes(self.take(4), "big"), self.integer()
        if (found != tag and (found, number) != (0, 0)) or number * least > len(self.data) - self.at:
            raise self.fail(f"found it cut or damaged near byte {self.at}")
        return number

    def name(self) -> str:
        length = self.integer()
        text = self.take(length)
        self.take(-length % 4)
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            raise self.fail(f"found a name that is no text near byte {self.at}") from None

    def values(self) -> Any:
        kind, number = self.type_name(f"near byte {self.at}"), self.integer()
        raw = self.take(number * size_of(kind))
        self.take(-len(raw) % 4)
        if kind == "char":
            return raw.decode("utf-8", errors="replace").rstrip("\0")
        return tuple(np.frombuffer(raw, TYPES[kind]).tolist())

    def type_name(self, where: str) -> str:
        number = int.from_bytes(self.take(4), "big")
        if not 1 <= number <= len(TYPES):
            raise self.fail(f"found an unknown type {number} {where}")
        return list(TYPES)[number - 1]

    def attributes(self) -> dict[str, Any]:
        return {self.name(): self.values() for _ in range(self.count(tag=12, least=12))}

    def parse(self) -> Header:
        magic = self.data[:4]
        self.at = 4
        if len(magic) < 4 or magic[:3] != b"CDF" or magic[3] not in (1, 2, 5):
            raise self.fail(f"found the first bytes {magic!r}")
        self.version = magic[3]
        records = self.integer()
        if records == (1 << (64 if self.version == 5 else 32)) - 1:
            records = STREAMING
        dims = [(self.name(), self.integer()) for _ in range(self.count(tag=10, least=8))]
        if sum(length == 0 for _, length in dims) > 1 or len(dict(dims)) != len(dims):
            raise self.fail("found two unlimited dimensions, or two of one name")
        attributes = self.attributes()
        variables = dict(self.variable(dims) for _ in range(self.count(tag=11, least=28)))
        in_records = [v.size for v in variables.values() if v.record]
        padded = in_records if len(in_records) == 1 else [s + -s % 4 for s in in_records]
        header = Header(self.version, records, dict(dims), attributes, variables, self.at, sum(padded))
        if any(v.begin < self.at for v in variables.values()):
            raise self.fail("found data that begin inside it")
        return header

    def variable(self, dims: list[tuple[str, int]]) -> tuple[str, Variable]:
        name = self.name()
        ids = [self.integer() for _ in range(self.count_dims())]
        if any(i >= len(dims) for i in ids):
            raise self.fail(f"found a variable '{name}' with an unknown dimension")
        attributes = self.attributes()
        kind = self.type_name(f"in variable '{name}'")
        self.integer()  # the size as stored, which is not to be relied upon
        begin = int.from_bytes(self.take(4 if self.version == 1 else 8), "big")
        lengths = [dims[i][1] for i in ids]
        record = bool(lengths) and lengths[0] == 0
        size = prod(lengths[1:] if record else lengths) * size_of(kind)
        return name, Variable(tuple(dims[i][0] for i in ids), kind, attributes, begin, size, record)

    def count_dims(self) -> int:
        number = self.integer()
        if number * 4 > len(self.data) - self.at:
            raise self.fail(f"found it cut or damaged near byte {self.at}")
        return number
