"""The Vicsek model in a plane and in space, with angular noise, and metric or topological neighbours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from kadita import Model
from kadita.models import Function, Positive
from kadita_vicsek import rules

UNLIMITED = 1e15  # beyond all lengths of a model


class Vicsek(Model):
    """Parameters of the Vicsek model: every agent takes the mean heading of its neighbours, with noise.

    u_i(t + dt) is the direction of the sum of u_j over |r_ij| < `radius`, or over the `neighbors` nearest, i included,
    with noise. In a plane it is turned by an angle that is uniform on [-eta / 2, eta / 2], eta = 2 pi `noise`; in space
    it is uniform on the cap of solid angle 4 pi `noise`. Then x_i moves by `speed` dt along u_i(t + dt), or with
    ``update = "old"`` along u_i(t), as in the first paper.

    Sources: Vicsek et al. 1995, Phys. Rev. Lett. 75, 1226, doi:10.1103/PhysRevLett.75.1226; along the new heading, and
    in three dimensions, Chate, Ginelli, Gregoire & Raynaud 2008, Phys. Rev. E 77, 046113,
    doi:10.1103/PhysRevE.77.046113.
    """

    name: ClassVar[str] = "vicsek"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    shared: ClassVar[frozenset[str]] = Model.shared | {"neighbors", "update"}
    pair = staticmethod(rules.within_radius)

    radius: Annotated[
        Positive | None, Field(description="distance within which headings are averaged, by minimum image")
    ] = None
    neighbors: Annotated[
        int | None,
        Field(ge=1, description="number of nearest others whose headings are averaged, within radius if any"),
    ] = None
    noise: Annotated[
        float,
        Field(ge=0, le=1, description="fraction of the circle (in space, of the sphere) a new heading is drawn from"),
    ]
    update: Annotated[
        Literal["new", "old"], Field(description="agents move along their new or (in a plane) their old heading")
    ] = "new"

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.radius is None and self.neighbors is None:
            raise ValueError(
                "radius: expected one within which headings are averaged, or a number of neighbors; got neither"
            )
        if self.update == "old" and (self.dimensions == 3 or self.arena is not None):
            raise ValueError('update = "old" is for a plane without walls; use dimensions = 2 and no arena, or "new"')
        return self

    @property
    def turn(self) -> Function:  # type: ignore[override]
        """The rule of a turn, for a plane or space."""
        return rules.turn_in_plane if self.dimensions == 2 else rules.turn_in_space

    @property
    def displacement(self) -> Function:  # type: ignore[override]
        """The rule that moves agents along their old headings, if they do."""
        return Model.displacement if self.update == "new" else rules.back_to_old_heading

    @property
    def nearest(self) -> int | None:
        """The number of neighbours, if it is given."""
        return self.neighbors

    @property
    def cutoff(self) -> float:
        """The radius; none for the nearest, however far they are."""
        return math.inf if self.radius is None else self.radius

    @property
    def constants(self) -> Mapping[str, float]:
        """The radius, whether an agent is added to its neighbours' sum, the noise, and the length of a step."""
        return {
            "radius_squared": (self.radius or UNLIMITED) ** 2,
            "itself": 0.0 if self.neighbors is None else 1.0,
            "noise": self.noise,
            "step_length": self.speed * self.time_step,
        }

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The radius of interaction, up to which agents are linked into clusters, if there is one."""
        return {} if self.radius is None else {"link_distance": self.radius}
