"""Pictures of results, fit for a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.evaluation.curves import Profile, has_axes, profiles_of, with_unit
from kadita.evaluation.results import Results, Series
from kadita.school.box import MOST

ENDINGS = (".png", ".pdf", ".svg")
COLUMN_WIDTH = 5.2  # inches
MOST_PANELS = 40
MOST_TICKS, ROOM = 10, 55  # numbers along an axis of a map, and characters
INK, FAINT, LINE = "#1a1a1a", "#d9d9d9", "#20639b"
OTHER = "#d1601f"  # beside LINE; the two differ for the colour-blind and in grey
STYLE = {  # of a figure in a paper, for `matplotlib.rc_context`
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "savefig.dpi": 200,
}


def check_picture(path: Path, *, force: bool, source: Path | None = None) -> None:
    """Raise where a picture cannot be made at `path`.

    Raises:
        KaditaError: an ending that is no picture's, a file that exists, a folder that cannot be written to.
    """
    if path.suffix not in ENDINGS:
        raise KaditaError(
            f"{path}: expected a picture named {', '.join('*' + e for e in ENDINGS)}; got '{path.suffix}'"
        )
    check_writable(path, force=force, source=source)


def draw(results: Results, path: str | Path, *, force: bool = False) -> None:
    """Draw every scalar series against time, on one axis of time, and every profile against its own axis.

    A profile is a metric with numbers along its axes, as its mean over the frames with its standard error, or a result
    of a whole-trajectory analysis with such; one with two axes is a map.

    Args:
        results: of `kadita.analyze`.
        path: .png, .pdf or .svg to write.
        force: replace a file that exists.

    Raises:
        KaditaError: nothing to draw, an ending that is no picture's, a file that exists.
    """
    import matplotlib

    path = Path(path)
    check_picture(path, force=force)
    profiles = profiles_of(results)
    columns = {
        name: (series, values)
        for name, (series, values) in results.columns().items()
        if "agent" not in series.dims and not has_axes(series)
    }
    count = len(columns) + len(profiles)
    if not count:
        found = ", ".join([*results, *results.wholes])
        raise KaditaError(
            f"nothing to draw: {found} has a value per agent, or one in all; write it with kadita analyze -o"
        )
    if count > MOST_PANELS:
        raise KaditaError(f"expected at most {MOST_PANELS} series to draw; got {count}")
    if not np.abs(results.times).max() < MOST:
        raise KaditaError(f"expected times below {MOST:g} to draw; got {np.abs(results.times).max():g}")
    # units and names are anybody's words, and no formulas; equal pictures are equal files
    style: dict[Any, Any] = {**STYLE, "text.parse_math": False, "svg.hashsalt": "kadita"}
    with matplotlib.rc_context(style):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        heights = [1.15] * len(columns) + [1.9] * len(profiles)
        figure = Figure(figsize=(COLUMN_WIDTH, 0.5 + sum(heights)), layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(count, 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        over_time, others = panels[: len(columns)], panels[len(columns) :]
        for panel, (name, (series, values)) in zip(over_time, columns.items(), strict=True):
            _over_time(panel, name, series, results.times, values)
            if panel is not over_time[-1]:
                panel.sharex(over_time[-1])
                panel.tick_params(labelbottom=False)
        if columns:
            unit = results.attributes.get("time_unit")
            over_time[-1].set_xlabel(f"time ({unit})" if unit else "time")
        for panel, profile in zip(others, profiles.values(), strict=True):
            _title(panel, profile.title)
            if np.isnan(profile.values).all():
                _undefined(panel)
            else:
                (_map if len(profile.axes) == 2 else _profile)(panel, profile)
        metadata = {"Date": None} if path.suffix == ".svg" else {"CreationDate": None} if path.suffix == ".pdf" else {}
        replace_whole(path, lambda unfinished: figure.savefig(unfinished, metadata=metadata))


def _title(panel: Any, title: str) -> None:
    panel.set_title(title, loc="left", fontsize=8, color=INK)


def _undefined(panel: Any) -> None:
    panel.text(0.5, 0.5, "undefined", transform=panel.transAxes, ha="center", va="center", color=INK)
    panel.set_yticks([])


def _profile(panel: Any, profile: Profile) -> None:
    (x,), y = profile.axes, profile.values
    if x.dtype.kind not in "iuf":
        panel.bar(np.arange(len(x)), y, color=LINE, width=0.6)
        panel.set_xlim(-0.6, len(x) - 0.4)  # with those that have no value
        _ticks(panel.xaxis, np.arange(len(x)), x)
    else:
        panel.plot(x, y, color=LINE, linewidth=0.9, marker="." if len(x) < 20 else None, markersize=3)
        panel.margins(x=0.01)
    if profile.errors is not None:
        panel.fill_between(x, y - profile.errors, y + profile.errors, color=LINE, alpha=0.2, linewidth=0)
    panel.grid(axis="y", color=FAINT, linewidth=0.5)
    panel.set_axisbelow(True)
    panel.set_xlabel(profile.labels[0])


def _map(panel: Any, profile: Profile) -> None:
    """Draw cells of one size, each with its number: bins need not be equal in what is along the axis."""
    mesh = panel.pcolormesh(profile.values.T, cmap="cividis", rasterized=True)
    panel.figure.colorbar(mesh, ax=panel, pad=0.01)
    for axis, numbers, label in zip((panel.xaxis, panel.yaxis), profile.axes, profile.labels, strict=True):
        _ticks(axis, np.arange(len(numbers)) + 0.5, numbers)
        axis.set_label_text(label)


def _ticks(axis: Any, places: NDArray[Any], numbers: NDArray[Any]) -> None:
    """Write some numbers along an axis, or all words: long ones aslant, where they would meet."""
    shown = np.arange(0, len(numbers), -(-len(numbers) // MOST_TICKS))
    words = [f"{n:.2g}" if numbers.dtype.kind == "f" else str(n) for n in numbers[shown]]
    axis.set_ticks(places[shown], words)
    if sum(map(len, words)) > ROOM:
        aslant = {"labelrotation": 20} if axis.axis_name == "x" else {}
        axis.set_tick_params(labelsize=6, **aslant)
        if aslant:
            for text in axis.get_ticklabels():
                text.set_horizontalalignment("right")


def _over_time(panel: Any, name: str, series: Series, times: Any, values: Any) -> None:
    _title(panel, with_unit(name, series.units))
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
