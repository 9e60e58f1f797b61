"""A trajectory file as the checks see it, whatever its container: what it is made of, and its numbers in pieces."""

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

PIECE = 1 << 23  # bytes read together
FIXED = 1 << 21  # bytes of a variable without frames that is looked at; JSON takes 30 times as many in memory


@dataclass(frozen=True)
class Variable:
    """A variable: names of its dimensions, name of its type, attributes (text, or a tuple of numbers)."""

    dims: tuple[str, ...]
    type: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Structure:
    """What a file says that it is made of."""

    container: str
    frames: int  # as it claims
    dims: Mapping[str, int]  # an unlimited one has its present length
    unlimited: frozenset[str]
    attributes: Mapping[str, Any]
    variables: Mapping[str, Variable]

    def has(self, name: str, *dims: str) -> bool:
        """Whether there is a variable of numbers with these dimensions."""
        variable = self.variables.get(name)
        return variable is not None and variable.dims == dims and variable.type not in ("char", "string")


class Contents(Protocol):
    """Numbers of a file, a piece at a time."""

    structure: Structure
    frames: int  # that are there as a whole
    frame_bytes: int  # of each

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, of the agents `part` where it has agents."""

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None where there is none, or none of a reasonable size."""


class ClassicContents:
    """A NetCDF-3 file, by what its header says; frames that are cut off are not there.

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
        self.frames = min((self._whole(v) for v in per_frame), default=0)
        self.frame_bytes = max(header.record_size, sum(self._row(v) for v in per_frame), 1)
        self._block: tuple[int, int, bytes] = (0, 0, b"")

    def _row(self, variable: Netcdf3Variable) -> int:
        frames = 1 if variable.record else max(1, self.structure.dims["frame"])
        return variable.size // frames

    def _whole(self, variable: Netcdf3Variable) -> int:
        """Return how many frames of a variable are within the file."""
        row = max(1, self._row(variable))
        step = self.header.record_size if variable.record else row
        there = (self.size - variable.begin - row) // step + 1
        return max(0, min(self.structure.frames, there))

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, of the agents `part` where it has agents."""
        variable = self.header.variables[name]
        kind, shape = np.dtype(TYPES[variable.type]), shape_of(self.header, name)[1:]
        step = self.header.record_size if variable.record else self._row(variable)
        if variable.record and step <= PIECE:
            block, offset = self.records(start, stop), variable.begin - first_record(self.header)
            inner = (prod(shape[i:]) * kind.itemsize for i in range(1, len(shape) + 1))
            values = np.ndarray((stop - start, *shape), kind, block, offset, (step, *inner))
            return values[:, part] if shape else values
        agents = range(*part.indices(shape[0])) if shape else range(1)
        each = self._row(variable) // (shape[0] if shape else 1)
        place = variable.begin + agents.start * each
        raw = b"".join(self.bytes_at(place + f * step, len(agents) * each) for f in range(start, stop))
        return np.frombuffer(raw, kind).reshape(stop - start, *(len(agents) for _ in shape[:1]), *shape[1:])

    def raw(self, frame: int, begin: int, end: int) -> bytes:
        """Return bytes `begin` to `end` of a record."""
        return self.bytes_at(first_record(self.header) + frame * self.header.record_size + begin, end - begin)

    def records(self, start: int, stop: int) -> bytes:
        """Return whole records; those asked for last are kept."""
        if self._block[:2] != (start, stop):
            step = self.header.record_size
            content = self.bytes_at(first_record(self.header) + start * step, (stop - start) * step)
            self._block = (start, stop, content)
        return self._block[2]

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None where there is none, or none of a reasonable size within the file."""
        variable = self.header.variables.get(name)
        if variable is None or variable.record or variable.size > FIXED or variable.begin + variable.size > self.size:
            return None
        raw = self.bytes_at(variable.begin, variable.size)
        return np.frombuffer(raw, TYPES[variable.type]).reshape(shape_of(self.header, name))

    def bytes_at(self, begin: int, count: int) -> bytes:
        """Return so many bytes of the file, zeros behind its end (padding of the last record)."""
        parts, there = [], 0
        while there < count and (part := os.pread(self._file.fileno(), count - there, begin + there)):
            parts.append(part)
            there += len(part)
        return b"".join((*parts, bytes(count - there)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def structure_of(header: Header) -> Structure:
    """Return what a classic header says, with types by name."""
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
