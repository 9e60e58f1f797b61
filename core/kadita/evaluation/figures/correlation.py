"""Correlation functions of several runs, and their collapse: distances divided by the correlation length."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError
from kadita.evaluation.figures.legend import above
from kadita.evaluation.figures.runs import Runs, check_defined, curve_of, label_of, named
from kadita.evaluation.figures.style import INK, lines_of_runs, on_axes


@on_axes
def correlation(
    axes: Any,
    runs: Runs,
    name: str,
    *,
    scaled: bool = False,
    equilibration: str | float = "none",
    legend: bool = True,
) -> Any:
    """Draw C(r), the mean over the frames that count with its standard error, of one or several runs; return the axes.

    With `scaled`, distances are divided by the correlation length, for which schools of all sizes have one C(r) where
    correlations are scale-free. It is the first zero of the mean C(r): the mean over frames of each frame's own first
    zero is too small, because fluctuations cross zero early. A run whose mean C(r) has no zero is not drawn then, which
    the legend says.

    Args:
        axes: of matplotlib.
        runs: results, or results by the names of their runs.
        name: a metric with an axis of distances.
        scaled: whether distances are divided by the correlation length.
        equilibration: which frames count: none, half or a time.
        legend: whether the runs are named above.

    Raises:
        KaditaError: there is no such result, it is undefined, or with `scaled` no run has a zero.

    Source: Cavagna et al. 2010, PNAS 107, 11865-11870, doi:10.1073/pnas.1005766107

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", "velocity_fluctuation_correlation", parameters={"r_max": 10.0})
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.correlation(axes, results, "velocity_fluctuation_correlation")
    >>> axes.get_xlabel()
    'distance r (length)'
    """
    found = named(runs)
    curves = {run: curve_of(r, name, equilibration) for run, r in found.items()}
    if any(len(c.axes) != 1 or c.axes[0].dtype.kind not in "iuf" for c in curves.values()):
        raise KaditaError(f"{name}: expected a result along one axis of distances")
    check_defined(name, [c.values for c in curves.values()])
    lengths = {run: first_zero(c.axes[0], c.values) for run, c in curves.items()}
    if scaled and np.isnan(list(lengths.values())).all():
        raise KaditaError(f"{name}: expected a mean that crosses zero, to divide by its correlation length; none does")
    handles, words = [], []
    for (run, c), look in zip(curves.items(), lines_of_runs(len(curves)), strict=True):
        unit = lengths[run] if scaled else 1.0
        x, y = c.axes[0] / unit, np.where(np.isnan(unit), np.nan, c.values)
        handles.append(axes.plot(x, y, linewidth=1.0, **look)[0])
        words.append(run + (" (no zero)" if np.isnan(unit) else ""))
        if c.errors is not None:
            axes.fill_between(x, y - c.errors, y + c.errors, color=look["color"], alpha=0.25, linewidth=0)
    axes.axhline(0, color=INK, linewidth=0.5)
    if legend and len(curves) > 1:
        above(axes, handles, words)
    series = next(iter(found.values())).series.get(name)
    symbol = series.symbol if series is not None and series.symbol else None
    distance = next(iter(curves.values())).labels[0]
    axes.set(xlabel="r / \u03be" if scaled else distance.replace("distance", "distance r", 1))
    axes.set_ylabel(symbol or (label_of(name, series) if series is not None else name))
    axes.set_xlim(0, None)
    return axes


def first_zero(r: ArrayLike, c: ArrayLike) -> float:
    """Return the smallest distance at which a correlation crosses zero, linear between C(0) = 1 and the bins.

    NaN if it does not cross zero. Bins without a value are left out.

    >>> from kadita.figures import first_zero
    >>> round(first_zero([1.0, 2.0, 3.0], [0.6, 0.2, -0.2]), 3)
    2.5
    """
    x, y = np.asarray(r, dtype=np.float64), np.asarray(c, dtype=np.float64)
    known = np.isfinite(y)
    x, y = np.append(0.0, x[known]), np.append(1.0, y[known])
    below = np.flatnonzero(y <= 0)
    if not below.size:
        return float("nan")
    i = below[0]
    return float(x[i - 1] + (x[i] - x[i - 1]) * y[i - 1] / (y[i - 1] - y[i]))
