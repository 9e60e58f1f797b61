"""A model: its parameters, its state at time 0, and the rules by which its agents turn and move.

The arguments and return values of the rules are documented in `kadita.models`.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kadita.base import renamed
from kadita.base.jit import Function, jitable
from kadita.models import initial_states
from kadita.school.box import Box, Floats

# limited by float32 in the file and by squares in the rules
LONGEST = 1e15
Length = Annotated[float, Field(ge=0, le=LONGEST, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=LONGEST, allow_inf_nan=False)]
ARGUMENTS = {  # of the rules of all models
    "pair": ("d", "square", "u", "v", "c"),
    "turn": ("u", "sums", "g", "c", "key"),
    "displacement": ("u", "sums", "g", "c", "key"),
}


@jitable
def no_displacement(u, sums, g, c, key):  # type: ignore[no-untyped-def]
    """Return 0: agents move along their headings alone."""
    return 0.0, 0.0, 0.0


class Model(BaseModel):
    """Base class of models; parameters are the fields of a subclass, in TOML, in ``--set`` and in Python.

    A subclass adds its own fields, each with a description, and:

    - ``name``, the name of the model in configurations;
    - ``pair = staticmethod(f)`` and ``turn = staticmethod(g)``, its rules, and ``displacement``
      if agents are also displaced by their neighbours;
    - ``constants``, the numbers that the rules get by name;
    - ``cutoff``, the distance beyond which agents do not interact;
    - ``works_in = frozenset({2, 3})`` if its rules keep agents in a plane, as those do that combine headings and
      displacements but turn about no random axis: with ``dimensions = 2`` agents start with z = 0.

    Agents keep their speed and move along their headings. Source of the conventions: Couzin et al. 2002,
    doi:10.1006/jtbi.2002.3065.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    works_in: ClassVar[frozenset[int]] = frozenset({3})
    shared: ClassVar[frozenset[str]] = frozenset(
        {"agents", "box", "time_step", "initial", "initial_radius", "dimensions"}
    )
    pair: ClassVar[Function]
    turn: ClassVar[Function]
    displacement: ClassVar[Function] = staticmethod(no_displacement)

    agents: Annotated[int, Field(ge=1, le=10_000_000, description="number of agents N")]
    box: Annotated[
        Positive | tuple[Positive, Positive, Positive] | tuple[Positive, Positive] | Literal["open"],
        Field(description='edge of the periodic cell, its three edges, two in a plane, or "open" for open space'),
    ]
    speed: Annotated[Positive, Field(description="speed of every agent, length / time")]
    time_step: Annotated[Positive, Field(description="time between steps")]
    initial: Annotated[Literal["random", "sphere", "ring"], Field(description="state at time 0")] = "random"
    initial_radius: Annotated[Positive | None, Field(description="radius of the sphere or ring at time 0")] = None
    dimensions: Annotated[Literal[2, 3], Field(description="2: a plane, z = 0; 3: space")] = 3

    @classmethod
    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for old, new in renamed.MODEL.items():
            if old in vars(cls) and new not in vars(cls):
                renamed.warn(f"{cls.__name__}.{old}", new, depth=3)
                setattr(cls, new, inspect.getattr_static(cls, old))

    @model_validator(mode="after")
    def _can_start(self) -> Self:
        if self.dimensions not in self.works_in:
            known = " or ".join(map(str, sorted(self.works_in)))
            raise ValueError(f"dimensions: the model {self.name} works in {known}; got {self.dimensions}")
        if self.dimensions == 3 and isinstance(self.box, tuple) and len(self.box) == 2:
            raise ValueError(f"box: expected three lengths in 3 dimensions; got {list(self.box)}")
        if self.initial == "random" and not self.space.periodic:
            raise ValueError('initial = "random" fills a periodic cell; in open space use "sphere" or "ring"')
        if self.initial != "random" and self.initial_radius is None:
            raise ValueError(f'initial = "{self.initial}" needs initial_radius')
        return self

    @property
    def space(self) -> Box:
        """The box in which the agents move; in a plane z is open."""
        return Box.of(self.box).in_plane if self.dimensions == 2 else Box.of(self.box)

    @property
    @abstractmethod
    def constants(self) -> Mapping[str, float]:
        """Numbers by name for the rules. The name `stride`, speed x time step, is reserved for the engine."""

    @property
    @abstractmethod
    def cutoff(self) -> float:
        """Distance beyond which agents do not interact: all contributions of `pair` are 0."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Attributes of this model's trajectories besides its name, such as ``link_distance`` for clusters."""
        return {}

    def initial_state(self, seed: int) -> tuple[Floats, Floats]:
        """Return positions and unit headings at time 0, both (N, 3).

        ``random``: uniform in the cell, headings isotropic. ``sphere``: uniform in a sphere of `initial_radius`,
        headings isotropic. ``ring``: see `kadita.models.initial_states.ring`. Sphere and ring are centred
        in the cell, or on the origin in open space. In a plane a sphere is a disc, and all z are 0.
        """
        box, plane = self.space, self.dimensions == 2
        if self.initial == "random":
            return initial_states.cell(seed, self.agents, box.array, plane)
        make_state = {"sphere": initial_states.sphere, "ring": initial_states.ring}[self.initial]
        positions, headings = make_state(seed, self.agents, self.initial_radius or 0.0, plane)
        return box.wrap(box.array / 2 + positions), headings
