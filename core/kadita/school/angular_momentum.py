"""Normalized angular momentum l = r^ x u of every agent; metrics share it through `Block.once`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kadita.base.jit import kernel
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.school.velocity_kinds import ORIENTATION

ROUNDING = 1e-12  # of a position, relative to the largest number of the frames


def at_centre(block: Block) -> Floats:
    """Return the distance from the centre up to which r^ is rounding and undefined, in each frame, (T,)."""
    x = block.positions
    if block.dimensions == 2:  # z is the same for all, whatever it is; axis by axis, which is faster than of a slice
        axes = [x[..., a] for a in (0, 1)]
        largest = np.max([np.maximum(axis.max(axis=1), -axis.min(axis=1)) for axis in axes], axis=0)
    else:
        flat = x.reshape(len(x), -1)
        largest = np.maximum(flat.max(axis=1), -flat.min(axis=1))
    return ROUNDING * np.maximum(largest, max(block.box.array))


def about_centroid(block: Block) -> tuple[Floats, NDArray[np.bool_]]:
    """Return l_i = r^_i x u_i about the periodic centroid, (T, N, 3), and where it is defined, (T, N).

    It is undefined for an agent at rest or at the centre, whose row is zero. |l_i| is at most 1.

    >>> from kadita.plugins.metrics import Block, about_centroid
    >>> mill = Block([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]], [[0, 1, 0], [-1, 0, 0], [0, -1, 0], [1, 0, 0]])
    >>> momentum, defined = about_centroid(mill)
    >>> momentum[0, :, 2], bool(defined.all())
    (array([1., 1., 1., 1.]), True)
    """
    momenta = np.empty_like(block.offsets)
    defined = block.moving & _cross(block.offsets, block.headings, at_centre(block), momenta)
    return momenta, defined


def about_wrapped_mean(block: Block) -> Floats:
    """Return l_i about the mean of wrapped coordinates, (T, N, 3), as published definitions use it.

    Zero for an agent at rest or at that mean. It depends on the position of the school in the cell.

    >>> from kadita.plugins.metrics import Block, about_wrapped_mean
    >>> mill = Block([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]], [[0, 1, 0], [-1, 0, 0], [0, -1, 0], [1, 0, 0]])
    >>> about_wrapped_mean(mill)[0, :, 2]
    array([1., 1., 1., 1.])
    """
    momenta = np.empty_like(block.wrapped_offsets)
    _cross(block.wrapped_offsets, block.once(published_headings), np.full(len(block), 1e-10), momenta)
    return momenta


def published_headings(block: Block) -> Floats:
    """Return unit headings, (T, N, 3), zero up to a speed of 1e-10, as published definitions take them.

    >>> from kadita.plugins.metrics import Block, published_headings
    >>> block = Block([[0, 0, 0], [1, 0, 0]], [[2, 0, 0], [0, 0, 1e-11]])
    >>> published_headings(block)[0]
    array([[1., 0., 0.],
           [0., 0., 0.]])
    """
    if block.attributes.get("velocities") == ORIENTATION:  # directions of bodies have no speed
        return block.headings
    slow = block.moving & (block.speeds <= 1e-10)
    return np.where(slow[..., None], 0.0, block.headings) if slow.any() else block.headings


@kernel
def _cross(r, u, least, momenta):  # type: ignore[no-untyped-def]
    """Write r^ x u, (T, N, 3), zero up to `least`, (T,), from the centre; return where it is defined, (T, N)."""
    defined = np.empty(r.shape[:2], np.bool_)
    for t in range(r.shape[0]):
        for i in range(r.shape[1]):
            x, y, z = r[t, i, 0], r[t, i, 1], r[t, i, 2]
            length = math.sqrt(x * x + y * y + z * z)
            defined[t, i] = length > least[t]
            divisor = length if length > least[t] else math.inf
            x, y, z = x / divisor, y / divisor, z / divisor
            momenta[t, i, 0] = y * u[t, i, 2] - z * u[t, i, 1]
            momenta[t, i, 1] = z * u[t, i, 0] - x * u[t, i, 2]
            momenta[t, i, 2] = x * u[t, i, 1] - y * u[t, i, 0]
    return defined
