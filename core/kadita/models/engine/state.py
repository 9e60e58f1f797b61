"""What the engine advances: the state of a school, the space it is in, and the numbers of its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.box import Floats

Table = NDArray[np.void]
Numbers = NDArray[np.int32]


class School(NamedTuple):
    """The state of a school, in an order of the engine's own."""

    positions: Floats  # (3, N)
    headings: Floats  # (3, N)
    agents: Numbers  # (N,): who lies where
    species: Numbers  # (N,), by agent


class Space(NamedTuple):
    """Where the school is: the edges of its cell, (3,), 0 in open space, and how far agents take notice."""

    edges: Floats
    cutoff: float


class Rules(NamedTuple):
    """A model's constants by name, a row a species: in single precision for pairs, in double precision for turns."""

    of_pairs: Table
    of_turns: Table

    @classmethod
    def of(cls, constants: Sequence[Mapping[str, float]]) -> Rules:
        """Make the tables of a sequence of species; records, which give numbers by attribute in plain Python, too."""
        names = list(constants[0])
        rows = [tuple(row[name] for name in names) for row in constants]
        single, double = (np.rec.array(rows, [(name, kind) for name in names]) for kind in ("f4", "f8"))
        return cls(single, double)
