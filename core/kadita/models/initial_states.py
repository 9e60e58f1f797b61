"""States at time 0: positions and unit headings, both (N, 3), which depend on seed and agent alone.

In a plane, z and its components are 0. Sines, cosines and roots have the same bits on every machine, which those of
NumPy have not.
"""

from __future__ import annotations

import numpy as np

from kadita.base.errors import KaditaError
from kadita.base.jit import kernel
from kadita.models import philox
from kadita.models.portable_exp import exponential
from kadita.models.portable_math import cosine_and_sine, logarithm
from kadita.school.arena import Arena
from kadita.school.box import Floats


def cell(seed: int, agents: int, edges: Floats, plane: bool = False) -> tuple[Floats, Floats]:
    """Return positions uniform in a cell with these edges, z of which is 0 in a plane, and isotropic headings."""
    positions = philox.start_uniforms(seed, agents, philox.START_POSITION)[:, :3] * edges
    return positions, _isotropic(seed, agents, plane)


def sphere(seed: int, agents: int, radius: float, plane: bool = False) -> tuple[Floats, Floats]:
    """Return positions uniform in a sphere about the origin, or in a disc, and isotropic headings."""
    u = philox.start_uniforms(seed, agents, philox.START_POSITION)
    return _in_sphere(u, radius, plane), _isotropic(seed, agents, plane)


def in_arena(
    seed: int, agents: int, arena: Arena, plane: bool = False, edges: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return positions uniform in an arena, also as rounded to float32, and isotropic headings.

    Args:
        seed, agents: on which they depend.
        arena: not a polygon.
        plane: whether all z are 0, and headings in the plane.
        edges: (3,), of a periodic cell, which are filled along axes without walls: x and y of a slab, z of a circle in
            space; 0 along open axes.

    Raises:
        KaditaError: an axis has neither walls nor an edge, or the walls leave no room for float32.
    """
    walls = arena.walls
    edges = np.zeros(3) if edges is None else edges
    round_axis, walled = np.arange(3) < walls.axes, np.isfinite(walls.low)
    ends = ~(round_axis | walled | (edges > 0) | [False, False, plane])
    if ends.any():
        axes = " and ".join(axis for axis, unbounded in zip("xyz", ends, strict=True) if unbounded)
        raise KaditaError(
            f"arena: expected a cell that repeats along {axes}, where a {arena.kind} has no wall; got none"
        )
    low, high = np.where(walled, walls.low, 0.0), np.where(walled, walls.high, edges)
    u = philox.start_uniforms(seed, agents, philox.START_POSITION)
    positions = low + (high - low) * u[:, [0, 1, 0 if walls.axes == 2 else 2]]  # a disc takes the other two numbers
    if walls.axes:
        around = walls.centre + _in_sphere(u, walls.radius, plane=walls.axes == 2)
        positions[:, round_axis] = around[:, round_axis]
    if plane:
        positions[:, 2] = 0.0
    return walls.inward(positions), _isotropic(seed, agents, plane)


def ring(seed: int, agents: int, radius: float, plane: bool = False) -> tuple[Floats, Floats]:
    """Return a mill about the z axis: angle 2 pi i / N + N(0, 0.1), radius R + N(0, 0.15 R), height N(0, 0.3 R).

    Headings are tangential, with a vertical component N(0, 0.1) before normalization. In a plane heights and vertical
    components are 0.
    """
    g = philox.start_normals(seed, agents, philox.START_POSITION)
    angle = 2 * np.pi * np.arange(agents) / agents + 0.1 * g[:, 0]
    r = radius + 0.15 * radius * g[:, 1]
    cosine, sine = _cosines_and_sines(angle)
    if plane:
        return _flat(r * cosine, r * sine), _flat(-sine, cosine)
    positions = np.stack([r * cosine, r * sine, 0.3 * radius * g[:, 2]], axis=1)
    vertical = 0.1 * philox.start_normals(seed, agents, philox.START_HEADING)[:, 0]
    return positions, _unit(np.stack([-sine, cosine, vertical], axis=1))


def _in_sphere(u: Floats, radius: float, plane: bool) -> Floats:
    """Return positions uniform in a sphere about the origin, or in a disc, from uniform numbers, (N, 4)."""
    east, north = _cosines_and_sines(2 * np.pi * u[:, 1])
    if plane:
        r = radius * np.sqrt(u[:, 2])
        return _flat(r * east, r * north)
    cosine = 2 * u[:, 0] - 1
    sine = np.sqrt(1 - cosine**2)
    directions = np.stack([sine * east, sine * north, cosine], axis=1)
    positions: Floats = radius * _cube_roots(u[:, 2])[:, None] * directions
    return positions


@kernel
def _fill_cosines_and_sines(angles, cosines, sines):  # type: ignore[no-untyped-def]
    for i in range(len(angles)):
        cosines[i], sines[i] = cosine_and_sine(angles[i])


@kernel
def _fill_cube_roots(numbers, roots):  # type: ignore[no-untyped-def]
    for i in range(len(numbers)):
        roots[i] = exponential(logarithm(numbers[i]) / 3)


def _cosines_and_sines(angles: Floats) -> tuple[Floats, Floats]:
    cosines, sines = np.empty_like(angles), np.empty_like(angles)
    _fill_cosines_and_sines(np.ascontiguousarray(angles), cosines, sines)
    return cosines, sines


def _cube_roots(numbers: Floats) -> Floats:
    """Return the cube roots of positive numbers."""
    roots = np.empty_like(numbers)
    _fill_cube_roots(np.ascontiguousarray(numbers), roots)
    return roots


def _isotropic(seed: int, agents: int, plane: bool) -> Floats:
    vectors = philox.start_normals(seed, agents, philox.START_HEADING)
    return _unit(_flat(vectors[:, 0], vectors[:, 1]) if plane else vectors[:, :3])


def _flat(x: Floats, y: Floats) -> Floats:
    return np.stack([x, y, np.zeros_like(x)], axis=1)


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
