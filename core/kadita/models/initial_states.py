"""States at time 0: positions and unit headings, both (N, 3), which depend on seed and agent alone.

In a plane, z and its components are 0.
"""

from __future__ import annotations

import numpy as np

from kadita.models import philox
from kadita.school.box import Floats


def cell(seed: int, agents: int, edges: Floats, plane: bool = False) -> tuple[Floats, Floats]:
    """Return positions uniform in a cell with these edges, z of which is 0 in a plane, and isotropic headings."""
    positions = philox.start_uniforms(seed, agents, philox.START_POSITION)[:, :3] * edges
    return positions, _isotropic(seed, agents, plane)


def sphere(seed: int, agents: int, radius: float, plane: bool = False) -> tuple[Floats, Floats]:
    """Return positions uniform in a sphere about the origin, or in a disc, and isotropic headings."""
    u = philox.start_uniforms(seed, agents, philox.START_POSITION)
    if plane:
        r, angle = radius * np.sqrt(u[:, 2]), 2 * np.pi * u[:, 1]
        return _flat(r * np.cos(angle), r * np.sin(angle)), _isotropic(seed, agents, plane)
    cosine, longitude = 2 * u[:, 0] - 1, 2 * np.pi * u[:, 1]
    sine = np.sqrt(1 - cosine**2)
    directions = np.stack([sine * np.cos(longitude), sine * np.sin(longitude), cosine], axis=1)
    return radius * np.cbrt(u[:, 2:3]) * directions, _isotropic(seed, agents, plane)


def ring(seed: int, agents: int, radius: float, plane: bool = False) -> tuple[Floats, Floats]:
    """Return a mill about the z axis: angle 2 pi i / N + N(0, 0.1), radius R + N(0, 0.15 R), height N(0, 0.3 R).

    Headings are tangential, with a vertical component N(0, 0.1) before normalization. In a plane heights and vertical
    components are 0.
    """
    g = philox.start_normals(seed, agents, philox.START_POSITION)
    angle = 2 * np.pi * np.arange(agents) / agents + 0.1 * g[:, 0]
    r = radius + 0.15 * radius * g[:, 1]
    if plane:
        return _flat(r * np.cos(angle), r * np.sin(angle)), _flat(-np.sin(angle), np.cos(angle))
    positions = np.stack([r * np.cos(angle), r * np.sin(angle), 0.3 * radius * g[:, 2]], axis=1)
    vertical = 0.1 * philox.start_normals(seed, agents, philox.START_HEADING)[:, 0]
    return positions, _unit(np.stack([-np.sin(angle), np.cos(angle), vertical], axis=1))


def _isotropic(seed: int, agents: int, plane: bool) -> Floats:
    vectors = philox.start_normals(seed, agents, philox.START_HEADING)
    return _unit(_flat(vectors[:, 0], vectors[:, 1]) if plane else vectors[:, :3])


def _flat(x: Floats, y: Floats) -> Floats:
    return np.stack([x, y, np.zeros_like(x)], axis=1)


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
