"""Run-and-tumble particles in a plane and in space: straight runs, and new directions at random times."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from kadita.models import Function, Length
from kadita_active import rules
from kadita_active.particles import ActiveParticles


class RunAndTumble(ActiveParticles):
    """Parameters of run-and-tumble particles, which keep a heading for exponentially distributed times.

    dr_i = (v u_i - k r_i + mu sum_j F_ij) dt + sqrt(2 D_t dt) xi_i. At the tumble rate a the heading u_i becomes a new
    one, uniform on the circle or the sphere whatever the old one was: <u(0) . u(t)> = exp(-a t) in 2 and 3 dimensions.
    (A particle on a line that flips at a rate f forgets its direction at 2 f: this a is not that f.) In a step the
    heading is new with the probability 1 - exp(-a dt), exactly that of a tumble or more within it.

    Free agents diffuse by D_t + v^2 / (d a) x coth x, x = a dt / 2: D_t + v^2 / (d a) for small steps. Velocities in a
    trajectory are v u, without contacts, diffusion and trap. Forces and the stationary state in a trap are those of
    `ActiveParticles`. ABP with (d - 1) D_r = a have the same <u(0) . u(t)>, and other statistics of higher order.

    Source: active particles in general, Romanczuk et al. 2012, Eur. Phys. J. Spec. Top. 202, 1,
    doi:10.1140/epjst/e2012-01529-y.
    """

    name: ClassVar[str] = "run-and-tumble"

    tumble_rate: Annotated[
        Length, Field(description="a, rate of tumbles, each of which gives a new random heading, 1 / time")
    ]

    @property
    def reorientation_rate(self) -> float:
        """The tumble rate."""
        return self.tumble_rate

    @property
    def reorientation(self) -> str:
        """That rate in words, for a line that refuses parameters."""
        return "tumble_rate x time_step"

    @property
    def turn(self) -> Function:  # type: ignore[override]
        """The rule of tumbles, for a plane or space."""
        return rules.tumble_in_plane if self.dimensions == 2 else rules.tumble_in_space

    @property
    def constants(self) -> Mapping[str, float]:
        """Those of all active particles, and the probability of a tumble in a step."""
        return {**super().constants, "tumbles": -math.expm1(-self.tumble_rate * self.time_step)}
