"""A result of a sweep over two parameters: the mean of seeds, hatched where seeds disagree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.evaluation.curves import with_unit
from kadita.evaluation.figures.axes_of_numbers import edges_of, label_axis, ordered
from kadita.evaluation.figures.legend import above
from kadita.evaluation.figures.maps import bar_of
from kadita.evaluation.figures.style import FAINT, INK, SEQUENTIAL, colour_map, on_axes
from kadita.evaluation.figures.sweep_table import ERROR, SweepTable, read_sweep_table
from kadita.school.box import Floats

APART = 0.3  # of the range of all values: seeds that differ by more are in different states
SIGNIFICANT = 4.0  # standard errors, by which they must differ, too


@dataclass(frozen=True)
class Phases:
    """A result over two parameters.

    Attributes:
        x, y: (nx,) and (ny,) increasing values of the parameters, or words.
        mean: (ny, nx) over the seeds that are defined; NaN where none is, or there is no such point.
        disagree: (ny, nx) whether seeds disagree.
        missing: (ny, nx) whether the table has no such point.
        apart: difference by which seeds disagree, in the units of the result.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    mean: Floats
    disagree: NDArray[np.bool_]
    missing: NDArray[np.bool_]
    apart: float

    @property
    def remarks(self) -> list[str]:
        """What the colours do not show, in words."""
        cells, found = self.missing.size, []
        if self.missing.any():
            found.append(f"{self.missing.sum()} of {cells} points are not in the table")
        undefined = np.isnan(self.mean) & ~self.missing
        if undefined.any():
            found.append(f"{undefined.sum()} of {cells} points are undefined")
        if self.disagree.any():
            found.append(f"seeds disagree by more than {self.apart:.2g} at {self.disagree.sum()} of {cells} points")
        return found


def phases(table: SweepTable, x: str, y: str, result: str, *, apart: float = APART) -> Phases:
    """Return a result over two parameters, and where seeds disagree, whose mean is the value of no state.

    Seeds disagree where their greatest and least values differ by more than `apart` of the range of all values in the
    table, and by more than 4 standard errors of that difference where the table has errors; and where some are
    undefined and others are not.

    Raises:
        KaditaError: no such parameter or result, one parameter for both axes, another parameter that varies between
            rows of one point, or nothing that is defined.

    >>> import kadita
    >>> from kadita.figures import phases, read_sweep_table
    >>> table = kadita.sweep("plane.toml")
    >>> phases(read_sweep_table("plane/table.csv"), "noise", "speed", "polarization").x
    array([0.1, 0.8])
    """
    along, up, values = table.parameter(x), table.parameter(y), table.result(result)
    if x == y:
        raise KaditaError(f"expected two parameters for the axes; got {x} for both")
    errors = table.results.get(result + ERROR, np.full(len(table), np.nan))
    if not np.isfinite(values).any():
        raise KaditaError(f"{table.name}: {result} is undefined at all points: there is nothing to draw")
    (xs, i), (ys, j) = (np.unique(c, return_inverse=True) for c in (along, up))
    threshold = apart * float(np.nanmax(values) - np.nanmin(values))
    mean = np.full((len(ys), len(xs)), np.nan)
    disagree, missing = np.zeros(mean.shape, bool), np.ones(mean.shape, bool)
    for cell in sorted(set(zip(j.tolist(), i.tolist(), strict=True))):
        rows = (j == cell[0]) & (i == cell[1])
        _check_one_point(table, rows, (x, y))
        missing[cell] = False
        seeds, defined = values[rows], np.isfinite(values[rows])
        if defined.any():
            mean[cell] = seeds[defined].mean()
            disagree[cell] = not defined.all() or _differ(seeds, errors[rows], threshold)
    return Phases(xs, ys, mean, disagree, missing, threshold)


def _differ(values: Floats, errors: Floats, threshold: float) -> bool:
    high, low = int(values.argmax()), int(values.argmin())
    error = np.hypot(errors[high], errors[low])
    difference = values[high] - values[low]
    return bool(difference > threshold and not difference <= SIGNIFICANT * error)


def _check_one_point(table: SweepTable, rows: NDArray[np.bool_], axes: tuple[str, str]) -> None:
    for name, column in table.parameters.items():
        if name not in axes and len(several := np.unique(column[rows])) > 1:
            words = [f"{v:g}" if column.dtype.kind == "f" else str(v) for v in several]
            choice = f"choose one with --where {name}={words[0]}"
            raise KaditaError(f"{table.name}: {name} varies, too ({', '.join(words)}); {choice}")


@on_axes
def phase_diagram(
    axes: Any,
    table: SweepTable | str | Path,
    x: str,
    y: str,
    result: str,
    *,
    apart: float = APART,
    log: str = "",
    legend: bool = True,
) -> Any:
    """Draw a result over two parameters of a sweep; return the axes.

    A cell has the mean of its seeds, and reaches halfway to the next values of the parameters. It is hatched where the
    seeds disagree, see `phases`. Points that are undefined or that the table does not have are left blank, and the
    latter are crossed.

    Args:
        axes: of matplotlib.
        table: from `read_sweep_table`, or the path of a sweep's table.csv.
        x, y: parameters that the sweep varies.
        result: a column of the table.
        apart: part of the range of all values by which seeds must differ to disagree.
        log: axes that are logarithmic: x, y or xy.
        legend: whether hatches and crosses are explained above.

    Raises:
        KaditaError: see `phases`, or a logarithmic axis of words or of numbers that are not above 0.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> table = kadita.sweep("plane.toml")
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.phase_diagram(axes, "plane/table.csv", "noise", "speed", "polarization")
    >>> axes.get_xlabel()
    'noise'
    """
    from matplotlib.colors import Normalize
    from matplotlib.patches import Patch, Rectangle

    table = table if isinstance(table, SweepTable) else read_sweep_table(table)
    found = phases(table, x, y, result, apart=apart)
    edges = [_edges(found.x, "x", x, log), _edges(found.y, "y", y, log)]
    norm = Normalize(np.nanmin(found.mean), np.nanmax(found.mean))
    shown = np.ma.masked_invalid(found.mean)
    mesh = axes.pcolormesh(*edges, shown, cmap=colour_map(SEQUENTIAL), norm=norm, rasterized=True)
    looks: dict[str, dict[str, Any]] = {
        "disagree": {"hatch": "/////", "edgecolor": "white", "facecolor": "none", "linewidth": 0},
        "missing": {"hatch": "xxxx", "edgecolor": FAINT, "facecolor": "none", "linewidth": 0},
    }
    for kind, look in looks.items():
        for j, i in np.argwhere(getattr(found, kind)):
            low, high = (edges[0][i], edges[1][j]), (edges[0][i + 1], edges[1][j + 1])
            axes.add_patch(Rectangle(low, high[0] - low[0], high[1] - low[1], **look, gid=kind))
    for key, numbers, name in (("x", found.x, x), ("y", found.y, y)):
        label_axis(axes, key, numbers, name, log=key in log)
    axes.set(xlim=edges[0][[0, -1]], ylim=edges[1][[0, -1]])
    axes.spines[["top", "right"]].set_visible(True)
    bar_of(axes, mesh, with_unit(result, "1").replace(".", ": "))
    if legend:
        keys: list[tuple[Any, str]] = []
        if found.disagree.any():
            patch = Patch(facecolor="#6fa3c7", hatch="/////", edgecolor="white", linewidth=0)
            keys.append((patch, f"seeds differ by more than {found.apart:.2g}"))
        if found.missing.any():
            keys.append((Patch(facecolor="none", hatch="xxxx", edgecolor=FAINT, linewidth=0), "not in the table"))
        if (np.isnan(found.mean) & ~found.missing).any():
            keys.append((Patch(facecolor="white", edgecolor=INK, linewidth=0.4), "undefined"))
        above(axes, [k for k, _ in keys], [w for _, w in keys])
    return axes


def _edges(numbers: NDArray[Any], key: str, name: str, log: str) -> Floats:
    if ordered(numbers):
        return edges_of(numbers, log=key in log)
    if key in log:
        raise KaditaError(f"expected numbers along a logarithmic axis; {name} has words")
    return np.arange(len(numbers) + 1.0)
