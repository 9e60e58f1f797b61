"""Results one above the other: series in time, and curves and maps against their own axes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.curves import Band, Curve, bands_of, curves_of, has_axes, with_unit
from kadita.evaluation.figures.asked import given_axes
from kadita.evaluation.figures.axes_of_numbers import tick_words
from kadita.evaluation.figures.maps import draw_map
from kadita.evaluation.figures.page import INCH, new_figure, save
from kadita.evaluation.figures.quantiles import draw_quantiles
from kadita.evaluation.figures.style import COLUMN_WIDTH, FAINT, INK, LINE, check_picture, rc
from kadita.evaluation.per_agent import MEDIAN
from kadita.evaluation.results import Results, Series
from kadita.school.box import MOST

MOST_PANELS = 40
MOST_BARS = 60  # agents, each with a bar of its own; more are counted in bins
NOT_DRAWN = "labels or matrices of agents, or single numbers; kadita analyze -o writes them"


def draw(results: Results, path: str | Path, *, force: bool = False) -> None:
    """Write the figure of `stacked` to a file.

    Args:
        results: from `kadita.analyze`.
        path: .png, .pdf or .svg to write.
        force: replace a file that exists.

    Raises:
        KaditaError: nothing to draw, an unknown suffix, a file that exists.
    """
    import matplotlib

    path = Path(path)
    check_picture(path, force=force)
    with matplotlib.rc_context(rc()):
        save(stacked(results)[0].figure, path)


def stacked(results: Results, *, axes: Sequence[Any] | None = None, shown: bool = False) -> list[Any]:
    """Draw every scalar series against a common time axis, and every curve against its own axis; return the axes.

    A per-agent metric is drawn in time as the median over the agents, with bands that hold half and 90 % of them. A
    curve is the mean over the frames, with its standard error, of a metric with coordinates along its axes, or such a
    result of a whole-trajectory analysis. With two axes it is drawn as a map. What an analysis finds for every agent is
    a bar for each, or with many agents a histogram.

    Raises:
        KaditaError: nothing to draw, too much, or another number of axes given to draw on.
    """
    import matplotlib

    curves, bands = curves_of(results), bands_of(results)
    columns = {
        name: (series, values)
        for name, (series, values) in results.columns().items()
        if "agent" not in series.dims and not has_axes(series)
    }
    in_time = len(columns) + len(bands)
    heights = [1.15] * in_time + [1.9] * len(curves)
    if not heights:
        raise KaditaError(f"nothing to draw: {', '.join(results)}: {NOT_DRAWN}")
    if len(heights) > MOST_PANELS:
        raise KaditaError(f"expected at most {MOST_PANELS} series to draw; got {len(heights)}")
    if not np.abs(results.times).max() < MOST:
        raise KaditaError(f"expected times below {MOST:g} to draw; got {np.abs(results.times).max():g}")
    with matplotlib.rc_context({"axes.titlesize": 8, "axes.titlelocation": "left", "text.parse_math": False}):
        if axes is not None:
            panels = list(given_axes(axes, [*columns, *bands, *curves]))
        else:
            size = COLUMN_WIDTH * INCH, (0.5 + sum(heights)) * INCH
            page = new_figure(*size, shown=shown)
            panels = list(page.subplots(len(heights), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0])
        over_time, others = panels[:in_time], panels[in_time:]
        for panel, (name, (series, values)) in zip(over_time, columns.items(), strict=False):
            _over_time(panel, name, series, results.times, values)
        for panel, band in zip(over_time[len(columns) :], bands.values(), strict=True):
            _band(panel, band, results.times)
        for panel in over_time[:-1] if axes is None else ():
            panel.sharex(over_time[-1])
            panel.tick_params(labelbottom=False)
        if in_time:
            unit = results.attributes.get("time_unit")
            over_time[-1].set_xlabel(f"time ({unit})" if unit else "time")
        for panel, curve in zip(others, curves.values(), strict=True):
            panel.set_title(curve.title)
            if np.isnan(curve.values).all():
                _undefined(panel)
            elif len(curve.axes) == 2:
                draw_map(panel, curve._replace(title=""))
            elif curve.of_agents and len(curve.values) > MOST_BARS:
                _histogram(panel, curve)
            else:
                _curve(panel, curve)
    return panels


def _undefined(panel: Any) -> None:
    panel.text(0.5, 0.5, "undefined", transform=panel.transAxes, ha="center", va="center", color=INK)
    panel.set_yticks([])


def _curve(panel: Any, curve: Curve) -> None:
    (x,), y = curve.axes, curve.values
    if curve.of_agents or x.dtype.kind not in "iuf":
        panel.bar(np.arange(len(x)), y, color=LINE, width=0.6)
        panel.set_xlim(-0.6, len(x) - 0.4)  # including bars without a value
        tick_words(panel.xaxis, np.arange(len(x)), x)
    else:
        panel.plot(x, y, color=LINE, linewidth=0.9, marker="." if len(x) < 20 else None, markersize=3)
        panel.margins(x=0.01)
    if curve.errors is not None:
        panel.fill_between(x, y - curve.errors, y + curve.errors, color=LINE, alpha=0.2, linewidth=0)
    panel.grid(axis="y", color=FAINT, linewidth=0.5)
    panel.set_axisbelow(True)
    panel.set_xlabel(curve.labels[0])


def _histogram(panel: Any, curve: Curve) -> None:
    panel.hist(curve.values[np.isfinite(curve.values)], bins="auto", color=LINE)
    panel.set_xlabel(curve.title)
    panel.set_ylabel("agents")


def _band(panel: Any, band: Band, times: Any) -> None:
    """Draw the median over the agents, and the bands between their quantiles."""
    panel.set_title(f"{band.title}: median, 25-75 % and 5-95 % of agents")
    if np.isnan(band.quantiles[MEDIAN]).all():
        _undefined(panel)
    else:
        draw_quantiles(panel, times, band.quantiles)


def _over_time(panel: Any, name: str, series: Series, times: Any, values: Any) -> None:
    panel.set_title(with_unit(name, series.units))
    marker = "." if len(times) < 3 or series.labels else None
    panel.plot(
        times,
        values,
        color=LINE,
        linewidth=0.9,
        marker=marker,
        linestyle="" if series.labels else "-",
        markersize=3,
    )
    panel.grid(axis="y", color=FAINT, linewidth=0.5)
    panel.set_axisbelow(True)
    panel.margins(x=0.01)
    if series.labels:
        shown = sorted({int(v) for v in values if not np.isnan(v)})
        panel.set_yticks(shown, [series.labels[i] for i in shown])
        panel.margins(y=0.25)
    elif np.isnan(values).all():
        _undefined(panel)
    elif series.units == "1" and np.nanmin(values) >= 0 and np.nanmax(values) <= 1:
        panel.set_ylim(-0.03, 1.03)
        panel.set_yticks([0, 0.5, 1])
