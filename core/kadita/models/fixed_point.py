"""Fixed-point vectors (int32), for the contributions of pairs: their sums do not depend on the order of summation.

A length of 1 is the integer ONE = 2^20. A sum over any number of agents is exact, and so the same for any number of
threads, any neighbour search, and any instruction set.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import jitable

ONE = np.float32(2.0**20)
ONE_SHARE, TWO = np.float32(1), np.float32(2)
NOTHING = (np.int32(0), np.int32(0), np.int32(0))

_ZERO = np.int32(0)


@jitable
def where(condition, vector):  # type: ignore[no-untyped-def]
    """Return the vector where the condition holds, and NOTHING elsewhere.

    >>> from kadita.models import NOTHING, ONE, scaled, where
    >>> where(False, scaled(ONE, (1.0, 0.0, 0.0))) == NOTHING
    True
    """
    return (
        vector[0] if condition else _ZERO,
        vector[1] if condition else _ZERO,
        vector[2] if condition else _ZERO,
    )


@jitable
def count(condition):  # type: ignore[no-untyped-def]
    """Return 1 where the condition holds, and 0 elsewhere.

    >>> from kadita.models import count
    >>> int(count(True)), int(count(False))
    (1, 0)
    """
    return np.int32(condition)


@jitable
def scaled(factor, d):  # type: ignore[no-untyped-def]
    """Return factor x d as int32: the unit vector along d for a factor of ONE / |d|. No component may exceed ONE.

    >>> from kadita.models import ONE, scaled
    >>> tuple(map(int, scaled(ONE / 2, (0.0, 1.0, 0.0)))) == (0, int(ONE) // 2, 0)
    True
    """
    return np.int32(factor * d[0]), np.int32(factor * d[1]), np.int32(factor * d[2])


@jitable
def directed(share, other):  # type: ignore[no-untyped-def]
    """Return a vector of length `share`, -1 to 1, towards another agent; NOTHING for the agent itself.

    A share beyond -1 or 1 counts as -1 or 1: a force is stored as a share of a largest one, at which it is cut off. NaN
    counts as 0.

    >>> import numpy as np
    >>> from kadita.models import ONE, Other, directed
    >>> other = Other((3.0, 4.0, 0.0), 25.0, (0, 0, 0), 0)
    >>> (np.array(directed(0.5, other)) / ONE).round(6)
    array([0.299999, 0.4     , 0.      ])
    """
    share = np.float32(share)
    share = share if share == share else np.float32(0)  # noqa: PLR0124 - whether it is NaN
    share = share if share < ONE_SHARE else ONE_SHARE
    share = share if share > -ONE_SHARE else -ONE_SHARE
    per_length = share * ONE / np.sqrt(other.square)
    return scaled(per_length if other.square > 0 else np.float32(0), other.displacement)


@jitable
def velocity_difference(share, agent, other):  # type: ignore[no-untyped-def]
    """Return share x (velocity of the other - velocity of the agent) / (2 largest_speed), for a share of -1 to 1.

    Multiplied by ``2 * agent.largest_speed``, its sum is that of the differences.

    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from kadita.models import ONE, velocity_difference
    >>> agent = SimpleNamespace(velocity=(1.0, 0.0, 0.0), largest_speed=np.float32(2.0))
    >>> other = SimpleNamespace(velocity=(0.0, 1.0, 0.0))
    >>> (np.array(velocity_difference(1.0, agent, other)) / ONE).round(6)
    array([-0.25,  0.25,  0.  ])
    """
    v, w = agent.velocity, other.velocity
    return scaled(ONE * np.float32(share) / (TWO * agent.largest_speed), (w[0] - v[0], w[1] - v[1], w[2] - v[2]))


@jitable
def cosine(u, d, square):  # type: ignore[no-untyped-def]
    """Return the cosine of the angle between a unit vector u and d; NaN, for which comparisons are False, if d is 0.

    >>> from kadita.models import cosine
    >>> float(cosine((1.0, 0.0, 0.0), (3.0, 4.0, 0.0), 25.0))
    0.6
    """
    return (u[0] * d[0] + u[1] * d[1] + u[2] * d[2]) / np.sqrt(square)


@jitable
def opposite(vector):  # type: ignore[no-untyped-def]
    """Return - vector.

    >>> from kadita.models import ONE, opposite, scaled
    >>> tuple(map(int, opposite(scaled(ONE, (1.0, 0.0, 0.0))))) == (-int(ONE), 0, 0)
    True
    """
    return np.int32(-vector[0]), np.int32(-vector[1]), np.int32(-vector[2])
