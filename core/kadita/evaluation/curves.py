"""Profiles: results against axes of their own, as means over the frames, or of whole trajectories."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.evaluation.results import AnalysisResult, Results, Series
from kadita.school.box import Floats


class Curve(NamedTuple):
    """What is drawn against an axis of its own, or against two."""

    title: str
    labels: tuple[str, ...]  # of the axes
    axes: tuple[NDArray[Any], ...]
    values: Floats
    errors: Floats | None


def not_drawn(results: Results) -> list[str]:
    """Return the names of what a picture leaves out: values of agents, and single numbers of whole trajectories."""
    metrics = [name for name, s in results.series.items() if "agent" in s.dims and not has_axes(s)]
    return metrics + [name for name, w in results.analyses.items() if not has_axes(w)]


def curves_of(results: Results) -> dict[str, Curve]:
    """Return what has numbers along its axes: means of metrics over the frames, results of whole trajectories."""
    found: dict[str, Curve] = {}
    metrics = {name: s for name, s in results.series.items() if has_axes(s)}
    estimates = results.statistics() if metrics else {}
    for name, s in metrics.items():
        own = [e for column, e in estimates.items() if column.startswith(f"{name}.")]
        mean, error = (np.reshape([getattr(e, what) for e in own], s.values.shape[1:]) for what in ("mean", "error"))
        found[name] = Curve(with_unit(name, s.units), _labels(s), tuple(s.axes[d] for d in s.dims), mean, error)
    for name, w in results.analyses.items():
        if has_axes(w):
            found[name] = Curve(with_unit(name, w.units), _labels(w), tuple(w.axes[d] for d in w.dims), w.values, None)
    return found


def has_axes(found: Series | AnalysisResult) -> bool:
    """Whether it is drawn against axes of its own, of numbers or of words; indices of labels are no numbers."""
    return 0 < len(found.dims) <= 2 and set(found.dims) <= set(found.axes) and not getattr(found, "labels", ())


def _labels(found: Series | AnalysisResult) -> tuple[str, ...]:
    return tuple(with_unit(dim, found.axis_units.get(dim, "1")) for dim in found.dims)


def with_unit(name: str, units: str) -> str:
    """Write a name as a picture has it, with its unit where there is one."""
    return name.replace("_", " ") + (f" ({units})" if units != "1" else "")
