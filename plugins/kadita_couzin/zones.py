"""The zones about an agent, which both sets of rules have: what it sees of another, and what that is to it."""

from __future__ import annotations

import numpy as np

from kadita.models import ONE, count, jitable, opposite, scaled, where


@jitable
def look(d, square, u, c):  # type: ignore[no-untyped-def]
    """Return the unit vector to another, and whether it is seen: its cosine with the heading is above c.cosine.

    An agent does not see itself: with a square of 0 nothing compares.
    """
    per_length = ONE / np.sqrt(square)
    return scaled(per_length, d), (u[0] * d[0] + u[1] * d[1] + u[2] * d[2]) * per_length > c.cosine * ONE


@jitable
def taken_up(near, seen, toward, square, v, c):  # type: ignore[no-untyped-def]
    """Return the way from one that is too near, the heading of one to align with, the way to one far off; and a count.

    The number counts those too near.
    """
    oriented = seen & (square < c.r_o_squared)
    attracted = seen & (square < c.r_a_squared) & (square >= c.r_o_squared)
    return where(near, opposite(toward)), where(oriented, v), where(attracted, toward), count(near)
