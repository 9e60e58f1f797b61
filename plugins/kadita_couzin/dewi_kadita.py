"""How an agent of the zone model turns by the rules of dewi-kadita 0.0.4; Herho et al. 2026, arXiv 2602.07948.

==================  ================================================================================================
not seen            those within the blind angle behind, in all zones
desired direction   away from those nearer than r_r: the sum of unit vectors; where there is none, weight x the sum of
                    the headings of those nearer than r_o + the sum of unit vectors towards those nearer than r_a
turn                by interpolation with t = limit / angle that is then normalised
noise               is added to the heading after the turn: three normal numbers x noise, and normalised
reversal            hardly at all
==================  ================================================================================================

An agent that wants nothing keeps its heading.
"""

from __future__ import annotations

import math

from kadita.models import NOWHERE, TOO_SHORT, angle_of, choose, dot, jitable, times, total, unit
from kadita_couzin.zones import look, taken_up


@jitable
def pair(d, square, u, v, c):  # type: ignore[no-untyped-def]
    """Return what one agent takes up of another, if it sees it. See `kadita_couzin.zones`."""
    toward, seen = look(d, square, u, c)
    return taken_up(seen & (square < c.r_r_squared), seen, toward, square, v, c)


@jitable
def turn(u, sums, g, c, key):  # type: ignore[no-untyped-def]
    """Return the next heading; see `kadita.models.model`."""
    away, along, toward, crowd = sums
    wanted = unit(choose(crowd > 0, away, total(times(c.weight, along), toward, NOWHERE)), NOWHERE)
    cosine = max(-1.0, min(1.0, dot(u, wanted)))
    angle = angle_of(cosine, math.sqrt((1 - cosine) * (1 + cosine)))
    t = c.limit / max(angle, c.limit)
    turned = unit(total(times(1 - t, u), times(t, wanted), NOWHERE), u)
    turned = choose((angle >= TOO_SHORT) & (dot(wanted, wanted) > 0), turned, u)
    return unit(total(turned, times(c.noise, (g[0], g[1], g[2])), NOWHERE), turned)
