"""Pictures of results, fit for a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kadita.box import MOST
from kadita.errors import KaditaError
from kadita.files import check_writable, replace_whole
from kadita.results import Results, Series

ENDINGS = (".png", ".pdf", ".svg")
COLUMN_WIDTH = 5.2  # inches
MOST_PANELS = 40
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


def draw_series(results: Results, path: str | Path, *, force: bool = False) -> None:
    """Draw every scalar series against time, one panel each, on one axis of time.

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
    columns = {n: c for n, c in results.columns().items() if "agent" not in c[0].dims}
    if not columns:
        raise KaditaError(
            f"nothing to draw: {', '.join(results)} has a value per agent; write it with kadita analyze -o"
        )
    if len(columns) > MOST_PANELS:
        raise KaditaError(f"expected at most {MOST_PANELS} series to draw; got {len(columns)}")
    if not np.abs(results.times).max() < MOST:
        raise KaditaError(f"expected times below {MOST:g} to draw; got {np.abs(results.times).max():g}")
    style: dict[Any, Any] = {
        "font.size": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "svg.hashsalt": "kadita",  # equal pictures are equal files
        "savefig.dpi": 200,
    }
    with matplotlib.rc_context(style):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(COLUMN_WIDTH, 0.5 + 1.15 * len(columns)), layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(len(columns), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (name, (series, values)) in zip(panels, columns.items(), strict=True):
            _panel(axes, name, series, results.times, values)
        unit = results.attributes.get("time_unit")
        panels[-1].set_xlabel(f"time ({unit})" if unit else "time")
        metadata = {"Date": None} if path.suffix == ".svg" else {"CreationDate": None} if path.suffix == ".pdf" else {}
        replace_whole(path, lambda unfinished: figure.savefig(unfinished, metadata=metadata))


def _panel(axes: Any, name: str, series: Series, times: Any, values: Any) -> None:
    unit = f" ({series.units})" if series.units != "1" else ""
    axes.set_title(name.replace("_", " ") + unit, loc="left", fontsize=8, color=INK)
    marker = "." if len(times) < 3 or series.labels else None
    axes.plot(
        times,
        values,
        color=LINE,
        linewidth=0.9,
        marker=marker,
        linestyle="" if series.labels else "-",
        markersize=3,
    )
    axes.grid(axis="y", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    if series.labels:
        shown = sorted({int(v) for v in values if not np.isnan(v)})
        axes.set_yticks(shown, [series.labels[i] for i in shown])
        axes.margins(y=0.25)
    elif np.isnan(values).all():
        axes.text(0.5, 0.5, "undefined", transform=axes.transAxes, ha="center", va="center", color=INK)
        axes.set_yticks([])
    elif _in_unit_interval(name, values):
        axes.set_ylim(-0.03, 1.03)
        axes.set_yticks([0, 0.5, 1])


def _in_unit_interval(name: str, values: Any) -> bool:
    low, high = np.nanmin(values), np.nanmax(values)
    return bool(low >= 0 and high <= 1 and name != "spread")
