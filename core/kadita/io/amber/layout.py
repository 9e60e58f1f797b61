"""Define trajectory files from the data of `convention`: AMBER's convention 1.0, and kadita's additions.

NetCDF-3 with 64-bit offsets. One unit of length is stored as 1 angstrom and one unit of time as 1 picosecond; kadita's
attributes hold the true units. Equal runs give identical files.
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
from kadita.io.amber.convention import convention, stored_name
from kadita.io.amber.records import SEED, STATUS, SUM
from kadita.school.box import Floats

RUNNING, COMPLETE = 0, 1
CELL = ("cell_spatial", "cell_angular", "cell_lengths", "cell_angles")  # variables of files with a periodic cell


def describe(file: Any, **given: str) -> None:
    """Set the global attributes of the convention: those given, and those with a fixed value."""
    given = {"programVersion": version("kadita"), **given}
    values = {a.name: given.get(a.name, a.value) for a in convention().attributes}
    file.setncatts({name: value for name, value in values.items() if value is not None})


def define(
    file: Any,
    names: Collection[str],
    agents: int,
    values: Mapping[str, Any] | None = None,
    create: Callable[[str, Any, tuple[str, ...]], Any] | None = None,
    *,
    frames: bool = True,
    kept: Sequence[str] = (),
) -> None:
    """Define the named variables of the convention, with their dimensions and units, in its order.

    Args:
        file: `netCDF4.Dataset`.
        names: names of the variables.
        agents: number of agents.
        values: values of variables without frames, by name: numbers, or strings for text.
        create: creates a variable from name, type and dimensions; by default `file.createVariable`.
        frames: whether the file has the dimension of frames.
        kept: names of numbers that agents keep.
    """
    values, create = values or {}, create or file.createVariable
    stored = {*names, *map(stored_name, kept)}
    wanted = [v for v in convention().with_kept(kept) if v.name in stored]
    dims = {v.name: tuple(d for d in v.dims if frames or d != "frame") for v in wanted}
    filled = {v.name: values.get(v.name, v.text) for v in wanted if v.text or v.name in values}
    filled |= {v.name: _characters(filled[v.name], len(v.dims)) for v in wanted if v.types == ("char",)}
    sizes = {dim: size for name, value in filled.items() for dim, size in zip(dims[name], np.shape(value), strict=True)}
    for dim in convention().dimensions:
        if dim.name not in file.dimensions and any(dim.name in used for used in dims.values()):
            size = agents if dim.name == "atom" else sizes.get(dim.name, dim.size)
            file.createDimension(dim.name, None if dim.unlimited else size)
    for v in wanted:
        variable = create(v.name, np.dtype(TYPES[v.types[-1]]).newbyteorder("="), dims[v.name])
        if v.units is not None:
            variable.units = v.units
        if v.long_name is not None:
            variable.long_name = v.long_name
        if v.name in filled:
            variable[...] = filled[v.name]


def define_school(
    file: Any,
    agents: int,
    identities: list[str] | None,
    configuration: str,
    attributes: Mapping[str, Any],
    *,
    periodic: str,
    velocities: bool,
    presence: bool,
    species: tuple[Sequence[str], NDArray[np.int32]] | None = None,
    dimensions: int | None = None,
    origin: Floats | None = None,
    reused: Sequence[str] | None = None,
    variables: Sequence[str] = (),
    title: str = "kadita trajectory",
    application: str | None = "kadita",
) -> None:
    """Define the dimensions, variables and attributes of a kadita trajectory in an empty netCDF4 file.

    Args:
        file: `netCDF4.Dataset`.
        agents: number of agents.
        identities: a name for each agent; None if they are 0 .. N - 1.
        configuration: configuration of the run, as JSON.
        attributes: attributes of the school: ``model``, ``r_a``, ``length_unit``, ``time_unit``; and ``arena``.
        periodic: the axes along which frames have a cell: ``"xyz"``, ``"xy"``; empty in open space.
        velocities: whether frames have velocities.
        presence: whether agents can be absent.
        species: names of the species, and the index of each agent's species, (N,).
        dimensions: 2 for a plane, 3 for space; None to leave it open.
        origin: (3,), added to the stored positions by kadita.
        reused: names of agents, where they are more than columns, and later ones reuse the columns of earlier ones.
        variables: names of numbers that agents keep.
        title: of the file.
        application: the program that made the frames; None if it has no name.
    """
    limit = convention().limits.attribute_length
    known = {f"kadita_{key}": str(value)[:limit] for key, value in attributes.items() if value is not None}
    stated = {"dimensions": dimensions, "periodic": None if periodic in ("", "xyz") else periodic}
    known |= {f"kadita_{key}": str(value) for key, value in stated.items() if value is not None}
    sha256 = hashlib.sha256(configuration.encode()).hexdigest()
    known |= {"title": title, "program": "kadita"} | ({} if application is None else {"application": application})
    describe(file, **known, kadita_configuration_sha256=sha256)
    values: dict[str, Any] = {STATUS: RUNNING, SEED: 0, "kadita_configuration": [configuration]}  # the writer sets SEED
    if identities is not None:
        values["kadita_agent"] = identities
    if species is not None:
        of_agents = "species" if reused is None else "kadita_identity_species"
        values["kadita_species"], values[of_agents] = species
    if origin is not None:
        values["kadita_origin"] = origin
    if attributes.get("arena") is not None:
        values["kadita_arena"] = [str(attributes["arena"])]
    if reused is not None:
        values["kadita_identity_name"] = reused
    names = {"spatial", "time", "coordinates", SUM, *values, *(CELL if periodic else ())}
    names |= {
        name
        for name, stored in (("velocities", velocities), ("present", presence), ("kadita_identity", reused))
        if stored
    }
    define(file, names, agents, values, kept=variables)


def _characters(texts: Sequence[str], dims: int) -> NDArray[Any]:
    """Return the characters of texts: concatenated if `dims` is 1, otherwise one row per text, padded with blanks."""
    raw = [text.encode() for text in texts]
    if dims == 1:
        return np.frombuffer(b"".join(raw), "S1")
    width = max([1, *map(len, raw)])
    return np.array([text.ljust(width) for text in raw], dtype=f"S{width}").view("S1").reshape(-1, width)
