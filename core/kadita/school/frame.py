"""Frame: one row of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kadita.school.box import Floats
from kadita.school.neighbors import Integers

if TYPE_CHECKING:
    from kadita.school.block import Block


class Frame:
    """Frame `index` of a block, with the block's geometry without the time axis: (N, 3) instead of (T, N, 3)."""

    def __init__(self, block: Block, index: int) -> None:
        self._block = block
        self._index = index
        self.box = block.box
        self.agents = block.agents
        self.attributes = block.attributes

    @property
    def time(self) -> float:
        """Time of the frame."""
        return float(self._block.times[self._index])

    @property
    def number(self) -> int:
        """Number of the frame in its trajectory, counted from 0."""
        return int(self._block.frames[self._index])

    @property
    def positions(self) -> Floats:
        """Positions, (N, 3)."""
        return self._block.positions[self._index]

    @property
    def velocities(self) -> Floats:
        """Velocities, (N, 3); raises NotApplicable if they are unknown."""
        return self._block.velocities[self._index]

    @property
    def speeds(self) -> Floats:
        """Speed of every agent, (N,)."""
        return self._block.speeds[self._index]

    @property
    def moving(self) -> NDArray[np.bool_]:
        """Which agents move, (N,)."""
        return self._block.moving[self._index]

    @property
    def headings(self) -> Floats:
        """Unit vectors of motion, (N, 3); zero for an agent at rest."""
        return self._block.headings[self._index]

    @property
    def wrapped(self) -> Floats:
        """Positions wrapped into the cell, (N, 3)."""
        return self._block.wrapped[self._index]

    @property
    def centroid(self) -> Floats:
        """Centre of the school, (3,); see `Block.centroid`."""
        return self._block.centroid[self._index]

    @property
    def offsets(self) -> Floats:
        """Minimum-image offsets from the centroid, (N, 3)."""
        return self._block.offsets[self._index]

    @property
    def wrapped_offsets(self) -> Floats:
        """Offsets from the mean of wrapped coordinates, (N, 3); see `Block.wrapped_offsets`."""
        return self._block.wrapped_offsets[self._index]

    def neighbor_indices(self, k: int) -> Integers:
        """Indices of the k nearest neighbours, (N, k); -1 where fewer exist."""
        return self._block.neighbor_indices(k)[self._index]

    def neighbor_distances(self, k: int) -> Floats:
        """Distances to the k nearest neighbours, (N, k); inf where fewer exist."""
        return self._block.neighbor_distances(k)[self._index]

    def __repr__(self) -> str:
        return f"<Frame {self.number}, {len(self.agents)} agents, {self.box}>"
