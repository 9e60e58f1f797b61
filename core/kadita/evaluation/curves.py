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
    metrics = [name for name, s in results.series.items() if "agent" in s.dims and not has_axes(s)]
    return metrics + [name for name, w in results.analyses.items() if not has_axes(w)]


def curves_of(results: Results) -> dict[str, Curve]:
    """Return all results with coordinates along their axes: means of metrics over the frames, results of analyses."""
    curves: dict[str, Curve] = {}
    metrics = {name: s for name, s in results.series.items() if has_axes(s)}
    estimates = results.statistics() if metrics else {}
    for name, s in metrics.items():
        points = [e for column, e in estimates.items() if column.startswith(f"{name}.")]
        mean, error = (np.reshape([getattr(e, key) for e in points], s.values.shape[1:]) for key in ("mean", "error"))
        curves[name] = Curve(with_unit(name, s.units), _labels(s), tuple(s.axes[d] for d in s.dims), mean, error)
    for name, w in results.analyses.items():
        if has_axes(w):
            curves[name] = Curve(with_unit(name, w.units), _labels(w), tuple(w.axes[d] for d in w.dims), w.values, None)
    return curves


def has_axes(result: Result) -> bool:
    """Return whether a result has one or two axes, all with coordinates; indices of labels are not drawn as values."""
    return 0 < len(result.dims) <= 2 and set(result.dims) <= set(result.axes) and not result.labels


def _labels(result: Result) -> tuple[str, ...]:
    return tuple(with_unit(dim, result.axis_units.get(dim, "1")) for dim in result.dims)


def with_unit(name: str, units: str) -> str:
    """Return a name as written in a figure, with its unit unless it is dimensionless."""
    return name.replace("_", " ") + (f" ({units})" if units != "1" else "")
