"""Polygons in the plane of x and y: their area, whether they cross themselves, and distances to their sides."""

from __future__ import annotations

import numpy as np

from kadita.school.box import Floats

AT_ONCE = 1 << 20  # points x sides in memory together


def area(corners: Floats) -> float:
    """Return the area of a polygon, (K, 2), by the shoelace formula."""
    x, y = (corners - corners[0]).T
    return float(abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2)


def crosses_itself(corners: Floats) -> bool:
    """Return whether two sides of a polygon, (K, 2), cross between their ends."""
    ends = np.roll(corners, -1, axis=0)
    for start, end in zip(corners, ends, strict=True):
        of_starts, of_ends = _side(start, end, corners), _side(start, end, ends)
        of_start, of_end = _side(corners, ends, start), _side(corners, ends, end)
        if ((of_starts * of_ends < 0) & (of_start * of_end < 0)).any():
            return True
    return False


def distances(points: Floats, corners: Floats) -> Floats:
    """Return the distances of points, (..., 2), to the sides of a polygon, (K, 2): negative outside, (...)."""
    flat, size = points.reshape(-1, 2), max(1, AT_ONCE // len(corners))
    parts = [_to_sides(flat[first : first + size], corners) for first in range(0, len(flat), size)]
    return np.concatenate(parts or [np.empty(0)]).reshape(points.shape[:-1])


def _side(start: Floats, end: Floats, point: Floats) -> Floats:
    """Return 1 for points on the left of lines from start to end, -1 on their right, 0 on them."""
    along, offset = end - start, point - start
    side: Floats = np.sign(along[..., 0] * offset[..., 1] - along[..., 1] * offset[..., 0])
    return side


def _to_sides(points: Floats, corners: Floats) -> Floats:
    """Return the signed distances of points, (P, 2), to the sides of a polygon, (K, 2)."""
    start, along = corners, np.roll(corners, -1, axis=0) - corners
    squared = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    offset = points[:, None] - start  # (P, K, 2)
    share = np.clip((offset * along).sum(axis=2) / squared, 0.0, 1.0)
    nearest = np.hypot(*np.moveaxis(offset - share[..., None] * along, 2, 0)).min(axis=1)
    # a ray along x crosses the sides an odd number of times from inside
    above = points[:, None, 1] < start[:, 1]
    crosses = above != np.roll(above, -1, axis=1)
    cross = along[:, 0] * offset[..., 1] - along[:, 1] * offset[..., 0]  # its sign: on which side of the line
    left = (cross > 0) == (along[:, 1] > 0)
    inside = (crosses & left).sum(axis=1) % 2 == 1
    return np.where(inside, nearest, -nearest)
