"""Turns of agents in the zone model by the rules of Couzin et al. 2002, doi:10.1006/jtbi.2002.3065.

An agent is repelled by all others nearer than r_r, in any direction; if there are any, the other zones are ignored.
Otherwise it aligns with those nearer than r_o and is attracted to those nearer than r_a, if it sees them: if the angle
to its heading is below half its field of view.

==================  ================================================================================================
desired direction   away from those too near, by the sum of unit vectors; else the mean of the other zones' unit sums
noise               rotates the desired direction by an angle N(0, noise) about a random perpendicular axis
turn                towards the desired direction, by at most turning_rate x time_step
reversal            about a random axis
==================  ================================================================================================

An agent without a desired direction keeps its heading, apart from noise.
"""

from __future__ import annotations

from kadita.models import NOWHERE, across, choose, cosine_and_sine, dot, jitable, rotated, total, unit
from kadita_couzin.zones import contribution, look


@jitable
def pair(agent, other):  # type: ignore[no-untyped-def]
    """Return the contribution of one agent to another; those too near count unseen too. See `kadita_couzin.zones`."""
    toward, seen = look(agent, other)
    near = (other.square < agent.constants.r_r_squared) & (other.square > 0)
    return contribution(near, seen, toward, agent, other)


@jitable
def desired_direction(agent, sums):  # type: ignore[no-untyped-def]
    """Return the unit vector of the desired direction, before noise; that of the heading if there is none."""
    away, along, toward, n_near = sums
    social = total(unit(along, NOWHERE), unit(toward, NOWHERE), NOWHERE)
    return unit(choose(n_near > 0, away, social), agent.heading)


@jitable
def turn(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading; see `kadita.models`."""
    u, g, c = agent.heading, agent.normals, agent.constants
    desired = desired_direction(agent, sums)
    cosine, sine = cosine_and_sine(c.noise * g[0])
    desired = rotated(desired, across(desired, (g[1], g[2], g[3])), cosine, sine)
    sideways = across(u, desired)
    cosine, sine = dot(u, desired), dot(sideways, desired)
    within = sine * c.cos_limit - cosine * c.sin_limit <= 0  # the sine of the angle beyond the limit
    # an exact reversal uses the random axis of the noise, which must have been 0
    sideways = choose(dot(sideways, sideways) > 0, sideways, across(u, (g[1], g[2], g[3])))
    return choose(within, desired, rotated(u, sideways, c.cos_limit, c.sin_limit))
