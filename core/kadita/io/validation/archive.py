"""Access to a NetCDF-4 file for the checks; claimed sizes are compared with that of the file before data are read."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.io.amber.convention import convention
from kadita.io.nc4.chunks import NAMES, OTHER
from kadita.io.validation.container import FIXED, Structure, Variable

if TYPE_CHECKING:
    import netCDF4


class ArchiveContents:
    """An open NetCDF-4 file.

    Raises:
        KaditaError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        import netCDF4

        try:
            self._file = netCDF4.Dataset(path, "r")
            self.structure = _structure(self._file)
        except (OSError, RuntimeError, KeyError, AttributeError) as error:  # AttributeError: unknown types
            raise KaditaError(f"{path}: cannot be opened: {getattr(error, 'strerror', None) or error}") from None
        self._file.set_auto_mask(False)
        self._file.set_auto_scale(False)
        self._file.set_auto_chartostring(False)
        self.size = path.stat().st_size
        self.frames = self.structure.frames
        per_frame = [v for v in self._file.variables.values() if v.dimensions[:1] == ("frame",)]
        self.frame_bytes = max(1, sum(prod(v.shape[1:]) * _width(v) for v in per_frame))

    def excess_claim(self) -> int | None:
        """Return the claimed bytes of all data, or of one chunk, if a file of this size cannot hold them."""
        claims = []
        for variable in self._file.variables.values():
            chunk = variable.chunking()
            claims.append(prod(variable.shape) * _width(variable))
            claims.append(prod(chunk) * _width(variable) if isinstance(chunk, list) else 0)
        largest = max([sum(claims[::2]), *claims])
        return largest if largest > convention().limits.netcdf4_expansion * self.size else None

    def rows(self, name: str, start: int, stop: int, part: slice) -> NDArray[Any]:
        """Return frames `start` to `stop` of a variable, with only the agents `part` if it has agents."""
        variable = self._file.variables[name]
        return np.asarray(variable[start:stop, part] if variable.ndim > 1 else variable[start:stop])

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None if it is missing or larger than FIXED bytes."""
        variable = self._file.variables.get(name)
        if variable is None or variable.dimensions[:1] == ("frame",) or variable.dtype is str:
            return None
        return np.asarray(variable[...]) if prod(variable.shape) * _width(variable) <= FIXED else None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _width(variable: netCDF4.Variable[Any]) -> int:
    return np.dtype(variable.dtype).itemsize if variable.dtype is not str else 8


def _structure(file: netCDF4.Dataset) -> Structure:
    unlimited = frozenset(name for name, dim in file.dimensions.items() if dim.isunlimited())
    dims = {name: len(dim) for name, dim in file.dimensions.items()}
    variables = {
        name: Variable(v.dimensions, NAMES.get(np.dtype(v.dtype).newbyteorder("="), OTHER), _attributes(v))
        for name, v in file.variables.items()
    }
    return Structure("NetCDF-4", dims.get("frame", 0), dims, unlimited, _attributes(file), variables)


def _attributes(holder: netCDF4.Dataset | netCDF4.Variable[Any]) -> dict[str, Any]:
    """Return attributes: strings, or tuples of numbers."""
    values = {name: holder.getncattr(name) for name in holder.ncattrs()}
    return {name: v if isinstance(v, str) else tuple(np.ravel(v).tolist()) for name, v in values.items()}
