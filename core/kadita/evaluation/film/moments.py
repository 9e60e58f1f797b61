"""Moments of a film: frames of a trajectory, and moments between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.block import Frame
from kadita.school.box import Box, Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.velocity_kinds import ORIENTATION


class Moment(NamedTuple):
    """The agents that are present at one time.

    Attributes:
        time: NaN where the file does not know it.
        members: (N,) indices of the agents in the trajectory, in order.
        positions: (N, 3), not wrapped.
        headings: (N, 3) unit vectors; zero where none is known.
        speeds: (N,); NaN where none is known.
        columns: (N,) places of the agents along the axis ``agent`` of results.
        box: the cell.
        row: which of the film's frames is nearest in time, counted from 0.
    """

    time: float
    members: Integers
    positions: Floats
    headings: Floats
    speeds: Floats
    columns: Integers
    box: Box
    row: int

    def at(self, rows: NDArray[np.bool_] | Integers) -> Moment:
        """Return some of the agents."""
        members, columns = self.members[rows], self.columns[rows]
        return self._replace(
            members=members,
            positions=self.positions[rows],
            headings=self.headings[rows],
            speeds=self.speeds[rows],
            columns=columns,
        )


def frames_of(trajectory: Trajectory, frames: Integers) -> Iterator[Moment]:
    """Yield these frames; one without agents is a moment without agents. One block is in memory at a time.

    The cell of a frame without agents is that of the frame with agents before it, or of the first one.
    """
    times, done = trajectory.times, 0
    box: Box | None = None
    for block in trajectory.blocks_of(frames):
        box = block.box if box is None else box
        first = int(np.searchsorted(frames, block.frames[0]))
        while done < first:
            yield _empty(float(times[frames[done]]), box, done)
            done += 1
        box = block.box
        for frame in block:
            yield moment_of(frame, done)
            done += 1
    while done < len(frames):
        yield _empty(float(times[frames[done]]), box or Box(), done)
        done += 1


def _empty(time: float, box: Box, row: int) -> Moment:
    none = np.empty(0, np.int64)
    return Moment(time, none, np.empty((0, 3)), np.empty((0, 3)), np.empty(0), none, box, row)


def moment_of(frame: Frame, row: int = 0) -> Moment:
    """Return a frame as a moment."""
    n, known = len(frame.agents), bool(frame.velocity_known.any())
    are_rates = known and frame.attributes.get("velocities") != ORIENTATION
    moment = Moment(
        frame.time,
        frame.members,
        frame.positions,
        frame.headings if known else np.zeros((n, 3)),
        frame.speeds if are_rates else np.full(n, np.nan),
        frame.columns,
        frame.box,
        row,
    )
    return moment if (np.diff(frame.members) > 0).all() else moment.at(np.argsort(frame.members))


def moments(frames: Iterable[Moment], between: int, curved: bool = True) -> Iterator[Moment]:
    """Yield every frame, and between two of them as many moments as make `between` in all from one to the next.

    Between two frames are only the agents that are present in both; see `interpolated`.
    """
    before: Moment | None = None
    for frame in frames:
        if before is not None:
            yield before
            if between > 1:
                a, b = in_both(before, frame)
                for k in range(1, between):
                    yield interpolated(a, b, k / between, curved)
        before = frame
    if before is not None:
        yield before


def in_both(a: Moment, b: Moment) -> tuple[Moment, Moment]:
    """Return both frames with the agents that are present in both."""
    if a.members is b.members or np.array_equal(a.members, b.members):
        return a, b
    _, of_a, of_b = np.intersect1d(a.members, b.members, assume_unique=True, return_indices=True)
    return a.at(of_a), b.at(of_b)


def interpolated(a: Moment, b: Moment, s: float, curved: bool = True) -> Moment:
    """Return the moment a part 0 < s < 1 of the way from frame a to frame b, which hold the same agents.

    With d the minimum-image displacement and u, w the headings at both ends, agents follow the cubic ::

        r(s) = a + (3 s^2 - 2 s^3) d + l (s^3 - 2 s^2 + s) u + l (s^3 - s^2) w,   l = 2 |d| / (1 + sqrt((1 + u.w) / 2))

    which leaves along u and arrives along w. Of an arc of a circle, l is the length with which the middle lies on the
    circle; r is off by less than 0.0003 R on a quarter of it, and by less than 0.02 R on a half. An agent goes straight
    where `curved` is false, where a heading is not known, and where u.d < 0 or w.d < 0: it moved aside, or turned by
    more than half a circle, and which way is not known. So do all agents in a cell that changes, in coordinates
    relative to it.
    """
    time = (1 - s) * a.time + s * b.time
    nearest = a if s < 0.5 else b
    box = a.box if a.box == b.box else _between(a.box, b.box, s)
    if a.box != b.box and a.box.periodic_axes == b.box.periodic_axes:
        edges = [np.where(m.box.array > 0, m.box.array, 1.0) for m in (a, b)]
        relative = a.positions / edges[0]
        step = b.positions / edges[1] - relative
        step -= np.where(a.box.array > 0, np.rint(step), 0.0)
        positions = (relative + s * step) * np.where(box.array > 0, box.array, 1.0)
        headings = _turned(a.headings, b.headings, s)
    else:
        d = a.box.minimum_image(b.positions - a.positions)
        positions, headings = _along(a.positions, d, a.headings, b.headings, s, curved)
    return nearest._replace(time=time, positions=positions, headings=headings, box=box)


def _along(start: Floats, d: Floats, u: Floats, w: Floats, s: float, curved: bool) -> tuple[Floats, Floats]:
    """Return positions and headings a part s of the way along d, from heading u to heading w."""
    positions, headings = start + s * d, _turned(u, w, s)
    known = u.any(axis=1) & w.any(axis=1)
    bent = known & (np.einsum("ij,ij->i", u, d) >= 0) & (np.einsum("ij,ij->i", w, d) >= 0) & d.any(axis=1)
    if not curved or not bent.any():
        return positions, headings
    d, far = d[bent], np.linalg.norm(d[bent], axis=1, keepdims=True)
    cosine = np.clip(np.einsum("ij,ij->i", u[bent], w[bent]), -1, 1)[:, None]
    pull = 2 * far / (1 + np.sqrt((1 + cosine) / 2))
    u, w = u[bent] * pull, w[bent] * pull
    positions[bent] = start[bent] + (3 * s**2 - 2 * s**3) * d + (s**3 - 2 * s**2 + s) * u + (s**3 - s**2) * w
    tangent = (6 * s - 6 * s**2) * d + (3 * s**2 - 4 * s + 1) * u + (3 * s**2 - 2 * s) * w
    norm = np.linalg.norm(tangent, axis=1, keepdims=True)
    headings[bent] = np.where(norm > 1e-9 * far, tangent / np.where(norm > 0, norm, 1), headings[bent])
    return positions, headings


def _turned(u: Floats, w: Floats, s: float) -> Floats:
    """Return headings a part s of the way from u to w: (1 - s) u + s w, normalized; u or w where they are opposite."""
    mixed = (1 - s) * u + s * w
    norm = np.linalg.norm(mixed, axis=1, keepdims=True)
    return np.where(norm > 1e-6, mixed / np.where(norm > 1e-6, norm, 1), u if s < 0.5 else w)


def _between(a: Box, b: Box, s: float) -> Box:
    if a.periodic_axes != b.periodic_axes:
        return a if s < 0.5 else b
    return Box.of_edges((1 - s) * a.array + s * b.array)
