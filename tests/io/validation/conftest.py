"""A sound AMBER trajectory as plain data, to be spoiled in one place, and written through netCDF4."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest

from kadita.io.amber.writer import AmberWriter

FRAMES, AGENTS = 4, 5
Sound = dict[str, Any]


def _sound(*, periodic: bool = True, velocities: bool = True) -> Sound:
    """Four frames of five agents: container, attributes, dimensions, variables (dims, type, attributes, values)."""
    rng = np.random.default_rng(5)
    vectors = ("frame", "atom", "spatial")
    file: Sound = {
        "format": "NETCDF3_64BIT_OFFSET",
        "attributes": {
            "title": "a school",
            "application": "tests",
            "program": "tests",
            "programVersion": "1",
            "Conventions": "AMBER",
            "ConventionVersion": "1.0",
        },
        "dims": {"frame": None, "spatial": 3, "atom": AGENTS},
        "variables": {
            "spatial": [("spatial",), "S1", {}, letters("xyz")],
            "time": [("frame",), "f4", {"units": "picosecond"}, np.arange(FRAMES) * 0.5],
            "coordinates": [vectors, "f4", {"units": "angstrom"}, rng.random((FRAMES, AGENTS, 3)) * 20],
        },
    }
    if velocities:
        units = {"units": "angstrom/picosecond"}
        file["variables"]["velocities"] = [vectors, "f4", units, rng.normal(size=(FRAMES, AGENTS, 3))]
    if periodic:
        lengths, angles = np.full((FRAMES, 3), 20.0), np.full((FRAMES, 3), 90.0)
        names = np.array([list("alpha"), list("beta "), list("gamma")], dtype="S1")
        file["dims"] |= {"cell_spatial": 3, "cell_angular": 3, "label": 5}
        file["variables"] |= {
            "cell_spatial": [("cell_spatial",), "S1", {}, letters("abc")],
            "cell_angular": [("cell_angular", "label"), "S1", {}, names],
            "cell_lengths": [("frame", "cell_spatial"), "f8", {"units": "angstrom"}, lengths],
            "cell_angles": [("frame", "cell_angular"), "f8", {"units": "degree"}, angles],
        }
    return file


def letters(word: str) -> np.ndarray[Any, Any]:
    """One character an element."""
    return np.array(list(word), dtype="S1")


def _write(path: Path, file: Sound) -> Path:
    with netCDF4.Dataset(path, "w", format=file["format"]) as data:
        data.set_fill_off()
        data.setncatts(file["attributes"])
        for name, size in file["dims"].items():
            data.createDimension(name, size)
        for name, (dims, kind, attributes, _) in file["variables"].items():
            variable = data.createVariable(name, kind, dims)
            variable.set_auto_maskandscale(False)
            variable.set_auto_chartostring(False)
            variable.setncatts(attributes)
        for name, (*_, values) in file["variables"].items():
            if values is not None:
                data.variables[name][...] = values
    return path


@pytest.fixture
def sound() -> Callable[..., Sound]:
    """A function that makes the plain data of a sound file."""
    return _sound


@pytest.fixture
def write() -> Callable[[Path, Sound], Path]:
    """A function that writes such data."""
    return _write


def _kadita_file(path: Path, *, live: bool = False, **options: Any) -> Path:
    """Write four frames of five agents with kadita's writer; `live` leaves them without an end."""
    shape = (FRAMES, AGENTS, 3)
    kinds: dict[str, Any] = {"periodic": True, "velocities": True, "presence": False} | options
    rng = np.random.default_rng(6)
    positions, velocities = rng.random(shape) * 20, rng.normal(size=shape)
    if kinds["presence"]:
        positions[1:3, 2] = velocities[1:3, 2] = np.nan
    writer = AmberWriter(path, kinds.pop("agents", AGENTS), configuration={"steps": 3}, **kinds)
    lengths = np.full((FRAMES, 3), 20.0) if kinds["periodic"] else None
    identities = (
        np.tile(np.arange(AGENTS), (FRAMES, 1)) + np.arange(FRAMES)[:, None] // 2 if "reused" in kinds else None
    )
    times = np.arange(FRAMES) * 0.5
    writer.write(positions, velocities if kinds["velocities"] else None, times, lengths, identities)
    writer.close(complete=not live)
    return path


@pytest.fixture
def kadita_file() -> Callable[..., Path]:
    """A function that writes a small file with kadita's writer."""
    return _kadita_file
