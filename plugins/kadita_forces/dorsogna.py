"""Self-propelled particles with attraction and repulsion by forces that decay exponentially: D'Orsogna et al. 2006."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from kadita import Model
from kadita.models import (
    NOTHING,
    Length,
    Positive,
    count,
    directed,
    dot,
    exponential,
    exponential32,
    jitable,
    logarithm,
    times,
    total,
)

NEGLIGIBLE = 10  # lengths of decay, beyond which a force is less than e^-10 of its largest


@jitable
def pair(agent, other):  # type: ignore[no-untyped-def]
    """Return the force of another agent, - grad U, as a share of the largest: attraction is towards it."""
    c, r = agent.constants, np.sqrt(other.square)
    attraction = c.attraction * exponential32(-r * c.per_attraction_length)
    repulsion = c.repulsion * exponential32(-r * c.per_repulsion_length)
    return directed(attraction - repulsion, other), NOTHING, NOTHING, count(False)


@jitable
def accelerate(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next velocity: propulsion, friction and the forces of all others, over a step."""
    c, v = agent.constants, agent.velocity
    drive = c.propulsion - c.friction * dot(v, v)
    return total(v, times(c.time_step * drive, v), times(c.time_step * c.largest_force, sums[0]))


class DOrsogna(Model):
    """Parameters of self-propelled particles of mass 1 in a potential of pairs.

    dv_i/dt = (alpha - beta |v_i|^2) v_i - sum_j grad U(r_ij), over all others and not divided by their number, with
    U(r) = C_r exp(-r / l_r) - C_a exp(-r / l_a). In each step the velocity changes first, then the position along it.
    Free particles reach sqrt(alpha / beta).

    Source: D'Orsogna, Chuang, Bertozzi & Chayes 2006, Phys. Rev. Lett. 96, 104302, doi:10.1103/PhysRevLett.96.104302.
    """

    name: ClassVar[str] = "dorsogna"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    shared: ClassVar[frozenset[str]] = Model.shared | {  # forces are mutual, and have one largest one
        "repulsion_strength", "repulsion_length", "attraction_strength", "attraction_length",
    }  # fmt: skip
    pair = staticmethod(pair)
    accelerate = staticmethod(accelerate)

    propulsion: Annotated[Length, Field(description="alpha, rate at which slow particles accelerate, 1 / time")]
    friction: Annotated[Positive, Field(description="beta, of the friction beta v^3, time / length^2")]
    repulsion_strength: Annotated[Length, Field(description="C_r, length^2 / time^2")]
    repulsion_length: Annotated[Positive, Field(description="l_r, over which repulsion decays")]
    attraction_strength: Annotated[Length, Field(description="C_a, length^2 / time^2")]
    attraction_length: Annotated[Positive, Field(description="l_a, over which attraction decays")]
    initial_headings: Annotated[
        Literal["random", "tangential", "aligned"],
        Field(description="directions at time 0: isotropic, around the middle of the group, or along x"),
    ] = "random"

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        reach = NEGLIGIBLE * max(self.repulsion_length, self.attraction_length)
        half = 0.5 * self.space.shortest
        if reach > half:
            raise ValueError(
                f"box: expected edges of at least {2 * reach:g}, {2 * NEGLIGIBLE} lengths of decay, because forces are "
                f'those of the nearest image; got {2 * half:g}; enlarge it, or use box = "open"'
            )
        if 2 * self.propulsion * self.time_step > 1:
            raise ValueError(
                "expected at most 1 as 2 propulsion x time_step, or speeds overshoot; "
                f"got {2 * self.propulsion * self.time_step:g}; reduce time_step"
            )
        return self

    @property
    def cutoff(self) -> float:
        """None: all interact with all."""
        return math.inf

    @property
    def largest_force(self) -> float:
        """Largest |dU/dr|, at r = 0 or where the second derivative vanishes; 1 if there are no forces."""
        a, b = self.attraction_strength / self.attraction_length, self.repulsion_strength / self.repulsion_length
        slower, faster = 1 / self.attraction_length, 1 / self.repulsion_length
        found = abs(a - b)
        if a > 0 and b > 0 and slower != faster:
            r = logarithm(b * faster / (a * slower)) / (faster - slower)
            if r > 0:
                found = max(found, float(abs(a * exponential(-r * slower) - b * exponential(-r * faster))))
        return found or 1.0

    @property
    def largest_speed(self) -> float:
        """Speed that no particle exceeds: friction balances propulsion and the largest forces of all others.

        beta v^3 - alpha v = N F, or the speed at time 0 if it is larger; and 10 % for steps of finite length.
        """
        force = self.agents * self.largest_force
        terminal = max(np.roots([self.friction, 0.0, -self.propulsion, -force]).real)
        return 1.1 * max(float(terminal), self.speed)

    @property
    def constants(self) -> Mapping[str, float]:
        """Forces at r = 0 as shares of the largest, the rates of their decay, and the rates of a free particle."""
        largest = self.largest_force
        return {
            "attraction": self.attraction_strength / self.attraction_length / largest,
            "repulsion": self.repulsion_strength / self.repulsion_length / largest,
            "per_attraction_length": 1 / self.attraction_length,
            "per_repulsion_length": 1 / self.repulsion_length,
            "largest_force": largest,
            "propulsion": self.propulsion,
            "friction": self.friction,
            "time_step": self.time_step,
        }

    def initial_state(self, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return positions as `initial` says, and velocities of the given speed along `initial_headings`."""
        positions, velocities = super().initial_state(seed)
        if self.initial_headings == "aligned":
            velocities = np.tile([self.speed, 0.0, 0.0], (self.agents, 1))
        elif self.initial_headings == "tangential":
            x, y, _ = (positions - positions.mean(axis=0)).T
            around = np.stack([-y, x, 0 * x], axis=1)
            velocities = self.speed * around / np.maximum(np.sqrt(x**2 + y**2), np.finfo(float).tiny)[:, None]
        return positions, velocities
