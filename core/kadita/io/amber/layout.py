"""The layout of a trajectory file: AMBER's NetCDF convention 1.0, and what kadita adds to it.

NetCDF-3 with 64-bit offsets. One length unit is written as 1 angstrom and one unit of time as 1 picosecond; the true
units stand in attributes of kadita's own. Nothing in the file differs between equal runs.
Convention: https://ambermd.org/netcdf/nctraj.xhtml
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

RUNNING, COMPLETE = 0, 1
KNOWN = ("model", "r_a", "body_length", "length_unit", "time_unit")  # attributes of a school that a file keeps, as text
NUMBERS = ("r_a", "body_length")  # those that are lengths


def define(
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
    """Define dimensions, variables and attributes of an empty netCDF4 file.

    Args:
        file: `netCDF4.Dataset`.
        agents: their number.
        identities: a name for each; None where they are 0 .. N - 1.
        configuration: JSON.
        attributes: what is known of the school, of `KNOWN`.
        periodic: whether frames have a cell.
        velocities: whether frames have velocities.
        presence: whether agents can be absent.
        species: their names, and the number of each agent's, (N,).
    """
    sha256 = hashlib.sha256(configuration.encode()).hexdigest()
    known = {f"kadita_{key}": str(attributes[key])[:80] for key in KNOWN if attributes.get(key) is not None}
    file.setncatts(
        {
            "title": "kadita trajectory",
            "application": "kadita",
            "program": "kadita",
            "programVersion": version("kadita"),
            "Conventions": "AMBER",
            "ConventionVersion": "1.0",
            "kadita_configuration_sha256": sha256,
            **known,
        }
    )
    for name, size in (("frame", None), ("spatial", 3), ("atom", agents)):
        file.createDimension(name, size)
    _text(file, "spatial", ("spatial",), ["x", "y", "z"])
    if periodic:
        for name, size in (("cell_spatial", 3), ("cell_angular", 3), ("label", 5)):
            file.createDimension(name, size)
        _text(file, "cell_spatial", ("cell_spatial",), ["a", "b", "c"])
        _text(file, "cell_angular", ("cell_angular", "label"), ["alpha", "beta ", "gamma"])
    file.createVariable("kadita_status", "i4")[...] = RUNNING
    file.createVariable("kadita_header_crc32", "i4")[...] = 0  # set once all that it is made of is there
    file.createDimension("kadita_configuration_length", len(configuration.encode()))
    _text(file, "kadita_configuration", ("kadita_configuration_length",), [configuration])
    if identities is not None:
        file.createDimension("kadita_agent_length", max(1, *(len(i.encode()) for i in identities)))
        _text(file, "kadita_agent", ("atom", "kadita_agent_length"), identities)
    if species is not None:
        names, numbers = species
        file.createVariable("species", "i4", ("atom",))[...] = numbers
        # names stand in a variable of their own: a list of numbers as an attribute (CF's flags) stops chemfiles
        file.createDimension("kadita_species_count", len(names))
        file.createDimension("kadita_species_length", max(1, *(len(n.encode()) for n in names)))
        _text(file, "kadita_species", ("kadita_species_count", "kadita_species_length"), list(names))
    _define_frame(file, periodic, velocities, presence)


def _define_frame(file: Any, periodic: bool, velocities: bool, presence: bool) -> None:
    vectors = ("frame", "atom", "spatial")
    file.createVariable("time", "f8", ("frame",)).units = "picosecond"
    if periodic:
        file.createVariable("cell_lengths", "f8", ("frame", "cell_spatial")).units = "angstrom"
        file.createVariable("cell_angles", "f8", ("frame", "cell_angular")).units = "degree"
    file.createVariable("coordinates", "f4", vectors).units = "angstrom"
    if velocities:
        file.createVariable("velocities", "f4", vectors).units = "angstrom/picosecond"
    if presence:  # 4 bytes each, so that no frame has padding whose bytes nobody defines
        file.createVariable("present", "i4", ("frame", "atom"))
    file.createVariable("kadita_crc32", "i4", ("frame",))


def _text(file: Any, name: str, dims: tuple[str, ...], words: list[str]) -> None:
    variable = file.createVariable(name, "S1", dims)
    variable.set_auto_chartostring(False)
    width = variable.shape[-1] if len(dims) > 1 or len(words) == 1 else 1
    rows = np.array([w.encode().ljust(width) for w in words], dtype=f"S{width}")
    variable[...] = rows.view("S1").reshape(variable.shape)
