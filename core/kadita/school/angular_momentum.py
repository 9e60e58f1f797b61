"""Directions of angular momentum l = r^ x u of every agent, which several metrics share through `Block.once`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kadita.base.jit import kernel
from kadita.school.block import Block
from kadita.school.box import Floats

AT_CENTRE = 1e-10  # an agent this near to the centre has no direction from it


def about_centroid(block: Block) -> tuple[Floats, NDArray[np.bool_]]:
    """Return l_i = r^_i x u_i about the periodic centroid, (T, N, 3), and for which agents it is defined, (T, N).

    An agent at rest or at the centre has none: its row is zero. |l_i| is at most 1.
    """
    momenta = np.empty_like(block.offsets)
    defined = block.moving & _cross(block.offsets, block.headings, momenta)
    return momenta, defined


def about_wrapped_mean(block: Block) -> Floats:
    """Return l_i about the mean of wrapped coordinates, (T, N, 3): the published definitions' own.

    Zero for an agent at rest or at that mean. It depends on where in the cell the school is.
    """
    momenta = np.empty_like(block.wrapped_offsets)
    _cross(block.wrapped_offsets, block.headings, momenta)
    return momenta


@kernel
def _cross(r, u, momenta):  # type: ignore[no-untyped-def]
    """Write r^ x u, (T, N, 3), zero at the centre; return which agents are not there, (T, N)."""
    away = np.empty(r.shape[:2], np.bool_)
    for t in range(r.shape[0]):
        for i in range(r.shape[1]):
            x, y, z = r[t, i, 0], r[t, i, 1], r[t, i, 2]
            length = math.sqrt(x * x + y * y + z * z)
            away[t, i] = length > AT_CENTRE
            divisor = length if length > AT_CENTRE else math.inf
            x, y, z = x / divisor, y / divisor, z / divisor
            momenta[t, i, 0] = y * u[t, i, 2] - z * u[t, i, 1]
            momenta[t, i, 1] = z * u[t, i, 0] - x * u[t, i, 2]
            momenta[t, i, 2] = x * u[t, i, 1] - y * u[t, i, 0]
    return away
