"""Normalized angular momentum l = r^ x u of every agent; metrics share it through `Block.once`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kadita.base.jit import kernel
from kadita.school.block import Block
from kadita.school.box import Floats

AT_CENTRE = 1e-10  # up to this distance from the centre, r^ is undefined


def about_centroid(block: Block) -> tuple[Floats, NDArray[np.bool_]]:
    """Return l_i = r^_i x u_i about the periodic centroid, (T, N, 3), and where it is defined, (T, N).

    It is undefined for an agent at rest or at the centre, whose row is zero. |l_i| is at most 1.
    """
    momenta = np.empty_like(block.offsets)
    defined = block.moving & _cross(block.offsets, block.headings, momenta)
    return momenta, defined


def about_wrapped_mean(block: Block) -> Floats:
    """Return l_i about the mean of wrapped coordinates, (T, N, 3), as published definitions use it.

    Zero for an agent at rest or at that mean. It depends on the position of the school in the cell.
    """
    momenta = np.empty_like(block.wrapped_offsets)
    _cross(block.wrapped_offsets, block.headings, momenta)
    return momenta


@kernel
def _cross(r, u, momenta):  # type: ignore[no-untyped-def]
    """Write r^ x u, (T, N, 3), zero at the centre; return where it is defined, (T, N)."""
    defined = np.empty(r.shape[:2], np.bool_)
    for t in range(r.shape[0]):
        for i in range(r.shape[1]):
            x, y, z = r[t, i, 0], r[t, i, 1], r[t, i, 2]
            length = math.sqrt(x * x + y * y + z * z)
            defined[t, i] = length > AT_CENTRE
            divisor = length if length > AT_CENTRE else math.inf
            x, y, z = x / divisor, y / divisor, z / divisor
            momenta[t, i, 0] = y * u[t, i, 2] - z * u[t, i, 1]
            momenta[t, i, 1] = z * u[t, i, 0] - x * u[t, i, 2]
            momenta[t, i, 2] = x * u[t, i, 1] - y * u[t, i, 0]
    return defined
