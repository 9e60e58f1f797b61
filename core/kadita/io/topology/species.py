"""Species by short names that fit topologies: residue names of three letters, segments of four."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory


class SpeciesTable(NamedTuple):
    """The species, and which one each agent is of; without species, a single one with empty name and segment."""

    names: list[str]
    residues: list[str]
    segments: list[str]
    indices: Integers  # (N,), of each agent's species

    @property
    def named(self) -> bool:
        """Whether the agents have species."""
        return self.names != [""]


def species_table(trajectory: Trajectory) -> SpeciesTable:
    """Return the species of a trajectory, in the order of their first agents."""
    if trajectory.species is None:
        return SpeciesTable([""], ["AGT"], [""], np.zeros(len(trajectory.agents), dtype=np.int64))
    words = np.asarray(trajectory.species).astype(str)
    unique, first, indices = np.unique(words, return_index=True, return_inverse=True)
    order = np.argsort(first)
    names = unique[order].tolist()
    return SpeciesTable(names, shortened(names, 3), shortened(names, 4), np.argsort(order)[indices])


def shortened(names: list[str], width: int) -> list[str]:
    """Shorten names to `width` ASCII letters and digits; a number at the end keeps them distinct.

    >>> shortened(["nimble", "nim", "slow fish", "slower", "ä"], 4)
    ['nimb', 'nim', 'slow', 'slo1', 'G']
    """
    taken: dict[str, None] = {}
    for name in names:
        short = stem = re.sub(r"[^A-Za-z0-9]", "", name)[:width] or "G"
        number = 0
        # readers such as PyMOL ignore case
        while short.lower() in {word.lower() for word in taken}:
            number += 1
            short = f"{stem[: width - len(str(number))]}{number}"
        taken[short] = None
    return list(taken)
