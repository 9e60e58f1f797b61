"""How the variables of a NetCDF-4 file are packed: in chunks of frames, compressed, each with its checksum."""

from __future__ import annotations

import ctypes
import math
from contextlib import suppress
from math import prod
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError

FRAMES, BYTES = 64, 1 << 20  # in a chunk at most
COMPRESSIONS = {
    "zlib": {"compression": "zlib", "complevel": 4, "shuffle": True},
    "zstd": {"compression": "zstd", "complevel": 4},
}
ROUNDED = ("coordinates", "velocities")
DIGITS_AT_MOST = 6  # float32 holds no more that could be cut


class Packing(NamedTuple):
    """How variables are compressed, and to how many significant digits positions and velocities are rounded."""

    compression: str = "zlib"
    digits: int | None = None

    def create(self, file: Any, name: str, kind: Any, dims: tuple[str, ...], fill_value: Any = None) -> Any:
        """Define a variable. One without dimensions is a number in the header and cannot be packed.

        A number rounded to d digits keeps ceil(d log2 10) bits: it is at most 0.5 10^-d of itself off.

        Raises:
            KaditaError: a compression that this installation of netCDF4 lacks.
        """
        if not dims:
            return file.createVariable(name, kind, fill_value=fill_value)
        if self.compression == "zstd" and not file.has_zstd_filter():
            raise KaditaError("zstd: this installation of netCDF4 lacks it (that from PyPI has it); take zlib")
        shape = [len(file.dimensions[dim]) for dim in dims]
        if file.dimensions[dims[0]].isunlimited():
            shape[0] = frames_in_chunk(prod(shape[1:]) * np.dtype(kind).itemsize)
        options = dict(COMPRESSIONS[self.compression])
        if self.digits is not None and name in ROUNDED and np.dtype(kind).kind == "f":
            bits = math.ceil(self.digits * math.log2(10))
            options |= {"quantize_mode": "BitRound", "significant_digits": bits}  # of BitRound these are bits
        made = file.createVariable(
            name, kind, dims, fill_value=fill_value, fletcher32=True, chunksizes=shape, **options
        )
        if self.compression == "zstd":
            _shuffle(made)
        return made


def _shuffle(variable: Any) -> None:
    """Have bytes of equal weight stand together, which saves up to a fifth.

    netCDF4 offers it with zlib alone, libnetcdf with all; where that is not found the file is larger and as good.
    """
    import netCDF4

    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(netCDF4._netCDF4.__file__)  # type: ignore[attr-defined] # which is linked to libnetcdf
        library.nc_def_var_deflate(variable._grpid, variable._varid, 1, 0, 0)  # shuffle, but deflate not


def packing(compression: str | None = None, digits: int | None = None) -> Packing:
    """Return a packing; zlib where none is named.

    Raises:
        KaditaError: an unknown compression, or a number of digits that float32 cannot be rounded to.
    """
    name = compression or "zlib"
    if name not in COMPRESSIONS:
        raise KaditaError(f"--compression: expected one of {', '.join(COMPRESSIONS)}; got {name}")
    if digits is not None and not 1 <= digits <= DIGITS_AT_MOST:
        raise KaditaError(f"--significant-digits: expected 1 to {DIGITS_AT_MOST}; got {digits}")
    return Packing(name, digits)


def frames_in_chunk(size: int) -> int:
    """Return how many frames of so many bytes are in a chunk: 64, or as many as are in a MiB, one at least."""
    return max(1, min(FRAMES, BYTES // max(1, size)))
