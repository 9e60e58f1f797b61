"""Curves: results as functions of their axes (of distance, say): means over the frames, or of whole trajectories."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.evaluation.results import Result, Results
from kadita.school.box import Floats


class Curve(NamedTuple):
    """Values as a function of one axis, or of two (a map), with labels for a figure."""

    title: str
    labels: tuple[str, ...]  # of the axes
    axes: tuple[NDArray[Any], ...]
    values: Floats
    errors: Floats | None


def not_drawn(results: Results) -> list[str]:
    """Return the names of results that a figure leaves out: per-agent values, and single numbers of analyses."""
    candidates = [*((n, s) for n, s in results.series.items() if "agent" in s.dims), *results.analyses.items()]
    return [name for name, result in candidates if not has_axes(result)]


def curves_of(results: Results) -> dict[str, Curve]:
    """Return all results with coordinates along their axes: means of metrics over the frames, results of analyses."""
    curves: dict[str, Curve] = {}
    drawn = {name: r for name, r in (*results.series.items(), *results.analyses.items()) if has_axes(r)}
    estimates = results.statistics() if drawn.keys() & results.series.keys() else {}
    for name, r in drawn.items():
        values, errors = r.values, None
        if name in results.series:
            points = [(e.mean, e.error) for column, e in estimates.items() if column.startswith(f"{name}.")]
            values, errors = np.reshape(np.transpose(points), (2, *values.shape[1:]))
        labels = tuple(with_unit(dim, r.axis_units.get(dim, "1")) for dim in r.dims)
        curves[name] = Curve(with_unit(name, r.units), labels, tuple(r.axes[d] for d in r.dims), values, errors)
    return curves


def has_axes(result: Result) -> bool:
    """Return whether a result has one or two axes, all with coordinates; indices of labels are not drawn as values."""
    return 0 < len(result.dims) <= 2 and set(result.dims) <= set(result.axes) and not getattr(result, "labels", ())


def with_unit(name: str, units: str) -> str:
    """Return a name as written in a figure, with its unit unless it is dimensionless."""
    return name.replace("_", " ") + (f" ({units})" if units != "1" else "")
