"""What a figure shows: results as functions of their axes (of distance, say), and what single agents do in time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.evaluation.per_agent import components, per_agent, quantiles
from kadita.evaluation.results import Result, Results, Series
from kadita.school.box import Floats

MOST_COMPONENTS = 9  # of a per-agent metric, each in a panel of its own: those of a tensor


class Curve(NamedTuple):
    """Values as a function of one axis, or of two (a map), with labels for a figure."""

    title: str
    labels: tuple[str, ...]  # of the axes
    axes: tuple[NDArray[Any], ...]
    values: Floats
    errors: Floats | None
    of_agents: bool = False  # its first axis is agents, in no particular order


class Band(NamedTuple):
    """Quantiles over the agents in every frame, (5, T): 5, 25, 50, 75 and 95 %."""

    title: str
    quantiles: Floats


def not_drawn(results: Results) -> list[str]:
    """Return the names of results that a figure leaves out.

    These are labels and matrices of single agents, and what analyses find that has no numbers along its axes.
    """
    of_agents = [name for name, s in per_agent(results).items() if not _has_bands(results, name, s)]
    return [*of_agents, *(name for name, result in results.analyses.items() if not has_axes(result))]


def bands_of(results: Results) -> dict[str, Band]:
    """Return the quantiles over the agents of every per-agent metric, and of each of its components: ``pull.x``."""
    bands: dict[str, Band] = {}
    for name, s in per_agent(results).items():
        if _has_bands(results, name, s):
            for column, values in components(results, name, s).items():
                bands[column] = Band(with_unit(column, s.units), quantiles(values, 1))
    return bands


def _has_bands(results: Results, name: str, s: Series) -> bool:
    return not s.labels and len(components(results, name, s)) <= MOST_COMPONENTS


def curves_of(results: Results, equilibration: str | float = "none") -> dict[str, Curve]:
    """Return all results with coordinates along their axes: means of metrics over the frames, results of analyses.

    Frames count from where `equilibration` says, see `Results.statistics`.
    """
    curves: dict[str, Curve] = {}
    drawn = {name: r for name, r in _each(results) if has_axes(r)}
    estimates = results.statistics(equilibration) if any(isinstance(r, Series) for r in drawn.values()) else {}
    for name, r in drawn.items():
        values, errors = r.values, None
        if isinstance(r, Series):
            names = itertools.product(*map(results.names_along, itertools.repeat(r), r.dims, values.shape[1:]))
            points = [(e.mean, e.error) for part in names for e in (estimates[".".join((name, *part))],)]
            values, errors = np.reshape(np.transpose(points), (2, *values.shape[1:]))
        labels = tuple(with_unit(dim, r.axis_units.get(dim, "1")) for dim in r.dims)
        axes = tuple(r.axes.get(d, results.agents) for d in r.dims)
        curves[name] = Curve(with_unit(name, r.units), labels, axes, values, errors, r.dims[0] == "agent")
    return curves


def _each(results: Results) -> Iterator[tuple[str, Result]]:
    """Yield all results by name; those by species one by one, as ``name.prey``."""
    for name, r in (*results.series.items(), *results.analyses.items()):
        if r.dims[:1] != ("species",):
            yield name, r
            continue
        along = np.moveaxis(r.values, int(isinstance(r, Series)), 0)
        for species, values in zip(results.species, along, strict=False):
            yield f"{name}.{species}", replace(r, values=values, dims=r.dims[1:])


def has_axes(result: Result) -> bool:
    """Return whether a result has one or two axes, all with coordinates; indices of labels are not drawn as values.

    Agents are an axis of a whole-trajectory result; of a metric, whose agents come and go, bands are drawn. Of results
    by species, those of one species are meant.
    """
    dims = result.dims[1:] if result.dims[:1] == ("species",) else result.dims
    known = {*result.axes, *(() if isinstance(result, Series) else ("agent",))}
    return 0 < len(dims) <= 2 and set(dims) <= known and not getattr(result, "labels", ())


def with_unit(name: str, units: str) -> str:
    """Return a name as written in a figure, with its unit unless it is dimensionless."""
    return name.replace("_", " ") + (f" ({units})" if units != "1" else "")
