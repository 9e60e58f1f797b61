"""Fixed-point positions: 2^32 per edge of the box, so that an int32 difference is a minimum image.

Integers of 32 bits wrap like a periodic cell, which makes the minimum image exact and free of cost. Open space gets a
virtual box more than twice as wide as the school, in which no difference wraps. The resolution is 2.3e-10 of the box,
256 times finer than the float32 of a trajectory.
"""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import jitable

WIDE = 1 + 1e-6  # ratio of cell width to cutoff: more than the rounding of a float32 square
TOP = 2.0**32 - 1


@jitable
def virtual_box(x, cutoff, lattice, origin, edges):  # type: ignore[no-untyped-def]
    """Write origin and edges, (3,), of a virtual box along the axes whose `lattice` is 0, the open ones.

    Its edge is the cutoff x 2^m, or 2^m if no distance is beyond the cutoff, and at least 2 (width + cutoff).
    """
    width = 0.0
    for a in range(3):
        if lattice[a] > 0:
            continue
        low = high = x[a, 0]
        for i in range(x.shape[1]):
            low, high = min(low, x[a, i]), max(high, x[a, i])
        origin[a] = low
        width = max(width, high - low)
    if cutoff < math.inf:
        edge = 4 * WIDE * (cutoff if cutoff > 0 else max(width, 1.0))
        while edge < 2 * (width + cutoff):
            edge *= 2
    else:
        edge = 1.0
        while edge <= 2 * width:
            edge *= 2
        while edge > 4 * width > 0:
            edge /= 2
    for a in range(3):
        if lattice[a] == 0:
            edges[a] = edge


@jitable
def fixed_coordinate(x, origin, per_edge):  # type: ignore[no-untyped-def]
    """Return a coordinate in fixed point: an integer in [0, 2^32), as float64; 0 for NaN."""
    p = np.floor((x - origin) * per_edge)
    p = p if p > 0.0 else 0.0
    return p if p < TOP else TOP


@jitable
def to_fixed_point(first, last, x, u, scale, origin, edges, fixed):  # type: ignore[no-untyped-def]
    """Write positions and headings of agents in fixed point, (6, N or more), int32; a heading of 1 is `scale`."""
    for a in range(3):
        start, per_edge = origin[a], 2.0**32 / edges[a]
        xs, us = x[a, first:last], u[a, first:last]
        ps, hs = fixed[a, first:last], fixed[3 + a, first:last]
        for i in range(last - first):
            ps[i] = np.int32(fixed_coordinate(xs[i], start, per_edge) - 2.0**31)
        for i in range(last - first):
            hs[i] = np.int32(np.rint(us[i] * scale))  # truncation would turn a school a little in every step
