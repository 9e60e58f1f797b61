"""Paths of agents through space, coloured by time, on axes of matplotlib."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError, did_you_mean
from kadita.evaluation.curves import with_unit
from kadita.evaluation.figures.in_space import color_bar, show_view
from kadita.evaluation.film.camera import Camera, View
from kadita.evaluation.film.colors import LIGHT, Theme
from kadita.evaluation.film.moments import Moment, frames_of
from kadita.evaluation.film.sample import sampled
from kadita.evaluation.film.scenery import lines_of, pieces
from kadita.school.box import Box, Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

MOST_AGENTS = 30  # where none are named
MOST_STEPS = 40_000  # that are drawn; longer trajectories are thinned out
COLORMAP = "plasma"
USED = (0.0, 0.88)  # of the colour map: its light end is hard to see on white


def tracks(
    axes: Any,
    trajectory: Trajectory,
    *,
    agents: int | Iterable[Any] | None = None,
    look: Any = None,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    begin: float | None = None,
    end: float | None = None,
    dt: float | None = None,
    theme: Theme = LIGHT,
    key: bool = True,
) -> Any:
    """Draw the paths of agents, coloured by time, and the arena or the cell that they are in.

    A step from frame to frame is the minimum image, and is cut at the faces of the cell. Where an agent is absent
    from a frame, its path has a gap. The frames are read once; of long trajectories every nth is drawn, so that there
    are about 40,000 steps at most, more only where agents come and go or cross a quarter of the cell more often.

    Args:
        axes: of matplotlib; their limits, labels and aspect are set.
        trajectory: from `kadita.open`.
        agents: identities of agents, or how many, evenly among all; by default at most 30.
        look: the direction from the school to the viewer, as in `kadita.evaluation.figures.snapshot.snapshot`; by
            default along the axis x, y or z along which the school reaches least; a plane is seen from above.
        start, stop, step, begin, end, dt: frames, as in `kadita.analyze`.
        theme: its colours.
        key: whether a colour bar is drawn beside the axes.

    Returns:
        The axes.

    Raises:
        KaditaError: an unknown agent, no such frames, or none of the agents is present in two successive ones.

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> _, axes = pyplot.subplots()
    >>> with kadita.open("school.nc") as trajectory:
    ...     axes = figures.tracks(axes, trajectory, agents=10)
    >>> axes.get_aspect()
    1.0
    """
    frames = trajectory.frame_numbers(start, stop, step, begin=begin, end=end, dt=dt)
    chosen = _chosen(trajectory, agents)
    starts, ways, times, boxes = _steps(trajectory, frames, chosen)
    if not len(starts):
        raise KaditaError(f"{trajectory.name}: none of these agents is present in two frames one after the other")
    ends = starts + ways
    low, high = np.minimum(starts.min(0), ends.min(0)), np.maximum(starts.max(0), ends.max(0))
    segments, when = _cut(starts, ways, times, boxes)
    if boxes[0].periodic:
        cell = np.max([box.array for box in boxes], axis=0)
        low, high = np.where(cell > 0, np.maximum(low, 0), low), np.where(cell > 0, np.minimum(high, cell), high)
    sample = sampled(trajectory, frames)[0]
    camera = Camera.of(_side(low, high, trajectory.decide_dimensions()) if look is None else look)
    around = [
        line
        for box in dict.fromkeys((boxes[0], boxes[-1]))
        for line in lines_of(sample.arena, box, (low, high), camera)
    ]
    _draw(axes, camera, segments, when, around, theme, trajectory.attributes.get("length_unit"))
    if key:
        title = with_unit("time", trajectory.attributes.get("time_unit") or "1")
        color_bar(axes, _colormap(), (float(when.min()), float(when.max())), title)
    return axes


def _chosen(trajectory: Trajectory, agents: int | Iterable[Any] | None) -> Integers:
    """Return the indices of agents, in order."""
    count = len(trajectory.agents)
    if agents is None or isinstance(agents, int):
        wanted = MOST_AGENTS if agents is None else agents
        if wanted < 1:
            raise KaditaError(f"agents: expected at least one; got {wanted}")
        return np.unique(np.linspace(0, count - 1, min(wanted, count)).round().astype(np.int64))
    place = {str(name): i for i, name in enumerate(trajectory.agents.tolist())}
    names = [agents] if isinstance(agents, str) else list(agents)
    if missing := [str(name) for name in names if str(name) not in place]:
        raise KaditaError(f"{trajectory.name}: there is no agent '{missing[0]}'{did_you_mean(missing[0], place)}")
    return np.unique(np.array([place[str(name)] for name in names], dtype=np.int64))


class _Pending:
    """Steps of agents that are under way, each from where it began to where its agent is; they end one by one.

    Args:
        first: the first frame.
        places: (C, 3) of the agents in it; NaN where they are not.
    """

    def __init__(self, first: Moment, places: Floats) -> None:
        self.before, self.box, self.time = places, first.box, first.time
        self.origin, self.moved = places.copy(), np.zeros_like(places)
        self.began, self.count = np.full(len(places), first.time), np.zeros(len(places), np.int64)
        self.starts: list[Floats] = []
        self.ways: list[Floats] = []
        self.times: list[Floats] = []
        self.boxes: list[Box] = []

    def follow(self, moment: Moment, now: Floats, every: int) -> None:
        """Go on to a frame, in which agents are at `now`, (C, 3).

        Steps of `every` frames end here, those of a quarter of the cell, and in the frame before those of agents that
        are gone. Those of all others go on, so that their number does not depend on how often an agent comes and goes.
        """
        gone, came = (np.any(np.isnan(places), axis=1) for places in (now, self.before))
        self.end(gone)
        self.moved += moment.box.minimum_image(now - self.before)
        self.count += 1
        self.before, self.box, self.time = now, moment.box, moment.time
        self._begin(gone | came)
        edge = self.box.array
        far = np.any(np.abs(self.moved) > np.where(edge > 0, edge / 4, np.inf), axis=1)
        ended = (self.count >= every) | far
        self.end(ended)
        self._begin(ended)

    def end(self, which: NDArray[np.bool_]) -> None:
        """Add the steps of these agents, (C,), as far as they have come since they began."""
        which = which & (self.count > 0)
        if which.any():
            self.starts.append(self.box.wrap(self.origin[which]))
            self.ways.append(self.moved[which])
            self.times.append((self.began[which] + self.time) / 2)
            self.boxes += [self.box] * int(which.sum())

    def _begin(self, which: NDArray[np.bool_]) -> None:
        self.origin[which], self.moved[which] = self.before[which], 0.0
        self.began[which], self.count[which] = self.time, 0


def _steps(trajectory: Trajectory, frames: Integers, chosen: Integers) -> tuple[Floats, Floats, Floats, list[Box]]:
    """Return starts inside the cell and displacements of steps, (M, 3), the times of their middles, and their cells."""
    every = max(1, -(-len(frames) * len(chosen) // MOST_STEPS))
    pending: _Pending | None = None
    for moment in frames_of(trajectory, frames):
        now = np.full((len(chosen), 3), np.nan)
        if len(moment.members):
            at = np.minimum(np.searchsorted(moment.members, chosen), len(moment.members) - 1)
            there = moment.members[at] == chosen
            now[there] = moment.positions[at[there]]
        if pending is None:
            pending = _Pending(moment, now)
        else:
            pending.follow(moment, now, every)
    assert pending is not None  # at least one frame is selected
    pending.end(np.ones(len(chosen), dtype=bool))
    if not pending.starts:
        return np.empty((0, 3)), np.empty((0, 3)), np.empty(0), []
    return np.concatenate(pending.starts), np.concatenate(pending.ways), np.concatenate(pending.times), pending.boxes


def _cut(starts: Floats, ways: Floats, times: Floats, boxes: list[Box]) -> tuple[Floats, Floats]:
    """Return segments, (M, 2, 3), cut at the faces of the cell, and their times."""
    segments, when = [], []
    edges = [0, *(i for i in range(1, len(boxes)) if boxes[i] is not boxes[i - 1]), len(boxes)]
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        for part in pieces(starts[a:b], ways[a:b], boxes[a]):
            known = ~np.isnan(part).any(axis=(1, 2))
            segments.append(part[known])
            when.append(times[a:b][known])
    return np.concatenate(segments), np.concatenate(when)


def _side(low: Floats, high: Floats, dimensions: int) -> str:
    return "z" if dimensions == 2 else "xyz"[int(np.argmin(high - low))]


def _colormap() -> Any:
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps[COLORMAP](np.linspace(*USED, 256)))


def _draw(
    axes: Any, camera: Camera, segments: Floats, when: Floats, around: list[Floats], theme: Theme, unit: str | None
) -> None:
    from matplotlib.collections import LineCollection

    flat = camera.project(segments)
    everything = np.concatenate([flat.reshape(-1, 2), *(camera.project(line) for line in around)])
    view = View(camera, False, everything.min(axis=0), everything.max(axis=0), (0.0, 0.0), np.nan)
    show_view(axes, view, unit)
    order = np.argsort(when, kind="stable")
    paths = LineCollection(list(flat[order]), cmap=_colormap(), linewidths=0.7, capstyle="round", zorder=2)
    paths.set_array(when[order])
    axes.add_collection(paths, autolim=False)
    lines = LineCollection([camera.project(line) for line in around], colors=theme.wall, linewidths=0.6, zorder=1)
    axes.add_collection(lines, autolim=False)
