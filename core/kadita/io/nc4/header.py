"""What the header of a NetCDF-4 file would be in a classic file: its checksum is the one that both containers keep."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kadita.base.netcdf3 import parse_bytes
from kadita.io.amber.records import SEED, STATUS, first_record


def attributes_of(holder: Any) -> dict[str, Any]:
    """Return attributes but those that say how numbers were rounded, of which nothing is to be undone."""
    return {name: holder.getncattr(name) for name in holder.ncattrs() if not name.startswith("_Quantize")}


def define_like(source: Any, file: Any, create: Callable[[str, Any, tuple[str, ...], Any], Any]) -> None:
    """Define in an empty file what another one defines, in its order, and copy what has no frames.

    Args:
        source: an open `netCDF4.Dataset`.
        file: another one, to write to.
        create: makes a variable of a name, type, dimensions and fill value.
    """
    for name, dim in source.dimensions.items():
        file.createDimension(name, None if dim.isunlimited() else len(dim))
    file.setncatts(attributes_of(source))
    for name, variable in source.variables.items():
        attributes = attributes_of(variable)
        made = create(name, variable.dtype, variable.dimensions, attributes.pop("_FillValue", None))
        made.set_auto_maskandscale(False)
        made.set_auto_chartostring(False)
        made.setncatts(attributes)
        if variable.dimensions[:1] != ("frame",):
            made[...] = variable[...]


def classic_seed(source: Any) -> int:
    """Return the checksum of all that a classic file with the same contents has before its first frame.

    Args:
        source: an open `netCDF4.Dataset`, of types that NetCDF-3 knows.
    """
    import netCDF4

    file = netCDF4.Dataset("header.nc", "w", format="NETCDF3_64BIT_OFFSET", memory=1)
    define_like(source, file, lambda name, kind, dims, fill: file.createVariable(name, kind, dims, fill_value=fill))
    content = bytearray(file.close())
    header = parse_bytes(Path("header.nc"), bytes(content))
    places = [4, *(v.begin for name, v in header.variables.items() if name in (STATUS, SEED))]
    for begin in places:
        content[begin : begin + 4] = bytes(4)
    return zlib.crc32(content[: first_record(header)])
