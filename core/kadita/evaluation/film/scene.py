"""A school in its surroundings, moment by moment: where it is seen, where agents are drawn, and what is around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kadita.evaluation.film.bodies import shape_for
from kadita.evaluation.film.camera import Camera, View, direction, view_of
from kadita.evaluation.film.centre import Centre
from kadita.evaluation.film.coloring import Coloring
from kadita.evaluation.film.colors import ByName, ByNumber, Theme
from kadita.evaluation.film.drawing import Drawing
from kadita.evaluation.film.moments import Moment
from kadita.evaluation.film.sample import extent_of
from kadita.evaluation.film.scenery import lines_of
from kadita.evaluation.film.trails import Trails
from kadita.school.arena import Arena
from kadita.school.block import Frame
from kadita.school.box import Box, Floats

LEAST = 8.0  # pixels of a body
POINT = 0.5  # diameter of a point where bodies are drawn, in lengths of a body


def arena_of(frames: Sequence[Frame]) -> Arena | None:
    """Return the arena that the school is in."""
    return frames[0].arena


def is_bounded(frames: Sequence[Frame]) -> bool:
    """Return whether there are walls or a cell around the school, in which a fixed camera shows all of it."""
    return arena_of(frames) is not None or any(frame.box.periodic for frame in frames)


def seen(frames: Sequence[Frame], follow: bool | None, look: Any) -> View:
    """Return how these frames are seen; see `kadita.evaluation.film.film.animate`.

    Raises:
        KaditaError: `look` is no direction.
    """
    camera = direction(frames) if look is None else Camera.of(look)
    follow = not is_bounded(frames) if follow is None else follow
    if follow:
        return view_of(frames, camera, True)
    extent = extent_of(frames)
    boxes = {frame.box: None for frame in frames}
    lines = [line for box in boxes for line in lines_of(arena_of(frames), box, extent, camera)]
    return view_of(frames, camera, False, lines)


class Scene:
    """Draws the moments of a film on axes.

    Args:
        axes: of matplotlib, whose limits are those of `view`.
        view: how it is seen, fitted to the axes.
        frames: the sample that the view is of.
        coloring: the colours of agents.
        theme: the other colours.
        pixels: height of the axes.
        dpi: pixels per inch.
        trails: through which the paths of agents are drawn; None for no paths.
        fps: moments per second.
    """

    def __init__(
        self,
        axes: Any,
        view: View,
        frames: Sequence[Frame],
        coloring: Coloring,
        theme: Theme,
        pixels: float,
        dpi: float,
        trails: Trails | None,
        fps: float,
    ) -> None:
        most = max(len(frame.agents) for frame in frames)
        shape = shape_for(most, frames[0].dimensions == 2)
        if not any(frame.velocity_known.any() for frame in frames):
            shape = None
        height = float((view.high - view.low)[1])
        length = max(view.body_length(frames[0].attributes.get("body_length")), LEAST * height / pixels)
        diameter = POINT * length / height * pixels * 72 / dpi  # in typographic points
        diameter = float(np.clip(diameter, 1.2 * 72 / dpi, 12))
        width = float(np.clip(pixels / 700, 0.6, 2)) * 72 / dpi
        self.view, self.arena, self.coloring = view, arena_of(frames), coloring
        self.extent = extent_of(frames)
        if view.follow and frames[0].dimensions == 2:  # walls without an end go through the picture
            around = float((view.high - view.low).max()) * np.array([1.0, 1.0, 0.0])
            self.extent = self.extent[0] - around, self.extent[1] + around
        exact = isinstance(coloring.colors, ByNumber | ByName)
        self.drawing = Drawing(axes, view, theme, length, shape, diameter, width, exact)
        self._trails, self._centre = trails, Centre(fps)
        self._around: Box | None = None

    def show(self, moment: Moment) -> int:
        """Draw a moment; return how many agents are outside the picture."""
        if self.view.follow:
            centre = self._centre.at(moment)
            places = moment.box.minimum_image(moment.positions - centre)
            if self.arena is not None:
                lines = lines_of(self.arena, Box(), self.extent, self.view.camera)
                self.drawing.surround([line - centre for line in lines])
        else:
            places = moment.box.wrap(moment.positions)
            if moment.box != self._around:
                self.drawing.surround(lines_of(self.arena, moment.box, self.extent, self.view.camera))
                self._around = moment.box
        paths = None
        if self._trails is not None:
            paths = self._trails.paths(moment) + (places - moment.positions)
        colours = self.coloring.colors(moment.headings, self.coloring.number(moment))
        self.drawing.show(places, moment.headings, colours, paths, moment.box)
        return self._outside(places)

    def _outside(self, places: Floats) -> int:
        at = self.view.camera.project(places)
        return int(((at < self.view.low) | (at > self.view.high)).any(axis=1).sum())
