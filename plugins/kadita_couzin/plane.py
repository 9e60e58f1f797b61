"""The turn of an agent in a plane: noise, then a limited turn towards the direction that it desires."""

from __future__ import annotations

from kadita.models import TOO_SHORT, dot, jitable, rotated, turned


@jitable
def turned_towards(agent, desired):  # type: ignore[no-untyped-def]
    """Return the heading after a turn towards a desired direction, to which noise is added, by the limit at most.

    The noise rotates the desired direction by an angle N(0, noise) about the z axis. An exact reversal goes to a random
    side. The constants are ``noise``, in radians, and ``cos_limit`` and ``sin_limit`` of the largest turn in a step.
    """
    u, g, c = agent.heading, agent.normals, agent.constants
    desired = turned(desired, c.noise * g[0])
    cosine, sine = dot(u, desired), u[0] * desired[1] - u[1] * desired[0]  # of the angle, anticlockwise
    within = abs(sine) * c.cos_limit - cosine * c.sin_limit <= 0  # the sine of the angle beyond the limit
    side = 1.0 if (sine if abs(sine) > TOO_SHORT else g[1]) > 0 else -1.0
    most = rotated(u, (-side * u[1], side * u[0], 0.0), c.cos_limit, c.sin_limit)
    return (desired[0] if within else most[0], desired[1] if within else most[1], 0.0)
