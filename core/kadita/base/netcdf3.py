"""The classic NetCDF header, read in Python: its claims are checked before a C library reads the file.

A header of a few kilobytes can make libnetcdf allocate gigabytes, and missing frames of a truncated file are read as
zeros; both are detected here. The grammar is that of the NetCDF classic format specification
(CDF-1, CDF-2 and CDF-5).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.base.printable import printable

HEADER_BYTES = 1 << 22  # largest header: 4 MiB
TYPES = {  # in the order of their numbers, from 1 on, with the dtype of the stored values
    "byte": "i1", "char": "S1", "short": ">i2", "int": ">i4", "float": ">f4", "double": ">f8", "ubyte": "u1",
    "ushort": ">u2", "uint": ">u4", "int64": ">i8", "uint64": ">u8",
}  # fmt: skip
CONTAINERS = {1: "NetCDF-3 classic", 2: "NetCDF-3 64-bit offset", 4: "NetCDF-4", 5: "NetCDF-3 64-bit data"}
STREAMING = -1  # number of records if the writer did not know it


@dataclass(frozen=True)
class Variable:
    """A variable: names of its dimensions, type, attributes, and position of its data."""

    dims: tuple[str, ...]
    type: str
    attributes: dict[str, Any]
    begin: int
    size: int  # bytes, of one record for a record variable, without padding
    record: bool


@dataclass(frozen=True)
class Header:
    """What the header of a classic NetCDF file says, or that of another container in its words."""

    version: int
    records: int
    dims: dict[str, int]  # the unlimited one is 0 here
    unlimited: str | None
    attributes: dict[str, Any]
    variables: dict[str, Variable]
    length: int  # bytes of the header itself
    record_size: int

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each dimension; the unlimited one is as long as there are records."""
        return {name: self.records if name == self.unlimited else size for name, size in self.dims.items()}

    @property
    def claimed_size(self) -> int:
        """Smallest size in bytes of a file that contains all data of the header."""
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
        KaditaError: if the format is another, the header contradicts itself, or the file is shorter than it claims.

    >>> from pathlib import Path
    >>> from kadita.plugins.importers import read_netcdf3_header
    >>> read_netcdf3_header(Path("school.nc")).records
    21
    """
    header, size = parse_header(path), path.stat().st_size
    if header.records == STREAMING:
        raise KaditaError(
            f"{path}: found no number of frames, because the file was streamed; `kadita recover` counts them"
        )
    if header.claimed_size > size:
        raise KaditaError(
            f"{path} is truncated: its header claims {header.records} frames in {header.claimed_size} bytes; "
            f"found {size} bytes. Take a complete copy, or save the complete frames with `kadita recover`"
        )
    return header


def parse_header(path: Path) -> Header:
    """Read the header of a classic NetCDF file, even if the file is shorter than it claims.

    Raises:
        KaditaError: if the format is another, or the header contradicts itself.
    """
    with path.open("rb") as file:
        return parse_bytes(path, file.read(HEADER_BYTES))


def parse_bytes(path: Path, content: bytes) -> Header:
    """Read the header of a classic NetCDF file in memory; see `parse_header`."""
    return _Parser(path, content).parse()


def size_of(kind: str) -> int:
    """Return the number of bytes of a value of this type."""
    return int(TYPES[kind][-1])


class _Parser:
    """Reads a header from first to last byte; every count is checked against the number of bytes."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path, self.data, self.at = path, data, 0

    def fail(self, found: str) -> KaditaError:
        # names in a damaged file are anything
        return KaditaError(f"{self.path}: expected a NetCDF header; {printable(found)}")

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise self.fail(f"found it truncated or damaged near byte {self.at}")
        part = self.data[self.at : self.at + count]
        self.at += count
        return part

    def integer(self) -> int:
        """Read a count: 4 bytes, 8 in CDF-5."""
        return int.from_bytes(self.take(8 if self.version == 5 else 4), "big")

    def count(self, tag: int, least: int) -> int:
        """Read the tag and the length of a list whose entries take at least `least` bytes."""
        found, number = int.from_bytes(self.take(4), "big"), self.integer()
        if (found != tag and (found, number) != (0, 0)) or number * least > len(self.data) - self.at:
            raise self.fail(f"found it truncated or damaged near byte {self.at}")
        return number

    def name(self) -> str:
        length = self.integer()
        text = self.take(length)
        self.take(-length % 4)
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            raise self.fail(f"found a name that is not UTF-8 near byte {self.at}") from None

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
        unlimited = [name for name, length in dims if length == 0]
        if len(unlimited) > 1 or len(dict(dims)) != len(dims):
            raise self.fail("found two unlimited dimensions, or two of one name")
        attributes = self.attributes()
        variables = dict(self.variable(dims) for _ in range(self.count(tag=11, least=28)))
        in_records = [v.size for v in variables.values() if v.record]
        padded = in_records if len(in_records) == 1 else [s + -s % 4 for s in in_records]
        if any(v.begin < self.at for v in variables.values()):
            raise self.fail("found data that begin inside the header")
        one = unlimited[0] if unlimited else None
        return Header(self.version, records, dict(dims), one, attributes, variables, self.at, sum(padded))

    def variable(self, dims: list[tuple[str, int]]) -> tuple[str, Variable]:
        name = self.name()
        ids = [self.integer() for _ in range(self.count_dims())]
        if any(i >= len(dims) for i in ids):
            raise self.fail(f"found a variable '{name}' with an unknown dimension")
        attributes = self.attributes()
        kind = self.type_name(f"in variable '{name}'")
        self.integer()  # the stored size, which is unreliable
        begin = int.from_bytes(self.take(4 if self.version == 1 else 8), "big")
        lengths = [dims[i][1] for i in ids]
        record = bool(lengths) and lengths[0] == 0
        size = prod(lengths[1:] if record else lengths) * size_of(kind)
        return name, Variable(tuple(dims[i][0] for i in ids), kind, attributes, begin, size, record)

    def count_dims(self) -> int:
        number = self.integer()
        if number * 4 > len(self.data) - self.at:
            raise self.fail(f"found it truncated or damaged near byte {self.at}")
        return number
