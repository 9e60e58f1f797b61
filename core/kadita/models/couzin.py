"""The zone model's parameters and the states it starts from."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kadita.box import Box, Floats
from kadita.models import philox

# float32 in the file and squares in the rules set the limits
Length = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)]


class Couzin(BaseModel):
    """Parameters of the zone model of Couzin et al. 2002 (doi:10.1006/jtbi.2002.3065), in three dimensions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agents: Annotated[int, Field(ge=1, le=10_000_000, description="number of agents N")]
    box: Annotated[
        Positive | tuple[Positive, Positive, Positive] | Literal["open"],
        Field(description='edge of the periodic cell, its three edges, or "open" for open space'),
    ]
    speed: Annotated[Positive, Field(description="speed of every agent, length / time")]
    r_r: Annotated[Length, Field(description="radius of the zone of repulsion")]
    r_o: Annotated[Length, Field(description="outer radius of the zone of orientation")]
    r_a: Annotated[Length, Field(description="outer radius of the zone of attraction")]
    noise: Annotated[float, Field(ge=0, le=100, description="standard deviation of the noise, radians")]
    time_step: Annotated[Positive, Field(description="time between steps")]
    rules: Annotated[Literal["dewi-kadita"], Field(description="which rules the agents follow")] = "dewi-kadita"
    max_turn: Annotated[float, Field(gt=0, le=math.pi, description="largest turn in a step, radians")]
    blind_angle: Annotated[float, Field(ge=0, le=180, description="half-angle of the blind cone behind, degrees")]
    orientation_weight: Annotated[float, Field(ge=0, le=1, description="weight of the zone of orientation")] = 1.0
    initial: Annotated[Literal["random", "sphere", "ring"], Field(description="state at time 0")] = "random"
    initial_radius: Annotated[Positive | None, Field(description="radius of the sphere or ring at time 0")] = None
    allow_long_range: Annotated[bool, Field(description="r_a beyond half a cell edge is meant")] = False

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not self.r_r <= self.r_o <= self.r_a:
            raise ValueError(
                f"expected r_r <= r_o <= r_a; got r_r = {self.r_r:g}, r_o = {self.r_o:g}, r_a = {self.r_a:g}"
            )
        half = 0.5 * min(self.space.lengths or (math.inf,))
        if self.r_a > half and not self.allow_long_range:
            raise ValueError(
                f"r_a = {self.r_a:g} reaches beyond half the cell, {half:g}, where an agent has only one image of "
                "each other; enlarge the box, or set allow_long_range = true"
            )
        if self.initial == "random" and not self.space.periodic:
            raise ValueError('initial = "random" fills a periodic cell; in open space use "sphere" or "ring"')
        if self.initial != "random" and self.initial_radius is None:
            raise ValueError(f'initial = "{self.initial}" needs initial_radius')
        return self

    @property
    def space(self) -> Box:
        """The box the agents swim in."""
        return Box.of(self.box)

    @property
    def cosine_limit(self) -> float:
        """Cosine of the angle to the heading beyond which others are not seen; below -1 where all are seen."""
        return -math.cos(math.radians(self.blind_angle)) if self.blind_angle > 0 else -2.0

    def initial_state(self, seed: int) -> tuple[Floats, Floats]:
        """Positions and unit headings at time 0, both (N, 3).

        ``random``: uniform in the cell, headings isotropic. ``sphere``: uniform in a sphere of `initial_radius`,
        headings isotropic. ``ring``: angle 2 pi i / N + N(0, 0.1), radius R + N(0, 0.15 R), height N(0, 0.3 R),
        headings along the tangent with a vertical part N(0, 0.1). Sphere and ring lie about the cell's middle, or
        about the origin in open space.
        """
        box, n = self.space, self.agents
        middle = box.array / 2
        if self.initial == "ring":
            radius = self.initial_radius or 0.0
            g = philox.start_normals(seed, n, philox.START_POSITION)
            angle = 2 * np.pi * np.arange(n) / n + 0.1 * g[:, 0]
            r = radius + 0.15 * radius * g[:, 1]
            positions = np.stack([r * np.cos(angle), r * np.sin(angle), 0.3 * radius * g[:, 2]], axis=1)
            vertical = 0.1 * philox.start_normals(seed, n, philox.START_HEADING)[:, 0]
            headings = np.stack([-np.sin(angle), np.cos(angle), vertical], axis=1)
            return box.wrap(middle + positions), _unit(headings)
        headings = _unit(philox.start_normals(seed, n, philox.START_HEADING)[:, :3])
        u = philox.start_uniforms(seed, n, philox.START_POSITION)
        if self.initial == "random":
            return u[:, :3] * box.array, headings
        cosine, longitude = 2 * u[:, 0] - 1, 2 * np.pi * u[:, 1]
        sine = np.sqrt(1 - cosine**2)
        directions = np.stack([sine * np.cos(longitude), sine * np.sin(longitude), cosine], axis=1)
        r = (self.initial_radius or 0.0) * np.cbrt(u[:, 2:3])
        return box.wrap(middle + r * directions), headings


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
