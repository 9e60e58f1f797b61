"""A model: parameters that are checked, a state at time 0, and the rule by which an agent turns."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kadita.box import Box, Floats
from kadita.compiled import Function
from kadita.models import starts

# float32 in the file and squares in the rules set the limits
Length = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)]
TURN = ("i", "x", "u", "cell", "step", "seed", "constants", "scratch")  # what the rule of every model is given


class Model(BaseModel):
    """Base of every model: its parameters are the fields of a subclass, in TOML, in ``--set`` and in Python.

    A subclass adds its own fields, each with a description, and three things:

    - ``name``, by which a configuration asks for it;
    - ``turn = staticmethod(f)``, where f is decorated with `kadita.compiled.part` and returns an agent's next unit
      heading (see `kadita.models.integrator`);
    - ``constants``, the numbers that f is given.

    Agents keep their speed and move along their headings. Source of the conventions: Couzin et al. 2002,
    doi:10.1006/jtbi.2002.3065.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    turn: ClassVar[Function]

    agents: Annotated[int, Field(ge=1, le=10_000_000, description="number of agents N")]
    box: Annotated[
        Positive | tuple[Positive, Positive, Positive] | Literal["open"],
        Field(description='edge of the periodic cell, its three edges, or "open" for open space'),
    ]
    speed: Annotated[Positive, Field(description="speed of every agent, length / time")]
    time_step: Annotated[Positive, Field(description="time between steps")]
    initial: Annotated[Literal["random", "sphere", "ring"], Field(description="state at time 0")] = "random"
    initial_radius: Annotated[Positive | None, Field(description="radius of the sphere or ring at time 0")] = None

    @model_validator(mode="after")
    def _can_start(self) -> Self:
        if self.initial == "random" and not self.space.periodic:
            raise ValueError('initial = "random" fills a periodic cell; in open space use "sphere" or "ring"')
        if self.initial != "random" and self.initial_radius is None:
            raise ValueError(f'initial = "{self.initial}" needs initial_radius')
        return self

    @property
    def space(self) -> Box:
        """The box the agents move in."""
        return Box.of(self.box)

    @property
    @abstractmethod
    def constants(self) -> tuple[Any, ...]:
        """What `turn` is given: numbers, in one order and of one type each."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What a trajectory of this model knows of itself beside the model's name, such as ``r_a``."""
        return {}

    def initial_state(self, seed: int) -> tuple[Floats, Floats]:
        """Positions and unit headings at time 0, both (N, 3).

        ``random``: uniform in the cell, headings isotropic. ``sphere``: uniform in a sphere of `initial_radius`,
        headings isotropic. ``ring``: see `kadita.models.starts.ring`. Sphere and ring lie about the cell's middle,
        or about the origin in open space.
        """
        box = self.space
        if self.initial == "random":
            return starts.cell(seed, self.agents, box.array)
        place = {"sphere": starts.sphere, "ring": starts.ring}[self.initial]
        positions, headings = place(seed, self.agents, self.initial_radius or 0.0)
        return box.wrap(box.array / 2 + positions), headings
