"""Fixed-point vectors (int32), for the contributions of pairs: their sums do not depend on the order of summation.

A length of 1 is the integer ONE = 2^20. A sum over any number of agents is exact, and so the same for any number of
threads, any neighbour search, and any instruction set.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import jitable

ONE = np.float32(2.0**20)
NOTHING = (np.int32(0), np.int32(0), np.int32(0))

_ZERO = np.int32(0)


@jitable
def where(condition, vector):  # type: ignore[no-untyped-def]
    """Return the vector where the condition holds, and NOTHING elsewhere."""
    return (
        vector[0] if condition else _ZERO,
        vector[1] if condition else _ZERO,
        vector[2] if condition else _ZERO,
    )


@jitable
def count(condition):  # type: ignore[no-untyped-def]
    """Return 1 where the condition holds, and 0 elsewhere."""
    return np.int32(condition)


@jitable
def scaled(factor, d):  # type: ignore[no-untyped-def]
    """Return factor x d as int32: the unit vector along d for a factor of ONE / |d|. No component may exceed ONE."""
    return np.int32(factor * d[0]), np.int32(factor * d[1]), np.int32(factor * d[2])


@jitable
def cosine(u, d, square):  # type: ignore[no-untyped-def]
    """Return the cosine of the angle between a unit vector u and d; NaN, for which comparisons are False, if d is 0."""
    return (u[0] * d[0] + u[1] * d[1] + u[2] * d[2]) / np.sqrt(square)


@jitable
def opposite(vector):  # type: ignore[no-untyped-def]
    """Return - vector."""
    return np.int32(-vector[0]), np.int32(-vector[1]), np.int32(-vector[2])
