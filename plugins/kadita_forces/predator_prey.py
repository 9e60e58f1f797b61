"""Prey that keep together and flee from predators that chase them, without inertia: Chen & Kolokolnikov 2014."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from kadita import Model
from kadita.models import Length, count, directed, exponential, jitable, logarithm, times, total


@jitable
def pair(agent, other):  # type: ignore[no-untyped-def]
    """Return repulsion among prey or pursuit of prey, attraction among prey, flight from predators; and 1 for prey."""
    c, r = agent.constants, np.sqrt(other.square)
    away = -c.per_largest_force / r  # -1 / r as a share of the largest force
    pursuit = c.per_largest_force * np.float32(exponential(c.pursuit_power * logarithm(other.square)))
    hunter, prey = agent.species > 0, other.species == 0
    nothing = np.float32(0)
    return (
        directed((pursuit if hunter else away) if prey else nothing, other),
        directed(nothing if hunter else (r * c.per_largest_distance if prey else nothing), other),
        directed(nothing if hunter else (nothing if prey else away), other),
        count(prey),
    )


@jitable
def turn(agent, sums):  # type: ignore[no-untyped-def]
    """Return the heading, which means nothing here."""
    return agent.heading


@jitable
def displacement(agent, sums):  # type: ignore[no-untyped-def]
    """Return the displacement in a step: the mean over all prey, and for prey the sum over all predators."""
    c, (near, far, flight, prey) = agent.constants, sums
    hunter = agent.species > 0
    among = times(c.time_step * (c.pursuit if hunter else 1.0) * c.largest_force / max(prey, 1.0), near)
    together = times(0.0 if hunter else c.time_step * c.attraction * c.largest_distance / max(prey, 1.0), far)
    return total(among, together, times(0.0 if hunter else c.time_step * c.flight * c.largest_force, flight))


class PredatorPrey(Model):
    """Parameters of prey, which are the agents of no declared species, and of predators, which are any species.

    Prey:     dx_i/dt = 1/N sum_j (1 / |x_i - x_j|^2 - a) (x_i - x_j) + b sum_k (x_i - z_k) / |x_i - z_k|^2
    Predator: dz_k/dt = c/N sum_i (x_i - z_k) / |x_i - z_k|^p

    over the N prey and all predators, which ignore each other. Steps are Euler steps; `speed` is 0. A single predator
    that is caught in the middle is surrounded by a ring of uniform density, from sqrt(b / a) to sqrt((1 + b) / a) as
    N goes to infinity. 1 / r and r^(1 - p) are cut off at `largest_force`, r at `largest_distance`.

    Source: Chen & Kolokolnikov 2014, J. R. Soc. Interface 11, 20131208, doi:10.1098/rsif.2013.1208.
    """

    name: ClassVar[str] = "predator-prey"
    works_in: ClassVar[frozenset[int]] = frozenset({2})
    velocities: ClassVar = "displacement"
    shared: ClassVar[frozenset[str]] = Model.shared | {
        "speed", "attraction", "flight", "pursuit", "pursuit_exponent", "largest_force", "largest_distance",
    }  # fmt: skip
    pair = staticmethod(pair)
    turn = staticmethod(turn)
    displacement = staticmethod(displacement)

    attraction: Annotated[Length, Field(description="a, attraction among prey, 1 / time")]
    flight: Annotated[Length, Field(description="b, flight of prey from predators, length^2 / time")]
    pursuit: Annotated[Length, Field(description="c, pursuit of prey by predators, length^p / time")]
    pursuit_exponent: Annotated[float, Field(ge=1, le=10, description="p, decay of the pursuit with distance")] = 3.0
    largest_force: Annotated[
        float, Field(gt=0, le=1000, description="value at which 1 / r and r^(1 - p), which diverge, are cut off")
    ] = 50.0
    largest_distance: Annotated[
        float, Field(gt=0, le=1000, description="distance beyond which the attraction among prey grows no more")
    ] = 64.0

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.speed != 0:
            raise ValueError(f"speed: expected 0, because forces alone move these agents; got {self.speed:g}")
        if self.space.array.any():
            raise ValueError('box: expected "open", because all interact with all; got a periodic cell')
        return self

    @property
    def cutoff(self) -> float:
        """None: all interact with all."""
        return math.inf

    @property
    def constants(self) -> Mapping[str, float]:
        """Strengths, and what vectors are measured in."""
        return {
            "attraction": self.attraction,
            "flight": self.flight,
            "pursuit": self.pursuit,
            "pursuit_power": (1 - self.pursuit_exponent) / 2,  # of the squared distance
            "largest_force": self.largest_force,
            "per_largest_force": 1 / self.largest_force,
            "largest_distance": self.largest_distance,
            "per_largest_distance": 1 / self.largest_distance,
            "time_step": self.time_step,
        }
