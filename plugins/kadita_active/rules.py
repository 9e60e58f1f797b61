"""Rules of active particles: harmonic contacts, how headings and velocities change, translational diffusion, a trap."""

from __future__ import annotations

import math

import numpy as np

from kadita.models import (
    NOTHING,
    NOWHERE,
    ONE,
    across,
    choose,
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
    uniforms,
)

TRANSLATION, TUMBLE, START_VELOCITY = 3, 4, 5  # purposes of random numbers; those of turns by diffusion are NOISE


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
def tumble_in_plane(agent, sums):  # type: ignore[no-untyped-def]
    """Return the heading, or with the probability of a tumble a new one, uniform on the circle."""
    chance, a, _, _ = uniforms(agent.seed, agent.step, agent.number, TUMBLE)
    new = turned((1.0, 0.0, 0.0), 2.0 * math.pi * a)
    return choose(chance < agent.constants.tumbles, new, agent.heading)


@jitable
def tumble_in_space(agent, sums):  # type: ignore[no-untyped-def]
    """Return the heading, or with the probability of a tumble a new one, uniform on the sphere."""
    chance, a, b, _ = uniforms(agent.seed, agent.step, agent.number, TUMBLE)
    cosine, sine = cosine_and_sine(2.0 * math.pi * a)
    z = 2.0 * b - 1.0
    across_z = math.sqrt(1.0 - z * z)
    return choose(chance < agent.constants.tumbles, (across_z * cosine, across_z * sine, z), agent.heading)


@jitable
def relax_in_plane(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next velocity of an Ornstein-Uhlenbeck process, which a step of any length leaves exact."""
    x, y, _, _ = agent.normals
    return total(times(agent.constants.kept, agent.velocity), times(agent.constants.kick, (x, y, 0.0)), NOWHERE)


@jitable
def relax_in_space(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next velocity of an Ornstein-Uhlenbeck process, which a step of any length leaves exact."""
    x, y, z, _ = agent.normals
    return total(times(agent.constants.kept, agent.velocity), times(agent.constants.kick, (x, y, z)), NOWHERE)


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


@jitable
def trapped_in_plane(agent, sums):  # type: ignore[no-untyped-def]
    """Return the displacement by contacts, translational diffusion along x and y, and the trap about the origin."""
    x, y, _, _ = normals(agent.seed, agent.step, agent.number, TRANSLATION)
    c = agent.constants
    return total(times(c.contact, sums[0]), times(c.jump, (x, y, 0.0)), times(-c.pull, agent.position))


@jitable
def trapped_in_space(agent, sums):  # type: ignore[no-untyped-def]
    """Return the displacement by contacts, translational diffusion, and the trap about the origin."""
    x, y, z, _ = normals(agent.seed, agent.step, agent.number, TRANSLATION)
    c = agent.constants
    return total(times(c.contact, sums[0]), times(c.jump, (x, y, z)), times(-c.pull, agent.position))
