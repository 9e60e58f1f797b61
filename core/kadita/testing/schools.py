"""Known schools: blocks of a few frames whose order parameters follow from their construction.

Each function takes the number of `agents` and of `frames`, the `box` (``"open"``, or the edge of a periodic cell, about
whose middle the school lies), a `seed`, and the `dimensions`: 3 in space, 2 in a plane. Frames are independent. The
radius of a school is about 4; ``r_a`` is 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kadita.school.block import Block
from kadita.school.box import Box, Floats

AGENTS, FRAMES, SIDE, RADIUS = 40, 6, 14.0, 4.0
SPECIES = ("predator", "prey", "prey")  # of one agent after the other
School = Callable[..., Block]


def aligned(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 1, dimensions: int = 3) -> Block:
    """Agents with one heading, a new one in every frame, at random positions: P = 1."""
    rng = np.random.default_rng(seed)
    u = np.broadcast_to(_directions(rng, (frames, 1), dimensions), (frames, agents, 3))
    x = _ball(rng, frames, agents, dimensions)
    return _school(x, u * rng.uniform(0.5, 1.5, (frames, agents, 1)), box, dimensions)


def mill(
    agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 2, against: int = 0, dimensions: int = 3
) -> Block:
    """A ring that rotates about its centre, of a new radius in every frame: M = 1 and P = 0.

    Of the agents, `against` rotate in the opposite sense, at most every second one.
    """
    rng = np.random.default_rng(seed)
    a = 2 * np.pi * (np.arange(agents) / agents + rng.random((frames, 1)))
    radius = RADIUS * rng.uniform(0.5, 1, (frames, 1, 1))
    zero = np.zeros_like(a)
    sense = np.ones(agents)
    sense[1::2][:against] = -1.0
    x, u = np.stack([np.cos(a), np.sin(a), zero], 2), np.stack([-np.sin(a), np.cos(a), zero], 2)
    return _school(radius * x, sense[:, None] * u, box, dimensions)


def counter_rotating_mill(
    agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 3, dimensions: int = 3
) -> Block:
    """A ring in which every second agent rotates in the opposite sense: P = 0 and M = 0, although it is not a swarm."""
    return mill(agents, frames, box, seed, against=agents // 2, dimensions=dimensions)


def isotropic(
    agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 4, dimensions: int = 3
) -> Block:
    """Random positions in a ball and random headings: order parameters differ from 0 by their finite size alone."""
    rng = np.random.default_rng(seed)
    u = _directions(rng, (frames, agents), dimensions) * rng.uniform(0.5, 1.5, (frames, agents, 1))
    return _school(_ball(rng, frames, agents, dimensions), u, box, dimensions)


def lattice(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 5, dimensions: int = 3) -> Block:
    """A cubic or square lattice with random headings: nearest neighbours are all at the same distance."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(agents ** (1 / dimensions)))
    edges = [np.arange(side)] * dimensions + [np.zeros(1, int)] * (3 - dimensions)
    cells = np.stack(np.meshgrid(*edges, indexing="ij"), -1).reshape(-1, 3)[:agents]
    x = (cells - (side - 1) / 2) * rng.uniform(1.0, 1.5, (frames, 1, 1)) * _axes(dimensions)
    return _school(x, _directions(rng, (frames, agents), dimensions), box, dimensions)


def clusters(
    agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 6, dimensions: int = 3
) -> Block:
    """Two compact clusters, farther apart than they are wide, each with its own direction."""
    rng = np.random.default_rng(seed)
    one = (np.arange(agents) % 2)[None, :, None]
    apart = np.array([0.6, 0.0, 0.8] if dimensions == 3 else [0.6, 0.8, 0.0])
    x = 0.15 * _ball(rng, frames, agents, dimensions) + np.where(one, 2.5, -2.5) * apart
    first, second = (_directions(rng, (frames, 1), dimensions) for _ in range(2))
    noise = 0.1 * rng.normal(size=x.shape) * _axes(dimensions)
    return _school(x, np.where(one, first, second) + noise, box, dimensions)


def straddling(
    agents: int = AGENTS, frames: int = FRAMES, box: Any = SIDE, seed: int = 7, dimensions: int = 3
) -> Block:
    """A loose school around the corner of the periodic cell, with wrapped positions."""
    rng = np.random.default_rng(seed)
    cell = Box.of(box)
    u = _directions(rng, (frames, 1), dimensions)
    u = u + 0.5 * rng.normal(size=(frames, agents, 3)) * _axes(dimensions)
    x = cell.wrap(_ball(rng, frames, agents, dimensions))
    return Block(x, u, box=cell, attributes={"r_a": 2.0}, dimensions=dimensions)


def resting(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 8, dimensions: int = 3) -> Block:
    """A school in which some agents are at rest, and all of them in the last frame."""
    rng = np.random.default_rng(seed)
    u = _directions(rng, (frames, agents), dimensions) * (rng.random((frames, agents, 1)) > 0.3)
    u[-1] = 0.0
    return _school(_ball(rng, frames, agents, dimensions), u, box, dimensions)


def alone(agents: int = 1, frames: int = FRAMES, box: Any = "open", seed: int = 9, dimensions: int = 3) -> Block:
    """A single agent."""
    return isotropic(agents, frames, box, seed, dimensions)


def partly_known(
    agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 11, dimensions: int = 3
) -> Block:
    """A school in which the velocities of some agents are not known, and those of all of them in the last frame."""
    rng = np.random.default_rng(seed)
    u = _directions(rng, (frames, agents), dimensions)
    u[rng.random((frames, agents)) < 0.3] = np.nan
    u[-1] = np.nan
    return _school(_ball(rng, frames, agents, dimensions), u, box, dimensions)


def two_species(
    agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 12, dimensions: int = 3
) -> Block:
    """One predator for every two prey, at random positions with random headings."""
    both = isotropic(agents, frames, box, seed, dimensions)
    names = np.resize(SPECIES, agents)
    return Block(
        both.positions,
        both.velocities,
        box=both.box,
        attributes=both.attributes,
        species=names,
        dimensions=dimensions,
    )


def in_an_arena(dimensions: int = 3) -> Block:
    """Return a school with random headings in a round tank, or arena in a plane, from which some agents reach out."""
    school, radius = isotropic(dimensions=dimensions), 0.9 * RADIUS
    arena = f"circle:0,0,{radius}" if dimensions == 2 else f"cylinder:0,0,{radius},{-radius},{radius}"
    attributes = {**school.attributes, "arena": arena, "body_length": 1.0}
    return Block(school.positions, school.velocities, attributes=attributes, dimensions=dimensions)


def known() -> dict[str, Block]:
    """Return all schools by name: in space and in a plane, without a cell or in one that repeats along some axes.

    The edges of periodic cells are about 14.
    """
    in_any_box: list[School] = [aligned, mill, counter_rotating_mill, isotropic, lattice, clusters, resting, alone]
    boxes = {"open": "open", "periodic": SIDE}
    spatial = {f"{school.__name__}, {name}": school(box=box) for name, box in boxes.items() for school in in_any_box}
    spatial |= {
        "straddling": straddling(),
        "straddling, oblong": straddling(box=(12.0, 14.0, 17.0), seed=10),
        "straddling, slab": straddling(box=(12.0, 14.0, "open"), seed=13),
        "partly known": partly_known(),
        "two species": two_species(box=SIDE),
        "in an arena": in_an_arena(),
    }
    planar = {f"{school.__name__}, plane": school(dimensions=2) for school in in_any_box}
    planar |= {
        "isotropic, periodic plane": isotropic(box=SIDE, dimensions=2),
        "straddling, periodic plane": straddling(dimensions=2),
        "straddling, oblong plane": straddling(box=(12.0, 14.0), seed=10, dimensions=2),
        "straddling, channel": straddling(box=(12.0, "open"), seed=13, dimensions=2),
        "partly known, plane": partly_known(box=SIDE, dimensions=2),
        "two species, plane": two_species(dimensions=2),
        "in an arena, plane": in_an_arena(dimensions=2),
    }
    return spatial | planar


def _school(x: Floats, v: Floats, box: Any, dimensions: int) -> Block:
    cell = Box.of(box)
    return Block(cell.wrap(x + cell.array / 2), v, box=cell, attributes={"r_a": 2.0}, dimensions=dimensions)


def _axes(dimensions: int) -> Floats:
    """Return 1 for each axis, and 0 for z in a plane."""
    return np.array([1.0, 1.0, float(dimensions == 3)])


def _directions(rng: np.random.Generator, shape: tuple[int, ...], dimensions: int) -> Floats:
    v = rng.normal(size=(*shape, 3)) * _axes(dimensions)
    u: Floats = v / np.linalg.norm(v, axis=-1, keepdims=True)
    return u


def _ball(rng: np.random.Generator, frames: int, agents: int, dimensions: int) -> Floats:
    """Return positions in a ball, or in a disc, with unequal axes."""
    directions = _directions(rng, (frames, agents), dimensions)
    x: Floats = RADIUS * directions * rng.random((frames, agents, 1)) ** (1 / dimensions)
    return x * np.array([1.0, 0.8, 0.6])
