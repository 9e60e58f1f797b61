"""A model: its parameters, its state at time 0, and the rules by which its agents turn and move.

The arguments and return values of the rules are documented in `kadita.models`.
"""

from __future__ import annotations

import inspect
import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kadita.base import renamed
from kadita.base.errors import KaditaError
from kadita.base.jit import Function, is_jitable, jitable
from kadita.models import former_rules, initial_states
from kadita.models.vectors import NOWHERE
from kadita.school.arena import FORMS, Arena
from kadita.school.box import Box, Floats
from kadita.school.walls import Walls

# limited by float32 in the file and by squares in the rules
LONGEST = 1e15
Length = Annotated[float, Field(ge=0, le=LONGEST, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=LONGEST, allow_inf_nan=False)]
FARTHEST = 1e4  # walls from the origin, in half widths
Edge = Positive | Literal["open"]
ARGUMENTS = {  # of the rules of all models
    "pair": ("agent", "other"),
    "turn": ("agent", "sums"),
    "accelerate": ("agent", "sums"),
    "displacement": ("agent", "sums"),
    "remember": ("agent", "sums"),
    "sees": ("agent", "other"),
}


@jitable
def no_displacement(agent, sums):  # type: ignore[no-untyped-def]
    """Return 0: agents move along their headings alone."""
    return NOWHERE


@jitable
def sees_all(agent, other):  # type: ignore[no-untyped-def]
    """Return True: all others can be among the nearest."""
    return True


class Model(BaseModel):
    """Base class of models; parameters are the fields of a subclass, in TOML, in ``--set`` and in Python.

    A subclass adds its own fields, each with a description, and:

    - ``name``, the name of the model in configurations;
    - ``pair = staticmethod(f)`` and ``turn = staticmethod(g)``, its rules;
    - ``constants``, a property, a dict of the numbers that the rules get by name, with ``speed`` and ``time_step`` if
      they read these;
    - ``cutoff``, a property, the distance beyond which agents do not interact, `math.inf` if there is none, 0 if they
      do not interact at all;

    and where it needs them:

    - ``works_in = frozenset({2, 3})`` if its rules keep agents in a plane, as those do that combine headings and
      displacements but turn about no random axis: with ``dimensions = 2`` agents start with z = 0;
    - ``displacement``, a rule, if agents are also displaced by their neighbours;
    - ``accelerate``, a rule in place of ``turn``, if the state of an agent is a velocity instead of a unit heading, and
      ``largest_speed``, a property, beyond which the run ends with an error;
    - ``nearest``, a property, the number k of neighbours if only the k nearest count, and ``sees``, a rule, if not all
      others can be among them;
    - ``variables``, names of numbers that an agent keeps from step to step, ``remember``, the rule that returns the
      next ones, and ``initial_variables``;
    - ``velocities``, what the velocities in its trajectories are, if not what `velocity_kind` says.

    The rules are explained in `kadita.models`. Agents with headings keep their speed and move along their headings.
    Source of the conventions: Couzin et al. 2002, doi:10.1006/jtbi.2002.3065.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    works_in: ClassVar[frozenset[int]] = frozenset({3})
    shared: ClassVar[frozenset[str]] = frozenset(
        {"agents", "box", "time_step", "initial", "initial_radius", "dimensions", "arena"}
    )
    pair: ClassVar[Function]
    turn: ClassVar[Function]
    displacement: ClassVar[Function] = staticmethod(no_displacement)
    accelerate: ClassVar[Function | None] = None
    remember: ClassVar[Function | None] = None
    sees: ClassVar[Function] = staticmethod(sees_all)
    variables: ClassVar[tuple[str, ...]] = ()
    velocities: ClassVar[Literal["displacement", "heading", "state"] | None] = None

    agents: Annotated[int, Field(ge=1, le=10_000_000, description="number of agents N")]
    box: Annotated[
        Positive | tuple[Edge, Edge, Edge] | tuple[Edge, Edge] | Literal["open"],
        Field(
            description="edge of the periodic cell, its three edges, two in a plane; "
            '"open" for open space or along an open axis'
        ),
    ]
    speed: Annotated[Length, Field(description="speed of every agent, or at time 0 if it changes; length / time")]
    time_step: Annotated[Positive, Field(description="time between steps")]
    initial: Annotated[Literal["random", "sphere", "ring"], Field(description="state at time 0")] = "random"
    initial_radius: Annotated[Positive | None, Field(description="radius of the sphere or ring at time 0")] = None
    dimensions: Annotated[Literal[2, 3], Field(description="2: a plane, z = 0; 3: space")] = 3
    arena: Annotated[
        str | None,
        Field(
            description="walls that reflect agents: sphere:X,Y,Z,R, cylinder:X,Y,R,Z0,Z1, box:X0,Y0,Z0,X1,Y1,Z1, "
            "slab:Z0,Z1, in a plane circle:X,Y,R, rectangle:X0,Y0,X1,Y1, channel:Y0,Y1"
        ),
    ] = None

    @classmethod
    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for old, new in renamed.MODEL.items():
            if old in vars(cls) and new not in vars(cls):
                renamed.warn(f"{cls.__name__}.{old}", new, depth=3)
                setattr(cls, new, inspect.getattr_static(cls, old))
        for name in former_rules.FORMER.keys() & vars(cls).keys():
            rule = vars(cls)[name]
            function = rule.__func__ if isinstance(rule, staticmethod) else rule
            if is_jitable(function) and former_rules.is_former(name, function):
                former_rules.warn_of(cls.__name__, name, depth=3)
                setattr(cls, name, staticmethod(former_rules.in_present_form(name, function)))

    @model_validator(mode="after")
    def _can_start(self) -> Self:
        if self.dimensions not in self.works_in:
            known = " or ".join(map(str, sorted(self.works_in)))
            raise ValueError(
                f"dimensions: the model {self.name} works in {known}; got {self.dimensions} (its works_in says where)"
            )
        if self.dimensions == 3 and isinstance(self.box, tuple) and len(self.box) == 2:
            raise ValueError(f"box: expected three lengths in 3 dimensions; got {list(self.box)}")
        if self.arena is not None:
            self._check_walls()
        elif self.initial == "random" and not all(self.space.array[: self.dimensions]):
            raise ValueError('initial = "random" fills a periodic cell; in open space use "sphere" or "ring"')
        if self.initial != "random" and self.initial_radius is None:
            raise ValueError(f'initial = "{self.initial}" needs initial_radius')
        return self

    def _check_walls(self) -> None:
        try:
            arena = Arena.of(self.arena)
            walls, edges = arena.walls, self.space.array
            if self.dimensions not in arena.dimensions:
                fits = ", ".join(form for kind, form in FORMS.items() if self.dimensions in Arena(kind, ()).dimensions)
                raise KaditaError(f"arena: expected one in {self.dimensions} dimensions, {fits}; got {self.arena}")
            if self.initial == "random":
                initial_states.in_arena(0, 1, arena, self.dimensions == 2, edges)
        except KaditaError as error:
            raise ValueError(str(error)) from None
        ends = np.concatenate([walls.lower, walls.upper])
        if np.abs(ends[np.isfinite(ends)]).max() > FARTHEST * walls.half_width:
            raise ValueError(
                f"arena: expected walls at most {FARTHEST:g} of their half width, {walls.half_width:g}, from the "
                f"origin, because positions are stored in single precision; got {self.arena}"
            )
        for axis, edge, lower in zip("xyz", edges, walls.lower, strict=True):
            if edge and math.isfinite(lower):
                raise ValueError(
                    f"box: expected one that is open along {axis}, where {self.arena} has walls; got the edge {edge:g}"
                )
        if self.accelerate is None and not self.speed * self.time_step <= walls.half_width:
            raise ValueError(
                f"arena: expected a step, speed x time_step, of at most half its width, {walls.half_width:g}; "
                f"got {self.speed * self.time_step:g}; reduce time_step"
            )

    @property
    def walls(self) -> Walls | None:
        """The walls that reflect agents; None if there are none."""
        return None if self.arena is None else Arena.of(self.arena).walls

    @property
    def space(self) -> Box:
        """The box in which the agents move; in a plane z is open."""
        return Box.of(self.box).in_plane if self.dimensions == 2 else Box.of(self.box)

    @property
    @abstractmethod
    def constants(self) -> Mapping[str, float]:
        """Numbers by name for the rules. The name `stride`, speed x time step, is the engine's own."""

    @property
    @abstractmethod
    def cutoff(self) -> float:
        """Distance beyond which agents do not interact: all contributions of `pair` are 0."""

    @property
    def nearest(self) -> int | None:
        """Number of nearest agents whose contributions are summed; None for all within the cutoff."""
        return None

    @property
    def largest_speed(self) -> float | None:
        """Speed that no agent exceeds, for a model whose state is a velocity."""
        return None

    @property
    def velocity_kind(self) -> str:
        """What the velocities in its trajectories are: as `velocities` says, or by the rules that the model has.

        ``displacement``: dr/dt over the step that led to the frame; ``heading``: speed x heading, which is not dr/dt
        where agents are also displaced, or at walls; ``state``: the velocity that is the state, where it is not dr/dt.
        """
        if self.velocities is not None:
            return self.velocities
        along = self.displacement is no_displacement and self.arena is None
        return "displacement" if along else "heading" if self.accelerate is None else "state"

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Attributes of this model's trajectories besides its name, such as ``link_distance`` for clusters."""
        return {}

    def initial_state(self, seed: int) -> tuple[Floats, Floats]:
        """Return positions and unit headings at time 0, both (N, 3); velocities, if these are the state.

        ``random``: uniform in the cell or the arena, headings isotropic. ``sphere``: uniform in a sphere of
        `initial_radius`, headings isotropic. ``ring``: see `kadita.models.initial_states.ring`. Sphere and ring are
        centred in the cell or the arena, or on the origin in open space. In a plane a sphere is a disc, and all z are
        0.

        Raises:
            KaditaError: an agent of a sphere or ring is outside the arena.
        """
        box, plane = self.space, self.dimensions == 2
        if self.initial != "random":
            make_state = {"sphere": initial_states.sphere, "ring": initial_states.ring}[self.initial]
            positions, headings = make_state(seed, self.agents, self.initial_radius or 0.0, plane)
            positions = box.wrap(self._centre + positions)
        elif self.arena is not None:
            positions, headings = initial_states.in_arena(seed, self.agents, Arena.of(self.arena), plane, box.array)
        else:
            positions, headings = initial_states.cell(seed, self.agents, box.array, plane)
        if self.walls is not None:
            too_far = Arena.of(self.arena).wall_distances(positions) < -1e-9 * self.walls.half_width
            if too_far.any():
                raise KaditaError(
                    f"initial_radius: {np.count_nonzero(too_far)} of {self.agents} agents start outside {self.arena}; "
                    "reduce it"
                )
            positions = self.walls.inward(positions)  # by rounding, some may be outside
        return positions, headings if self.accelerate is None else self.speed * headings

    @property
    def _centre(self) -> Floats:
        """Centre of the arena and the cell, (3,); 0 along axes that have neither walls nor an edge."""
        middle = self.space.array / 2
        if self.walls is not None:
            low, high = self.walls.lower, self.walls.upper
            bounded = np.isfinite(low)
            middle[bounded] = (low[bounded] + high[bounded]) / 2
        return middle

    def initial_variables(self, seed: int) -> Mapping[str, Any]:
        """Return the numbers that agents keep, by name, at time 0: each (N,) or one for all; those not named are 0."""
        return {}
