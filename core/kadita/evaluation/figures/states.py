"""The state of every frame, as strips of colour in time."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.figures.legend import above
from kadita.evaluation.figures.runs import Runs, check_defined, column_of, named, time_label
from kadita.evaluation.figures.style import LABELLED, on_axes
from kadita.evaluation.results import Results, Series
from kadita.school.box import Floats


@on_axes
def states(axes: Any, runs: Runs, metric: str | None = None, *, legend: bool = True) -> Any:
    """Draw the label of every frame, such as the state of a school, as a strip in time for each run; return the axes.

    A frame lasts from halfway after the one before to halfway to the next. Undefined frames are gaps.

    Args:
        axes: of matplotlib.
        runs: results, or results by the names of their runs.
        metric: a metric with labels; by default the only one among the results.
        legend: whether the labels that occur are named above.

    Raises:
        KaditaError: there is no such metric, or it is undefined in all frames.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", ["state"])
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.states(axes, results)
    >>> axes.get_xlabel()
    'time'
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    found = {name: (r, *_labelled(r, metric)) for name, r in named(runs).items()}
    check_defined(metric or "the state", [values for *_, values in found.values()])
    words = list(dict.fromkeys(word for _, s, _ in found.values() for word in s.labels))
    colours = [LABELLED[i % len(LABELLED)] for i in range(len(words))]
    occurring: set[str] = set()
    for row, (r, s, values) in enumerate(found.values()):
        edges, codes = stretches(r.times, values)
        # the same word has the same colour in all runs, whatever its index
        index = np.array([words.index(word) for word in s.labels], dtype=float)
        shown = np.full(len(codes), np.nan)
        known = np.isfinite(codes)
        shown[known] = index[codes[known].astype(int)]
        occurring |= {words[int(i)] for i in shown[known]}
        axes.pcolormesh(
            edges,
            [row - 0.38, row + 0.38],
            np.ma.masked_invalid(shown)[None],
            cmap=ListedColormap(colours),
            vmin=-0.5,
            vmax=len(words) - 0.5,
            rasterized=True,
        )
    axes.set_yticks(range(len(found)), list(found))
    axes.tick_params(axis="y", length=0)
    axes.set(ylim=(len(found) - 0.5, -0.5), xlabel=time_label(next(iter(found.values()))[0]))
    axes.spines[["left", "top", "right"]].set_visible(False)
    if legend:
        named_in_order = [w for w in words if w in occurring]
        above(axes, [Patch(color=colours[words.index(w)]) for w in named_in_order], named_in_order)
    return axes


def _labelled(results: Results, metric: str | None) -> tuple[Series, Floats]:
    if metric is None:
        known = [k for k, s in results.series.items() if s.labels and not s.dims]
        if len(known) != 1:
            raise KaditaError(f"expected one metric with labels, such as the state; found {', '.join(known) or 'none'}")
        metric = known[0]
    series, values = column_of(results, metric)
    if not series.labels:
        raise KaditaError(f"{metric}: expected a metric with labels; its values are numbers: draw it as a series")
    return series, values


def stretches(times: Floats, codes: Floats) -> tuple[Floats, Floats]:
    """Return the edges in time of stretches of frames with one label, (S + 1,), and their labels, (S,)."""
    if len(times) < 2:
        edges = np.array([times[0] - 0.5, times[0] + 0.5]) if len(times) else np.zeros(1)
    else:
        middles = (times[1:] + times[:-1]) / 2
        edges = np.concatenate(([times[0] - (middles[0] - times[0])], middles, [2 * times[-1] - middles[-1]]))
    same = (codes[1:] == codes[:-1]) | (np.isnan(codes[1:]) & np.isnan(codes[:-1]))
    starts = np.concatenate(([0], np.flatnonzero(~same) + 1))
    return edges[np.append(starts, len(codes))], codes[starts]
