"""The layout of the NetCDF-4 files that dewi-kadita's DataHandler.save_netcdf writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import netCDF4
import numpy as np
import pytest

FRAMES, FISH, EDGE = 70, 25, 20.0  # more than a block of frames
SERIES, POINTS = ("time",), ("time", "fish", "spatial")
ENTROPIES = [
    "school_cohesion_entropy",
    "polarization_entropy",
    "depth_stratification_entropy",
    "angular_momentum_entropy",
    "nearest_neighbor_entropy",
    "velocity_correlation_entropy",
    "school_shape_entropy",
    "oceanic_schooling_index",
]
WORDS = {
    "title": "3D Couzin Model Fish Schooling Simulation",
    "scenario_name": "a school",
    "institution": "dewi-kadita",
    "source": "dewi-kadita v0.0.1",
    "history": "Created 2026-02-07T12:00:00",
    "Conventions": "CF-1.8",
    "author": "somebody",
    "email": "somebody@example.org",
    "license": "MIT",
}
NUMBERS = {
    "n_fish": FISH,
    "box_size": EDGE,
    "speed": 1.0,
    "r_repulsion": 1.0,
    "r_orientation": 4.0,
    "r_attraction": 7.5,
    "max_turn": 0.5,
    "noise": 0.05,
    "blind_angle": 30.0,
    "n_steps": 10 * FRAMES,
    "dt": 0.05,
    "save_interval": 10,
}
MEANS = {f"{end}_{name}": 0.5 for name in ("polarization", "rotation") for end in ("final", "mean")}
MORE_MEANS = {f"{end}_{name}": 0.5 for name in ("order_index", ENTROPIES[-1]) for end in ("final", "mean")}


class Variable(NamedTuple):
    """What a variable of the file is, and holds."""

    name: str
    kind: str
    dims: tuple[str, ...]
    values: Any
    attributes: dict[str, Any]


class Numbers(NamedTuple):
    """What the school did, in the float64 of the file."""

    times: Any
    positions: Any
    velocities: Any


def _layout(numbers: Numbers, *, entropies: bool = True) -> Iterator[Variable]:
    length, speed = {"units": "simulation_length_units"}, {"units": "simulation_velocity_units"}
    fraction = {"units": "dimensionless", "valid_range": [0.0, 1.0]}
    half = np.full(len(numbers.times), 0.5)
    clock = {"units": "simulation_time_units", "long_name": "simulation_time", "axis": "T"}
    yield Variable("time", "f8", SERIES, numbers.times, clock)
    fish = np.arange(numbers.positions.shape[1])
    yield Variable("fish", "i4", ("fish",), fish, {"long_name": "fish_index", "units": "1"})
    axes = {"long_name": "spatial_dimension", "comment": "0=x, 1=y, 2=z (depth)"}
    yield Variable("spatial", "i4", ("spatial",), np.arange(3), axes)
    for name in ("polarization", "rotation"):
        yield Variable(name, "f8", SERIES, half, fraction | {"long_name": f"school_{name}_order_parameter"})
    yield Variable("positions", "f8", POINTS, numbers.positions, length | {"long_name": "fish_positions"})
    yield Variable("velocities", "f8", POINTS, numbers.velocities, speed | {"long_name": "fish_velocities"})
    for i, axis in enumerate("xyz"):
        place, motion = {"long_name": f"fish_{axis}_position"}, {"long_name": f"fish_{axis}_velocity"}
        yield Variable(axis, "f8", POINTS[:2], numbers.positions[..., i], length | place)
        yield Variable(f"v{axis}", "f8", POINTS[:2], numbers.velocities[..., i], speed | motion)
    if entropies:
        for name in ("order_index", *ENTROPIES):
            yield Variable(name, "f8", SERIES, half, fraction | {"long_name": name, "description": name})
        yield Variable("spread", "f8", SERIES, half, length | {"long_name": "school_spread_rms"})


def _write(path: Path, variables: list[Variable], **changes: Any) -> Path:
    """Write a file; `changes` are global attributes to replace, or with None to leave out."""
    sizes = {dim: n for v in variables for dim, n in zip(v.dims, np.shape(v.values), strict=True)}
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        for dim in dict.fromkeys(("time", "fish", "spatial", *sizes)):
            file.createDimension(dim, sizes.get(dim, 3))
        for v in variables:
            variable = file.createVariable(v.name, v.kind, v.dims, zlib=True)
            variable[:] = v.values
            variable.setncatts(v.attributes)
        more = MORE_MEANS if any(v.name == "order_index" for v in variables) else {}
        attributes = WORDS | NUMBERS | MEANS | more | changes
        file.setncatts({key: value for key, value in attributes.items() if value is not None})
    return path


@pytest.fixture(scope="session")
def numbers() -> Numbers:
    """A school of random places and headings, so that any mistake of order shows."""
    rng = np.random.default_rng(9)
    headings = rng.normal(size=(FRAMES, FISH, 3))
    headings /= np.linalg.norm(headings, axis=2, keepdims=True)
    return Numbers(0.5 * np.arange(FRAMES), rng.random((FRAMES, FISH, 3)) * EDGE, headings)


@pytest.fixture
def layout(numbers: Numbers) -> Callable[..., list[Variable]]:
    """Give the variables of a good file, or of one with other numbers; ``entropies=False`` leaves metrics out."""
    return lambda others=numbers, **options: list(_layout(others, **options))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write variables as a file; keywords replace its attributes."""
    return lambda variables, **changes: _write(tmp_path / "simulation.nc", variables, **changes)
