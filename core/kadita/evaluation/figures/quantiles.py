"""What single agents do in time: the median over them, and the bands that hold half and 90 % of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.evaluation import per_agent
from kadita.evaluation.figures.runs import agents_of, check_defined, label_of, time_label, wrapped
from kadita.evaluation.figures.style import FAINT, LINE, on_axes
from kadita.evaluation.figures.thinning import extremes_kept
from kadita.evaluation.results import Results
from kadita.school.box import Floats

MOST_POINTS = 1000  # of each of three lines


@on_axes
def quantiles(axes: Any, results: Results, metric: str) -> Any:
    """Draw the median over the agents in every frame, with the bands of 25 to 75 % and 5 to 95 %; return the axes.

    Args:
        axes: of matplotlib.
        results: from `kadita.analyze`.
        metric: a metric with a number for every agent, or a component of it: ``pull.x``.

    Raises:
        KaditaError: there is no such metric, or it is undefined for all agents.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", "local_order")
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.quantiles(axes, results, "local_order")
    >>> axes.get_xlabel()
    'time'
    """
    series, values = agents_of(results, metric)
    check_defined(metric, [values])
    draw_quantiles(axes, results.times, per_agent.quantiles(values, 1))
    axes.set(xlabel=time_label(results), ylabel=wrapped(axes, label_of(metric, series)))
    return axes


def draw_quantiles(axes: Any, times: Floats, found: Floats) -> None:
    """Draw quantiles (5, T) in time: two bands and the median, of long series the extremes of each."""
    kept = np.arange(len(times))
    if len(times) > 3 * MOST_POINTS:
        parts = [extremes_kept(found[i], MOST_POINTS) for i in (0, 2, 4)]
        kept = np.unique(np.concatenate(parts))
    times, found = times[kept], found[:, kept]
    lowest, low, median, high, highest = found
    few = len(times) < 3
    for bottom, top, alpha in ((lowest, highest, 0.15), (low, high, 0.3)):
        if few:  # bands have no width
            axes.vlines(times, bottom, top, color=LINE, alpha=2 * alpha, linewidth=4)
        else:
            axes.fill_between(times, bottom, top, color=LINE, alpha=alpha, linewidth=0)
    axes.plot(times, median, color=LINE, linewidth=0.9, marker="." if few else None, markersize=3)
    alone = _alone(median)
    if alone.any() and not few:
        axes.plot(times[alone], median[alone], ".", color=LINE, markersize=2.5)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)


def _alone(values: Floats) -> NDArray[np.bool_]:
    """Return which values are defined and have no defined neighbour, where a line has no length."""
    gone = np.concatenate(([True], ~np.isfinite(values), [True]))
    return ~gone[1:-1] & gone[:-2] & gone[2:]
