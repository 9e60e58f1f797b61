"""A school at one time, on axes of matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kadita.evaluation.figures.in_space import key as draw_key
from kadita.evaluation.figures.in_space import show_view
from kadita.evaluation.film.coloring import of_frame
from kadita.evaluation.film.colors import LIGHT, Theme
from kadita.evaluation.film.moments import moment_of
from kadita.evaluation.film.scene import Scene, seen
from kadita.evaluation.film.trails import Trails
from kadita.school.block import Frame


def snapshot(
    axes: Any,
    frame: Frame,
    *,
    color: Any = None,
    follow: bool | None = None,
    look: Any = None,
    trail: Sequence[Frame] = (),
    title: str = "",
    key: bool = True,
    theme: Theme = LIGHT,
) -> Any:
    """Draw the agents of a frame with their headings, and the arena or the cell that they are in.

    Bodies are drawn with the school's ``body_length`` if it is known and can be seen, else with 1.2 times the median
    distance of nearest neighbours, within limits. Agents whose heading is not known are points, and so are more than
    3,000. All is drawn in vectors.

    Args:
        axes: of matplotlib; their limits, labels and aspect are set.
        frame: from `kadita.school.trajectory.Trajectory`: ``trajectory[i]``.
        color: ``"heading"``, ``"speed"``, ``"species"``, ``"plain"``, or a number for each agent, (N,), NaN where there
            is none; by default species if there are several, or else headings.
        follow: True to draw minimum-image offsets from the centroid, False to draw positions in the cell; by default
            False where there is an arena or a cell.
        look: the direction from the school to the viewer: ``"x"``, ``"y"``, ``"z"``, ``"aslant"`` or ``(x, y, z)``; by
            default a plane is seen from above, a mill from above its axis aslant, and others from aside.
        trail: frames before this one, in order, through which paths are drawn.
        title: of the numbers of `color`, with their unit.
        key: whether it is drawn beside the axes what the colours mean.
        theme: its colours.

    Returns:
        The axes.

    Raises:
        KaditaError: another colour or look.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> _, axes = pyplot.subplots()
    >>> with kadita.open("school.nc") as trajectory:
    ...     axes = figures.snapshot(axes, trajectory[-1])
    >>> axes.get_aspect()
    1.0
    """
    if color is None:
        color = "species" if len(frame.all_species) > 1 else "heading"
    coloring = of_frame(frame, color, theme)
    if title:
        coloring = coloring._replace(title=title)
    unit = frame.attributes.get("length_unit")
    view, now = seen([frame], follow, look), moment_of(frame)
    trails = Trails(len(trail))
    for earlier in trail:
        trails.paths(moment_of(earlier))
    if view.follow:
        paths = trails.paths(now) - frame.centroid
        places = view.camera.project(paths + frame.box.minimum_image(paths[-1]) - paths[-1])
        view = view._replace(
            low=np.nanmin([view.low, *places.reshape(-1, 2)], axis=0),
            high=np.nanmax([view.high, *places.reshape(-1, 2)], axis=0),
        )
    view = show_view(axes, view, unit)
    pixels = float(axes.get_window_extent().height)
    scene = Scene(axes, view, [frame], coloring, theme, pixels, axes.figure.dpi, trails if trail else None, 1.0)
    scene.show(now)
    if key:
        draw_key(axes, coloring.colors, coloring.title, view, frame.dimensions == 2)
    return axes
