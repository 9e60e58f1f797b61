"""Metrics in time, with their means and the standard errors of these."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.figures.legend import above
from kadita.evaluation.figures.runs import Runs, check_defined, column_of, label_of, named, time_label, wrapped
from kadita.evaluation.figures.style import FAINT, lines_of_runs, on_axes
from kadita.evaluation.figures.thinning import extremes_kept
from kadita.evaluation.statistics import estimate
from kadita.school.box import Floats

MOST_POINTS = 4000  # of a line; a page 178 mm wide has 2,100 pixels at 300 dpi
PALE, FULL = 0.3, 0.65  # opacity of frames that do not count, and of those that do, on which a mean is seen


@on_axes
def series(axes: Any, runs: Runs, metric: str, *, equilibration: str | float = "none", legend: bool = True) -> Any:
    """Draw a metric in time; return the axes.

    Frames that do not count are paler. The mean of those that count is a straight line over them, in a band of one
    standard error to each side, as `kadita.evaluation.statistics.estimate` finds them; where the error is undefined,
    there is no band. Undefined values are gaps. Long series are thinned to their extremes.

    Args:
        axes: of matplotlib.
        runs: results, or results by the names of their runs.
        metric: a metric with one value in every frame, or a component: ``drift.x``.
        equilibration: which frames count: none, auto, half or a time.
        legend: whether several runs are named above.

    Raises:
        KaditaError: the metric is not among the results, has labels, or is undefined in all frames.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", ["polarization"])
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.series(axes, results, "polarization")
    >>> axes.get_ylabel()
    'polarization P'
    """
    from matplotlib.lines import Line2D

    found = {name: (r, *column_of(r, metric)) for name, r in named(runs).items()}
    first, one, _ = next(iter(found.values()))
    if one.labels:
        raise KaditaError(f"{metric}: expected numbers; its values are names: draw it as states")
    check_defined(metric, [values for _, _, values in found.values()])
    handles = []
    for (r, _, values), look in zip(found.values(), lines_of_runs(len(found)), strict=True):
        about = estimate(values, r.times, equilibration)
        _draw(axes, r.times, values, about.start, look)
        handles.append(Line2D([], [], linewidth=1.2, **look))
        if np.isfinite(about.mean) and about.start < len(r.times):
            ends = [r.times[about.start], r.times[-1]]
            axes.plot(ends, [about.mean] * 2, linewidth=1.2, **look)
            if np.isfinite(about.error):
                low, high = about.mean - about.error, about.mean + about.error
                axes.fill_between(ends, low, high, color=look["color"], alpha=0.3, linewidth=0)
    if legend and len(found) > 1:
        above(axes, handles, list(found))
    axes.set(xlabel=time_label(first), ylabel=wrapped(axes, label_of(metric, one)))
    axes.margins(x=0.01)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    defined = np.concatenate([v[np.isfinite(v)] for _, _, v in found.values()])
    if one.units == "1" and defined.min() >= 0 and defined.max() <= 1:
        axes.set(ylim=(-0.03, 1.03), yticks=[0, 0.5, 1])
    return axes


def _draw(axes: Any, times: Floats, values: Floats, start: int, look: dict[str, Any]) -> None:
    """Draw the frames before `start` paler than those that count."""
    for part, alpha in ((slice(0, start + 1), PALE), (slice(start, None), FULL)):
        t, y = times[part], values[part]
        if alpha == PALE and start == 0:
            continue
        kept = extremes_kept(y, MOST_POINTS)
        t, y = t[kept], np.where(np.isfinite(y[kept]), y[kept], np.nan)
        axes.plot(t, y, linewidth=0.7, alpha=alpha, **look)
        gone = np.concatenate(([True], np.isnan(y), [True]))
        alone = ~gone[1:-1] & gone[:-2] & gone[2:]  # a line has no length there
        if alone.any():
            axes.plot(t[alone], y[alone], ".", markersize=2.5, alpha=alpha, color=look["color"])
