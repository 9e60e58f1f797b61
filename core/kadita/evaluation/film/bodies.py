"""Agents as polygons: fish in space, flat fish in a plane, simpler ones of many agents, and points."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kadita.evaluation.film.camera import Camera
from kadita.school.box import Floats

DETAILED, SIMPLE = 300, 3000  # up to so many agents fish are drawn, and up to so many darts; of more, points
SUN = np.array([0.35, -0.45, 0.82])
_TAIL, _TOP, _LOW = (-0.42, 0, 0), (0.06, 0, 0.13), (0.06, 0, -0.12)
_NOSE, _LEFT, _RIGHT = (0.5, 0, 0), (0.08, 0.085, 0), (0.08, -0.085, 0)


class Shape(NamedTuple):
    """A body of length 1 with its nose along x and its back along z.

    Attributes:
        faces: (F, K, 3) corners; seen from outside they are anticlockwise.
        flat: (F,) which faces are seen from both sides, such as fins.
    """

    faces: Floats
    flat: Any


FISH = Shape(
    np.array([
        (_NOSE, _TOP, _LEFT), (_NOSE, _RIGHT, _TOP), (_NOSE, _LEFT, _LOW), (_NOSE, _LOW, _RIGHT),
        (_TAIL, _LEFT, _TOP), (_TAIL, _TOP, _RIGHT), (_TAIL, _LOW, _LEFT), (_TAIL, _RIGHT, _LOW),
        ((-0.34, 0, 0), (-0.56, 0, 0.17), (-0.46, 0, 0)), ((-0.34, 0, 0), (-0.46, 0, 0), (-0.56, 0, -0.17)),
    ]),
    np.arange(10) >= 8,
)  # fmt: skip
DART = Shape(
    np.array([
        ((0.5, 0, 0), (-0.5, 0, 0.15), (-0.5, 0.13, -0.08)), ((0.5, 0, 0), (-0.5, -0.13, -0.08), (-0.5, 0, 0.15)),
        ((0.5, 0, 0), (-0.5, 0.13, -0.08), (-0.5, -0.13, -0.08)),
        ((-0.5, 0, 0.15), (-0.5, -0.13, -0.08), (-0.5, 0.13, -0.08)),
    ]),
    np.zeros(4, bool),
)  # fmt: skip
_OUTLINE = [(0.5, 0), (0.38, 0.07), (0.14, 0.105), (-0.14, 0.07), (-0.34, 0.022), (-0.5, 0.125), (-0.44, 0)]
FLAT_FISH = Shape(
    np.array([[(x, y, 0) for x, y in _OUTLINE] + [(x, -y, 0) for x, y in _OUTLINE[-2:0:-1]]]), np.ones(1, bool)
)
ARROWHEAD = Shape(np.array([[(0.5, 0, 0), (-0.5, 0.24, 0), (-0.28, 0, 0), (-0.5, -0.24, 0)]]), np.ones(1, bool))


def shape_for(agents: int, plane: bool) -> Shape | None:
    """Return the shape in which so many agents are drawn; None for points."""
    if agents > SIMPLE:
        return None
    return (FLAT_FISH if plane else FISH) if agents <= DETAILED else (ARROWHEAD if plane else DART)


def polygons(
    positions: Floats, headings: Floats, length: float, shape: Shape, camera: Camera
) -> tuple[Floats, Any, Floats]:
    """Return the polygons that are seen of agents, those of the first agents first.

    Args:
        positions: (N, 3), from the farthest to the nearest.
        headings: (N, 3) unit vectors.
        length: of a body.
        shape: of all bodies.
        camera: from where they are seen.

    Returns:
        Corners (M, K, 2), the index of the agent of each polygon (M,), and how bright it is (M,), 1 on average.
    """
    u = headings
    side = np.stack([-u[:, 1], u[:, 0], np.zeros(len(u))], 1)  # z x u: bodies lie level
    norm = np.linalg.norm(side, axis=1, keepdims=True)
    side = np.where(norm > 1e-6, side / np.maximum(norm, 1e-6), [0.0, 1.0, 0.0])
    axes = np.stack([u, side, np.cross(u, side)], 1)  # (N, 3, 3)
    # the shape is turned once for each agent: to the right and up of the picture, and towards the viewer
    seen_axes = axes @ camera.axes.T  # (N, 3, 3)
    faces = shape.faces.reshape(-1, 3) @ seen_axes  # (N, F K, 3)
    faces = faces.reshape(len(u), *shape.faces.shape)
    corners = camera.project(positions)[:, None, None] + length * faces[..., :2]
    normals = _normals(shape)
    turned = normals @ axes
    seen = shape.flat | ((turned @ camera.axes[2]) > 0)
    light = turned @ SUN
    shade = 0.86 + 0.26 * np.where(shape.flat, np.abs(light), light)
    owner = np.broadcast_to(np.arange(len(u))[:, None], seen.shape)
    return corners[seen], owner[seen], shade[seen]


def _normals(shape: Shape) -> Floats:
    n = np.cross(shape.faces[:, 1] - shape.faces[:, 0], shape.faces[:, 2] - shape.faces[:, 0])
    normals: Floats = n / np.linalg.norm(n, axis=1, keepdims=True)
    return normals
