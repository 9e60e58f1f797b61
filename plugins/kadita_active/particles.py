"""What all active particles share: contacts, translational diffusion, a harmonic trap, and the rates of these."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from kadita import Model
from kadita.models import Function, Length, Positive
from kadita_active import rules


class ActiveParticles(Model):
    """Parameters of overdamped particles with a self-propulsion velocity v_i, which each model moves in its own way.

    dr_i = (v_i - k r_i + mu sum_j F_ij) dt + sqrt(2 D_t dt) xi_i. F_ij = K (sigma - r_ij) in the direction from j to i
    if r_ij < sigma, and 0 otherwise, with the stiffness K; k is the rate of a harmonic trap about the origin.

    Steps are Euler steps along the next v_i, from forces at the place before the step. Let <v(0) . v(t)> = V exp(-l t)
    and q = 1 - k dt, c = exp(-l dt). Without contacts, in a trap, the stationary state in d dimensions is, exactly,
    <v . r> = V dt / (1 - q c) and <r^2> = (V dt^2 + 2 q c dt <v . r> + 2 d D_t dt) / (1 - q^2): for dt -> 0 these are
    V / (l + k) and V / (k (k + l)) + d D_t / k.
    """

    shared: ClassVar[frozenset[str]] = Model.shared | {"diameter", "stiffness", "trap"}  # forces are mutual
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    pair = staticmethod(rules.pair)

    translational_diffusion: Annotated[Length, Field(description="D_t, translational diffusion, length^2 / time")]
    diameter: Annotated[
        Positive | None, Field(description="sigma, distance between centers below which agents repel; for contacts")
    ] = None
    stiffness: Annotated[
        Length, Field(description="K, force / length of overlap; 0: agents pass through each other")
    ] = 0.0
    mobility: Annotated[Positive, Field(description="mu, speed / force")] = 1.0
    trap: Annotated[
        Length, Field(description="k, rate of a harmonic trap about the origin in open space, 1 / time; 0: none")
    ] = 0.0

    @property
    @abstractmethod
    def reorientation_rate(self) -> float:
        """Rate l at which the propulsion forgets its direction: <v(0) . v(t)> = <v^2> exp(-l t)."""

    @property
    @abstractmethod
    def reorientation(self) -> str:
        """That rate in words, for a line that refuses parameters."""

    @model_validator(mode="after")
    def _has_contacts_and_steps_that_are_possible(self) -> Self:
        dt, half = self.time_step, 0.5 * self.space.shortest
        if self.stiffness > 0 and self.diameter is None:
            raise ValueError(
                f"diameter: expected a length, below which agents repel with stiffness = {self.stiffness:g}; got none"
            )
        if self.diameter is not None and self.diameter > half:
            raise ValueError(
                f"diameter = {self.diameter:g} reaches beyond half the cell, {half:g}, but agents "
                "interact by minimum image alone; enlarge the box"
            )
        closed = [axis for axis, edge in zip("xyz", self.space.array[: self.dimensions], strict=False) if edge]
        if self.trap > 0 and closed:
            raise ValueError(
                f'trap: expected box = "open", because a trap about the origin cannot repeat; the box is periodic '
                f"along {' and '.join(closed)}"
            )
        rates = "(2 mobility x stiffness + trap)" if self.trap > 0 else "2 mobility x stiffness"
        # root mean square
        free = math.hypot(self.speed * dt, math.sqrt(2 * self.dimensions * self.translational_diffusion * dt))
        for what, got, largest in (
            ("trap x time_step, or the trap overshoots", self.trap * dt, 1.0),
            (f"{rates} x time_step, or contacts overshoot", (2 * self.mobility * self.stiffness + self.trap) * dt, 1.0),
            (f"{self.reorientation}, or directions do not persist", self.reorientation_rate * dt, 1.0),
            (
                "the rms displacement in a step, or contacts are missed",
                free * (self.stiffness > 0),
                self.diameter or math.inf,
            ),
        ):
            if got > largest:
                raise ValueError(f"expected at most {largest:g} as {what}; got {got:g}; reduce time_step")
        return self

    @property
    def displacement(self) -> Function:  # type: ignore[override]
        """The rule of a displacement, for a plane or space, with or without a trap."""
        if self.trap > 0:
            return rules.trapped_in_plane if self.dimensions == 2 else rules.trapped_in_space
        return rules.displacement_in_plane if self.dimensions == 2 else rules.displacement_in_space

    @property
    def cutoff(self) -> float:
        """The diameter; 0, without any search for neighbors, where agents pass through each other."""
        return self.diameter if self.diameter is not None and self.stiffness > 0 else 0.0

    @property
    def constants(self) -> Mapping[str, float]:
        """The diameter, and the sizes of displacements by contacts, of diffusion steps and of the pull of a trap."""
        diameter = self.cutoff
        constants = {
            "diameter_squared": diameter**2,
            "per_diameter": 1 / diameter if diameter else 0.0,
            "contact": self.mobility * self.stiffness * diameter * self.time_step,
            "jump": math.sqrt(2 * self.translational_diffusion * self.time_step),
        }
        return constants | ({"pull": self.trap * self.time_step} if self.trap > 0 else {})

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Rates, and the diameter, up to which agents are linked into clusters of agents in contact.

        The relaxation rate is the larger one of the trap's and of mobility x stiffness, that of an agent pressed
        against a fixed other.
        """
        return {
            **({} if self.diameter is None else {"link_distance": self.diameter}),
            "translational_diffusion": self.translational_diffusion,
            "reorientation_rate": self.reorientation_rate,
            "relaxation_rate": max(self.trap, self.mobility * self.stiffness),
        }
