"""Frames of a NetCDF-4 file as NumPy records with the layout of a classic file.

The checksum of a frame is that of the classic record, so it can be checked in both containers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.files import HDF5, check_claim, first_bytes
from kadita.base.netcdf3 import TYPES
from kadita.io.amber.records import LARGEST, Records
from kadita.io.nc4.compression import frames_in_chunk
from kadita.io.nc4.header import OTHER, claimed_bytes, classic_seed, header_of
from kadita.io.netcdf4 import ERRORS, open_dataset
from kadita.school.neighbors import Integers


class Nc4Records(Records):
    """The frames of an open NetCDF-4 file.

    Raises:
        KaditaError: the file is damaged, or claims more data than its size can hold; raised before data are read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if (first := first_bytes(path)) != HDF5:
            raise KaditaError(f"{path}: expected a NetCDF-4 file, which begins with HDF; found the bytes {first[:4]!r}")
        self._nc4 = open_dataset(path)
        try:
            check_claim(path, claimed_bytes(self._nc4))
            _check_filters(path, self._nc4)
            self.header = header_of(self._nc4)
            self.type = self._record_type()
            self._scratch = np.empty(0, self.type)
        except ERRORS as error:
            self._nc4.close()
            raise KaditaError(f"{path}: expected a NetCDF-4 file; it is damaged ({error})") from None
        except KaditaError:
            self._nc4.close()
            raise

    def _record_type(self) -> np.dtype[Any]:
        variables = {n: v for n, v in self.header.variables.items() if v.record and v.type != OTHER}
        sizes = [sum(v.size for v in variables.values()), *(v.size for v in variables.values())]
        if not variables or max(sizes) > LARGEST:
            raise KaditaError(f"{self.path}: expected frames below 2 GiB; found {sizes[0]} bytes in each")
        shapes = self._nc4.variables
        return np.dtype([(name, TYPES[v.type], shapes[name].shape[1:]) for name, v in variables.items()])

    def fixed(self, name: str) -> NDArray[Any] | None:
        """Return a variable without frames; None if there is none of this name."""
        variable = self.header.variables.get(name)
        return None if variable is None or variable.record else self.column(name)

    def read(self, frames: Integers, records: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the records of these frames, in the given array or in a new one.

        Raises:
            KaditaError: an HDF5 checksum fails, or the data cannot be read.
        """
        records = np.empty(len(frames), self.type) if records is None else records
        if len(frames) == 0:
            return records
        for name in self.type.names or ():
            try:
                records[name] = self._nc4.variables[name][_index(frames)]
            except ERRORS as error:
                raise self._damage(name, frames, error) from None
        return records

    def _damage(self, name: str, frames: Integers, error: Exception) -> KaditaError:
        """Return an error that names the frames of the first unreadable chunk."""
        size = frames_in_chunk(self.header.variables[name].size)
        for chunk in np.split(frames, np.flatnonzero(np.diff(frames // size)) + 1):
            try:
                self._nc4.variables[name][_index(chunk)]
            except ERRORS:
                where = f"frame {chunk[0]} is" if len(chunk) == 1 else f"frames {chunk[0]} to {chunk[-1]} are"
                break
        else:
            where = "a frame is"
        return KaditaError(
            f"{self.path}: {where} damaged ({name}: {error}); take another copy of the file, or leave them out with "
            "--start and --stop"
        )

    def column(self, name: str) -> NDArray[Any]:
        """Return one variable, of all frames, (T, ...), if it has frames."""
        try:
            return np.asarray(self._nc4.variables[name][...])
        except ERRORS as error:
            raise KaditaError(f"{self.path}: {name} is damaged ({error}); take another copy of the file") from None

    def seed(self) -> int:
        """Return the seed of the frames' checksums: that of the classic file with the same content."""
        try:
            return classic_seed(self._nc4)
        except (*ERRORS, KaditaError, TypeError) as error:
            raise KaditaError(f"{self.path}: its header is damaged ({error}); take another copy of the file") from None

    def close(self) -> None:
        """Close the file."""
        if self._nc4.isopen():
            self._nc4.close()


def _index(frames: Integers) -> Any:
    """Return frame numbers as the index that netCDF4 reads fastest: a slice if they are consecutive."""
    consecutive = len(frames) == frames[-1] - frames[0] + 1
    return slice(int(frames[0]), int(frames[-1]) + 1) if consecutive else frames


def _check_filters(path: Path, file: Any) -> None:
    for name, variable in file.variables.items():
        if (variable.filters() or {}).get("zstd") and not file.has_zstd_filter():
            raise KaditaError(
                f"{path}: {name} is compressed with zstd, which this installation of netCDF4 cannot read; install "
                "netCDF4 from PyPI, or convert the file with --compression zlib where it can be read"
            )
