"""Axes on which places are drawn: with coordinates where the view is along an axis, or else with a scale bar."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.evaluation.curves import with_unit
from kadita.evaluation.figures.style import INK
from kadita.evaluation.film.camera import View
from kadita.evaluation.film.colors import ByHeading, ByName, ByNumber, Colors
from kadita.evaluation.film.scale_bar import scale_bar


def show_view(axes: Any, view: View, unit: str | None) -> View:
    """Set the limits and the equal scales of axes to a view, label them, and return the view as it is shown.

    Where the camera is fixed and looks along an axis, the axes are coordinates in the unit of length. Elsewhere they
    are no coordinates, and a bar of a round length is drawn instead.
    """
    box = axes.get_window_extent()
    coordinates = None if view.follow else view.camera.names
    half = np.maximum((view.high - view.low) / 2, 1e-12 + 1e-9 * np.abs(view.high).max())
    shown = view.fitted(float(half[0] / half[1]) if coordinates else float(box.width / box.height))
    axes.set_aspect("equal", adjustable="box")
    axes.set(xlim=(shown.low[0], shown.high[0]), ylim=(shown.low[1], shown.high[1]))
    if coordinates is None:
        axes.set_axis_off()
        size = shown.high - shown.low
        scale_bar(axes, shown.low + 0.03 * size, float(size[0]) / 4, unit, color=INK, width=1.2, size="medium")
    else:
        for axis, name in zip((axes.xaxis, axes.yaxis), coordinates, strict=True):
            axis.set_label_text(with_unit(name, unit or "1"), parse_math=False)
    return shown


def key(axes: Any, colors: Colors, title: str, view: View, flat: bool) -> None:
    """Draw what the colours mean, to the right of the axes."""
    if isinstance(colors, ByNumber):
        color_bar(axes, colors.colormap(), (colors.low, colors.high), title, "both" if colors.cut else "neither")
    elif isinstance(colors, ByName):
        from matplotlib.lines import Line2D

        names, marks = [], []
        for name, color in colors.key():
            names.append(name)
            marks.append(Line2D([], [], linestyle="", marker="o", markersize=4, color=color))
        legend = axes.legend(
            marks, names, loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, handletextpad=0.1, borderaxespad=0
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
    elif isinstance(colors, ByHeading):
        inset = axes.inset_axes((1.05, 0.7, 0.2, 0.2))
        inset.imshow(colors.wheel(view.camera, flat), interpolation="bilinear")
        inset.set_axis_off()
        inset.set_title(title, loc="left", pad=2, fontsize="medium")


def color_bar(axes: Any, colormap: Any, limits: tuple[float, float], title: str, extend: str = "neither") -> None:
    """Draw a colour bar beside axes, with a title that is not read as a formula."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    bar = axes.figure.colorbar(
        ScalarMappable(Normalize(*limits), colormap), cax=axes.inset_axes((1.04, 0.08, 0.04, 0.84)), extend=extend
    )
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_label_text(title, parse_math=False)
