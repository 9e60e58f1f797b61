"""A trajectory file as the checks see it, whatever its container: its header, and its numbers in pieces."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kadita.base.netcdf3 import TYPES, Header, Variable
from kadita.io.amber.records import ClassicFile, record_type, shape_of

PIECE = 1 << 23  # bytes read together
FIXED = 1 << 21  # bytes of a variable without frames that is looked at; JSON takes 30 times as many in memory


class Contents(Protocol):
    """What a file says that it is made of, and its numbers, a piece at a time."""

    header: Header
    frames: int  # that are there as a whole
    frame_bytes: int  # of each

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, of the agents `part` where it has agents."""

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None where there is none, or none of a reasonable size."""


def has_numbers(header: Header, name: str, *dims: str) -> bool:
    """Whether there is a variable of numbers with these dimensions."""
    variable = header.variables.get(name)
    return variable is not None and variable.dims == dims and variable.type not in ("char", "string")


class ClassicContents(ClassicFile):
    """A NetCDF-3 file, by what its header says; frames that are cut off are not there."""

    def __init__(self, path: Path, header: Header) -> None:
        super().__init__(path, header)
        per_frame = [v for v in header.variables.values() if v.dims[:1] == ("frame",)]
        self.frames = min((self._whole(v) for v in per_frame), default=0)
        self.frame_bytes = max(header.record_size, sum(self._row(v) for v in per_frame), 1)
        self._block: tuple[int, int, NDArray[Any]] = (0, 0, np.empty(0))

    def _row(self, variable: Variable) -> int:
        frames = 1 if variable.record else max(1, self.header.sizes["frame"])
        return variable.size // frames

    def _whole(self, variable: Variable) -> int:
        """Return how many frames of a variable are within the file."""
        row = max(1, self._row(variable))
        step = self.header.record_size if variable.record else row
        there = (self.size - variable.begin - row) // step + 1
        return max(0, min(self.header.sizes["frame"], there))

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, of the agents `part` where it has agents."""
        variable = self.header.variables[name]
        kind, shape = np.dtype(TYPES[variable.type]), shape_of(self.header, name)[1:]
        step = self.header.record_size if variable.record else self._row(variable)
        if variable.record and step <= PIECE:
            values = self._records(start, stop)[name]
            return values[:, part] if shape else values
        agents = range(*part.indices(shape[0])) if shape else range(1)
        each = prod(shape[1:]) * kind.itemsize
        place, count = variable.begin + agents.start * each, len(agents) * each
        raw = b"".join(self.bytes_at(place + f * step, count, spare=count) for f in range(start, stop))
        return np.frombuffer(raw, kind).reshape(stop - start, *(len(agents) for _ in shape[:1]), *shape[1:])

    def _records(self, start: int, stop: int) -> NDArray[Any]:
        """Return whole records; those asked for last are kept."""
        if self._block[:2] != (start, stop):
            step, count = self.header.record_size, (stop - start) * self.header.record_size
            raw = self.bytes_at(self.first + start * step, count, spare=count)  # of the last record padding may lack
            self._block = start, stop, np.frombuffer(raw, record_type(self.header))
        return self._block[2]

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None where there is none, or none of a reasonable size within the file."""
        variable = self.header.variables.get(name)
        if variable is None or variable.size > FIXED or variable.begin + variable.size > self.size:
            return None
        return super().fixed(name)
