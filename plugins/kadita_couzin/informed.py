"""A group in a plane some of whose members prefer a direction: Couzin, Krause, Franks & Levin 2005.

==================  ================================================================================================
repulsion           away from all others nearer than r_r, by the sum of unit vectors; if there are any, no others count
else                the sum of unit vectors to those nearer than r_a and of their headings, and of one's own heading
preference          to the unit vector of this, weight x the unit vector of the preferred direction is added
noise               rotates the direction of the sum by an angle N(0, noise)
turn                towards it, by at most turning_rate x time_step
==================  ================================================================================================

Others are seen all around. An agent whose sum has no direction keeps its heading, apart from noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from kadita import Model
from kadita.models import (
    NOWHERE,
    Length,
    Positive,
    choose,
    cosine_and_sine,
    count,
    directed,
    jitable,
    opposite,
    total,
    unit,
    where,
)
from kadita_couzin.limits import check_reach, check_turning_rate
from kadita_couzin.plane import turned_towards


@jitable
def pair(agent, other):  # type: ignore[no-untyped-def]
    """Return the unit vectors away from another agent and towards it, and its heading, each within its radius.

    Its own heading is among the headings.
    """
    square, c, toward = other.square, agent.constants, directed(1.0, other)
    near, known = (square < c.r_r_squared) & (square > 0), square < c.r_a_squared
    return where(near, opposite(toward)), where(known, other.heading), where(known, toward), count(near)


@jitable
def turn(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading; see `kadita.models`."""
    u, c = agent.heading, agent.constants
    away, along, toward, n_near = sums
    social = unit(choose(n_near > 0, away, total(along, toward, NOWHERE)), u)
    return turned_towards(agent, unit(total(social, (c.preferred_x, c.preferred_y, 0.0), NOWHERE), u))


class Informed(Model):
    """Parameters of the model of informed individuals; they are a species with a `weight`.

    Source: Couzin, Krause, Franks & Levin 2005, Nature 433, 513-516, doi:10.1038/nature03236.
    """

    name: ClassVar[str] = "informed"
    works_in: ClassVar[frozenset[int]] = frozenset({2})
    pair = staticmethod(pair)
    turn = staticmethod(turn)

    r_r: Annotated[Length, Field(description="radius of the zone of repulsion")]
    r_a: Annotated[Length, Field(description="radius within which others attract and their headings count")]
    turning_rate: Annotated[Positive, Field(description="largest turn in a unit of time, degrees / time")]
    noise: Annotated[float, Field(ge=0, le=100, description="standard deviation of the noise in a step, radians")]
    weight: Annotated[
        float, Field(ge=0, le=1e6, description="weight of the preferred direction; 0: an agent that prefers none")
    ] = 0.0
    preferred_direction: Annotated[
        float, Field(ge=-360, le=360, description="preferred direction, degrees from the x axis, anticlockwise")
    ] = 0.0

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not self.r_r <= self.r_a:
            raise ValueError(f"expected r_r <= r_a; got r_r = {self.r_r:g}, r_a = {self.r_a:g}")
        check_reach(self, self.r_a, "enlarge the box")
        check_turning_rate(self.turning_rate, self.time_step)
        return self

    @property
    def cutoff(self) -> float:
        """The radius of attraction."""
        return self.r_a

    @property
    def constants(self) -> Mapping[str, float]:
        """Radii, the weighted preferred direction, the largest turn in a step, and noise."""
        cos_limit, sin_limit = cosine_and_sine(math.radians(self.turning_rate * self.time_step))
        x, y = cosine_and_sine(math.radians(self.preferred_direction))
        return {
            "r_r_squared": self.r_r**2,
            "r_a_squared": self.r_a**2,
            "preferred_x": self.weight * x,
            "preferred_y": self.weight * y,
            "cos_limit": cos_limit,
            "sin_limit": sin_limit,
            "noise": self.noise,
        }

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The radius of attraction, up to which agents are linked into clusters; none if agents do not interact."""
        return {"link_distance": self.r_a} if self.r_a > 0 else {}
