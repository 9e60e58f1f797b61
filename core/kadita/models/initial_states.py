"""States at time 0: positions and unit headings, both (N, 3), which depend on seed and agent alone."""

from __future__ import annotations

import numpy as np

from kadita.models import philox
from kadita.school.box import Floats


def cell(seed: int, agents: int, edges: Floats) -> tuple[Floats, Floats]:
    """Return positions uniform in a cell with these edges, and isotropic headings."""
    return philox.start_uniforms(seed, agents, philox.START_POSITION)[:, :3] * edges, _isotropic(seed, agents)


def sphere(seed: int, agents: int, radius: float) -> tuple[Floats, Floats]:
    """Return positions uniform in a sphere about the origin, and isotropic headings."""
    u = philox.start_uniforms(seed, agents, philox.START_POSITION)
    cosine, longitude = 2 * u[:, 0] - 1, 2 * np.pi * u[:, 1]
    sine = np.sqrt(1 - cosine**2)
    directions = np.stack([sine * np.cos(longitude), sine * np.sin(longitude), cosine], axis=1)
    return radius * np.cbrt(u[:, 2:3]) * directions, _isotropic(seed, agents)


def ring(seed: int, agents: int, radius: float) -> tuple[Floats, Floats]:
    """Return a mill about the z axis: angle 2 pi i / N + N(0, 0.1), radius R + N(0, 0.15 R), height N(0, 0.3 R).

    Headings are tangential, with a vertical component N(0, 0.1) before normalization.
    """
    g = philox.start_normals(seed, agents, philox.START_POSITION)
    angle = 2 * np.pi * np.arange(agents) / agents + 0.1 * g[:, 0]
    r = radius + 0.15 * radius * g[:, 1]
    positions = np.stack([r * np.cos(angle), r * np.sin(angle), 0.3 * radius * g[:, 2]], axis=1)
    vertical = 0.1 * philox.start_normals(seed, agents, philox.START_HEADING)[:, 0]
    return positions, _unit(np.stack([-np.sin(angle), np.cos(angle), vertical], axis=1))


def _isotropic(seed: int, agents: int) -> Floats:
    return _unit(philox.start_normals(seed, agents, philox.START_HEADING)[:, :3])


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
