"""How the panels of each kind of figure are laid out on a page; each function returns their axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kadita.base.errors import KaditaError
from kadita.evaluation.curves import has_axes
from kadita.evaluation.figures.asked import Asked, one_panel, panels
from kadita.evaluation.figures.correlation import correlation
from kadita.evaluation.figures.distribution import distribution
from kadita.evaluation.figures.entropies import means
from kadita.evaluation.figures.maps import heatmap
from kadita.evaluation.figures.order_plane import order_plane
from kadita.evaluation.figures.phase_diagram import phase_diagram, phases
from kadita.evaluation.figures.profiles import profile
from kadita.evaluation.figures.quantiles import quantiles
from kadita.evaluation.figures.runs import only
from kadita.evaluation.figures.series import series
from kadita.evaluation.figures.snapshot import snapshot
from kadita.evaluation.figures.states import states
from kadita.evaluation.figures.tracks import tracks


def _columns(asked: Asked) -> list[str]:
    """Return the columns of the named metrics in the first run: components and species each on their own."""
    first = next(iter(asked.runs.values()))
    found: list[str] = []
    for name in asked.names:
        part = only(first, name)
        several = [k for k, s in part.series.items() if "agent" not in s.dims and s.dims and not has_axes(s)]
        found += list(part.columns()) if several else [name]
    return found


def _with_axes(asked: Asked, number: int) -> list[str]:
    """Return the results of the named metrics and analyses that have this number of axes with coordinates."""
    first = next(iter(asked.runs.values()))
    found = []
    for name in asked.names:
        of_it = [key for key in first.analyses if key.partition(".")[0] == name]
        outputs = of_it if of_it and name not in first.analyses else [name]
        known = {**first.series, **first.analyses}
        fitting = [k for k in outputs if only(first, k) and has_axes(known[k]) and len(known[k].dims) == number]
        fitting = [k for k in fitting if f"{k}_error" in outputs] or fitting  # errors are no maps of their own
        if not fitting:
            raise KaditaError(f"{name}: expected a result with coordinates along {number} of its own axes; found none")
        found += fitting
    return found


def in_time(asked: Asked) -> Any:
    """Draw and return axes of metrics below each other, of all runs.

    Raises:
        KaditaError: more than 20 panels, or as `series` does.
    """
    names = _columns(asked)
    axes = panels(asked, names, 34.0, extra=8.0 + 5.0 * (len(asked.runs) > 1))
    for i, (panel, name) in enumerate(zip(axes, names, strict=True)):
        series(panel, asked.runs, name, legend=i == 0, **asked.options)
    _share_time(axes)
    return axes


def _share_time(axes: Sequence[Any]) -> None:
    """Give panels below each other one axis of time."""
    for panel in axes[:-1]:
        panel.set_xlabel("")
        panel.tick_params(labelbottom=False)
        panel.sharex(axes[-1])


def distributions(asked: Asked) -> Any:
    """Draw and return axes of the distribution of each metric.

    Raises:
        KaditaError: more than 20 panels, or as `distribution` does.
    """
    names = _columns(asked)
    axes = panels(asked, names, 45.0, aside=True)
    for i, (panel, name) in enumerate(zip(axes, names, strict=True)):
        distribution(panel, asked.runs, name, legend=i == 0, **asked.options)
    return axes


def plane(asked: Asked) -> Any:
    """Draw and return axes of the plane of order parameters.

    Raises:
        KaditaError: as `order_plane` does.
    """
    axes = one_panel(asked, min(0.78 * asked.width, 110.0), equal=True)
    order_plane(axes, asked.runs, asked.names[0] if asked.names else None, **asked.options)
    return [axes]


def strips(asked: Asked) -> Any:
    """Draw and return axes of strips in time for each metric.

    Raises:
        KaditaError: more than 20 panels, or as `states` does.
    """
    names = _columns(asked)
    axes = panels(asked, names, 12.0 + 6.0 * len(asked.runs))
    for panel, name in zip(axes, names, strict=True):
        states(panel, asked.runs, name)
    return axes


def curves(asked: Asked) -> Any:
    """Draw and return axes of results along one axis.

    Raises:
        KaditaError: a metric without such a result, more than 20 panels, or as `profile` does.
    """
    names = _with_axes(asked, 1)
    axes = panels(asked, names, 48.0, aside=True)
    for i, (panel, name) in enumerate(zip(axes, names, strict=True)):
        profile(panel, asked.runs, name, legend=i == 0, **asked.options)
    return axes


def maps(asked: Asked, draw: Callable[..., Any] = heatmap, height: float = 58.0, *, equal: bool = False) -> Any:
    """Draw and return axes of results over two axes.

    Raises:
        KaditaError: a metric without such a result, more than 20 panels, or as `draw` does.
    """
    names = _with_axes(asked, 2)
    axes = panels(asked, names, height, aside=True, equal=equal)
    (results,) = asked.runs.values()
    for panel, name in zip(axes, names, strict=True):
        draw(panel, results, name, **asked.options)
    return axes


def agents(asked: Asked) -> Any:
    """Draw and return axes of quantiles over the agents in time.

    Raises:
        KaditaError: more than 20 panels, or as `quantiles` does.
    """
    (results,) = asked.runs.values()
    axes = panels(asked, asked.names, 42.0)
    for panel, name in zip(axes, asked.names, strict=True):
        quantiles(panel, results, name)
    _share_time(axes)
    axes[0].set_title("median, 25\u201375 % and 5\u201395 % of agents", fontsize=7, loc="left")
    return axes


def correlations(asked: Asked) -> Any:
    """Draw and return axes of each correlation, and its collapse.

    Raises:
        KaditaError: a metric without such a result, more than 20 panels, or as `correlation` does.
    """
    names = _with_axes(asked, 1)
    pairs = [(name, scaled) for name in names for scaled in (False, True)]
    axes = panels(asked, [name for name, _ in pairs], 46.0, aside=True)
    for i, (panel, (name, scaled)) in enumerate(zip(axes, pairs, strict=True)):
        correlation(panel, asked.runs, name, scaled=scaled, legend=i == 0, **asked.options)
    return axes


def means_of_runs(asked: Asked) -> Any:
    """Draw and return axes of means of metrics of all runs.

    Raises:
        KaditaError: as `means` does.
    """
    # of metrics that nobody named, one may not apply to some runs: there is no depth in a plane
    known = [{key.partition(".")[0] for key in r} | set(r) for r in asked.runs.values()]
    shared = [name for name in asked.names if all(name.partition(".")[0] in k for k in known)]
    names = _columns(asked._replace(names=shared or asked.names))
    axes = one_panel(asked, 18.0 + max(5.0, 3.0 + 1.6 * len(asked.runs)) * len(names))
    means(axes, asked.runs, names, **asked.options)
    return [axes]


def phase_diagrams(asked: Asked) -> Any:
    """Draw and return axes of results of a sweep over two parameters.

    Raises:
        KaditaError: fewer than two parameters vary, more than 20 panels, or as `phase_diagram` does.
    """
    options = dict(asked.options)
    table = asked.table
    assert table is not None
    varying = list(table.parameters)
    x, y = options.pop("x", None), options.pop("y", None)
    if len(varying) < 2:
        raise KaditaError(
            f"{table.name}: expected a sweep over at least two parameters; this varies {varying or 'none'}"
        )
    x = x or next(name for name in varying if name != y)
    y = y or next(name for name in varying if name != x)
    axes = panels(asked, asked.names, min(0.72 * asked.width, 68.0), extra=2.0, aside=True)
    for panel, name in zip(axes, asked.names, strict=True):
        phase_diagram(panel, table, x, y, name, **options)
        if asked.remarks is not None:
            asked.remarks.extend(f"{name}: {remark}" for remark in phases(table, x, y, name).remarks)
    return axes


def one_frame(asked: Asked) -> Any:
    """Draw the agents of one frame, by default of the last one.

    Raises:
        KaditaError: there is no such frame, nobody is present in it, or as `snapshot` does.
    """
    if asked.trajectory is None:
        raise TypeError("a snapshot is of a trajectory")
    axes = one_panel(asked, 0.75 * asked.width, equal=True)
    number = asked.options.get("frame", -1)
    try:
        frame = asked.trajectory[number]
    except IndexError as error:
        raise KaditaError(f"--{error}") from None
    snapshot(axes, frame, color=asked.options.get("color"), look=asked.options.get("look"))
    return [axes]


def paths(asked: Asked) -> Any:
    """Draw the paths of agents, coloured by time.

    Raises:
        KaditaError: as `tracks` does.
    """
    if asked.trajectory is None:
        raise TypeError("tracks are of a trajectory")
    axes = one_panel(asked, 0.8 * asked.width, equal=True)
    tracks(axes, asked.trajectory, **asked.options)
    return [axes]
