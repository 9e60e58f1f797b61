"""Active Brownian particles in three dimensions, with harmonic repulsion."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from kadita import Model
from kadita.models import (
    NOTHING,
    NOWHERE,
    ONE,
    Length,
    Positive,
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
def turn(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading: the perpendicular part of a normal vector gives the direction and size of the turn."""
    x, y, z, _ = agent.normals
    sideways = across(agent.heading, (x, y, z))
    cosine, sine = cosine_and_sine(agent.constants.bend * dot(sideways, (x, y, z)))
    return rotated(agent.heading, sideways, cosine, sine)


@jitable
def displacement(agent, sums):  # type: ignore[no-untyped-def]
    """Return the displacement by contacts and translational diffusion."""
    x, y, z, _ = normals(agent.seed, agent.step, agent.number, TRANSLATION)
    return total(times(agent.constants.contact, sums[0]), times(agent.constants.jump, (x, y, z)), NOWHERE)


class ActiveBrownian(Model):
    """Parameters of active Brownian particles: soft spheres that swim, with rotational diffusion of headings.

    dr_i = v u_i dt + mu sum_j F_ij dt + sqrt(2 D_t dt) xi_i. F_ij = k (sigma - r_ij) in the direction from j to i if
    r_ij < sigma, and 0 otherwise. <u(0) . u(t)> = exp(-2 D_r t). Velocities in a trajectory are v u, `speed` x heading,
    without the displacement by contacts and diffusion.

    Steps are Euler steps along the new heading. A turn is a rotation by a normal step perpendicular to the heading; its
    standard deviation, slightly below sqrt(2 D_r dt), gives the mean cosine exp(-2 D_r dt) exactly. Free agents diffuse
    by D_t + v^2 / (6 D_r) x coth x, x = D_r dt; this is D_t + v^2 / (6 D_r) up to a part x^2 / 3 of its second term.

    Sources: Romanczuk et al. 2012, Eur. Phys. J. Spec. Top. 202, 1, doi:10.1140/epjst/e2012-01529-y; for free agents,
    ten Hagen, van Teeffelen & Lowen 2011, J. Phys.: Condens. Matter 23, 194119, doi:10.1088/0953-8984/23/19/194119;
    for the force, Fily & Marchetti 2012, Phys. Rev. Lett. 108, 235702, doi:10.1103/PhysRevLett.108.235702; in three
    dimensions, with another force, Stenhammar et al. 2014, Soft Matter 10, 1489, doi:10.1039/C3SM52813H.
    """

    name: ClassVar[str] = "abp"
    shared: ClassVar[frozenset[str]] = Model.shared | {"diameter", "stiffness"}  # forces are mutual
    pair = staticmethod(pair)
    turn = staticmethod(turn)
    displacement = staticmethod(displacement)

    translational_diffusion: Annotated[Length, Field(description="D_t, translational diffusion, length^2 / time")]
    rotational_diffusion: Annotated[Length, Field(description="D_r, rotational diffusion, radians^2 / time")]
    diameter: Annotated[Positive, Field(description="sigma, distance between centers below which agents repel")]
    stiffness: Annotated[Length, Field(description="k, force / length of overlap; 0: agents pass through each other")]
    mobility: Annotated[Positive, Field(description="mu, speed / force")] = 1.0

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        half = 0.5 * self.space.shortest
        if self.diameter > half:
            raise ValueError(
                f"diameter = {self.diameter:g} reaches beyond half the cell, {half:g}, but agents "
                "interact by minimum image alone; enlarge the box"
            )
        dt = self.time_step
        free = math.hypot(self.speed * dt, math.sqrt(6 * self.translational_diffusion * dt))  # root mean square
        for what, got, largest in (
            ("2 mobility x stiffness x time_step, or contacts overshoot", 2 * self.mobility * self.stiffness * dt, 1.0),
            ("2 rotational_diffusion x time_step, or headings do not persist", 2 * self.rotational_diffusion * dt, 1.0),
            ("the rms displacement in a step, or contacts are missed", free * (self.stiffness > 0), self.diameter),
        ):
            if got > largest:
                raise ValueError(f"expected at most {largest:g} as {what}; got {got:g}; reduce time_step")
        return self

    @property
    def cutoff(self) -> float:
        """The diameter."""
        return self.diameter

    @property
    def constants(self) -> Mapping[str, float]:
        """The diameter, and the sizes of displacements by contacts, of diffusion steps and of turns."""
        return {
            "diameter_squared": self.diameter**2,
            "per_diameter": 1 / self.diameter,
            "contact": self.mobility * self.stiffness * self.diameter * self.time_step,
            "jump": math.sqrt(2 * self.translational_diffusion * self.time_step),
            "bend": bend(2 * self.rotational_diffusion * self.time_step),
        }

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The diameter, up to which agents are linked into clusters of agents in contact."""
        return {"link_distance": self.diameter}


def bend(decay: float) -> float:
    """Return the standard deviation s of a normal step across a heading with <cos> = exp(-decay), for a decay up to 1.

    <cos> = 1 - s^2 + s^4 / 3 - s^6 / 15 + ...: the angle is s r, where r^2 = g_1^2 + g_2^2.
    """
    target = square = -math.expm1(-decay)
    for _ in range(60):  # each iteration leaves less than half of the error
        terms = [square]
        for odd in range(3, 40, 2):
            terms.append(-terms[-1] * square / odd)
        square += target - math.fsum(terms)
    return math.sqrt(square)
