"""Axes at whose true places numbers stand: edges of cells, ticks, logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError
from kadita.base.numerals import along_axis
from kadita.school.box import Floats

MOST_TICKS, ROOM = 10, 55  # tick labels along an axis of a map, and characters in all of them
CLOSEST = 0.07  # of the length of an axis: numbers that are closer than this are not all labelled
SMALL = 6.5  # points, of many or long labels


def ordered(coordinates: ArrayLike) -> bool:
    """Return whether coordinates are increasing finite numbers, which have a place on an axis."""
    numbers = np.asarray(coordinates)
    return bool(numbers.dtype.kind in "iuf" and np.isfinite(numbers).all() and (np.diff(numbers) > 0).all())


def edges_of(centres: ArrayLike, *, log: bool = False) -> Floats:
    """Return the edges of cells about these increasing numbers, (n + 1,): halfway between them.

    The outer cells are as wide as outwards as inwards. Of logarithms with `log`. A single number has a cell of width 1,
    or of a factor 2.

    Raises:
        KaditaError: numbers that are not above 0, with `log`.
    """
    x = np.asarray(centres, dtype=np.float64)
    if log:
        if x.min() <= 0:
            raise KaditaError(f"expected numbers above 0 along a logarithmic axis; found {x.min():g}")
        width = np.log(2) if len(x) == 1 else 0.0
        return np.exp(_edges(np.log(x), width))
    return _edges(x, 1.0)


def _edges(x: Floats, width: float) -> Floats:
    if len(x) == 1:
        return np.array([x[0] - width / 2, x[0] + width / 2])
    middles = (x[1:] + x[:-1]) / 2
    return np.concatenate(([2 * x[0] - middles[0]], middles, [2 * x[-1] - middles[-1]]))


def tick_numbers(axis: Any, numbers: NDArray[Any], *, log: bool = False) -> None:
    """Label an axis of increasing numbers with these where they are few and apart, otherwise with round numbers."""
    from matplotlib.ticker import MaxNLocator, NullLocator

    x = np.log(numbers.astype(float)) if log else numbers.astype(float)
    edges = edges_of(x)
    apart = len(x) == 1 or np.diff(x).min() >= CLOSEST * (edges[-1] - edges[0])
    if len(numbers) <= MOST_TICKS and apart:
        labels = along_axis(numbers.tolist(), least=2)
        axis.set_ticks(numbers.astype(float), labels)
        axis.set_minor_locator(NullLocator())
        fit(axis, labels)
    elif log:
        plain_log(axis)
    else:
        axis.set_major_locator(MaxNLocator(5))
        axis.get_major_formatter().set_useOffset(False)


def tick_words(axis: Any, positions: NDArray[Any], coordinates: NDArray[Any]) -> None:
    """Label an axis with at most MOST_TICKS coordinates; long labels are rotated so that they do not overlap."""
    shown = np.arange(0, len(coordinates), -(-len(coordinates) // MOST_TICKS))
    labels = along_axis(coordinates[shown].tolist(), least=2)
    axis.set_ticks(positions[shown], labels)
    fit(axis, labels)


def fit(axis: Any, labels: list[str]) -> None:
    """Make labels smaller, and rotate those along x, where they are long."""
    if sum(map(len, labels)) > ROOM:
        rotation = {"labelrotation": 20} if axis.axis_name == "x" else {}
        axis.set_tick_params(labelsize=SMALL, **rotation)
        if rotation:
            for text in axis.get_ticklabels():
                text.set_horizontalalignment("right")


def plain_log(axis: Any) -> None:
    """Label a logarithmic axis with plain numbers, not with formulas."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(numticks=6))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axis.set_minor_formatter(NullFormatter())
    low, high = sorted(axis.get_view_interval())
    if low > 0 and np.log10(high / low) < 1.2:  # no two powers of ten
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))


def set_log(axes: Any, log: str) -> None:
    """Make axes logarithmic: ``"x"``, ``"y"``, ``"xy"`` or none.

    Raises:
        KaditaError: another word.
    """
    if log not in ("", "x", "y", "xy"):
        raise KaditaError(f"expected logarithmic axes x, y or xy; got '{log}'")
    for name in log:
        getattr(axes, f"set_{name}scale")("log")
        plain_log(getattr(axes, f"{name}axis"))


def label_axis(axes: Any, key: str, numbers: NDArray[Any], name: str, *, log: bool = False) -> None:
    """Label the axis ``"x"`` or ``"y"`` of cells: with ticks at numbers that increase, or else at words in order."""
    axis = getattr(axes, f"{key}axis")
    if log:
        getattr(axes, f"set_{key}scale")("log")
        plain_log(axis)
    if ordered(numbers):
        tick_numbers(axis, numbers, log=log)
    else:
        tick_words(axis, np.arange(len(numbers)) + 0.5, numbers)
    axis.set_label_text(name)
