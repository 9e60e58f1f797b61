"""Transformations of a school by the symmetries that metrics declare, and other changes of blocks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from kadita.school.block import Block
from kadita.school.box import Box, Floats

QUARTER_TURNS = [
    np.diag(signs)[list(order)]
    for order in itertools.permutations(range(3))
    for signs in itertools.product([1.0, -1.0], repeat=3)
    if np.linalg.det(np.diag(signs)[list(order)]) > 0
]


def _about_z(angle: float) -> Floats:
    """Return the matrix that rotates row vectors counterclockwise about z."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


QUARTER_TURNS_ABOUT_Z = [np.rint(_about_z(n * np.pi / 2)) for n in range(4)]
UNITS = (3.7, 1e-3, 1e4)


def like(block: Block, positions: Any = None, velocities: Any = None, **others: Any) -> Block:
    """Return a copy of the block, except for the given arrays and attributes."""
    v = block.velocities.copy() if velocities is None and block.has_velocities else velocities
    names = ("box", "times", "agents", "attributes", "frames", "species", "dimensions")
    given = {name: getattr(block, name) for name in names} | others
    return Block(block.positions.copy() if positions is None else positions, v, **given)


def frames_of(block: Block, frames: Any) -> Block:
    """Return the block of some of its frames."""
    v = block.velocities[frames].copy() if block.has_velocities else None
    return like(block, block.positions[frames].copy(), v, times=block.times[frames], frames=block.frames[frames])


def permuted(block: Block, order: Any) -> Block:
    """Return the block with its agents in another order."""
    v = block.velocities[:, order].copy() if block.has_velocities else None
    species = None if block.species is None else block.species[order]
    return like(block, block.positions[:, order].copy(), v, agents=block.agents[order], species=species)


def jittered(block: Block, rng: np.random.Generator) -> Block:
    """Return the block with noise of 1e-9 in positions and velocities; values that it changes depend on rounding."""
    x, v = block.positions, block.velocities
    noise = 1e-9 * rng.normal(size=x.shape) * ([1, 1, 0] if block.dimensions == 2 else 1)
    return like(block, x + noise, v * (1 + 1e-9 * rng.normal(size=v.shape)))


def translated(block: Block, rng: np.random.Generator) -> Iterator[Block]:
    """Yield the translated school; a plane also to other z."""
    for distance in (3.0, 30.0):
        yield like(block, block.positions + rng.uniform(-distance, distance, 3))


def rotated(block: Block, rng: np.random.Generator) -> Iterator[Block]:
    """Yield the rotated school: by any rotation in open space, by quarter turns together with a periodic cell.

    A plane is rotated about z.
    """
    plane = block.dimensions == 2
    quarters = QUARTER_TURNS_ABOUT_Z if plane else QUARTER_TURNS
    for _ in range(3):
        if block.box.periodic:
            turn = quarters[rng.integers(1, len(quarters))]
            box = Box.of_edges(np.abs(block.box.array @ turn))
        elif plane:
            turn, box = _about_z(rng.uniform(0, 2 * np.pi)), block.box
        else:
            q, r = np.linalg.qr(rng.normal(size=(3, 3)))
            turn, box = q * np.sign(np.diag(r)), block.box
            turn[:, 0] *= np.sign(np.linalg.det(turn))
        yield like(block, block.positions @ turn, block.velocities @ turn, box=box)


def imaged(block: Block, rng: np.random.Generator) -> Iterator[Block]:
    """Yield the school with each agent in a random periodic image."""
    if block.box.periodic:
        for far in (1, 100):
            images = rng.integers(-far, far, block.positions.shape, endpoint=True)
            yield like(block, block.positions + images * block.box.array)


def scaled(block: Block, rng: np.random.Generator) -> Iterator[Block]:
    """Yield the school in other units of length, including its ``r_a``."""
    for unit in UNITS:
        box = Box.of_edges(block.box.array * unit)
        attributes = {k: v * unit if k == "r_a" else v for k, v in block.attributes.items()}
        yield like(block, block.positions * unit, block.velocities * unit, box=box, attributes=attributes)


SYMMETRIES: Mapping[str, Callable[[Block, np.random.Generator], Iterator[Block]]] = {
    "translation": translated,
    "rotation": rotated,
    "images": imaged,
    "scale": scaled,
}
INVARIANCES = {"translation": "translation", "rotation": "rotation", "images": "periodic images", "scale": "scaling"}
