"""Colours of agents, dark and light: by heading, by a number, or by a name; and the key that says what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.evaluation.film.camera import Camera
from kadita.school.box import Floats

CHROMA = 0.14
CLIMB = 0.13  # how much lighter an agent is that heads upwards
MOST_NAMES = 7  # more names cannot be told apart by colour
COLORMAP = "viridis"  # its order is seen by the colour-blind and in grey


class Theme(NamedTuple):
    """Colours of the background and of what is drawn on it; `names` can be told apart by the colour-blind."""

    background: str
    ink: str
    quiet: str
    wall: str
    line: str
    now: str
    plain: str
    unknown: str
    lightness: float  # of colours of headings, in OKLCH
    names: tuple[str, ...]
    colormap: tuple[float, float]  # the part of COLORMAP that stands out from the background


# of Okabe & Ito's palette, in an order in which the first stand out most
DARK = Theme(
    *("#0b1a24", "#e3eaef", "#93a4af", "#5d7482", "#7cc0ea", "#f09455", "#a9c7da", "#6c7a83"),
    0.73,
    ("#56b4e9", "#e69f00", "#20b88a", "#f0e442", "#e59cc6", "#f0703a", "#ffffff"),
    (0.18, 1.0),
)
LIGHT = Theme(
    *("#ffffff", "#1a1a1a", "#5a6872", "#8d9aa3", "#20639b", "#d1601f", "#3d6480", "#a3acb2"),
    0.60,
    ("#0072b2", "#d55e00", "#009e73", "#a84f86", "#b98300", "#3f9ed8", "#1a1a1a"),
    (0.0, 0.9),
)


def of_headings(headings: ArrayLike, theme: Theme) -> Floats:
    """Return colours of unit vectors, (..., 3) -> (..., 3): the hue is the bearing in x and y, the lightness the climb.

    Equal steps of the bearing are about equal steps of hue as people see it, in OKLCH.
    """
    u = np.asarray(headings, dtype=np.float64)
    lightness = theme.lightness + CLIMB * u[..., 2]
    a, b = CHROMA * u[..., 0], CHROMA * u[..., 1]
    lms = np.stack([
        lightness + 0.3963377774 * a + 0.2158037573 * b,
        lightness - 0.1055613458 * a - 0.0638541728 * b,
        lightness - 0.0894841775 * a - 1.2914855480 * b,
    ], axis=-1) ** 3  # fmt: skip
    rgb = lms @ np.array([
        [4.0767416621, -1.2684380046, -0.0041960863],
        [-3.3077115913, 2.6097574011, -0.7034186147],
        [0.2309699292, -0.3413193965, 1.7076147010],
    ])  # fmt: skip
    rgb = np.clip(rgb, 0, 1)
    encoded: Floats = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return encoded


class Plain(NamedTuple):
    """One colour for all agents."""

    theme: Theme

    def __call__(self, headings: Floats, values: Floats) -> Floats:
        """Return the colours of agents, (N, 3)."""
        return np.tile(_rgb(self.theme.plain), (len(headings), 1))


class ByHeading(NamedTuple):
    """The colour of the direction in which an agent heads; see `of_headings`."""

    theme: Theme

    def __call__(self, headings: Floats, values: Floats) -> Floats:
        """Return the colours of agents, (N, 3)."""
        known = np.asarray(headings.any(axis=1))
        return np.where(known[:, np.newaxis], of_headings(headings, self.theme), _rgb(self.theme.unknown))

    def wheel(self, camera: Camera, flat: bool, pixels: int = 96) -> Floats:
        """Return a picture of the key, (P, P, 4): what heads to the right in the picture has the colour at the right.

        In space it is half a sphere, in whose middle are the headings towards the viewer; in a plane it is a ring.
        """
        x, y = np.meshgrid(np.linspace(-1.05, 1.05, pixels), np.linspace(1.05, -1.05, pixels))
        r = np.hypot(x, y)
        z = np.sqrt(np.clip(1 - r**2, 0, 1))
        if flat:
            x, y, z = x / np.maximum(r, 1e-9), y / np.maximum(r, 1e-9), np.zeros_like(r)
        u = np.stack([x, y, z], -1) @ camera.axes
        edge = np.clip((1 - r) * pixels / 4 + 0.5, 0, 1)
        if flat:
            edge = edge * np.clip((r - 0.55) * pixels / 4 + 0.5, 0, 1)
        return np.concatenate([of_headings(u, self.theme), edge[..., None]], -1)


class ByNumber(NamedTuple):
    """The colour of a number between `low` and `high`; if the range is `cut`, numbers beyond have those of the ends."""

    theme: Theme
    low: float
    high: float
    cut: bool = False

    def __call__(self, headings: Floats, values: Floats) -> Floats:
        """Return the colours of agents, (N, 3), from one number for each, (N,); NaN has a colour of its own."""
        width = self.high - self.low
        part = (values - self.low) / width if width > 0 else np.where(np.isnan(values), np.nan, 0.5)
        rgb = np.asarray(self.colormap()(np.clip(np.nan_to_num(part), 0, 1)))[:, :3]
        return np.where(np.isnan(values)[:, None], _rgb(self.theme.unknown), rgb)

    def colormap(self) -> Any:
        """Return the colour map of matplotlib."""
        from matplotlib import colormaps
        from matplotlib.colors import ListedColormap

        return ListedColormap(colormaps[COLORMAP](np.linspace(*self.theme.colormap, 256)))


class ByName(NamedTuple):
    """A colour for each name, such as that of a species; names after the seventh share one."""

    theme: Theme
    names: tuple[str, ...]

    def __call__(self, headings: Floats, values: Floats) -> Floats:
        """Return the colours of agents, (N, 3), from the index of the name of each, (N,)."""
        colours = np.array([_rgb(color) for _, color in self.key()])
        which = np.nan_to_num(np.where(values < 0, np.nan, values), nan=len(colours) - 1).astype(np.int64)
        rgb = colours[np.minimum(which, len(colours) - 1)]
        return np.where(np.isnan(values)[:, None], _rgb(self.theme.unknown), rgb)

    def key(self) -> list[tuple[str, str]]:
        """Return names and their colours."""
        if len(self.names) <= MOST_NAMES:
            return list(zip(self.names, self.theme.names, strict=False))
        few = list(zip(self.names[: MOST_NAMES - 1], self.theme.names, strict=False))
        return [*few, (f"{len(self.names) - len(few)} others", self.theme.unknown)]


Colors = Plain | ByHeading | ByNumber | ByName


def codes(names: NDArray[Any], all_names: Sequence[str]) -> Floats:
    """Return the index of each name among all, as numbers."""
    place = {name: i for i, name in enumerate(all_names)}
    return np.array([place[str(name)] for name in names.tolist()], dtype=np.float64)


def _rgb(color: str) -> Floats:
    return np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
