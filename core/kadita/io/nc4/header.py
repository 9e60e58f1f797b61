"""The header of a NetCDF-4 file as that of a classic file, whose checksum is stored in both containers."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kadita.base.netcdf3 import parse_bytes
from kadita.io.amber.records import SEED, STATUS, first_record


def attributes_of(holder: Any) -> dict[str, Any]:
    """Return the attributes, without those of netCDF4 that describe rounding."""
    return {name: holder.getncattr(name) for name in holder.ncattrs() if not name.startswith("_Quantize")}


def define_like(source: Any, file: Any, create: Callable[[str, Any, tuple[str, ...], Any], Any]) -> None:
    """Copy all definitions to an empty file, in the same order, and the values of variables without frames.

    Args:
        source: the open `netCDF4.Dataset` to copy.
        file: the `netCDF4.Dataset` to write to.
        create: creates a variable from name, type, dimensions and fill value.
    """
    for name, dim in source.dimensions.items():
        file.createDimension(name, None if dim.isunlimited() else len(dim))
    file.setncatts(attributes_of(source))
    for name, variable in source.variables.items():
        attributes = attributes_of(variable)
        copy = create(name, variable.dtype, variable.dimensions, attributes.pop("_FillValue", None))
        copy.set_auto_maskandscale(False)
        copy.set_auto_chartostring(False)
        copy.setncatts(attributes)
        if variable.dimensions[:1] != ("frame",):
            copy[...] = variable[...]


def classic_seed(source: Any) -> int:
    """Return the checksum of the bytes before the first frame of a classic file with the same content.

    Args:
        source: an open `netCDF4.Dataset` with types of NetCDF-3.
    """
    import netCDF4

    file = netCDF4.Dataset("header.nc", "w", format="NETCDF3_64BIT_OFFSET", memory=1)
    define_like(source, file, lambda name, dtype, dims, fill: file.createVariable(name, dtype, dims, fill_value=fill))
    content = bytearray(file.close())
    header = parse_bytes(Path("header.nc"), bytes(content))
    offsets = [4, *(v.begin for name, v in header.variables.items() if name in (STATUS, SEED))]
    for begin in offsets:  # number of frames, status and the checksum itself
        content[begin : begin + 4] = bytes(4)
    return zlib.crc32(content[: first_record(header)])
