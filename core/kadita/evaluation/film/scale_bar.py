"""A bar of a round length, with its length and unit, on axes of a film or a figure."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.school.box import Floats


def scale_bar(axes: Any, at: Floats, most: float, unit: str | None, *, color: str, width: float, size: Any) -> None:
    """Draw a bar to the right from a place, as long as `round_length` of `most`, and above it its length and unit.

    Args:
        axes: of matplotlib, whose coordinates are lengths.
        at: (2,) the left end of the bar.
        most: its greatest length.
        unit: of length; None if it is not known.
        color: of the bar and the text.
        width: of the line in points.
        size: of the text in points, or a word of matplotlib.
    """
    length, (x, y) = round_length(most), at
    axes.plot([x, x + length], [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=9)
    axes.annotate(
        f"{length:g} {unit}" if unit else f"{length:g}",
        (x, y),
        xytext=(0, 0.4),  # in heights of the text
        textcoords="offset fontsize",
        va="bottom",
        color=color,
        fontsize=size,
        parse_math=False,
        zorder=9,
    )


def round_length(most: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is at most this.

    >>> round_length(0.07), round_length(49.0), round_length(20.0)
    (0.05, 20.0, 20.0)
    """
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(m * power for m in (1, 2, 5) if m * power <= most * (1 + 1e-9)))
