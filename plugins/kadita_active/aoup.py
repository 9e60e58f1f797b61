"""Active Ornstein-Uhlenbeck particles in a plane and in space: self-propulsion by a normal velocity with memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from kadita.models import Function, Positive, start_normals
from kadita_active import rules
from kadita_active.particles import ActiveParticles

FASTEST = 10  # standard deviations of a component: a velocity beyond them has a probability of 2e-21 in each step


class ActiveOrnsteinUhlenbeck(ActiveParticles):
    """Parameters of active Ornstein-Uhlenbeck particles, whose self-propulsion velocity v_i is normal and persists.

    dr_i = (v_i - k r_i + mu sum_j F_ij) dt + sqrt(2 D_t dt) xi_i and tau dv_i = -v_i dt + sqrt(2 D) dW_i, so that
    <v_a(0) v_b(t)> = delta_ab D / tau exp(-t / tau). `speed` is the root mean square of |v|, sqrt(d D / tau) in d
    dimensions, and `persistence_time` is tau: D = speed^2 tau / d, by which free particles diffuse besides D_t, x
    coth x, x = dt / (2 tau), in steps. The step of v is exact for any dt; positions take Euler steps along the next v.

    v is the state and, at time 0, in its stationary state, a normal one, whatever `initial` says about positions.
    Velocities in a trajectory are v, without contacts, diffusion and trap. Forces and the stationary state in a trap
    are those of `ActiveParticles`.

    Source: Boffi & Vanden-Eijnden 2023, arXiv 2309.12991, whose particles have D_t = 0 and another force.
    """

    name: ClassVar[str] = "aoup"

    persistence_time: Annotated[
        Positive, Field(description="tau, time over which velocities persist; speed is the rms of |v|")
    ]

    @property
    def reorientation_rate(self) -> float:
        """1 / tau."""
        return 1 / self.persistence_time

    @property
    def reorientation(self) -> str:
        """That rate in words, for a line that refuses parameters."""
        return "time_step / persistence_time"

    @property
    def component(self) -> float:
        """Standard deviation of a component of the velocity, sqrt(D / tau)."""
        return self.speed / math.sqrt(self.dimensions)

    @property
    def accelerate(self) -> Function:  # type: ignore[override]
        """The rule of the next velocity, for a plane or space."""
        return rules.relax_in_plane if self.dimensions == 2 else rules.relax_in_space

    @property
    def largest_speed(self) -> float:
        """Ten standard deviations of a component, which no velocity reaches: 2e-21 is the chance of an agent's step."""
        return FASTEST * self.component or 1.0

    @property
    def constants(self) -> Mapping[str, float]:
        """Those of all active particles, the share of a velocity that a step leaves, and the size of its kick."""
        decay = self.time_step / self.persistence_time
        kick = self.component * math.sqrt(-math.expm1(-2 * decay))
        return {**super().constants, "kept": math.exp(-decay), "kick": kick}

    def initial_state(self, seed: int) -> Any:
        """Return positions as `initial` says, and normal velocities, both (N, 3)."""
        positions, _ = super().initial_state(seed)
        velocities = self.component * start_normals(seed, self.agents, rules.START_VELOCITY)[:, :3]
        velocities[:, self.dimensions :] = 0.0
        return positions, velocities
