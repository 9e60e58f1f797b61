"""Frames one at a time, for writers of molecular dynamics formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.io.open_axes import with_edges
from kadita.io.writers.formats import Progress
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory


class Snapshot(NamedTuple):
    """One frame: all agents of the trajectory, and which of them are present."""

    number: int
    positions: Floats  # (N, 3), NaN where an agent is absent
    velocities: Floats | None
    time: float
    lengths: Floats | None  # (3,), 0 along open axes, None in open space
    present: NDArray[np.bool_]  # (N,)

    @property
    def edges(self) -> Floats | None:
        """Edges above 0 along open axes too, (3,), for formats that know none; None in open space."""
        return None if self.lengths is None else with_edges(self.lengths[None], self.positions[None])[0]

    def rows(self, agents: Integers) -> list[list[float]]:
        """Return position and, where frames have velocities, velocity of these agents, one row each."""
        return np.hstack([v[agents] for v in (self.positions, self.velocities) if v is not None]).tolist()


def snapshots(trajectory: Trajectory, progress: Progress = None, frames: Integers | None = None) -> Iterator[Snapshot]:
    """Yield the frames in order, all of them by default.

    Raises:
        KaditaError: a frame holds an infinite number.
    """
    frames = np.arange(trajectory.n_frames) if frames is None else frames
    done = 0
    for numbers, chunk in trajectory.chunks_of(frames):
        present = trajectory.presence(numbers, chunk)
        for row, number in enumerate(numbers.tolist()):
            v = None if chunk.velocities is None else chunk.velocities[row]
            lengths = None if chunk.lengths is None else chunk.lengths[row]
            yield Snapshot(number, chunk.positions[row], v, float(chunk.times[row]), lengths, present[row])
            done += 1
            if progress is not None:
                progress(done, len(frames))


def complete_snapshots(
    trajectory: Trajectory, ending: str, progress: Progress = None, frames: Integers | None = None
) -> Iterator[Snapshot]:
    """Yield the frames for a format that requires every agent in every frame.

    Raises:
        KaditaError: an agent is absent from a frame.
    """
    for snapshot in snapshots(trajectory, progress, frames):
        missing = np.flatnonzero(~snapshot.present)
        if len(missing):
            number = "1 agent is" if len(missing) == 1 else f"{len(missing)} agents are"
            raise KaditaError(
                f"{trajectory.name}: expected every agent in every frame, as {ending} requires; "
                f"{number} absent from frame {snapshot.number} (agent {trajectory.agents[missing[0]]}); write .xyz, "
                "whose frames can differ in their number of agents"
            )
        yield snapshot


def species_of(trajectory: Trajectory, default: str) -> tuple[list[str], Integers]:
    """Return the names of the species, without blanks, and the index of each agent's species, (N,)."""
    if trajectory.species is None:
        return [default], np.zeros(len(trajectory.agents), dtype=np.int64)
    names, numbers = np.unique(np.asarray(trajectory.species).astype(str), return_inverse=True)
    return ["_".join(name.split()) or "_" for name in names.tolist()], numbers


def integer_identities(trajectory: Trajectory) -> tuple[Integers, list[str]]:
    """Return the identities as integers, (N,), for formats without names, and a remark if they are names."""
    agents = np.asarray(trajectory.agents)
    if np.issubdtype(agents.dtype, np.integer):
        return agents.astype(np.int64), []
    first = ", ".join(f"{i} is {name}" for i, name in enumerate(agents[:3].tolist()))
    return np.arange(len(agents)), [f"agents are numbered in order, as the format cannot store names: {first}, ..."]


def bounds_of(trajectory: Trajectory) -> tuple[Floats, Floats]:
    """Return the lowest and highest coordinates of all frames, (3,) each, for formats that require a cell."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for snapshot in snapshots(trajectory):
        known = snapshot.positions[snapshot.present]
        if len(known):
            low, high = np.minimum(low, known.min(axis=0)), np.maximum(high, known.max(axis=0))
    if not np.isfinite(low).all():
        raise KaditaError(f"{trajectory.name}: expected positions; found none")
    return low, high
