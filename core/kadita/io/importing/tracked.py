"""A trajectory of tracks that are read, and changed, as frames are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.io.importing.vectors import Vectors
from kadita.plugins.declaration.importer import Tracks
from kadita.school.box import Floats
from kadita.school.chunk import Chunk, concatenated
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.one_column_each import spread


class Places:
    """Which columns of tracks hold which animals, and whether z is set to 0.

    Args:
        tracks: from an importer.
        columns: those that hold animals.
        agents: the animals that are seen, indices among those of the tracks.
        flat: whether z is set to 0.
        velocities: whether frames have them.
    """

    def __init__(self, tracks: Tracks, columns: Integers, agents: Integers, *, flat: bool, velocities: bool) -> None:
        self._identities = tracks.identities
        self._taken = slice(None) if len(columns) == tracks.positions.shape[1] else columns
        self._rank = np.full(len(tracks.agents), -1, dtype=np.int64)
        self._rank[agents] = np.arange(len(agents))
        self._agents, self._flat, self._velocities = len(agents), flat, velocities
        self.reused = tracks.identities is not None and len(columns) < len(agents)
        self.columns = len(columns) if self.reused or tracks.identities is None else len(agents)

    def chunk(self, block: Vectors, times: Floats) -> Chunk:
        """Return a block of frames as a chunk."""
        x = block.positions[:, self._taken]
        v = block.velocities[:, self._taken] if self._velocities and block.velocities is not None else None
        if self._flat:
            z = x[..., 2]
            z[~np.isnan(z)] = 0.0
        identities = None
        if self._identities is not None:
            identities = np.where(block.seen, self._rank[self._identities[block.frames]], -1)[:, self._taken]
        chunk = Chunk(x, v, times[block.frames], None, identities)
        return chunk if self.reused else spread(chunk, self._agents)


class TrackedTrajectory(Trajectory):
    """Tracks that are not held in memory."""

    def __init__(
        self,
        name: str,
        read: Callable[[slice], Vectors],
        places: Places,
        times: Floats,
        agents: NDArray[Any],
        attributes: Mapping[str, Any],
        *,
        velocities: bool,
        species: NDArray[Any] | None,
        dimensions: int | None,
    ) -> None:
        self.name, self.species, self.dimensions = name, species, dimensions
        self._read, self._places, self._times = read, places, times
        self.n_frames, self.agents, self.attributes, self.has_velocities = len(times), agents, attributes, velocities

    @property
    def n_columns(self) -> int:
        """Number of places for agents in a frame."""
        return self._places.columns

    @property
    def reuses_columns(self) -> bool:
        """Whether later agents reuse columns."""
        return self._places.reused

    @property
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""
        return self._times

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        ends = np.flatnonzero(np.diff(frames) != 1) + 1
        runs = [self._run(int(run[0]), int(run[-1]) + 1) for run in np.split(frames, ends) if len(run)]
        if len(runs) == 1:
            return runs[0]
        return concatenated(runs or [self._run(0, 0)])

    def _run(self, first: int, stop: int) -> Chunk:
        return self._places.chunk(self._read(slice(first, stop)), self._times)
