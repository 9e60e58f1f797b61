"""Some of the agents of a trajectory, by species or by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError, did_you_mean
from kadita.school.block import Block
from kadita.school.chunk import Chunk
from kadita.school.input_arrays import names_of
from kadita.school.neighbors import Integers
from kadita.school.read_only import read_only
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View

KEYS = ("species", "agent")
FEW = 5  # names that are all said where one is not known


class Selected(View):
    """A trajectory with some of the agents of a source; neighbours, centre and clusters are those among them.

    Args:
        source: the trajectory.
        which: indices of the agents, increasing.
        choices: what the user chose, to be recorded.
    """

    def __init__(self, source: Trajectory, which: Integers, choices: Iterable[str] = ()) -> None:
        super().__init__(source)
        self._choices = tuple(choices)
        self.which = which
        self._places = np.full(len(source.agents), -1)
        self._places[which] = np.arange(len(which))
        self.agents = source.agents[which]
        self.species = None if source.species is None else source.species[which]
        self._all_species = names_of(self.species)

    @property
    def n_columns(self) -> int:
        """Number of columns in which frames hold agents."""
        return self.source.n_columns if self.source.reuses_columns else len(self.agents)

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the source, and the choices."""
        return self.source.fingerprint() | {"select": list(self._choices)}

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, of the selected agents."""
        chunk = self.source.read(frames)
        if chunk.identities is None:
            v = None if chunk.velocities is None else chunk.velocities[:, self.which]
            kept = chunk.variables.at((slice(None), self.which))
            return chunk._replace(positions=chunk.positions[:, self.which], velocities=v, variables=kept)
        places = np.where(chunk.identities >= 0, self._places[chunk.identities], -1)
        x = np.where((places >= 0)[..., None], chunk.positions, np.nan)
        return chunk._replace(positions=x, identities=places)

    def narrowed(self, block: Block) -> Block | None:
        """Return a block of the source with the selected agents alone; None if none of them is in it."""
        places = self._places[block.members]
        inside = np.flatnonzero(places >= 0)
        if not len(inside):
            return None
        narrowed = block.of_agents(inside)
        narrowed.all_species = self._all_species
        narrowed.members = read_only(places[inside])
        narrowed.columns = block.columns[inside] if self.source.reuses_columns else narrowed.members
        return narrowed


def selected(trajectory: Trajectory, choices: Iterable[str]) -> Trajectory:
    """Return a trajectory of the agents that all choices name: ``"species=NAME"``, ``"agent=NAME,NAME"``.

    Raises:
        KaditaError: another form, a name that does not occur, or no agent left.
    """
    which, choices = np.ones(len(trajectory.agents), bool), tuple(choices)
    for choice in choices:
        key, equals, text = (part.strip() for part in choice.partition("="))
        expected = f"--select: expected species=NAME or agent=NAME, commas between several; got '{choice}'"
        if not equals or key not in KEYS or not text:
            raise KaditaError(expected)
        labels = _labels(trajectory, key)
        names = _names(trajectory, key, labels.tolist(), text)
        if not names:
            raise KaditaError(expected)
        which &= np.isin(labels, names)
    if not which.any():
        raise KaditaError(f"{trajectory.name}: no agent is selected; --select leaves none of {len(which)}")
    return trajectory if which.all() else Selected(trajectory, np.flatnonzero(which), choices)


def species_of(trajectory: Trajectory, option: str) -> NDArray[Any]:
    """Return the species of all agents, (N,).

    Raises:
        KaditaError: the trajectory has none.
    """
    if trajectory.species is None:
        raise KaditaError(f"{trajectory.name}: expected species for {option}; it has none")
    return np.asarray(trajectory.species).astype(str)


def _labels(trajectory: Trajectory, key: str) -> NDArray[Any]:
    return (
        species_of(trajectory, "--select species=") if key == "species" else np.asarray(trajectory.agents).astype(str)
    )


def _names(trajectory: Trajectory, key: str, labels: list[str], text: str) -> list[str]:
    """Return the names in a text: a name with a comma in it, or several with commas between them."""
    known = dict.fromkeys(labels)
    names = [text] if text in known else [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            shown = ", ".join(list(known)[:8]) + (", ..." if len(known) > 8 else "")
            near, every = did_you_mean(name, known), f"; there are: {shown}"
            hint = near + every if len(known) <= FEW else near or every
            raise KaditaError(f"{trajectory.name}: there is no {key} '{name}' to select{hint}")
    return names
