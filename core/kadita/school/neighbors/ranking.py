"""The k nearest of many candidates in two stages: a coarse list on vector units, then the exact list of an agent.

Coarse lists are sorted by keys of 32 bits: a squared distance in single precision, whose last bits are replaced by the
number of the candidate. Sorting takes minima and maxima of int32 alone, without branches. A coarse list is trusted if
the candidate after the k-th is farther by more than the error of a key. Returned distances are always exact.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import jitable
from kadita.school.neighbors import COARSE_NEIGHBORS

TILE = 32  # agents whose coarse lists are made together
PLACES = COARSE_NEIGHBORS + 2  # in a coarse list: the agent itself, its neighbours, and the next candidate
NO_CANDIDATE = 0x7F800000  # key of an empty place: the bits of infinity, beyond all candidates
LEAST_SQUARE = 2.0**40  # of a trusted distance, in fixed-point units: coordinates round a distance by at most 4
ERROR = 1e-5  # bound on the relative error of such a square


@jitable
def rank(x, y, z, cx, cy, cz, first, last, wy, wz, keep, lists):  # type: ignore[no-untyped-def]
    """Insert candidates first .. last - 1 into the coarse lists of a tile, stored place by place, TILE keys each.

    Coordinates are fixed-point int32, so that differences wrap at a period of 2^32; wy and wz weight the squares of two
    axes relative to the first. `keep` masks the bits of a key that hold the square.
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
    """Return the largest squared distance that a key can stand for."""
    return np.int32(key | ~keep).view(np.float32)


@jitable
def trusted(last, following, keep):  # type: ignore[no-untyped-def]
    """Whether the candidates up to the key `last` are certainly the nearest, the agent itself included."""
    most, least = np.int32(last | ~keep).view(np.float32), np.int32(following & keep).view(np.float32)
    return most > LEAST_SQUARE and least > most * (1 + ERROR)


@jitable
def square(dx, dy, dz, lengths, inverse):  # type: ignore[no-untyped-def]
    """Return the square of the minimum image of a displacement; `inverse` is 1 / lengths, or 0 in open space."""
    dx -= lengths[0] * np.rint(dx * inverse[0])
    dy -= lengths[1] * np.rint(dy * inverse[1])
    dz -= lengths[2] * np.rint(dz * inverse[2])
    return dx * dx + dy * dy + dz * dz


@jitable
def append(candidate, j, count, squares, indices):  # type: ignore[no-untyped-def]
    """Insert agent j into a sorted list of `count` agents; equal ones stay in order of insertion."""
    place = count
    while place > 0 and squares[place - 1] > candidate:
        squares[place], indices[place] = squares[place - 1], indices[place - 1]
        place -= 1
    squares[place], indices[place] = candidate, j


@jitable
def insert(candidate, j, squares, indices):  # type: ignore[no-untyped-def]
    """Insert agent j into a full sorted list if it is nearer than the last; equal ones stay in order of insertion."""
    if candidate < squares[-1]:
        append(candidate, j, squares.size - 1, squares, indices)
