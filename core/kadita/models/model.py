"""A model: parameters that are checked, a state at time 0, and the rules by which agents turn.

A model brings functions that are decorated with `kadita.compiled.part`. What agent i takes up of agent j:

    pair(d, square, u, v, c) -> (vector, vector, vector, number)

``d`` is the way from i to the nearest image of j and ``square`` its square, float32; ``u`` is i's unit heading,
float32, and ``v`` that of j in whole numbers, where `kadita.models.pairs.ONE` is a length of 1. The three vectors and
the number are whole, too, made by the functions of `kadita.models.pairs`, none longer than ONE, and nothing beyond the
model's `reach`. Agent i comes along among the others, with a ``square`` of 0. How agent i turns:

    turn(u, sums, g, c, key) -> (ux, uy, uz)

the next unit heading, from the heading ``u``, the sums of what `pair` returned over all others (three vectors, in
which a length of 1 is 1 again, and a number), four standard normal numbers ``g``, and ``key`` = (seed, step, agent) for
further numbers of `kadita.models.philox`. All are float64. `kadita.models.vectors` and `kadita.models.elementary` give
the same bits on every machine; the functions of `math` do not, but for the square root. Agents move by speed x time
step along their new headings, and by what a function of the same arguments returns, where there is one:

    push(u, sums, g, c, key) -> (dx, dy, dz)

All run on vector units where they have no branches but ``a if c else b``, and ten times as fast.
``c`` holds the numbers of `constants` by name, of the agent's own species.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kadita.box import Box, Floats
from kadita.compiled import Function, part
from kadita.models import starts

# float32 in the file and squares in the rules set the limits
LONGEST = 1e15
Length = Annotated[float, Field(ge=0, le=LONGEST, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=LONGEST, allow_inf_nan=False)]
ARGUMENTS = {  # of the rules of every model
    "pair": ("d", "square", "u", "v", "c"),
    "turn": ("u", "sums", "g", "c", "key"),
    "push": ("u", "sums", "g", "c", "key"),
}


@part
def no_push(u, sums, g, c, key):  # type: ignore[no-untyped-def]
    """Return no displacement: agents move along their headings alone."""
    return 0.0, 0.0, 0.0


class Model(BaseModel):
    """Base of every model: its parameters are the fields of a subclass, in TOML, in ``--set`` and in Python.

    A subclass adds its own fields, each with a description, and:

    - ``name``, by which a configuration asks for it;
    - ``pair = staticmethod(f)`` and ``turn = staticmethod(g)``, its rules, and ``push`` where agents are pushed;
    - ``constants``, the numbers by name that the rules are given;
    - ``reach``, beyond which agents take no notice of each other.

    Agents keep their speed and move along their headings. Source of the conventions: Couzin et al. 2002,
    doi:10.1006/jtbi.2002.3065.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    shared: ClassVar[frozenset[str]] = frozenset({"agents", "box", "time_step", "initial", "initial_radius"})
    pair: ClassVar[Function]
    turn: ClassVar[Function]
    push: ClassVar[Function] = staticmethod(no_push)

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
    def constants(self) -> Mapping[str, float]:
        """What the rules are given: numbers by name. `stride`, speed x time step, is the engine's own."""

    @property
    @abstractmethod
    def reach(self) -> float:
        """Distance beyond which `pair` returns nothing."""

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
