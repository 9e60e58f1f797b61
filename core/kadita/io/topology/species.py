"""Species by short names that fit topologies: residue names of three letters, segments of four, types of seven."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

TYPE = "C"  # of agents without species
TYPE_LETTERS = 7  # of an atom type: chemfiles refuses eight, and cpptraj reads seven


class SpeciesTable(NamedTuple):
    """The species, and which one each agent is of; without species, a single one with empty name and segment."""

    names: list[str]
    residues: list[str]
    segments: list[str]
    types: list[str]
    indices: Integers  # (N,), of each agent's species

    @property
    def named(self) -> bool:
        """Whether the agents have species."""
        return self.names != [""]


def species_table(trajectory: Trajectory) -> SpeciesTable:
    """Return the species of a trajectory, in the order of their first agents."""
    if trajectory.species is None or trajectory.reuses_columns:
        return SpeciesTable([""], ["AGT"], [""], [TYPE], np.zeros(trajectory.n_columns, dtype=np.int64))
    words = np.asarray(trajectory.species).astype(str)
    unique, first, indices = np.unique(words, return_index=True, return_inverse=True)
    order = np.argsort(first)
    names = unique[order].tolist()
    return SpeciesTable(names, shortened(names, 3), shortened(names, 4), types_of(names), np.argsort(order)[indices])


def types_of(names: list[str]) -> list[str]:
    """Return names as atom types: as they stand where they fit, otherwise shortened to seven letters.

    >>> types_of(["prey", "big prey", "predators"])
    ['prey', 'bigprey', 'predato']
    """
    short = shortened(names, TYPE_LETTERS)
    fitting = [re.fullmatch(r"[!-~]+", name) is not None and len(name) <= TYPE_LETTERS for name in names]
    kept = [name if fits else brief for name, fits, brief in zip(names, fitting, short, strict=True)]
    return kept if len(set(kept)) == len(kept) else short


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
