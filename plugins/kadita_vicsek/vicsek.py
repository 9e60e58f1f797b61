"""The Vicsek model in a plane and in space, with angular noise, and metric or topological neighbours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from kadita import Model
from kadita.models import (
    NOISE,
    NOTHING,
    NOWHERE,
    Function,
    Positive,
    across,
    cosine_and_sine,
    count,
    jitable,
    rotated,
    times,
    total,
    turned,
    uniforms,
    unit,
    where,
)


@jitable
def within_radius(agent, other):  # type: ignore[no-untyped-def]
    """Return the heading of an agent within the radius, the agent itself included."""
    return where(other.square < agent.constants.radius_squared, other.heading), NOTHING, NOTHING, count(False)


@jitable
def of_nearest(agent, other):  # type: ignore[no-untyped-def]
    """Return the heading of one of the nearest agents, among which the agent itself is not."""
    return other.heading, NOTHING, NOTHING, count(False)


@jitable
def mean_heading(agent, sums):  # type: ignore[no-untyped-def]
    """Return the mean heading of the neighbours and of the agent itself."""
    return unit(total(sums[0], times(agent.constants.itself, agent.heading), NOWHERE), agent.heading)


@jitable
def turn_in_plane(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading: the mean heading, turned by an angle that is uniform on [-pi noise, pi noise]."""
    part, _, _, _ = uniforms(agent.seed, agent.step, agent.number, NOISE)
    return turned(mean_heading(agent, sums), 2 * math.pi * agent.constants.noise * (part - 0.5))


@jitable
def turn_in_space(agent, sums):  # type: ignore[no-untyped-def]
    """Return the next heading: uniform on the cap of solid angle 4 pi noise about the mean heading."""
    mean = mean_heading(agent, sums)
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


@jitable
def back_to_old_heading(agent, sums):  # type: ignore[no-untyped-def]
    """Return the displacement that, after a step along the mean heading with noise, makes it one along the old heading.

    It is not known here how much the agent turned: the rule is that of `turn_in_plane`, computed once more.
    """
    ux, uy, _ = turn_in_plane(agent, sums)
    return times(agent.constants.step_length, total(agent.heading, (-ux, -uy, 0.0), NOWHERE))


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
    def pair(self) -> Function:  # type: ignore[override]
        """The rule of a pair, for metric or nearest neighbours."""
        return within_radius if self.neighbors is None else of_nearest

    @property
    def turn(self) -> Function:  # type: ignore[override]
        """The rule of a turn, for a plane or space."""
        return turn_in_plane if self.dimensions == 2 else turn_in_space

    @property
    def displacement(self) -> Function:  # type: ignore[override]
        """The rule that moves agents along their old headings, if they do."""
        return Model.displacement if self.update == "new" else back_to_old_heading

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
            "radius_squared": (self.radius or 0.0) ** 2,
            "itself": 0.0 if self.neighbors is None else 1.0,
            "noise": self.noise,
            "step_length": self.speed * self.time_step,
        }

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The radius of interaction, up to which agents are linked into clusters, if there is one."""
        return {} if self.radius is None else {"link_distance": self.radius}
