"""The data of the engine: the state of a school, its space, its scales, and the constants of its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.box import Floats

Numbers = NDArray[np.int32]
OWN_CONSTANTS = ("stride",)  # the engine's: speed x time step


class State(NamedTuple):
    """The state of a school, with agents in the order of the engine."""

    positions: Floats  # (3, N)
    headings: Floats  # (3, N): unit headings, or velocities where these are the state
    agents: Numbers  # (N,): number of the agent in each column
    species: Numbers  # (N,), by agent
    variables: Floats  # (V N,): numbers that an agent keeps, one after the other, each for all agents
    shifts: Floats  # (3, N): displacements in the last step, or (3, 0)


class Space(NamedTuple):
    """Where agents move.

    `edges` are those of the periodic cell, (3,), 0 along other axes. `lattice` are the edges within which differences
    of positions are minimum images, (3,), 0 along open axes, for which each step finds them; `origin` is its corner,
    (3,). `low` and `high` are flat walls, (3,), infinite where there are none, `centre` and `radius` those of a round
    one. Agents farther apart than `cutoff` do not interact.
    """

    edges: Floats
    cutoff: float
    lattice: Floats
    origin: Floats
    low: Floats
    high: Floats
    centre: Floats
    radius: float


class Scales(NamedTuple):
    """The time step; the scale of velocities in fixed point, 1 for headings; the number of nearest agents."""

    time_step: float
    largest_speed: float
    nearest: int


class Rules(NamedTuple):
    """A model's constants, one after the other, each for all S species: single precision for pairs, double for turns.

    If pairs have constants of their own, `of_pairs` has each for S x S pairs: how species a responds to b is a S + b.
    """

    of_pairs: NDArray[np.float32]
    of_turns: Floats

    @classmethod
    def of(
        cls,
        constants: Sequence[Mapping[str, float]],
        of_pairs: Sequence[Mapping[str, float]] | None = None,
    ) -> Rules:
        """Return the tables for a sequence of species, and of their pairs if these have constants of their own."""
        names = list(constants[0])
        single, double = (
            np.array([row[name] for name in names for row in rows], float)
            for rows in (of_pairs or constants, constants)
        )
        return cls(single.astype(np.float32), double)
