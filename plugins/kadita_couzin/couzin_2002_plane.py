"""Turns of agents in a plane by the rules of Couzin et al. 2002, which are `kadita_couzin.couzin_2002`'s in space.

Zones and desired directions are the same. What differs is what would leave the plane:

==================  ================================================================================================
noise               rotates the desired direction by an angle N(0, noise) about the z axis
turn                towards the desired direction, in the plane, by at most turning_rate x time_step
reversal            to a random side
==================  ================================================================================================
"""

from __future__ import annotations

from kadita.models import jitable
from kadita_couzin.couzin_2002 import desired_direction
from kadita_couzin.plane import turned_towards


@jitable
def turn(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading; see `kadita.models`."""
    return turned_towards(agent, desired_direction(agent, sums))
