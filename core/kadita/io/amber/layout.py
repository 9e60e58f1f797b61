"""The layout of a trajectory file, made from the data of `convention`: AMBER's convention 1.0, and what kadita adds.

NetCDF-3 with 64-bit offsets. One length unit is written as 1 angstrom and one unit of time as 1 picosecond; the true
units stand in attributes of kadita's own. Nothing in the file differs between equal runs.
Convention: https://ambermd.org/netcdf/nctraj.xhtml
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.netcdf3 import TYPES
from kadita.io.amber.convention import convention
from kadita.io.amber.records import SEED, STATUS, SUM

RUNNING, COMPLETE = 0, 1
CELL = ("cell_spatial", "cell_angular", "cell_lengths", "cell_angles")  # variables of files with a periodic cell


def describe(file: Any, **said: str) -> None:
    """Set the global attributes of the convention that have a value: its own, or the one that is said here."""
    said = {"programVersion": version("kadita"), **said}
    values = {a.name: said.get(a.name, a.value) for a in convention().attributes}
    file.setncatts({name: value for name, value in values.items() if value is not None})


def define(
    file: Any,
    names: Collection[str],
    agents: int,
    values: Mapping[str, Any] | None = None,
    create: Callable[[str, Any, tuple[str, ...]], Any] | None = None,
    *,
    frames: bool = True,
) -> None:
    """Define those variables of the convention that are named, with their dimensions and units, in its order.

    Args:
        file: `netCDF4.Dataset`.
        names: of the variables.
        agents: their number.
        values: of variables without frames: numbers, or words where they are text.
        create: makes a variable of a name, a type and dimensions; that of `file` where nothing else is said.
        frames: whether there is a dimension of frames.
    """
    values, create = values or {}, create or file.createVariable
    wanted = [v for v in convention().variables if v.name in names]
    dims = {v.name: tuple(d for d in v.dims if frames or d != "frame") for v in wanted}
    filled = {v.name: values.get(v.name, v.text) for v in wanted if v.text or v.name in values}
    filled |= {v.name: _letters(filled[v.name], len(v.dims)) for v in wanted if v.types == ("char",)}
    sizes = {dim: size for name, held in filled.items() for dim, size in zip(dims[name], np.shape(held), strict=True)}
    for dim in convention().dimensions:
        if dim.name not in file.dimensions and any(dim.name in of for of in dims.values()):
            size = agents if dim.name == "atom" else sizes.get(dim.name, dim.size)
            file.createDimension(dim.name, None if dim.unlimited else size)
    for v in wanted:
        made = create(v.name, np.dtype(TYPES[v.types[-1]]).newbyteorder("="), dims[v.name])
        if v.units is not None:
            made.units = v.units
        if v.name in filled:
            made[...] = filled[v.name]


def define_school(
    file: Any,
    agents: int,
    identities: list[str] | None,
    configuration: str,
    attributes: Mapping[str, Any],
    *,
    periodic: bool,
    velocities: bool,
    presence: bool,
    species: tuple[Sequence[str], NDArray[np.int32]] | None = None,
) -> None:
    """Define dimensions, variables and attributes of an empty netCDF4 file of kadita's own.

    Args:
        file: `netCDF4.Dataset`.
        agents: their number.
        identities: a name for each; None where they are 0 .. N - 1.
        configuration: JSON.
        attributes: what is known of the school: ``model``, ``r_a``, ``length_unit``, ``time_unit``.
        periodic: whether frames have a cell.
        velocities: whether frames have velocities.
        presence: whether agents can be absent.
        species: their names, and the number of each agent's, (N,).
    """
    limit = convention().limits.attribute_length
    known = {f"kadita_{key}": str(value)[:limit] for key, value in attributes.items() if value is not None}
    sha256 = hashlib.sha256(configuration.encode()).hexdigest()
    known |= {"title": "kadita trajectory", "application": "kadita", "program": "kadita"}
    describe(file, **known, kadita_configuration_sha256=sha256)
    values: dict[str, Any] = {STATUS: RUNNING, SEED: 0, "kadita_configuration": [configuration]}  # SEED: set at the end
    if identities is not None:
        values["kadita_agent"] = identities
    if species is not None:
        values["kadita_species"], values["species"] = species
    names = {"spatial", "time", "coordinates", SUM, *values, *(CELL if periodic else ())}
    names |= {name for name, there in (("velocities", velocities), ("present", presence)) if there}
    define(file, names, agents, values)


def _letters(words: Sequence[str], dims: int) -> NDArray[Any]:
    """Return the characters of words one after the other, or, in two dimensions, a row for each, filled with blanks."""
    raw = [word.encode() for word in words]
    if dims == 1:
        return np.frombuffer(b"".join(raw), "S1")
    width = max([1, *map(len, raw)])
    return np.array([word.ljust(width) for word in raw], dtype=f"S{width}").view("S1").reshape(-1, width)
