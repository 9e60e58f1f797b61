"""A school on axes of matplotlib: its agents, their paths, and the lines of what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kadita.evaluation.film.bodies import Shape, polygons
from kadita.evaluation.film.camera import View
from kadita.evaluation.film.colors import Theme
from kadita.evaluation.film.scenery import pieces
from kadita.evaluation.film.trails import sections
from kadita.school.box import Box, Floats

FADED = 0.5  # how much of its colour the farthest agent keeps
SHADED = 0.25  # how much of the shading remains where colours are read as numbers or names
OLDEST, YOUNGEST = 0.12, 0.65  # and the ends of a path


class Drawing:
    """Artists on axes whose coordinates are places in the picture; each call of `show` draws another moment.

    Args:
        axes: axes of matplotlib.
        view: what is in the picture.
        theme: colours of background and lines.
        length: of a body.
        shape: of bodies; None for points.
        points: diameter of a point, in typographic points.
        width: of the lines of paths, in typographic points.
        exact: whether colours are those of a key, from which numbers or names are read: they do not fade with distance,
            and are hardly shaded.
    """

    def __init__(
        self,
        axes: Any,
        view: View,
        theme: Theme,
        length: float,
        shape: Shape | None,
        points: float,
        width: float,
        exact: bool,
    ) -> None:
        from matplotlib.collections import LineCollection, PathCollection, PolyCollection
        from matplotlib.colors import to_rgb
        from matplotlib.path import Path
        from matplotlib.transforms import IdentityTransform

        self.view, self.theme, self.length, self.shape, self.exact = view, theme, length, shape, exact
        self._background, self._wall = (np.array(to_rgb(color)) for color in (theme.background, theme.wall))
        # matplotlib takes arrays in places where its types name sequences alone
        self.walls: Any = LineCollection([], linewidths=width, colors=theme.wall, zorder=1)
        self.trails: Any = LineCollection([], linewidths=width, zorder=2, capstyle="butt", joinstyle="round")
        self.points: Any = PathCollection(
            [Path.unit_circle()],
            [(points / 2) ** 2],  # the unit circle is scaled by the root of this
            offsets=np.empty((0, 2)),
            offset_transform=axes.transData,
            linewidths=0,
            zorder=3,
        )
        self.points.set_transform(IdentityTransform())
        self.points.set_sizes([(points / 2) ** 2], axes.figure.dpi)
        flat = shape is not None and bool(shape.flat.all())
        self.bodies: Any = PolyCollection([], zorder=4, linewidths=0.3 if flat else 0, edgecolors=theme.background)
        for artist in self.artists:
            axes.add_collection(artist, autolim=False)

    @property
    def artists(self) -> tuple[Any, ...]:
        """Everything that is drawn, from back to front."""
        return self.walls, self.trails, self.points, self.bodies

    def surround(self, lines: Sequence[Floats]) -> None:
        """Draw these lines, (K, 3) each; those that are farther away are fainter."""
        camera = self.view.camera
        self.walls.set_segments([camera.project(line) for line in lines])
        if lines:
            depth = np.array([camera.depth(line).mean() for line in lines])
            width = np.ptp(depth)
            part = FADED + (1 - FADED) * (depth - depth.min()) / width if width > 1e-9 * np.abs(depth).max() else 1.0
            mixed = self._background + (self._wall - self._background) * np.reshape(part, (-1, 1))
            self.walls.set_color(mixed)

    def show(self, positions: Floats, headings: Floats, colours: Floats, paths: Floats | None, box: Box) -> None:
        """Draw agents, and the paths to them.

        Args:
            positions: (N, 3); wrapped into the cell, or relative to the centre that the camera follows.
            headings: (N, 3) unit vectors; an agent without one, whose vector is zero, is drawn as a point.
            colours: (N, 3).
            paths: (K, N, 3), relative to the same origin; NaN where there is none. None draws no paths.
            box: the cell; unless the camera follows, paths are cut at its faces.
        """
        camera = self.view.camera
        order = np.argsort(camera.depth(positions), kind="stable")
        positions, headings = positions[order], headings[order]
        colours = self._faded(colours[order], camera.depth(positions))
        body = headings.any(axis=1) if self.shape is not None else np.zeros(len(order), bool)
        self._draw_bodies(positions[body], headings[body], colours[body])
        self.points.set_offsets(camera.project(positions[~body]))
        self.points.set_facecolor(colours[~body])
        if paths is not None:
            self._draw_paths(paths[:, order], colours, box)

    def _faded(self, colours: Floats, depth: Floats) -> Floats:
        far, near = self.view.depths
        if near <= far or self.exact:
            return colours
        part = FADED + (1 - FADED) * np.clip((depth - far) / (near - far), 0, 1)
        return self._background + (colours - self._background) * part[:, None]

    def _draw_bodies(self, positions: Floats, headings: Floats, colours: Floats) -> None:
        if not len(positions) or self.shape is None:
            self.bodies.set_verts([])
            return
        corners, owner, shade = polygons(positions, headings, self.length, self.shape, self.view.camera)
        flat = self.shape.flat.all()
        shade = 1 + SHADED * (shade - 1) if self.exact else shade
        rgb = colours[owner] if flat else np.clip(colours[owner] * shade[:, None], 0, 1)
        self.bodies.set_verts(corners)
        self.bodies.set_facecolor(rgb)

    def _draw_paths(self, paths: Floats, colours: Floats, box: Box) -> None:
        """Draw sections of paths, the oldest first, in colours that are mixed with the background: vectors stay light.

        A section that crosses a face of the cell is drawn step by step, in pieces.
        """
        lines: list[Floats] = []
        rgb: list[Floats] = []
        cut = box.periodic and not self.view.follow
        for section, age in sections(paths):
            part = OLDEST + (YOUNGEST - OLDEST) * age
            tint = self._background + (colours - self._background) * part
            whole = np.isfinite(section[..., 0]).sum(axis=1) > 1
            if cut:
                wrapped = box.wrap(np.nan_to_num(section))
                shift = section - wrapped
                crosses = (np.ptp(np.nan_to_num(shift), axis=1) > 0.5 * np.where(box.array > 0, box.array, np.inf)).any(
                    1
                )
                inside = np.where(np.isnan(section), np.nan, wrapped)
                crosses |= np.isnan(section).any(axis=(1, 2))
                for i in np.flatnonzero(crosses & whole):
                    steps = np.diff(section[i], axis=0)
                    known = ~np.isnan(steps).any(axis=1)
                    both = np.concatenate(pieces(inside[i, :-1][known], steps[known], box))
                    both = both[~np.isnan(both).any(axis=(1, 2))]
                    lines += list(self.view.camera.project(both))
                    rgb += [tint[i]] * len(both)
                section, whole = inside, whole & ~crosses
            lines += list(self.view.camera.project(section[whole]))
            rgb += list(tint[whole])
        self.trails.set_segments(lines)
        self.trails.set_color(np.array(rgb) if rgb else np.empty((0, 4)))
