"""The data of the engine: the state of a school, its space, and the constants of its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.box import Floats

Table = NDArray[np.void]
Numbers = NDArray[np.int32]


class State(NamedTuple):
    """The state of a school, with agents in the order of the engine."""

    positions: Floats  # (3, N)
    headings: Floats  # (3, N)
    agents: Numbers  # (N,): identity of the agent in each column
    species: Numbers  # (N,), by agent


class Space(NamedTuple):
    """Edges of the periodic cell, (3,), 0 in open space, and the cutoff beyond which agents do not interact."""

    edges: Floats
    cutoff: float


class Rules(NamedTuple):
    """A model's constants by name, one row per species: single precision for pairs, double precision for turns."""

    of_pairs: Table
    of_turns: Table

    @classmethod
    def of(cls, constants: Sequence[Mapping[str, float]]) -> Rules:
        """Return the tables for a sequence of species, as records, whose numbers are attributes in plain Python too."""
        names = list(constants[0])
        rows = [tuple(row[name] for name in names) for row in constants]
        single, double = (np.rec.array(rows, [(name, dtype) for name in names]) for dtype in ("f4", "f8"))
        return cls(single, double)
