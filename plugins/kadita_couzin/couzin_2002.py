"""How an agent of the zone model turns by the rules of Couzin et al. 2002, doi:10.1006/jtbi.2002.3065.

Those nearer than r_r repel it, wherever they are, and where there is any, nothing else counts. Of those that it sees,
within half its field of view, it wants to swim along with those nearer than r_o, and towards those nearer than r_a.

==================  ================================================================================================
desired direction   away from those too near: the sum of unit vectors; else the mean of the two other zones' unit sums
noise               turns the desired direction by an angle N(0, noise) about a random axis across it
turn                about the axis across both directions, by at most turning_rate x time_step
reversal            about a random axis
==================  ================================================================================================

An agent that wants nothing keeps its heading.
"""

from __future__ import annotations

from kadita.models import NOWHERE, across, choose, cosine_and_sine, dot, jitable, rotated, total, unit
from kadita_couzin.zones import look, taken_up


@jitable
def pair(d, square, u, v, c):  # type: ignore[no-untyped-def]
    """Return what one agent takes up of another; those too near are noticed behind, too. See `kadita_couzin.zones`."""
    toward, seen = look(d, square, u, c)
    return taken_up((square < c.r_r_squared) & (square > 0), seen, toward, square, v, c)


@jitable
def turn(u, sums, g, c, key):  # type: ignore[no-untyped-def]
    """Return the next heading; see `kadita.models.model`."""
    away, along, toward, crowd = sums
    drawn = total(unit(along, NOWHERE), unit(toward, NOWHERE), NOWHERE)
    wanted = unit(choose(crowd > 0, away, drawn), u)
    cosine, sine = cosine_and_sine(c.noise * g[0])
    wanted = rotated(wanted, across(wanted, (g[1], g[2], g[3])), cosine, sine)
    sideways = across(u, wanted)
    cosine, sine = dot(u, wanted), dot(sideways, wanted)
    within = sine * c.cos_limit - cosine * c.sin_limit <= 0  # the sine of what is beyond the limit
    # an exact reversal: the random axis is free for it, because noise would have prevented it
    sideways = choose(dot(sideways, sideways) > 0, sideways, across(u, (g[1], g[2], g[3])))
    return choose(within, wanted, rotated(u, sideways, c.cos_limit, c.sin_limit))
