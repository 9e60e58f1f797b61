"""Rules of active Brownian particles: harmonic contacts, rotational and translational diffusion."""

from __future__ import annotations

import numpy as np

from kadita.models import (
    NOTHING,
    NOWHERE,
    ONE,
    across,
    cosine_and_sine,
    count,
    dot,
    jitable,
    normals,
    rotated,
    scaled,
    times,
    total,
    turned,
)

TRANSLATION = 3  # purpose of random numbers that turns do not use


@jitable
def pair(agent, other):  # type: ignore[no-untyped-def]
    """Return the vector away from an overlapping agent, with the length of the overlap in diameters, 1 - r / sigma."""
    square, c = other.square, agent.constants
    outward = ONE * c.per_diameter - ONE / np.sqrt(square)  # negative: away from the other agent
    outward = outward if (square < c.diameter_squared) & (square > 0) else np.float32(0)
    return scaled(outward, other.displacement), NOTHING, NOTHING, count(False)


@jitable
def turn_in_plane(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading, turned by a normal angle."""
    return turned(agent.heading, agent.constants.bend * agent.normals[0])


@jitable
def turn_in_space(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading: the perpendicular part of a normal vector gives the direction and size of the turn."""
    x, y, z, _ = agent.normals
    sideways = across(agent.heading, (x, y, z))
    cosine, sine = cosine_and_sine(agent.constants.bend * dot(sideways, (x, y, z)))
    return rotated(agent.heading, sideways, cosine, sine)


@jitable
def displacement_in_plane(agent, sums):  # type: ignore[no-untyped-def]
    """Return the displacement by contacts and translational diffusion along x and y."""
    x, y, _, _ = normals(agent.seed, agent.step, agent.number, TRANSLATION)
    return total(times(agent.constants.contact, sums[0]), times(agent.constants.jump, (x, y, 0.0)), NOWHERE)


@jitable
def displacement_in_space(agent, sums):  # type: ignore[no-untyped-def]
    """Return the displacement by contacts and translational diffusion."""
    x, y, z, _ = normals(agent.seed, agent.step, agent.number, TRANSLATION)
    return total(times(agent.constants.contact, sums[0]), times(agent.constants.jump, (x, y, z)), NOWHERE)
