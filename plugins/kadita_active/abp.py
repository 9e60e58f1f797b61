"""Active Brownian particles in a plane and in space, with harmonic repulsion."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from kadita import Model
from kadita.models import Function, Length, Positive
from kadita_active import rules


class ActiveBrownian(Model):
    """Parameters of active Brownian particles: soft spheres that swim, with rotational diffusion of headings.

    dr_i = v u_i dt + mu sum_j F_ij dt + sqrt(2 D_t dt) xi_i. F_ij = k (sigma - r_ij) in the direction from j to i if
    r_ij < sigma, and 0 otherwise. <u(0) . u(t)> = exp(-(d - 1) D_r t) in d dimensions. Velocities in a trajectory are
    v u, `speed` x heading, without the displacement by contacts and diffusion.

    Steps are Euler steps along the new heading. In a plane a turn is by a normal angle of variance 2 D_r dt. In space
    it is a rotation by a normal step perpendicular to the heading, whose standard deviation, slightly below
    sqrt(2 D_r dt), gives the mean cosine exp(-2 D_r dt) exactly. Free agents diffuse by D_t + v^2 / (d (d - 1) D_r)
    x coth x, x = (d - 1) D_r dt / 2; this is D_t + v^2 / (d (d - 1) D_r) up to a part x^2 / 3 of its second term.

    Sources: Romanczuk et al. 2012, Eur. Phys. J. Spec. Top. 202, 1, doi:10.1140/epjst/e2012-01529-y; for free agents,
    ten Hagen, van Teeffelen & Lowen 2011, J. Phys.: Condens. Matter 23, 194119, doi:10.1088/0953-8984/23/19/194119;
    for the force, Fily & Marchetti 2012, Phys. Rev. Lett. 108, 235702, doi:10.1103/PhysRevLett.108.235702; in three
    dimensions, with another force, Stenhammar et al. 2014, Soft Matter 10, 1489, doi:10.1039/C3SM52813H.
    """

    name: ClassVar[str] = "abp"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    shared: ClassVar[frozenset[str]] = Model.shared | {"diameter", "stiffness"}  # forces are mutual
    pair = staticmethod(rules.pair)

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
        # root mean square
        free = math.hypot(self.speed * dt, math.sqrt(2 * self.dimensions * self.translational_diffusion * dt))
        decay = (self.dimensions - 1) * self.rotational_diffusion * dt
        turning = "rotational_diffusion" if self.dimensions == 2 else "2 rotational_diffusion"
        for what, got, largest in (
            ("2 mobility x stiffness x time_step, or contacts overshoot", 2 * self.mobility * self.stiffness * dt, 1.0),
            (f"{turning} x time_step, or headings do not persist", decay, 1.0),
            ("the rms displacement in a step, or contacts are missed", free * (self.stiffness > 0), self.diameter),
        ):
            if got > largest:
                raise ValueError(f"expected at most {largest:g} as {what}; got {got:g}; reduce time_step")
        return self

    @property
    def turn(self) -> Function:  # type: ignore[override]
        """The rule of a turn, for a plane or space."""
        return rules.turn_in_plane if self.dimensions == 2 else rules.turn_in_space

    @property
    def displacement(self) -> Function:  # type: ignore[override]
        """The rule of a displacement, for a plane or space."""
        return rules.displacement_in_plane if self.dimensions == 2 else rules.displacement_in_space

    @property
    def cutoff(self) -> float:
        """The diameter."""
        return self.diameter

    @property
    def constants(self) -> Mapping[str, float]:
        """The diameter, and the sizes of displacements by contacts, of diffusion steps and of turns."""
        variance = 2 * self.rotational_diffusion * self.time_step
        return {
            "diameter_squared": self.diameter**2,
            "per_diameter": 1 / self.diameter,
            "contact": self.mobility * self.stiffness * self.diameter * self.time_step,
            "jump": math.sqrt(2 * self.translational_diffusion * self.time_step),
            "bend": math.sqrt(variance) if self.dimensions == 2 else bend(variance),
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
