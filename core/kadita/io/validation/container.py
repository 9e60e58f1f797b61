"""Access to a NetCDF-3 file for the checks: its header, and its data in pieces."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.netcdf3 import TYPES, Header, Variable
from kadita.io.amber.records import ClassicFile, record_type, shape_of

PIECE = 1 << 23  # bytes per read
FIXED = 1 << 21  # largest variable without frames that is read, in bytes; parsed JSON takes 30 times as many


def has_numbers(header: Header, name: str, *dims: str) -> bool:
    """Whether the file has this numeric variable with these dimensions."""
    variable = header.variables.get(name)
    return variable is not None and variable.dims == dims and variable.type not in ("char", "string")


class ClassicContents(ClassicFile):
    """A NetCDF-3 file, located by its header, of which `frames` are complete; incomplete frames are left out."""

    def __init__(self, path: Path, header: Header) -> None:
        super().__init__(path, header)
        per_frame = [v for v in header.variables.values() if v.dims[:1] == ("frame",)]
        self.frames = min((self._complete_frames(v) for v in per_frame), default=0)
        self.frame_bytes = max(header.record_size, sum(self._frame_size(v) for v in per_frame), 1)
        self._block: tuple[int, int, NDArray[Any]] = (0, 0, np.empty(0))

    def _frame_size(self, variable: Variable) -> int:
        frames = 1 if variable.record else max(1, self.header.sizes["frame"])
        return variable.size // frames

    def _complete_frames(self, variable: Variable) -> int:
        """Return the number of frames of a variable that the file holds completely."""
        size = max(1, self._frame_size(variable))
        step = self.header.record_size if variable.record else size
        available = (self.size - variable.begin - size) // step + 1
        return max(0, min(self.header.sizes["frame"], available))

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, with only the agents `part` if it has agents."""
        variable = self.header.variables[name]
        dtype, shape = np.dtype(TYPES[variable.type]), shape_of(self.header, name)[1:]
        step = self.header.record_size if variable.record else self._frame_size(variable)
        if variable.record and step <= PIECE:
            values = self._records(start, stop)[name]
            return values[:, part] if shape else values
        agents = range(*part.indices(shape[0])) if shape else range(1)
        width = prod(shape[1:]) * dtype.itemsize  # bytes per agent
        begin, count = variable.begin + agents.start * width, len(agents) * width
        raw = b"".join(self.bytes_at(begin + f * step, count, padding=count) for f in range(start, stop))
        return np.frombuffer(raw, dtype).reshape(stop - start, *(len(agents) for _ in shape[:1]), *shape[1:])

    def _records(self, start: int, stop: int) -> NDArray[Any]:
        """Return records `start` to `stop`; the last result is cached."""
        if self._block[:2] != (start, stop):
            step, count = self.header.record_size, (stop - start) * self.header.record_size
            raw = self.bytes_at(self.first + start * step, count, padding=count)  # the last record may lack padding
            self._block = start, stop, np.frombuffer(raw, record_type(self.header))
        return self._block[2]

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None if it is missing, truncated or larger than FIXED bytes."""
        variable = self.header.variables.get(name)
        if variable is None or variable.size > FIXED or variable.begin + variable.size > self.size:
            return None
        return super().fixed(name)
