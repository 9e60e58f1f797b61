"""The header of a NetCDF-4 file as that of a classic file, whose checksum is stored in both containers."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita.base.netcdf3 import TYPES, Header, Variable, parse_bytes
from kadita.io.amber.records import changing_bytes, first_record
from kadita.io.netcdf4 import open_dataset

CONTAINER = 4  # version of the header; classic files have 1, 2 or 5
NAMES = {np.dtype(kind).newbyteorder("="): name for name, kind in TYPES.items()}
OTHER = "string"  # a type that NetCDF-3 lacks: variable-length text, a structure


def header_of(file: Any) -> Header:
    """Return the structure of an open `netCDF4.Dataset` as a classic header."""
    variables = {}
    for name, v in file.variables.items():
        type_name = NAMES.get(np.dtype(v.dtype).newbyteorder("="), OTHER) if isinstance(v.dtype, np.dtype) else OTHER
        record = v.dimensions[:1] == ("frame",)
        size = prod(v.shape[1:] if record else v.shape) * getattr(v.dtype, "itemsize", 8)
        variables[name] = Variable(tuple(v.dimensions), type_name, _classic_attributes(v), 0, size, record)
    frame = file.dimensions.get("frame")
    unlimited = "frame" if frame is not None and frame.isunlimited() else None
    dims = {name: 0 if name == unlimited else len(dim) for name, dim in file.dimensions.items()}
    records, record_size = 0 if frame is None else len(frame), sum(v.size for v in variables.values() if v.record)
    return Header(CONTAINER, records, dims, unlimited, _classic_attributes(file), variables, 0, record_size)


def _classic_attributes(holder: Any) -> dict[str, Any]:
    """Return attributes as those of a classic header: strings, and tuples of numbers."""
    raw = {name: holder.getncattr(name) for name in holder.ncattrs()}
    return {name: v if isinstance(v, str) else tuple(np.atleast_1d(v).tolist()) for name, v in raw.items()}


def claimed_bytes(file: Any) -> int:
    """Return the number of bytes that an open `netCDF4.Dataset` claims to hold."""
    claimed = 0
    for variable in file.variables.values():
        chunks = variable.chunking() or ()
        # HDF5 decompresses complete chunks, which can be larger than the variable
        chunk_size = prod(map(int, chunks)) if not isinstance(chunks, str) else 0
        claimed += getattr(variable.dtype, "itemsize", 8) * max(prod(variable.shape), chunk_size)
    return claimed


def attributes_of(holder: Any) -> dict[str, Any]:
    """Return the attributes, without those of netCDF4 that describe rounding."""
    return {name: holder.getncattr(name) for name in holder.ncattrs() if not name.startswith("_Quantize")}


class Definitions(NamedTuple):
    """What a NetCDF file defines, in its order.

    Attributes:
        dimensions: their lengths, None for unlimited ones.
        attributes: global ones.
        variables: name, type, dimensions, attributes, and values, None for a variable with frames.
    """

    dimensions: dict[str, int | None]
    attributes: dict[str, Any]
    variables: list[tuple[str, Any, tuple[str, ...], dict[str, Any], Any]]


def definitions_of(path: Path) -> Definitions:
    """Return the definitions of a NetCDF file."""
    with open_dataset(path) as file:
        return definitions(file)


def definitions(file: Any) -> Definitions:
    """Return the definitions of an open `netCDF4.Dataset`."""
    return Definitions(
        {name: None if dim.isunlimited() else len(dim) for name, dim in file.dimensions.items()},
        attributes_of(file),
        [
            (name, v.dtype, v.dimensions, attributes_of(v), None if v.dimensions[:1] == ("frame",) else v[...])
            for name, v in file.variables.items()
        ],
    )


def define_like(source: Definitions, file: Any, create: Callable[[str, Any, tuple[str, ...], Any], Any]) -> None:
    """Copy all definitions to an empty file, in the same order, and the values of variables without frames.

    Args:
        source: the definitions to copy.
        file: the `netCDF4.Dataset` to write to.
        create: creates a variable from name, type, dimensions and fill value.
    """
    for name, length in source.dimensions.items():
        file.createDimension(name, length)
    file.setncatts(source.attributes)
    for name, dtype, dims, attributes, values in source.variables:
        others = {key: value for key, value in attributes.items() if key != "_FillValue"}
        copy = create(name, dtype, dims, attributes.get("_FillValue"))
        copy.set_auto_maskandscale(False)
        copy.set_auto_chartostring(False)
        copy.setncatts(others)
        if values is not None:
            copy[...] = values


def classic_seed(source: Any) -> int:
    """Return the checksum of the bytes before the first frame of a classic file with the same content.

    Args:
        source: an open `netCDF4.Dataset` with types of NetCDF-3.
    """
    import netCDF4

    file = netCDF4.Dataset("header.nc", "w", format="NETCDF3_64BIT_OFFSET", memory=1)
    define_like(
        definitions(source),
        file,
        lambda name, dtype, dims, fill: file.createVariable(name, dtype, dims, fill_value=fill),
    )
    content = bytearray(file.close())
    header = parse_bytes(Path("header.nc"), bytes(content))
    for offset, count in changing_bytes(header):
        content[offset : offset + count] = bytes(count)
    return zlib.crc32(content[: first_record(header)])
