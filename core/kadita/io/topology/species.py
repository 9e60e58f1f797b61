"""SpeciesTable of agents by names that topologies have room for: residues of three letters, segments of four."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

ALIKE = "AGT"  # the residue of agents of a school without groups


class SpeciesTable(NamedTuple):
    """SpeciesTable and who is in which. Without any, one group, whose name and segment are empty."""

    names: list[str]
    residues: list[str]
    segments: list[str]
    of: Integers  # (N,), number of each agent's group

    @property
    def named(self) -> bool:
        """Whether there are groups."""
        return self.names != [""]


def species_table(trajectory: Trajectory) -> SpeciesTable:
    """Return the species of a trajectory as groups, in the order in which they first occur."""
    if trajectory.species is None:
        return SpeciesTable([""], [ALIKE], [""], np.zeros(len(trajectory.agents), dtype=np.int64))
    words = np.asarray(trajectory.species).astype(str)
    found, first, numbers = np.unique(words, return_index=True, return_inverse=True)
    order = np.argsort(first)
    names = found[order].tolist()
    return SpeciesTable(names, shortened(names, 3), shortened(names, 4), np.argsort(order)[numbers])


def shortened(names: list[str], width: int) -> list[str]:
    """Cut names to so many ASCII letters and digits; where two would be alike, the later one ends in a number.

    >>> shortened(["nimble", "nim", "slow fish", "slower", "ä"], 4)
    ['nimb', 'nim', 'slow', 'slo1', 'G']
    """
    taken: dict[str, None] = {}
    for name in names:
        short = whole = re.sub(r"[^A-Za-z0-9]", "", name)[:width] or "G"
        number = 0
        # readers such as PyMOL do not tell capitals from small letters
        while short.lower() in {word.lower() for word in taken}:
            number += 1
            short = f"{whole[: width - len(str(number))]}{number}"
        taken[short] = None
    return list(taken)
