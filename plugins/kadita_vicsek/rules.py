"""Rules of the Vicsek model: mean headings within a radius or of the nearest, with angular noise."""

from __future__ import annotations

import math

from kadita.models import (
    NOISE,
    NOTHING,
    NOWHERE,
    across,
    cosine_and_sine,
    count,
    jitable,
    rotated,
    times,
    total,
    turned,
    uniforms,
    unit,
    where,
)


@jitable
def within_radius(agent, other):  # type: ignore[no-untyped-def]
    """Return the heading of an agent within the radius, the agent itself included unless only the nearest count."""
    return where(other.square < agent.constants.radius_squared, other.heading), NOTHING, NOTHING, count(False)


@jitable
def mean_heading(agent, sums):  # type: ignore[no-untyped-def]
    """Return the mean heading of the neighbours and of the agent itself."""
    return unit(total(sums[0], times(agent.constants.itself, agent.heading), NOWHERE), agent.heading)


@jitable
def turn_in_plane(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading: the mean heading, turned by an angle that is uniform on [-pi noise, pi noise]."""
    part, _, _, _ = uniforms(agent.seed, agent.step, agent.number, NOISE)
    return turned(mean_heading(agent, sums), 2 * math.pi * agent.constants.noise * (part - 0.5))


@jitable
def turn_in_space(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading: uniform on the cap of solid angle 4 pi noise about the mean heading."""
    mean = mean_heading(agent, sums)
    height, longitude, _, _ = uniforms(agent.seed, agent.step, agent.number, NOISE)
    # the height of the cap is uniform; sin^2 of the half-angle keeps the precision that 1 - cos of a small angle loses
    rise = agent.constants.noise * height
    cosine, sine = 1 - 2 * rise, 2 * math.sqrt(rise * (1 - rise))
    # two perpendicular directions: the first is across the mean, towards x or y, whichever is less parallel to it
    first = across(mean, (1.0, 0.0, 0.0) if abs(mean[0]) < abs(mean[1]) else (0.0, 1.0, 0.0))
    second = (
        mean[1] * first[2] - mean[2] * first[1],
        mean[2] * first[0] - mean[0] * first[2],
        mean[0] * first[1] - mean[1] * first[0],
    )
    east, north = cosine_and_sine(2.0 * math.pi * longitude)
    return rotated(mean, rotated(first, second, east, north), cosine, sine)


@jitable
def back_to_old_heading(agent, sums):  # type: ignore[no-untyped-def]
    """Return the displacement that, after a step along the mean heading with noise, makes it one along the old heading.

    It is not known here how much the agent turned: the rule is that of `turn_in_plane`, computed once more.
    """
    ux, uy, _ = turn_in_plane(agent, sums)
    return times(agent.constants.step_length, total(agent.heading, (-ux, -uy, 0.0), NOWHERE))
