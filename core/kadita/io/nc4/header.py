"""A NetCDF-4 file in the words of a classic header, and the checksum of that, which both containers keep."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.netcdf3 import TYPES, Header, Variable, parse_bytes
from kadita.io.amber.records import first_record, left_out

CONTAINER = 4  # stands where a classic header says 1, 2 or 5
NAMES = {np.dtype(kind).newbyteorder("="): name for name, kind in TYPES.items()}
OTHER = "string"  # a type that NetCDF-3 does not know: text of any length, a structure


def header_of(file: Any) -> Header:
    """Return what an open `netCDF4.Dataset` is made of, as a classic header says it."""
    variables = {}
    for name, v in file.variables.items():
        kind = NAMES.get(np.dtype(v.dtype).newbyteorder("="), OTHER) if isinstance(v.dtype, np.dtype) else OTHER
        record = v.dimensions[:1] == ("frame",)
        size = prod(v.shape[1:] if record else v.shape) * getattr(v.dtype, "itemsize", 8)
        variables[name] = Variable(tuple(v.dimensions), kind, _as_in_classic(v), 0, size, record)
    frame = file.dimensions.get("frame")
    unlimited = "frame" if frame is not None and frame.isunlimited() else None
    dims = {name: 0 if name == unlimited else len(dim) for name, dim in file.dimensions.items()}
    records, each = 0 if frame is None else len(frame), sum(v.size for v in variables.values() if v.record)
    return Header(CONTAINER, records, dims, unlimited, _as_in_classic(file), variables, 0, each)


def _as_in_classic(holder: Any) -> dict[str, Any]:
    """Return attributes as a classic header gives them: texts, and tuples of numbers."""
    found = {name: holder.getncattr(name) for name in holder.ncattrs()}
    return {name: v if isinstance(v, str) else tuple(np.atleast_1d(v).tolist()) for name, v in found.items()}


def claimed_bytes(file: Any) -> int:
    """Return how many bytes an open `netCDF4.Dataset` claims to hold."""
    claimed = 0
    for variable in file.variables.values():
        chunks = variable.chunking() or ()
        # a chunk is read as a whole, however little of it the variable uses
        inside = prod(map(int, chunks)) if not isinstance(chunks, str) else 0
        claimed += getattr(variable.dtype, "itemsize", 8) * max(prod(variable.shape), inside)
    return claimed


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
    for place, count in left_out(header):
        content[place : place + count] = bytes(count)
    return zlib.crc32(content[: first_record(header)])
