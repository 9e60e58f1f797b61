"""What a figure is asked to show, and its panels on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kadita.base.errors import KaditaError
from kadita.evaluation.figures import page
from kadita.evaluation.figures.sweep_table import SweepTable
from kadita.evaluation.results import Results
from kadita.school.trajectory import Trajectory

WIDE = 140.0  # mm, from which panels stand side by side
MOST_PANELS = 20


class Asked(NamedTuple):
    """What a figure is to show.

    Attributes:
        width: in mm.
        names: metrics, analyses or columns of a table.
        runs: results by path; none of a table or a trajectory.
        table: of a sweep.
        trajectory: that is open.
        options: of the kind, those that are given.
        remarks: to which is added in words what a figure does not show.
        axes: to draw on; None for those of a new figure.
        shown: whether pyplot shows the new figure.
    """

    width: float
    names: Sequence[str]
    runs: Mapping[str, Results] = {}
    table: SweepTable | None = None
    trajectory: Trajectory | None = None
    options: Mapping[str, Any] = {}
    remarks: list[str] | None = None
    axes: Sequence[Any] | None = None
    shown: bool = False


def panels(
    asked: Asked, names: Sequence[str], height: float, *, extra: float = 8.0, aside: bool = False, equal: bool = False
) -> Any:
    """Return axes, one for each name: of a new figure below each other, or with `aside` in pairs on a wide page.

    Raises:
        KaditaError: no name, or too many; another number of axes given to draw on.
    """
    if not names:
        raise KaditaError("nothing to draw: expected at least one metric; name it with -m")
    if len(names) > MOST_PANELS:
        raise KaditaError(f"expected at most {MOST_PANELS} panels to draw; got {len(names)}")
    if asked.axes is not None:
        return given_axes(asked.axes, names)
    columns = 2 if aside and asked.width >= WIDE and len(names) > 1 else 1
    rows = -(-len(names) // columns)
    figure = page.new_figure(asked.width, extra + rows * height, equal=equal, shown=asked.shown)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for unused in axes[len(names) :]:
        unused.set_axis_off()
    return axes[: len(names)]


def one_panel(asked: Asked, height: float, *, equal: bool = False) -> Any:
    """Return the axes of a figure that has one panel; `height` is that of a new figure in mm.

    Raises:
        KaditaError: several axes are given to draw on.
    """
    if asked.axes is not None:
        return given_axes(asked.axes, ["it"])[0]
    return page.new_figure(asked.width, height, equal=equal, shown=asked.shown).subplots()


def given_axes(axes: Sequence[Any], names: Sequence[str]) -> Sequence[Any]:
    """Return axes to draw on.

    Raises:
        KaditaError: they are more or fewer than what is drawn.
    """
    if len(axes) != len(names):
        raise KaditaError(f"axes: expected {len(names)}, one for each of {', '.join(names)}; got {len(axes)}")
    return axes
