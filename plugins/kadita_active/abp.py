"""Active Brownian particles in a plane and in space, with harmonic repulsion."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from kadita.models import Function, Length, Positive
from kadita_active import rules
from kadita_active.particles import ActiveParticles


class ActiveBrownian(ActiveParticles):
    """Parameters of active Brownian particles: soft spheres that swim, with rotational diffusion of headings.

    dr_i = v u_i dt + mu sum_j F_ij dt + sqrt(2 D_t dt) xi_i. F_ij = K (sigma - r_ij) in the direction from j to i if
    r_ij < sigma, and 0 otherwise. <u(0) . u(t)> = exp(-(d - 1) D_r t) in d dimensions. Velocities in a trajectory are
    v u, `speed` x heading, without the displacement by contacts and diffusion. A trap adds -k r_i dt, in open space.

    Steps are Euler steps along the new heading. In a plane a turn is by a normal angle of variance 2 D_r dt. In space
    it is a rotation by a normal step perpendicular to the heading, whose standard deviation, slightly below
    sqrt(2 D_r dt), gives the mean cosine exp(-2 D_r dt) exactly. Free agents diffuse by D_t + v^2 / (d (d - 1) D_r)
    x coth x, x = (d - 1) D_r dt / 2; this is D_t + v^2 / (d (d - 1) D_r) up to a part x^2 / 3 of its second term. In a
    trap <v . r> = v^2 / ((d - 1) D_r + k) for small steps; exactly, see `ActiveParticles`.

    Sources: Romanczuk et al. 2012, Eur. Phys. J. Spec. Top. 202, 1, doi:10.1140/epjst/e2012-01529-y; for free agents,
    ten Hagen, van Teeffelen & Lowen 2011, J. Phys.: Condens. Matter 23, 194119, doi:10.1088/0953-8984/23/19/194119;
    for the force, Fily & Marchetti 2012, Phys. Rev. Lett. 108, 235702, doi:10.1103/PhysRevLett.108.235702; in three
    dimensions, with another force, Stenhammar et al. 2014, Soft Matter 10, 1489, doi:10.1039/C3SM52813H.
    """

    name: ClassVar[str] = "abp"

    rotational_diffusion: Annotated[Length, Field(description="D_r, rotational diffusion, radians^2 / time")]
    diameter: Annotated[Positive, Field(description="sigma, distance between centers below which agents repel")]
    stiffness: Annotated[Length, Field(description="K, force / length of overlap; 0: agents pass through each other")]

    @property
    def reorientation_rate(self) -> float:
        """(d - 1) D_r in d dimensions."""
        return (self.dimensions - 1) * self.rotational_diffusion

    @property
    def reorientation(self) -> str:
        """That rate in words, for a line that refuses parameters."""
        return f"{'' if self.dimensions == 2 else '2 '}rotational_diffusion x time_step"

    @property
    def turn(self) -> Function:  # type: ignore[override]
        """The rule of a turn, for a plane or space."""
        return rules.turn_in_plane if self.dimensions == 2 else rules.turn_in_space

    @property
    def constants(self) -> Mapping[str, float]:
        """Those of all active particles, and the size of turns."""
        variance = 2 * self.rotational_diffusion * self.time_step
        return {**super().constants, "bend": math.sqrt(variance) if self.dimensions == 2 else bend(variance)}

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Those of all active particles, and the rotational diffusion."""
        return {**super().attributes, "rotational_diffusion": self.rotational_diffusion}


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
