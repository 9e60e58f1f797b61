"""The frames of a NetCDF-4 file, read in the child process: damaged HDF5 can crash the library, or hang it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.io.amber.records import Records
from kadita.io.isolated.remote import Remote
from kadita.io.nc4.chunks import Nc4Records
from kadita.school.neighbors import Integers

LIBRARY = "netCDF4"


class IsolatedRecords(Records):
    """The same as `Nc4Records`, in the child process.

    Raises:
        KaditaError: the file is damaged, or claims more data than its size can hold.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._remote = Remote(Nc4Records, (path,), describe=_layout, files=[path], by=LIBRARY)
        self.header, self.type = self._remote.described
        self._scratch = np.empty(0, self.type)

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None if there is none of this name."""
        variable = self.header.variables.get(name)
        return None if variable is None or variable.record else self.column(name)

    def read(self, frames: Integers, records: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the records of these frames, in the given array or in a new one."""
        if len(frames) == 0:
            return np.empty(0, self.type) if records is None else records
        stored: NDArray[Any] = self._remote.read(_read, frames, self.header.records)
        if records is None:
            return stored
        records[...] = stored
        return records

    def column(self, name: str) -> NDArray[Any]:
        """Return one variable, of all frames, (T, ...), if it has frames."""
        return self._remote.call(_column, name)

    def seed(self) -> int:
        """Return the seed of the frames' checksums."""
        return self._remote.call(_seed)

    def close(self) -> None:
        """Close the file."""
        self._remote.close()


def _layout(records: Nc4Records) -> tuple[Any, np.dtype[Any]]:
    return records.header, records.type


def _read(records: Nc4Records, frames: Integers) -> NDArray[Any]:
    return records.read(frames)


def _column(records: Nc4Records, name: str) -> NDArray[Any]:
    return records.column(name)


def _seed(records: Nc4Records) -> int:
    return records.seed()
