"""Pictures of results, fit for a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.box import MOST, Floats
from kadita.errors import KaditaError
from kadita.files import check_writable, replace_whole
from kadita.results import Results, Series, Whole

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


class Profile(NamedTuple):
    """What is drawn against an axis of its own, or against two."""

    units: str
    dims: tuple[str, ...]
    axes: tuple[NDArray[Any], ...]
    values: Floats
    errors: Floats | None


def draw_series(results: Results, path: str | Path, *, force: bool = False) -> None:
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
        if "agent" not in series.dims and not _has_numbers(series)
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
    style: dict[Any, Any] = {**STYLE, "svg.hashsalt": "kadita"}  # equal pictures are equal files
    with matplotlib.rc_context(style):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        heights = [1.15] * len(columns) + [1.9] * len(profiles)
        figure = Figure(figsize=(COLUMN_WIDTH, 0.5 + sum(heights)), layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(count, 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        over_time, others = panels[: len(columns)], panels[len(columns) :]
        for axes, (name, (series, values)) in zip(over_time, columns.items(), strict=True):
            _panel(axes, name, series, results.times, values)
            if axes is not over_time[-1]:
                axes.sharex(over_time[-1])
                axes.tick_params(labelbottom=False)
        if columns:
            unit = results.attributes.get("time_unit")
            over_time[-1].set_xlabel(f"time ({unit})" if unit else "time")
        for axes, (name, profile) in zip(others, profiles.items(), strict=True):
            _title(axes, name, profile.units)
            (_map if len(profile.dims) == 2 else _profile)(axes, profile)
        metadata = {"Date": None} if path.suffix == ".svg" else {"CreationDate": None} if path.suffix == ".pdf" else {}
        replace_whole(path, lambda unfinished: figure.savefig(unfinished, metadata=metadata))


def profiles_of(results: Results) -> dict[str, Profile]:
    """Return what has numbers along its axes: means of metrics over the frames, results of whole trajectories."""
    found: dict[str, Profile] = {}
    metrics = {name: s for name, s in results.series.items() if _has_numbers(s)}
    estimates = results.statistics() if metrics else {}
    for name, s in metrics.items():
        own = [e for column, e in estimates.items() if column.startswith(f"{name}.")]
        mean, error = (np.reshape([getattr(e, what) for e in own], s.values.shape[1:]) for what in ("mean", "error"))
        found[name] = Profile(s.units, s.dims, tuple(s.axes[d] for d in s.dims), mean, error)
    for name, w in results.wholes.items():
        if _has_numbers(w):
            found[name] = Profile(w.units, w.dims, tuple(w.axes[d] for d in w.dims), w.values, None)
    return found


def _has_numbers(found: Series | Whole) -> bool:
    return 0 < len(found.dims) <= 2 and set(found.dims) <= set(found.axes)


def _title(axes: Any, name: str, units: str) -> None:
    unit = f" ({units})" if units != "1" else ""
    axes.set_title(name.replace("_", " ") + unit, loc="left", fontsize=8, color=INK)


def _profile(axes: Any, profile: Profile) -> None:
    (x,), y = profile.axes, profile.values
    axes.plot(x, y, color=LINE, linewidth=0.9, marker="." if len(x) < 20 else None, markersize=3)
    if profile.errors is not None:
        axes.fill_between(x, y - profile.errors, y + profile.errors, color=LINE, alpha=0.2, linewidth=0)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    axes.set_xlabel(profile.dims[0])


def _map(axes: Any, profile: Profile) -> None:
    x, y = profile.axes
    mesh = axes.pcolormesh(x, y, profile.values.T, shading="nearest", cmap="cividis", rasterized=True)
    axes.figure.colorbar(mesh, ax=axes, pad=0.01)
    axes.set_xlabel(profile.dims[0])
    axes.set_ylabel(profile.dims[1])


def _panel(axes: Any, name: str, series: Series, times: Any, values: Any) -> None:
    _title(axes, name, series.units)
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
