"""Turns of agents in the zone model by the rules of dewi-kadita 0.0.4; Herho et al. 2026, arXiv 2602.07948.

==================  ================================================================================================
not seen            agents within the blind angle behind, in all zones
desired direction   away from those nearer than r_r, by the sum of unit vectors; if there are none, weight x the sum of
                    the headings of those nearer than r_o + the sum of unit vectors towards those nearer than r_a
turn                by linear interpolation with t = limit / angle, then normalized
noise               is added to the heading after the turn: three normal numbers x noise, then normalized
reversal            almost no turn
==================  ================================================================================================

An agent without a desired direction keeps its heading, apart from noise.
"""

from __future__ import annotations

import math

from kadita.models import NOWHERE, TOO_SHORT, angle_of, choose, dot, jitable, times, total, unit
from kadita_couzin.zones import contribution, look


@jitable
def pair(agent, other):  # type: ignore[no-untyped-def]
    """Return the contribution of one agent to another that sees it. See `kadita_couzin.zones`."""
    toward, seen = look(agent, other)
    return contribution(seen & (other.square < agent.constants.r_r_squared), seen, toward, agent, other)


@jitable
def turn(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading; see `kadita.models`."""
    u, g, c = agent.heading, agent.normals, agent.constants
    away, along, toward, n_near = sums
    desired = unit(choose(n_near > 0, away, total(times(c.weight, along), toward, NOWHERE)), NOWHERE)
    cosine = max(-1.0, min(1.0, dot(u, desired)))
    angle = angle_of(cosine, math.sqrt((1 - cosine) * (1 + cosine)))
    t = c.limit / max(angle, c.limit)
    turned = unit(total(times(1 - t, u), times(t, desired), NOWHERE), u)
    turned = choose((angle >= TOO_SHORT) & (dot(desired, desired) > 0), turned, u)
    return unit(total(turned, times(c.noise, (g[0], g[1], g[2])), NOWHERE), turned)
