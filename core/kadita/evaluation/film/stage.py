"""The picture of a film: the school, its time, a scale bar, a key of colours, and curves with a cursor below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.film.camera import View
from kadita.evaluation.film.colors import ByHeading, ByName, ByNumber, Colors, Theme
from kadita.evaluation.film.scale_bar import scale_bar
from kadita.school.box import Floats

DPI = 100
SMALLEST = 48  # pixels, of a side of a picture
SIDES: tuple[Any, ...] = ("left", "right")
HEAD = 3.9  # height of the key and its margins, in heights of the text
KEY_FROM = 240  # pixels of the shorter side, from which there is room for a key of colours


class Curve(NamedTuple):
    """A series below the school: title, values (T,), whether they have no unit, and names if they are labels."""

    title: str
    values: Floats
    pure: bool
    labels: tuple[str, ...] = ()


class Stage:
    """A figure, with axes for the school and panels for curves; `texts` change from moment to moment.

    Args:
        size: pixels, width and height.
        theme: its colours.
        times: (T,) of the frames, and `curves`, (T,) each.
        time_label: of the axis of time.
    """

    def __init__(
        self, size: tuple[int, int], theme: Theme, times: Floats, curves: Sequence[Curve], time_label: str
    ) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        width, height = size
        self.size, self.theme = size, theme
        self.text = max(7.0, min(size) / 50)  # pixels
        self.points = self.text * 72 / DPI
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=theme.background)
        self.canvas = FigureCanvasAgg(self.figure)
        foot = (2.6 * self.text if curves else 0) / height
        panel = 0.13 if len(curves) < 3 else 0.1
        below = foot + len(curves) * panel
        self.axes = self.figure.add_axes((0, below, 1, 1 - below))
        self.axes.axis("off")
        self.aspect = width / (height * (1 - below))
        self.cursors = [
            self._panel(curve, times, foot + (len(curves) - 1 - i) * panel, panel, i == len(curves) - 1, time_label)
            for i, curve in enumerate(curves)
        ]
        top = 1 - 1.2 * self.text / height
        self.clock = self.figure.text(
            self.text / width, top, "", color=theme.ink, fontsize=1.25 * self.points, va="top", parse_math=False
        )

    def _panel(self, curve: Curve, times: Floats, bottom: float, height: float, last: bool, label: str) -> Any:
        theme, left = self.theme, 8 * self.text / self.size[0]
        axes = self.figure.add_axes((left, bottom, 1 - left - 2 * self.text / self.size[0], 0.72 * height))
        axes.set_facecolor("none")
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.tick_params(colors=theme.quiet, labelsize=0.9 * self.points, length=2, pad=2, labelbottom=last)
        low, high = times[0], times[-1]
        axes.set_xlim(low, high if high > low else low + 1)
        axes.set_title(curve.title, color=theme.ink, fontsize=0.95 * self.points, loc="left", pad=2, parse_math=False)
        defined = curve.values[np.isfinite(curve.values)]
        if not len(defined):
            axes.text(
                0.5,
                0.5,
                "undefined",
                transform=axes.transAxes,
                color=theme.quiet,
                fontsize=self.points,
                ha="center",
                va="center",
            )
            axes.set_yticks([])
        elif curve.labels:
            shown = sorted({int(v) for v in defined})
            axes.plot(times, curve.values, ".", color=theme.line, markersize=2)
            axes.set_yticks(shown, [curve.labels[i] for i in shown], parse_math=False)
            axes.set_ylim(min(shown) - 0.5, max(shown) + 0.5)
        else:
            axes.plot(times, curve.values, color=theme.line, linewidth=0.09 * self.points + 0.4)
            of_unity = curve.pure and defined.min() >= 0 and defined.max() <= 1
            low, high = (0.0, 1.0) if of_unity else (defined.min(), defined.max())
            room = 0.06 * (high - low) if high > low else 0.5 * abs(high) or 1.0
            axes.set_ylim(low - room, high + room)
            axes.locator_params(axis="y", nbins=2)
        if last:
            axes.text(
                1.0,
                1.0,
                label,
                transform=axes.transAxes,
                ha="right",
                va="bottom",
                color=theme.quiet,
                fontsize=0.95 * self.points,
                parse_math=False,
            )
        return axes.axvline(times[0], color=theme.now, linewidth=0.12 * self.points + 0.4, clip_on=False)

    def frame(self, view: View) -> View:
        """Show this view between the time and the key above, and the scale bar below; return it as it is shown."""
        width, height = self.size[0], self.size[0] / self.aspect
        side, foot = self.text, 2.8 * self.text
        top = (HEAD if min(self.size) >= KEY_FROM else 2.4) * self.text
        inner = np.array([width - 2 * side, height - top - foot])
        fitted = view.fitted(inner[0] / inner[1])
        pixel = float((fitted.high - fitted.low)[1]) / inner[1]
        fitted = fitted._replace(
            low=fitted.low - pixel * np.array([side, foot]), high=fitted.high + pixel * np.array([side, top])
        )
        self.axes.set(xlim=(fitted.low[0], fitted.high[0]), ylim=(fitted.low[1], fitted.high[1]))
        return fitted

    def scale_bar(self, view: View, unit: str | None) -> None:
        """Draw a bar of a round length, at most a quarter of the width, at the lower left."""
        width = float((view.high - view.low)[0])
        at = view.low + 1.2 * self.text * width / self.size[0]
        scale_bar(self.axes, at, width / 4, unit, color=self.theme.ink, width=0.16 * self.points, size=self.points)

    def key(self, colors: Colors, title: str, view: View, flat: bool) -> None:
        """Draw what the colours mean, at the upper right, if the picture is large enough."""
        if min(self.size) < KEY_FROM:
            return
        width, height = self.size
        x, y = self.text / width, self.text / height
        writing: dict[str, Any] = {"color": self.theme.ink, "fontsize": self.points, "parse_math": False}
        if isinstance(colors, ByName):
            for i, (name, color) in enumerate(colors.key()):
                shown = name if len(name) <= 30 else name[:28] + " .."
                at = 1 - (1.9 + 1.5 * i) * y
                self.figure.text(1 - 2.2 * x, at, shown, ha="right", va="center", **writing)
                self.figure.text(1 - x, at, "●", ha="right", va="center", color=color, fontsize=self.points)
        elif isinstance(colors, ByNumber):
            axes = self.figure.add_axes((1 - 15 * x, 1 - 3.6 * y, 13.5 * x, 0.8 * y))
            axes.imshow(np.linspace(0, 1, 256)[None], cmap=colors.colormap(), aspect="auto", extent=(0, 1, 0, 1))
            axes.set_yticks([])
            axes.set_xticks(
                [0, 1],
                [
                    ("≤ " if colors.cut else "") + f"{colors.low:.3g}",
                    ("≥ " if colors.cut else "") + f"{colors.high:.3g}",
                ],
            )
            axes.tick_params(colors=self.theme.quiet, labelsize=0.95 * self.points, length=2, pad=2)
            for label, side in zip(axes.get_xticklabels(), SIDES, strict=True):
                label.set_horizontalalignment(side)
            for spine in axes.spines.values():
                spine.set_visible(False)
            axes.set_title(title, pad=3, **writing)
        elif isinstance(colors, ByHeading):
            axes = self.figure.add_axes((1 - 4 * x, 1 - 3.6 * y, 3.2 * x, 3.2 * y))
            axes.imshow(colors.wheel(view.camera, flat), interpolation="bilinear")
            axes.axis("off")
            self.figure.text(1 - 4.6 * x, 1 - 2 * y, title, ha="right", va="center", **writing)


def parsed_size(text: str) -> tuple[int, int]:
    """Return width and height in pixels from text such as ``"960x720"``.

    Raises:
        KaditaError: other text.
    """
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise KaditaError(f"--size: expected WIDTHxHEIGHT in pixels, such as 960x720; got '{text}'")
    return int(width), int(height)
