"""A few nearest agents out of many, in two stages: a coarse list on vector units, and the exact list of an agent.

The coarse list ranks by a number of 32 bits, a squared distance in single precision whose last bits hold which
candidate it belongs to: then to sort is to take the lesser of two whole numbers, without branches. It is trusted where
the next one after the k-th is farther by more than it can be wrong. Distances that are returned are always exact.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import jitable
from kadita.school.neighbors import MOST

TILE = 32  # agents whose lists grow side by side
PLACES = MOST + 2  # in a coarse list: the agent itself, MOST neighbours, and the one after them
NOBODY = 0x7F800000  # the bits of infinity: after every candidate
LEAST_SQUARE = 2.0**40  # of a trusted distance, in units of whole-number coordinates: these round it by at most 4
ERROR = 1e-5  # more than the relative error of such a square


@jitable
def rank(x, y, z, cx, cy, cz, first, last, wy, wz, keep, lists):  # type: ignore[no-untyped-def]
    """Offer candidates first .. last - 1 to a tile of agents, whose lists lie place by place, TILE numbers each.

    Coordinates are whole numbers of 32 bits, so that differences wrap where 2^32 is a period; wy and wz weigh the
    squares of two axes against those of the first.
    """
    for j in range(first, last):
        xj, yj, zj, number = cx[j], cy[j], cz[j], np.int32(j)
        for i in range(TILE):
            a, b, c, d = lists[i], lists[TILE + i], lists[2 * TILE + i], lists[3 * TILE + i]
            e, f, g, h = lists[4 * TILE + i], lists[5 * TILE + i], lists[6 * TILE + i], lists[7 * TILE + i]
            o = _key(x[i], y[i], z[i], xj, yj, zj, wy, wz, keep, number)
            a, b, c, d, e, f, g, h = _sink(o, a, b, c, d, e, f, g, h)
            lists[i], lists[TILE + i], lists[2 * TILE + i], lists[3 * TILE + i] = a, b, c, d
            lists[4 * TILE + i], lists[5 * TILE + i], lists[6 * TILE + i], lists[7 * TILE + i] = e, f, g, h


@jitable
def _key(x, y, z, cx, cy, cz, wy, wz, keep, j):  # type: ignore[no-untyped-def]
    dx, dy, dz = np.float32(np.int32(x - cx)), np.float32(np.int32(y - cy)), np.float32(np.int32(z - cz))
    square = np.float32(dx * dx + wy * (dy * dy) + wz * (dz * dz))
    return np.int32(np.float32(square).view(np.int32) & keep | j)


@jitable
def _sink(o, a, b, c, d, e, f, g, h):  # type: ignore[no-untyped-def]
    o, a = max(o, a), min(o, a)
    o, b = max(o, b), min(o, b)
    o, c = max(o, c), min(o, c)
    o, d = max(o, d), min(o, d)
    o, e = max(o, e), min(o, e)
    o, f = max(o, f), min(o, f)
    o, g = max(o, g), min(o, g)
    return a, b, c, d, e, f, g, min(o, h)


@jitable
def at_most(key, keep):  # type: ignore[no-untyped-def]
    """Greatest square that a coarse list's number stands for."""
    return np.int32(key | ~keep).view(np.float32)


@jitable
def trusted(last, following, keep):  # type: ignore[no-untyped-def]
    """Whether those up to `last` in a coarse list are the nearest beyond doubt, with the agent itself among them."""
    most, least = np.int32(last | ~keep).view(np.float32), np.int32(following & keep).view(np.float32)
    return most > LEAST_SQUARE and least > most * (1 + ERROR)


@jitable
def square(dx, dy, dz, lengths, inverse):  # type: ignore[no-untyped-def]
    """Square of the shortest periodic image of a displacement; `inverse` is 1 / lengths, or 0 in open space."""
    dx -= lengths[0] * np.rint(dx * inverse[0])
    dy -= lengths[1] * np.rint(dy * inverse[1])
    dz -= lengths[2] * np.rint(dz * inverse[2])
    return dx * dx + dy * dy + dz * dz


@jitable
def append(candidate, j, count, squares, indices):  # type: ignore[no-untyped-def]
    """Put agent j into a sorted list of so many; equal ones stay in order of arrival."""
    place = count
    while place > 0 and squares[place - 1] > candidate:
        squares[place], indices[place] = squares[place - 1], indices[place - 1]
        place -= 1
    squares[place], indices[place] = candidate, j


@jitable
def insert(candidate, j, squares, indices):  # type: ignore[no-untyped-def]
    """Put agent j into a sorted list if it is nearer than the last one there; equal ones stay in order of arrival."""
    if candidate < squares[-1]:
        append(candidate, j, squares.size - 1, squares, indices)
