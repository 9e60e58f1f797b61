"""Compression of the variables of a NetCDF-4 file: chunks of frames, each compressed and with a checksum."""

from __future__ import annotations

import ctypes
import math
from contextlib import suppress
from math import prod
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError

FRAMES, BYTES = 64, 1 << 20  # largest chunk
COMPRESSIONS = {
    "zlib": {"compression": "zlib", "complevel": 4, "shuffle": True},
    "zstd": {"compression": "zstd", "complevel": 4},
}
ROUNDED = ("coordinates", "velocities")
DIGITS_AT_MOST = 6  # float32 holds 6 to 7 digits, so more would remove nothing


class Packing(NamedTuple):
    """Compression of variables, and number of significant digits of positions and velocities (None: not rounded)."""

    compression: str = "zlib"
    digits: int | None = None

    def create(self, file: Any, name: str, dtype: Any, dims: tuple[str, ...], fill_value: Any = None) -> Any:
        """Define a variable; one without dimensions is a single number and is not compressed.

        Rounding to d digits keeps ceil(d log2 10) bits: the relative error is at most 0.5 10^-d.

        Raises:
            KaditaError: this installation of netCDF4 lacks the compression.
        """
        if not dims:
            return file.createVariable(name, dtype, fill_value=fill_value)
        if self.compression == "zstd" and not file.has_zstd_filter():
            raise KaditaError("zstd: this installation of netCDF4 lacks it (the one from PyPI has it); use zlib")
        shape = [len(file.dimensions[dim]) for dim in dims]
        if file.dimensions[dims[0]].isunlimited():
            shape[0] = frames_in_chunk(prod(shape[1:]) * np.dtype(dtype).itemsize)
        options = dict(COMPRESSIONS[self.compression])
        if self.digits is not None and name in ROUNDED and np.dtype(dtype).kind == "f":
            bits = math.ceil(self.digits * math.log2(10))
            options |= {"quantize_mode": "BitRound", "significant_digits": bits}  # for BitRound, a number of bits
        variable = file.createVariable(
            name, dtype, dims, fill_value=fill_value, fletcher32=True, chunksizes=shape, **options
        )
        if self.compression == "zstd":
            _shuffle(variable)
        return variable


def _shuffle(variable: Any) -> None:
    """Turn on the shuffle filter, which groups bytes of equal significance and saves up to a fifth.

    netCDF4 offers it only with zlib, libnetcdf with every compression; without libnetcdf the file is only larger.
    """
    import netCDF4

    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(netCDF4._netCDF4.__file__)  # type: ignore[attr-defined] # linked to libnetcdf
        library.nc_def_var_deflate(variable._grpid, variable._varid, 1, 0, 0)  # shuffle on, deflate off


def packing(compression: str | None = None, digits: int | None = None) -> Packing:
    """Return a packing; zlib by default.

    Raises:
        KaditaError: the compression is unknown, or the number of digits is not in 1 .. 6.
    """
    name = compression or "zlib"
    if name not in COMPRESSIONS:
        raise KaditaError(f"--compression: expected one of {', '.join(COMPRESSIONS)}; got {name}")
    if digits is not None and not 1 <= digits <= DIGITS_AT_MOST:
        raise KaditaError(f"--significant-digits: expected 1 to {DIGITS_AT_MOST}; got {digits}")
    return Packing(name, digits)


def frames_in_chunk(size: int) -> int:
    """Return the number of frames of `size` bytes in a chunk: at most 64 and at most 1 MiB, but at least one."""
    return max(1, min(FRAMES, BYTES // max(1, size)))
