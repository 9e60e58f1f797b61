"""The Vicsek model in three dimensions, with angular noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from kadita import Model
from kadita.models import (
    NOISE,
    NOTHING,
    Positive,
    across,
    cosine_and_sine,
    count,
    jitable,
    rotated,
    uniforms,
    unit,
    where,
)


@jitable
def pair(agent, other):  # type: ignore[no-untyped-def]
    """Return the heading of an agent within the radius, the agent itself included."""
    return where(other.square < agent.constants.radius_squared, other.heading), NOTHING, NOTHING, count(False)


@jitable
def turn(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading: the mean heading of all agents within the radius, with noise."""
    mean = unit(sums[0], agent.heading)
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


class Vicsek(Model):
    """Parameters of the Vicsek model: every agent takes the mean heading of its neighbours, with noise.

    u_i(t + dt) is uniform on the cap of solid angle 4 pi `noise` about the direction of the sum of u_j over
    |r_ij| < `radius`, i included; then x_i moves by `speed` dt u_i(t + dt).

    Sources: Vicsek et al. 1995, Phys. Rev. Lett. 75, 1226, doi:10.1103/PhysRevLett.75.1226; in three dimensions
    Chate, Ginelli, Gregoire & Raynaud 2008, Phys. Rev. E 77, 046113, doi:10.1103/PhysRevE.77.046113.
    """

    name: ClassVar[str] = "vicsek"
    pair = staticmethod(pair)
    turn = staticmethod(turn)

    radius: Annotated[Positive, Field(description="distance within which headings are averaged, by minimum image")]
    noise: Annotated[
        float, Field(ge=0, le=1, description="angular noise: fraction of the sphere that a new heading is drawn from")
    ]

    @property
    def cutoff(self) -> float:
        """The radius."""
        return self.radius

    @property
    def constants(self) -> Mapping[str, float]:
        """Radius and noise."""
        return {"radius_squared": self.radius**2, "noise": self.noise}

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The radius of interaction, up to which agents are linked into clusters."""
        return {"link_distance": self.radius}
