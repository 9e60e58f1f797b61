"""A trajectory held in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory


class InMemoryTrajectory(Trajectory):
    """A trajectory held in memory: imported tracks, or a single block."""

    def __init__(
        self,
        name: str,
        chunk: Chunk,
        agents: NDArray[Any],
        attributes: Mapping[str, Any],
        *,
        species: NDArray[Any] | None = None,
        dimensions: int | None = None,
    ) -> None:
        self.name, self.species, self.dimensions = name, species, dimensions
        self._chunk = chunk
        self.n_frames = len(chunk.times)
        self.agents = agents
        self.has_velocities = chunk.velocities is not None
        self.attributes = attributes
        self.variables = tuple(chunk.variables)

    @classmethod
    def of_block(cls, block: Block) -> InMemoryTrajectory:
        """Return a trajectory that consists of one block."""
        velocities = block.velocities if block.has_velocities else None
        lengths = block.box.repeated(len(block))
        chunk = Chunk(block.positions, velocities, block.times, lengths, variables=block.variables)
        return cls("block", chunk, block.agents, block.attributes, species=block.species, dimensions=block.dimensions)

    @property
    def n_columns(self) -> int:
        """Number of places for agents in a frame."""
        return self._chunk.positions.shape[1]

    @property
    def reuses_columns(self) -> bool:
        """Whether later agents reuse columns."""
        return self._chunk.identities is not None

    @property
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""
        return self._chunk.times

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        return self._chunk.at(frames)
