"""Parameters of fish that control their turning rate, alone, together and before the wall of a round tank."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from kadita import Model
from kadita.models import Length, Positive, exponential
from kadita_tank import rules

FARTHEST = 1e4  # sight in turning lengths


class Gautrais(Model):
    """Parameters of fish of one speed v whose turning rate w follows an Ornstein-Uhlenbeck process.

    dw = v ((w* - w) / xi dt + sigma dW) and d(angle of the heading) = w dt, with the rate that a fish wants,
    w* = k_W s / tau_W + <k_P d_ij sin theta_ij + k_V v sin phi_ij>_j: tau_W is the time until it meets the wall if it
    swims straight on, s = 1 or -1 the sense that turns it away from there; theta_ij is the angle from its heading to
    neighbour j at the distance d_ij, and phi_ij the angle between their headings. Neighbours are all within `sight`, or
    the `neighbors` nearest of them; the paper takes those of a Voronoi diagram.

    Alone and far from walls the turning rate has the variance v sigma^2 xi / 2, and headings diffuse by
    D_r = sigma^2 xi^2 / 2. A step of the process is exact for a constant w*.

    Sources: Gautrais et al. 2012, PLoS Comput. Biol. 8, e1002678, doi:10.1371/journal.pcbi.1002678; its states are
    mapped by Calovi et al. 2014, arXiv 1308.2889.
    """

    name: ClassVar[str] = "gautrais"
    works_in: ClassVar[frozenset[int]] = frozenset({2})
    shared: ClassVar[frozenset[str]] = Model.shared | {"neighbors", "sight"}
    variables: ClassVar[tuple[str, ...]] = ("turning_rate",)
    pair = staticmethod(rules.pair)
    turn = staticmethod(rules.turn)
    remember = staticmethod(rules.remember)

    turning_length: Annotated[Positive, Field(description="xi, way over which a turning rate is forgotten, length")]
    turning_noise: Annotated[Length, Field(description="sigma, noise of the turning rate, 1 / (length x time^(1/2))")]
    wall_avoidance: Annotated[
        Length, Field(description="k_W, turning rate from the wall x time until it is met; 0: it only reflects")
    ] = 0.0
    attraction: Annotated[Length, Field(description="k_P, turning towards neighbours, 1 / (length x time)")]
    alignment: Annotated[Length, Field(description="k_V, turning along neighbours, 1 / length")]
    sight: Annotated[Positive, Field(description="distance within which others are neighbours")]
    neighbors: Annotated[int | None, Field(ge=1, description="number of nearest neighbours, none for all")] = None

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.wall_avoidance and (self.arena is None or not self.arena.startswith("circle:")):
            raise ValueError(
                "wall_avoidance: expected a round tank, arena = circle:X,Y,R, that fish avoid the wall of; got "
                f"{'none' if self.arena is None else self.arena}; set arena, or wall_avoidance = 0"
            )
        if self.sight > 0.5 * self.space.shortest:
            raise ValueError(
                f"sight = {self.sight:g} reaches beyond half the cell, {0.5 * self.space.shortest:g}, but agents "
                "interact by minimum image alone; enlarge the box"
            )
        if self.attraction and self.sight > FARTHEST * self.turning_length:
            raise ValueError(
                f"sight: expected at most {FARTHEST * self.turning_length:g}, {FARTHEST:g} turning_length, because "
                f"distances to neighbours are rounded to 1e-6 of it; got {self.sight:g}"
            )
        way = self.speed * self.time_step
        if way > self.turning_length:
            raise ValueError(
                f"expected at most turning_length = {self.turning_length:g} as speed x time_step, or turning rates do "
                f"not persist; got {way:g}; reduce time_step"
            )
        return self

    @property
    def nearest(self) -> int | None:
        """The number of neighbours, if it is given."""
        return self.neighbors

    @property
    def cutoff(self) -> float:
        """The distance within which others are neighbours."""
        return self.sight

    @property
    def constants(self) -> Mapping[str, float]:
        """Rates of social turns, the step of the turning rate, and the tank: its radius is 0 if it is not avoided."""
        kept = float(exponential(-self.speed * self.time_step / self.turning_length))
        variance = 0.5 * self.speed * self.turning_noise**2 * self.turning_length
        tank = self.walls if self.wall_avoidance else None
        x, y = (0.0, 0.0) if tank is None else tank.centre[:2]
        return {
            "sight_squared": self.sight**2,
            "per_sight": 1 / self.sight,
            "attraction": self.attraction * self.sight,
            "alignment": self.alignment * self.speed,
            "kept": kept,
            "spread": math.sqrt(variance * (1 - kept**2)),
            "wall_avoidance": self.wall_avoidance * self.speed,
            "tank_radius": 0.0 if tank is None else tank.radius,
            "tank_x": float(x),
            "tank_y": float(y),
            "stride_length": self.speed * self.time_step,
            "time_step": self.time_step,
        }

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The distance of sight, up to which agents are linked into clusters."""
        return {"link_distance": self.sight}
