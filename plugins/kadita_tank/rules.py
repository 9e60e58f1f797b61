"""Rules of Gautrais et al. 2012, doi:10.1371/journal.pcbi.1002678; see `kadita_tank.gautrais`."""

from __future__ import annotations

import math

import numpy as np

from kadita.models import NOTHING, count, directed, jitable, turned, where


@jitable
def pair(agent, other):  # type: ignore[no-untyped-def]
    """Return the displacement to a neighbour, in units of the sight, its heading, and one."""
    near = (other.square < agent.constants.sight_squared) & (other.square > 0)
    share = np.sqrt(other.square) * agent.constants.per_sight
    return where(near, directed(share, other)), where(near, other.heading), NOTHING, count(near)


@jitable
def from_wall(agent):  # type: ignore[no-untyped-def]
    """Return k_W s / tau_W, the turning rate away from where the straight way ahead meets the wall of the tank.

    The rate is k_W s v / (the way that is left), which is at least that of a step.
    """
    c, (ux, uy, _) = agent.constants, agent.heading
    x, y = agent.position[0] - c.tank_x, agent.position[1] - c.tank_y
    outwards = x * ux + y * uy
    left = math.sqrt(max(outwards * outwards + c.tank_radius * c.tank_radius - x * x - y * y, 0.0)) - outwards
    anticlockwise = x * uy - y * ux >= 0  # about the centre: the same here and where it meets the wall
    return (1.0 if anticlockwise else -1.0) * c.wall_avoidance / max(left, c.stride_length)


@jitable
def next_turning_rate(agent, sums):  # type: ignore[no-untyped-def]
    """Return the turning rate after a step of its process towards the rate that the fish wants."""
    c, (ux, uy, _) = agent.constants, agent.heading
    toward, along, _, number = sums
    social = c.attraction * (ux * toward[1] - uy * toward[0]) + c.alignment * (ux * along[1] - uy * along[0])
    wanted = social / max(number, 1.0) + (from_wall(agent) if c.tank_radius > 0 else 0.0)
    return wanted + c.kept * (agent.variables.turning_rate - wanted) + c.spread * agent.normals[0]


@jitable
def turn(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading."""
    return turned(agent.heading, agent.constants.time_step * next_turning_rate(agent, sums))


@jitable
def remember(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next turning rate."""
    return (next_turning_rate(agent, sums),)
