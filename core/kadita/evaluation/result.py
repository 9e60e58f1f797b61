"""The result of one metric or analysis, and how it is described in a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.plugins.declaration.regions import Regions
from kadita.school.box import Floats

COUNTS = "agents"  # the column of numbers of agents
SHARED = ("agent", "space", "species")  # axes that all results have in common


@dataclass(frozen=True)
class Result:
    """Values of a metric or an analysis, with units, parameters and plugin."""

    values: Floats
    dims: tuple[str, ...]
    units: str
    parameters: Mapping[str, Any]
    summary: str
    plugin: str
    plugin_version: str
    axes: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # coordinates, for axes that have them
    axis_units: Mapping[str, str] = field(default_factory=dict)
    symbol: str = ""  # as the formula has it: P


@dataclass(frozen=True)
class Series(Result):
    """Values of one metric over the frames, (T, ...)."""

    labels: tuple[str, ...] = ()
    regions: Regions | None = None  # of the plane of the two metrics that decide the label


class AnalysisResult(Result):
    """A result of a whole-trajectory analysis."""


def attributes_of(r: Result) -> dict[str, Any]:
    """Return the attributes of a variable."""
    attributes: dict[str, Any] = {"units": r.units, "long_name": r.summary}
    attributes["plugin"] = f"{r.plugin} {r.plugin_version}"
    if isinstance(r, Series) and r.labels:
        attributes["flag_values"] = np.arange(len(r.labels), dtype=float)
        attributes["flag_meanings"] = " ".join(r.labels)
    return attributes | {f"parameter_{k}": plain(v) for k, v in r.parameters.items()}


def unit_along(result: Result, dim: str) -> dict[str, str]:
    """Return the attributes of a coordinate; not "units", which xarray would decode to timedelta."""
    return {"unit": result.axis_units[dim]} if dim in result.axes and dim in result.axis_units else {}


def distinct_dims(name: str, dims: tuple[str, ...], owners: dict[str, str]) -> tuple[str, ...]:
    """Return unique names for the dimensions of a result: agent and space are shared, others start with its name.

    `owners` holds the names in use, so that axis c of a_b and axis b_c of a differ.
    """
    keys = []
    for d in dims:
        key = d if d in SHARED else f"{name}_{d}"
        while owners.setdefault(key, name) != name and d not in SHARED:
            key += "_"
        keys.append(key)
    return tuple(f"{d}_{keys[:i].count(d) + 1}" if d in keys[:i] else d for i, d in enumerate(keys))


def plain(value: Any) -> Any:
    """Return a value that a NetCDF attribute or a cell of a table can hold."""
    import json

    from pydantic_core import to_jsonable_python

    value = to_jsonable_python(value, fallback=as_json)
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else json.dumps(value)


def as_json(value: Any) -> Any:
    """Return numbers and arrays of NumPy as lists, and any other value that JSON does not have as text."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)
