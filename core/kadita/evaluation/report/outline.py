"""Walls of an arena as lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kadita.school.arena import Arena
from kadita.school.box import Floats

SIDES = 96  # of a circle


def outline(arena: Arena, low: ArrayLike, high: ArrayLike) -> list[Floats]:
    """Return the walls of an arena as lines, (K, 3) each.

    Args:
        arena: of any kind.
        low, high: (3,), ends of what is shown: walls without an end, as of a slab, are drawn as far as these, and an
            arena in a plane at the z of `low`.
    """
    low, high = (np.array(end, dtype=np.float64) for end in (low, high))
    numbers = arena.numbers
    if arena.kind == "circle":
        x, y, radius = numbers
        return [_circle((x, y, low[2]), radius)]
    if arena.kind in ("rectangle", "polygon"):
        corners = arena.corners[[*range(len(arena.corners)), 0]]
        return [np.column_stack([corners, np.full(len(corners), low[2])])]
    if arena.kind == "sphere":
        return [_circle(numbers[:3], numbers[3], axis) for axis in range(3)]
    if arena.kind == "cylinder":
        x, y, radius, bottom, top = numbers
        circles = [_circle((x, y, z), radius) for z in (bottom, top)]
        quarters = range(0, SIDES, SIDES // 4)
        return [*circles, *(np.stack([circles[0][k], circles[1][k]]) for k in quarters)]
    if arena.kind == "box":
        return box_edges(numbers[:3], numbers[3:])
    axis = 2 if arena.kind == "slab" else 1
    return [_wall(low, high, axis, at) for at in numbers]


def box_edges(low: ArrayLike, high: ArrayLike) -> list[Floats]:
    """Return the edges of a box: bottom and top, and the four edges between them."""
    (x0, y0, z0), (x1, y1, z1) = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]])
    faces = [np.column_stack([corners, np.full(5, z)]) for z in (z0, z1)]
    return [*faces, *(np.stack([faces[0][k], faces[1][k]]) for k in range(4))]


def _wall(low: Floats, high: Floats, axis: int, at: float) -> Floats:
    """Return a rectangle across an axis, or where it is flat, a line there and back."""
    (a, b), corners = [i for i in range(3) if i != axis], np.zeros((5, 3))
    corners[:, axis] = at
    corners[:, a] = low[a], high[a], high[a], low[a], low[a]
    corners[:, b] = low[b], low[b], high[b], high[b], low[b]
    return corners


def _circle(centre: ArrayLike, radius: float, axis: int = 2) -> Floats:
    """Return a closed circle about an axis."""
    angles = np.linspace(0, 2 * np.pi, SIDES + 1)
    points = np.zeros((SIDES + 1, 3))
    points[:, (axis + 1) % 3], points[:, (axis + 2) % 3] = radius * np.cos(angles), radius * np.sin(angles)
    return points + np.asarray(centre, dtype=np.float64)
