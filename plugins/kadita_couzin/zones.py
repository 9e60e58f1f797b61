"""The zones about an agent, for both variants of the rules: perception and contributions of other agents."""

from __future__ import annotations

import numpy as np

from kadita.models import ONE, count, jitable, opposite, scaled, where


@jitable
def look(agent, other):  # type: ignore[no-untyped-def]
    """Return the unit vector to another agent, and whether it is seen: its cosine with the heading is above c.cosine.

    An agent does not see itself: for a square of 0 the comparison is False.
    """
    u, d, per_length = agent.heading, other.displacement, ONE / np.sqrt(other.square)
    ahead = (u[0] * d[0] + u[1] * d[1] + u[2] * d[2]) * per_length
    return scaled(per_length, d), ahead > agent.constants.cosine * ONE


@jitable
def contribution(near, seen, toward, agent, other):  # type: ignore[no-untyped-def]
    """Return the contribution of another agent: repulsion, alignment and attraction, and 1 if it is too near.

    These are the unit vector away from it, its heading, and the unit vector towards it, each within its zone.
    """
    square, c = other.square, agent.constants
    oriented = seen & (square < c.r_o_squared)
    attracted = seen & (square < c.r_a_squared) & (square >= c.r_o_squared)
    return where(near, opposite(toward)), where(oriented, other.heading), where(attracted, toward), count(near)
