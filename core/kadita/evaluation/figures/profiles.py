"""Results as functions of one axis of their own: of distance, of rank, of lag."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.figures.axes_of_numbers import set_log
from kadita.evaluation.figures.legend import above
from kadita.evaluation.figures.runs import Runs, check_defined, curve_of, label_of, named, only, wrapped
from kadita.evaluation.figures.style import FAINT, lines_of_runs, on_axes


@on_axes
def profile(
    axes: Any,
    runs: Runs,
    name: str,
    *,
    equilibration: str | float = "none",
    log: str = "",
    legend: bool = True,
) -> Any:
    """Draw a result against the numbers along its axis; return the axes.

    Of a metric, the mean over the frames that count is drawn, in a band of one standard error to each side. Undefined
    values are gaps.

    Args:
        axes: of matplotlib.
        runs: results, or results by the names of their runs.
        name: a metric with an axis of its own, such as a correlation, or such a result of a whole-trajectory analysis.
        equilibration: which frames count: none, half or a time.
        log: axes that are logarithmic: x, y or xy; on them numbers that are not above 0 are not drawn.
        legend: whether several runs are named above.

    Raises:
        KaditaError: there is no such result, or it is undefined.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", "mean_squared_displacement")
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.profile(axes, results, "mean_squared_displacement", log="xy")
    >>> axes.get_xscale()
    'log'
    """
    curves = {run: curve_of(r, name, equilibration) for run, r in named(runs).items()}
    check_defined(name, [c.values for c in curves.values()])
    handles = []
    for curve, look in zip(curves.values(), lines_of_runs(len(curves)), strict=True):
        if len(curve.axes) != 1 or curve.axes[0].dtype.kind not in "iuf":
            raise KaditaError(f"{name}: expected a result along one axis of numbers; it has {', '.join(curve.labels)}")
        (x,), y = curve.axes, curve.values
        handles.append(axes.plot(x, y, linewidth=1.0, marker="." if len(x) < 20 else None, markersize=3, **look)[0])
        if curve.errors is not None:
            low, high = y - curve.errors, y + curve.errors
            axes.fill_between(x, low, high, color=look["color"], alpha=0.25, linewidth=0)
    set_log(axes, log)
    if legend and len(curves) > 1:
        above(axes, handles, list(curves))
    part = only(next(iter(named(runs).values())), name)
    text = label_of(name, next(iter((*part.series.values(), *part.analyses.values()))))
    axes.set(xlabel=next(iter(curves.values())).labels[0], ylabel=wrapped(axes, text))
    axes.margins(x=0.01)
    if "y" not in log and any(np.nanmin(c.values) < 0 for c in curves.values() if np.isfinite(c.values).any()):
        axes.axhline(0, color=axes.spines["bottom"].get_edgecolor(), linewidth=0.5)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    return axes
