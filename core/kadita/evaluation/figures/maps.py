"""Results over two axes: maps with cells at their true places, and maps about a focal agent."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.curves import Curve, with_unit
from kadita.evaluation.figures.axes_of_numbers import edges_of, label_axis, ordered
from kadita.evaluation.figures.runs import check_defined, curve_of
from kadita.evaluation.figures.style import DIVERGING, INK, SEQUENTIAL, colour_map, on_axes
from kadita.evaluation.results import Results
from kadita.school.box import Floats

CLIPPED = 99.0  # percentile of |values| at which the colours of a map about 0 end; the colour bar says so
AHEAD, LEFT = ("ahead", "front", "x"), ("left", "side", "y")  # names of the axes of maps about a focal agent


@on_axes
def heatmap(
    axes: Any, results: Results, name: str, *, equilibration: str | float = "none", log: str = "", bar: bool = True
) -> Any:
    """Draw a result over two axes of its own as a map; return the axes.

    Numbers along an axis stand at their true places: each cell reaches halfway to the next number, so that cells of
    uneven bins have their widths. Words, and numbers in no order, have cells of one size. Values of both signs have
    colours that diverge from 0. Undefined cells are not drawn.

    Args:
        axes: of matplotlib.
        results: from `kadita.analyze`.
        name: a metric with two axes of its own, as the mean over the frames that count, or a result of an analysis.
        equilibration: which frames count: none, half or a time.
        log: axes that are logarithmic: x, y or xy.
        bar: whether the colours have a bar.

    Raises:
        KaditaError: there is no such result, or it is undefined.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", "neighbor_maps")
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.heatmap(axes, results, "neighbor_maps.density")
    >>> axes.get_xlabel()
    'ahead (length)'
    """
    curve = curve_of(results, name, equilibration)
    check_defined(name, [curve.values])
    draw_map(axes, curve, log=log, bar=bar)
    return axes


def draw_map(axes: Any, curve: Curve, *, log: str = "", bar: bool = True) -> Any:
    """Draw a map of two axes and its colour bar, and return the mesh.

    Raises:
        KaditaError: a curve of one axis, or a logarithmic axis of numbers that are not above 0.
    """
    if len(curve.axes) != 2:
        raise KaditaError(f"{curve.title}: expected a result over two axes; it has {', '.join(curve.labels)}")
    edges: list[Floats] = []
    for key, numbers in zip("xy", curve.axes, strict=True):
        placed = ordered(numbers)
        if key in log and not placed:
            raise KaditaError(
                f"expected increasing numbers along a logarithmic axis; got {curve.labels['xy'.index(key)]}"
            )
        edges.append(edges_of(numbers, log=key in log) if placed else np.arange(len(numbers) + 1.0))
    mesh = axes.pcolormesh(*edges, np.ma.masked_invalid(curve.values.T), rasterized=True, **colours_of(curve.values))
    for key, numbers, label in zip("xy", curve.axes, curve.labels, strict=True):
        label_axis(axes, key, numbers, label, log=key in log)
    if bar:
        bar_of(axes, mesh, curve.title)
    return mesh


def colours_of(values: Floats) -> dict[str, Any]:
    """Return map and limits of colours: about 0 where values have both signs, otherwise from the least value.

    About 0, the colours end at the 99th percentile of |values|, beyond which a few cells with few counts lie.
    """
    from matplotlib.colors import Normalize

    defined = values[np.isfinite(values)]
    if defined.size and defined.min() < 0 < defined.max():
        most = float(np.percentile(np.abs(defined), CLIPPED))
        most = most or float(np.abs(defined).max())
        return {"cmap": colour_map(DIVERGING), "norm": Normalize(-most, most)}
    low = 0.0 if defined.size and defined.min() >= 0 and defined.min() < 0.5 * defined.max() else None
    return {"cmap": colour_map(SEQUENTIAL), "norm": Normalize(low, None)}


def bar_of(axes: Any, mesh: Any, label: str) -> Any:
    """Draw the bar of a mesh's colours, with an arrow where values lie beyond its ends."""
    from matplotlib.ticker import MaxNLocator

    values = mesh.get_array().compressed()
    above, below = bool((values > mesh.norm.vmax).any()), bool((values < mesh.norm.vmin).any())
    extend = "both" if above and below else "max" if above else "min" if below else "neither"
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, label=label, extend=extend)
    bar.locator = MaxNLocator(5)
    bar.update_ticks()
    bar.outline.set_linewidth(0.4)
    return bar


@on_axes
def neighbor_map(axes: Any, results: Results, name: str, *, bar: bool = True) -> Any:
    """Draw a result in the frame of a focal agent, which faces up and is drawn as an arrow; return the axes.

    Of the result's two axes, those named ahead (or front, x) and left (or side, y) are drawn up and to the left.

    Args:
        axes: of matplotlib.
        results: from `kadita.analyze`.
        name: a result over two axes of increasing numbers.
        bar: whether the colours have a bar.

    Raises:
        KaditaError: there is no such result, its axes are no numbers, or it is undefined.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", "neighbor_maps")
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.neighbor_map(axes, results, "neighbor_maps.density")
    >>> axes.get_xlabel()
    'left – right (length)'
    """
    curve = curve_of(results, name)
    check_defined(name, [curve.values])
    if len(curve.axes) != 2 or not all(map(ordered, curve.axes)):
        raise KaditaError(f"{name}: expected a result over two axes of numbers; it has {', '.join(curve.labels)}")
    words = [label.partition(" (")[0].split(" ")[0] for label in curve.labels]
    turned = words[0] in LEFT and words[1] in AHEAD
    (up, left), values = (curve.axes[::-1], curve.values.T) if turned else (curve.axes, curve.values)
    unit = curve.labels[0].partition(" (")[2]
    unit = f" ({unit}" if unit else ""
    shown = np.ma.masked_invalid(values)
    mesh = axes.pcolormesh(edges_of(left), edges_of(up), shown, rasterized=True, **colours_of(values))
    axes.invert_xaxis()  # left is left
    length = 0.07 * (edges_of(up)[-1] - edges_of(up)[0])
    head = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 7}
    axes.annotate("", (0, length), (0, -length), arrowprops=head)
    axes.set(aspect="equal", xlabel=f"left \u2013 right{unit}", ylabel=f"behind \u2013 ahead{unit}")
    axes.locator_params(nbins=5)
    if bar:
        bar_of(axes, mesh, curve.title.removeprefix(with_unit(name.rpartition(".")[0], "1") + "."))
    return axes
