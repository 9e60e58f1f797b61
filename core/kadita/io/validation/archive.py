"""Access to a NetCDF-4 file for the checks; claimed sizes are compared with that of the file before data are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.files import INFLATED_AT_MOST
from kadita.io.nc4.header import OTHER, claimed_bytes, header_of
from kadita.io.netcdf4 import ERRORS, open_dataset
from kadita.io.validation.container import FIXED, ClassicContents


class ArchiveContents:
    """An open NetCDF-4 file.

    Raises:
        KaditaError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._file = open_dataset(path)
        try:
            self.header = header_of(self._file)
        except ERRORS as error:
            self.close()
            raise KaditaError(f"{path}: expected a NetCDF-4 file; it is damaged ({error})") from None
        self.size = path.stat().st_size
        self.frames = self.header.sizes.get("frame", 0)
        self.frame_bytes = max(1, self.header.record_size)

    def excess_claim(self) -> int | None:
        """Return the claimed number of bytes of data if a file of this size cannot hold them, otherwise None."""
        claimed = claimed_bytes(self._file)
        return claimed if claimed > INFLATED_AT_MOST * self.size else None

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, with only the agents `part` if it has agents."""
        variable = self._file.variables[name]
        return np.asarray(variable[start:stop, part] if variable.ndim > 1 else variable[start:stop])

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None if it is missing or larger than FIXED bytes."""
        variable = self.header.variables.get(name)
        if variable is None or variable.record or variable.type == OTHER or variable.size > FIXED:
            return None
        return np.asarray(self._file.variables[name][...])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


Contents = ClassicContents | ArchiveContents
