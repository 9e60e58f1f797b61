"""Distributions of metrics over frames, and of per-agent metrics over agents and frames."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.figures.legend import above
from kadita.evaluation.figures.runs import Runs, agents_of, check_defined, column_of, label_of, named, only
from kadita.evaluation.figures.style import lines_of_runs, on_axes
from kadita.evaluation.results import Results, Series
from kadita.evaluation.statistics.equilibration import check_equilibration, first_frame
from kadita.school.box import Floats

MOST_BINS = 200


@on_axes
def distribution(
    axes: Any,
    runs: Runs,
    metric: str,
    *,
    bins: int | None = None,
    equilibration: str | float = "none",
    legend: bool = True,
) -> Any:
    """Draw the probability density of a metric over the frames that count; return the axes.

    Of a per-agent metric, values of all agents in these frames are counted. All runs have the same bins. Undefined
    values are left out: the integral over those that are defined is 1.

    Args:
        axes: of matplotlib.
        runs: results, or results by the names of their runs.
        metric: a metric of numbers, or a component.
        bins: their number; by default that of `numpy.histogram_bin_edges`, at most 200.
        equilibration: which frames count: none, auto (not of per-agent metrics), half or a time.
        legend: whether several runs are named above.

    Raises:
        KaditaError: the metric is not among the results, has labels, or is undefined in all frames that count.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", "polarization")
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.distribution(axes, results, "polarization")
    >>> axes.get_xlabel()
    'polarization P'
    """
    found = {name: _counted(r, metric, check_equilibration(equilibration)) for name, r in named(runs).items()}
    check_defined(metric, [values for _, values in found.values()])
    together = np.concatenate([values for _, values in found.values()])
    edges = np.histogram_bin_edges(together, bins or _number([v for _, v in found.values()], together))
    handles = []
    for (_, values), look in zip(found.values(), lines_of_runs(len(found)), strict=True):
        if values.size:
            density, _ = np.histogram(values, edges, density=True)
            handles.append(axes.stairs(density, edges, linewidth=1.0, **look))
            axes.stairs(density, edges, fill=True, color=look["color"], alpha=0.15, linewidth=0)
        else:
            handles.append(axes.stairs([0.0], edges[[0, -1]], linewidth=0, **look))
    if legend and len(found) > 1:
        above(axes, handles, [n if v.size else f"{n} (undefined)" for n, (_, v) in found.items()])
    series = next(iter(found.values()))[0]
    agents = " of agents" if "agent" in series.dims else ""
    axes.set(xlabel=label_of(metric, series) + agents, ylabel="density" + _inverse(series.units))
    axes.set_ylim(0, None)
    axes.margins(x=0.02)
    return axes


def _counted(results: Results, metric: str, equilibration: str | float) -> tuple[Series, Floats]:
    """Return the defined values in the frames that count."""
    of_agents = any("agent" in s.dims for s in only(results, metric).series.values())
    if of_agents and equilibration == "auto":
        raise KaditaError(f"{metric} has a value for every agent: expected an equilibration of none, half or a time")
    series, values = agents_of(results, metric) if of_agents else column_of(results, metric)
    if series.labels:
        raise KaditaError(f"{metric}: expected numbers; its values are names: draw it as states")
    start = first_frame(values if values.ndim == 1 else np.zeros(len(values)), results.times, equilibration)
    counted = values[start:]
    return series, counted[np.isfinite(counted)]


def _number(each: list[Floats], together: Floats) -> int:
    """Return the number of bins of the width that the narrowest distribution asks for."""
    widths = []
    for values in each:
        thinned = values[:: max(1, values.size // 100_000)]
        if thinned.size and thinned.min() < thinned.max():
            widths.append(float(np.diff(np.histogram_bin_edges(thinned, "auto")[:2])[0]))
    extent = float(together.max() - together.min())
    return min(int(np.ceil(extent / min(widths))), MOST_BINS) if widths and extent else 1


def _inverse(units: str) -> str:
    if units == "1":
        return ""
    return f" (1/{units})" if units.isalnum() else f" (1/({units}))"
