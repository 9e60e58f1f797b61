"""Means of several metrics, such as the entropies of a school, of several runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.figures.legend import above
from kadita.evaluation.figures.runs import Runs, check_defined, column_of, named
from kadita.evaluation.figures.style import FAINT, INK, RUNS, on_axes
from kadita.evaluation.results import Series
from kadita.evaluation.statistics import estimate

ENTROPY = "_entropy"
MARKERS = ("o", "s", "^", "D", "v", "P")


@on_axes
def means(
    axes: Any,
    runs: Runs,
    metrics: Sequence[str] | None = None,
    *,
    equilibration: str | float = "none",
    legend: bool = True,
) -> Any:
    """Draw the mean of each metric over the frames that count, with its standard error, for each run; return the axes.

    A mean or an error that is undefined is not drawn.

    Args:
        axes: of matplotlib.
        runs: results, or results by the names of their runs.
        metrics: of one unit, with one value in every frame; by default all whose names end in ``_entropy``.
        equilibration: which frames count: none, auto, half or a time.
        legend: whether several runs are named above.

    Raises:
        KaditaError: one is not among the results, has labels or another unit, or all are undefined.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", ["polarization", "rotation"])
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.means(axes, results, ["polarization", "rotation"])
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['polarization', 'rotation']
    """
    found = named(runs)
    first = next(iter(found.values()))
    names = list(metrics or [k for k, s in first.series.items() if k.endswith(ENTROPY) and not s.dims])
    if not names:
        raise KaditaError(f"expected metrics whose means to draw, such as *{ENTROPY}; found {', '.join(first)}")
    series = {name: column_of(first, name)[0] for name in names}
    _check(series)
    rows = np.arange(len(names), dtype=float)
    spread = min(0.16, 0.7 / len(found))
    handles, all_means = [], []
    for number, (r, marker) in enumerate(zip(found.values(), _cycle(len(found)), strict=True)):
        estimates = [estimate(column_of(r, name)[1], r.times, equilibration) for name in names]
        x = np.array([e.mean for e in estimates])
        errors = np.array([e.error for e in estimates])
        y = rows + spread * (number - (len(found) - 1) / 2)
        colour = RUNS[number % len(RUNS)]
        axes.errorbar(x, y, xerr=np.where(np.isfinite(errors), errors, 0), fmt="none", ecolor=colour, elinewidth=0.9)
        handles += axes.plot(x, y, marker, color=colour, markersize=3.5, markeredgewidth=0)
        all_means.append(x)
    check_defined(", ".join(names), all_means)
    for row in np.flatnonzero(np.isnan(all_means).all(axis=0)):
        axes.text(0.5, row, "undefined", transform=axes.get_yaxis_transform(), fontsize=7, ha="center", va="center")
    common = ENTROPY if all(name.endswith(ENTROPY) for name in names) else ""
    axes.set_yticks(rows, [name.removesuffix(common).replace("_", " ") for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    unit = next(iter(series.values())).units
    what = "entropy" if common else "mean"
    axes.set_xlabel(f"{what} and standard error" + (f" ({unit})" if unit != "1" else ""))
    values = np.concatenate(all_means)
    values = values[np.isfinite(values)]
    if unit == "1" and values.min() >= 0 and values.max() <= 1:
        axes.set(xlim=(-0.02, 1.02), xticks=[0, 0.5, 1])
    axes.hlines(rows[:-1] + 0.5, 0, 1, transform=axes.get_yaxis_transform(), color=FAINT, linewidth=0.5)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", color=INK)
    if legend and len(found) > 1:
        above(axes, handles, list(found))
    return axes


def _check(series: dict[str, Series]) -> None:
    for name, s in series.items():
        if s.labels:
            raise KaditaError(f"{name}: expected numbers; its values are names: draw it as states")
    units = {s.units for s in series.values()}
    if len(units) > 1:
        raise KaditaError(f"expected metrics of one unit to compare; got {', '.join(sorted(units))}")


def _cycle(number: int) -> list[str]:
    return [MARKERS[i % len(MARKERS)] for i in range(number)]
