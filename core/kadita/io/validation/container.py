"""Access to a trajectory file for the checks, in any container: its structure, and its data in pieces."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kadita.base.netcdf3 import CONTAINERS, TYPES, Header
from kadita.base.netcdf3 import Variable as Netcdf3Variable
from kadita.io.amber.records import first_record, shape_of

PIECE = 1 << 23  # bytes per read
FIXED = 1 << 21  # largest variable without frames that is read, in bytes; parsed JSON takes 30 times as many


@dataclass(frozen=True)
class Variable:
    """A variable: names of its dimensions, name of its type, attributes (strings, or tuples of numbers)."""

    dims: tuple[str, ...]
    type: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Structure:
    """The structure of a file, as its header states it."""

    container: str
    frames: int  # claimed number
    dims: Mapping[str, int]  # unlimited ones with their present length
    unlimited: frozenset[str]
    attributes: Mapping[str, Any]
    variables: Mapping[str, Variable]

    def has(self, name: str, *dims: str) -> bool:
        """Whether the file has this numeric variable with these dimensions."""
        variable = self.variables.get(name)
        return variable is not None and variable.dims == dims and variable.type not in ("char", "string")


class Contents(Protocol):
    """Access to the data of a file, one piece at a time."""

    structure: Structure
    frames: int  # number of complete ones
    frame_bytes: int  # per frame

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, with only the agents `part` if it has agents."""

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None if it is missing or larger than FIXED bytes."""


class ClassicContents:
    """A NetCDF-3 file, located by its header; incomplete frames are left out.

    Args:
        path: the file.
        header: its header.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.header = header
        self._file = path.open("rb", buffering=0)
        self.size = os.fstat(self._file.fileno()).st_size
        self.structure = structure_of(header)
        per_frame = [v for v in header.variables.values() if v.dims[:1] == ("frame",)]
        self.frames = min((self._complete_frames(v) for v in per_frame), default=0)
        self.frame_bytes = max(header.record_size, sum(self._frame_size(v) for v in per_frame), 1)
        self._block: tuple[int, int, bytes] = (0, 0, b"")

    def _frame_size(self, variable: Netcdf3Variable) -> int:
        frames = 1 if variable.record else max(1, self.structure.dims["frame"])
        return variable.size // frames

    def _complete_frames(self, variable: Netcdf3Variable) -> int:
        """Return the number of frames of a variable that the file holds completely."""
        size = max(1, self._frame_size(variable))
        step = self.header.record_size if variable.record else size
        available = (self.size - variable.begin - size) // step + 1
        return max(0, min(self.structure.frames, available))

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, with only the agents `part` if it has agents."""
        variable = self.header.variables[name]
        dtype, shape = np.dtype(TYPES[variable.type]), shape_of(self.header, name)[1:]
        step = self.header.record_size if variable.record else self._frame_size(variable)
        if variable.record and step <= PIECE:
            block, offset = self.records(start, stop), variable.begin - first_record(self.header)
            strides = (prod(shape[i:]) * dtype.itemsize for i in range(1, len(shape) + 1))
            values = np.ndarray((stop - start, *shape), dtype, block, offset, (step, *strides))
            return values[:, part] if shape else values
        agents = range(*part.indices(shape[0])) if shape else range(1)
        width = self._frame_size(variable) // (shape[0] if shape else 1)  # bytes per agent
        begin = variable.begin + agents.start * width
        raw = b"".join(self.bytes_at(begin + f * step, len(agents) * width) for f in range(start, stop))
        return np.frombuffer(raw, dtype).reshape(stop - start, *(len(agents) for _ in shape[:1]), *shape[1:])

    def raw(self, frame: int, begin: int, end: int) -> bytes:
        """Return bytes `begin` to `end` of a record."""
        return self.bytes_at(first_record(self.header) + frame * self.header.record_size + begin, end - begin)

    def records(self, start: int, stop: int) -> bytes:
        """Return the bytes of records `start` to `stop`; the last result is cached."""
        if self._block[:2] != (start, stop):
            step = self.header.record_size
            content = self.bytes_at(first_record(self.header) + start * step, (stop - start) * step)
            self._block = (start, stop, content)
        return self._block[2]

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None if it is missing, truncated or larger than FIXED bytes."""
        variable = self.header.variables.get(name)
        if variable is None or variable.record or variable.size > FIXED or variable.begin + variable.size > self.size:
            return None
        raw = self.bytes_at(variable.begin, variable.size)
        return np.frombuffer(raw, TYPES[variable.type]).reshape(shape_of(self.header, name))

    def bytes_at(self, begin: int, count: int) -> bytes:
        """Return `count` bytes of the file, with zeros after its end (padding of the last record)."""
        parts, done = [], 0
        while done < count and (part := os.pread(self._file.fileno(), count - done, begin + done)):
            parts.append(part)
            done += len(part)
        return b"".join((*parts, bytes(count - done)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def structure_of(header: Header) -> Structure:
    """Return the structure that a classic header states."""
    unlimited = frozenset(name for name, size in header.dims.items() if size == 0)
    dims = {name: header.records if name in unlimited else size for name, size in header.dims.items()}
    return Structure(
        CONTAINERS[header.version],
        dims.get("frame", 0),
        dims,
        unlimited,
        header.attributes,
        {n: Variable(v.dims, v.type, v.attributes) for n, v in header.variables.items()},
    )
