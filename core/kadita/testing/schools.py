"""Known schools: blocks of a few frames whose order parameters follow from their construction.

Each function takes the number of `agents` and of `frames`, the `box` (``"open"``, or the edge of a periodic cell, about
whose middle the school lies), and a `seed`. Frames are independent. The radius of a school is about 4; ``r_a`` is 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kadita.school.block import Block
from kadita.school.box import Box, Floats

AGENTS, FRAMES, SIDE, RADIUS = 40, 6, 14.0, 4.0
School = Callable[..., Block]


def aligned(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 1) -> Block:
    """Agents with one heading, a new one in every frame, at random positions: P = 1."""
    rng = np.random.default_rng(seed)
    u = np.broadcast_to(_directions(rng, (frames, 1)), (frames, agents, 3))
    return _school(_ball(rng, frames, agents), u * rng.uniform(0.5, 1.5, (frames, agents, 1)), box)


def mill(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 2, against: int = 0) -> Block:
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
    return _school(radius * x, sense[:, None] * u, box)


def counter_rotating_mill(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 3) -> Block:
    """A ring in which every second agent rotates in the opposite sense: P = 0 and M = 0, although it is not a swarm."""
    return mill(agents, frames, box, seed, against=agents // 2)


def isotropic(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 4) -> Block:
    """Random positions in a ball and random headings: order parameters differ from 0 by their finite size alone."""
    rng = np.random.default_rng(seed)
    u = _directions(rng, (frames, agents)) * rng.uniform(0.5, 1.5, (frames, agents, 1))
    return _school(_ball(rng, frames, agents), u, box)


def lattice(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 5) -> Block:
    """A cubic lattice with random headings: nearest neighbours are all at the same distance."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(agents ** (1 / 3)))
    cells = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), -1).reshape(-1, 3)[:agents]
    x = (cells - (side - 1) / 2) * rng.uniform(1.0, 1.5, (frames, 1, 1))
    return _school(x, _directions(rng, (frames, agents)), box)


def clusters(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 6) -> Block:
    """Two compact clusters, farther apart than they are wide, each with its own direction."""
    rng = np.random.default_rng(seed)
    one = (np.arange(agents) % 2)[None, :, None]
    x = 0.15 * _ball(rng, frames, agents) + np.where(one, 2.5, -2.5) * np.array([0.6, 0.0, 0.8])
    first, second = (_directions(rng, (frames, 1)) for _ in range(2))
    return _school(x, np.where(one, first, second) + 0.1 * rng.normal(size=x.shape), box)


def straddling(agents: int = AGENTS, frames: int = FRAMES, box: Any = SIDE, seed: int = 7) -> Block:
    """A loose school around the corner of the periodic cell, with wrapped positions."""
    rng = np.random.default_rng(seed)
    cell = Box.of(box)
    u = _directions(rng, (frames, 1)) + 0.5 * rng.normal(size=(frames, agents, 3))
    return Block(cell.wrap(_ball(rng, frames, agents)), u, box=cell, attributes={"r_a": 2.0})


def resting(agents: int = AGENTS, frames: int = FRAMES, box: Any = "open", seed: int = 8) -> Block:
    """A school in which some agents are at rest, and all of them in the last frame."""
    rng = np.random.default_rng(seed)
    u = _directions(rng, (frames, agents)) * (rng.random((frames, agents, 1)) > 0.3)
    u[-1] = 0.0
    return _school(_ball(rng, frames, agents), u, box)


def alone(agents: int = 1, frames: int = FRAMES, box: Any = "open", seed: int = 9) -> Block:
    """A single agent."""
    return isotropic(agents, frames, box, seed)


def known() -> dict[str, Block]:
    """Return all schools by name: in open space, and in a periodic cell with an edge of 14."""
    in_any_box: list[School] = [aligned, mill, counter_rotating_mill, isotropic, lattice, clusters, resting, alone]
    boxes = {"open": "open", "periodic": SIDE}
    schools = {f"{school.__name__}, {name}": school(box=box) for name, box in boxes.items() for school in in_any_box}
    return schools | {"straddling": straddling(), "straddling, oblong": straddling(box=(12.0, 14.0, 17.0), seed=10)}


def _school(x: Floats, v: Floats, box: Any) -> Block:
    cell = Box.of(box)
    return Block(cell.wrap(x + cell.array / 2), v, box=cell, attributes={"r_a": 2.0})


def _directions(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    v = rng.normal(size=(*shape, 3))
    u: Floats = v / np.linalg.norm(v, axis=-1, keepdims=True)
    return u


def _ball(rng: np.random.Generator, frames: int, agents: int) -> Floats:
    x: Floats = RADIUS * _directions(rng, (frames, agents)) * rng.random((frames, agents, 1)) ** (1 / 3)
    return x * np.array([1.0, 0.8, 0.6])
