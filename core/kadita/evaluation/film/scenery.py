"""Lines of what surrounds a school: the walls of its arena, and the edges of its cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kadita.evaluation.film.camera import Camera
from kadita.school.arena import Arena
from kadita.school.box import Box, Floats

POINTS = 121  # of a circle
CORNERS = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)])
EDGES = [(i, j) for i in range(8) for j in range(i) if np.abs(CORNERS[i] - CORNERS[j]).sum() == 1]


def lines_of(arena: Arena | None, box: Box, extent: tuple[ArrayLike, ArrayLike], camera: Camera) -> list[Floats]:
    """Return the lines of an arena and of a cell, (K, 3) each.

    Args:
        arena: None if there is none.
        box: its cell reaches from 0 to L along its periodic axes; nothing is drawn of open space.
        extent: where lines end along axes without walls, or along which the cell is open: (3,) and (3,). In a plane
            both have one z.
        camera: of a sphere and a cylinder it sees an outline, too.
    """
    low, high = (np.array(end, dtype=np.float64) for end in extent)
    lines = [] if arena is None else walls(arena, low, high, camera)
    if box.periodic:
        periodic = np.array(box.periodic_axes)
        lines += _block(np.where(periodic, 0.0, low), np.where(periodic, box.array, high), periodic)
    return lines


def walls(arena: Arena, low: Floats, high: Floats, camera: Camera) -> list[Floats]:
    """Return the lines of the walls; see `lines_of`."""
    if arena.kind in ("polygon", "rectangle"):
        corners = np.vstack([arena.corners, arena.corners[:1]])
        return [np.column_stack([corners, np.full(len(corners), low[2])])]
    w = arena.walls
    bottom, top = np.where(np.isfinite(w.low), w.low, low), np.where(np.isfinite(w.high), w.high, high)
    x, y, z = np.eye(3)
    if arena.kind == "circle":
        return [_ring(np.array([*w.centre[:2], low[2]]), w.radius, x, y)]
    if arena.kind == "sphere":
        return [_ring(w.centre, w.radius, a, b) for a, b in ((x, y), (x, z), (y, z), tuple(camera.axes[:2]))]
    if arena.kind == "cylinder":
        ends = [_ring(np.array([*w.centre[:2], height]), w.radius, x, y) for height in (bottom[2], top[2])]
        side = camera.axes[0] if abs(camera.axes[2, 2]) < 0.999 else x  # its outline, where it is seen from aside
        feet = [w.centre + sign * w.radius * side for sign in (1, -1)]
        return [*ends, *(np.array([[*f[:2], bottom[2]], [*f[:2], top[2]]]) for f in feet)]
    return _block(bottom, top, np.isfinite(w.low))


def _ring(centre: Floats, radius: float, a: Floats, b: Floats) -> Floats:
    angle = np.linspace(0, 2 * np.pi, POINTS)[:, None]
    ring: Floats = centre + radius * (np.cos(angle) * a + np.sin(angle) * b)
    return ring


def _block(low: Floats, high: Floats, closed: ArrayLike) -> list[Floats]:
    """Return the edges of a block that lie on a face of it that is there: across an axis that is `closed`."""
    corners = low + CORNERS * (high - low)
    kept = []
    for i, j in EDGES:
        along = np.abs(CORNERS[i] - CORNERS[j]) == 1
        edge = corners[[j, i]]
        # an edge lies on two faces; it is an edge of the walls where either is closed
        if (np.asarray(closed) & ~along).any() and np.ptp(edge, axis=0).any():
            kept.append(edge)
    return _different(kept)


def _different(lines: list[Floats]) -> list[Floats]:
    """Return lines without repetitions: in a plane the upper and the lower face are one."""
    return list({line.tobytes(): line for line in lines}.values())


def pieces(starts: Floats, ways: Floats, box: Box) -> tuple[Floats, Floats]:
    """Cut segments at the faces of the cell: in each of M segments, (M, 3) + (M, 3), two pieces, (M, 2, 3) each.

    The first runs from the start to the face at which the segment leaves the cell, the second from the face at which
    it comes in again to its end. A segment that stays inside is whole in the first; the second is then NaN.

    Args:
        starts: inside the cell.
        ways: displacements, shorter than the cell.
        box: the cell; nothing is cut along open axes.
    """
    ends = starts + ways
    wrapped = box.wrap(ends)
    shift = ends - wrapped  # a multiple of the edges
    crossed = np.abs(shift) > 0.5 * np.where(box.array > 0, box.array, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        faces = np.where(ways > 0, box.array, 0.0)
        part = np.where(crossed, (faces - starts) / ways, np.nan)
    out = np.clip(np.nanmin(np.where(crossed, part, 1.0), axis=1), 0, 1)[:, None]
    back = np.clip(np.nanmax(np.where(crossed, part, 0.0), axis=1), 0, 1)[:, None]
    first = np.stack([starts, starts + out * ways], 1)
    second = np.stack([starts + back * ways - shift, wrapped], 1)
    second[~crossed.any(axis=1)] = np.nan
    return first, second
