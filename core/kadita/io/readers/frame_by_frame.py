"""Trajectories in files that are read one frame at a time."""

from __future__ import annotations

from abc import abstractmethod
from typing import NamedTuple

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.box import Floats
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory


class FileFrame(NamedTuple):
    """One frame of a file: all agents of the trajectory, NaN where one is absent."""

    positions: Floats  # (N, 3)
    velocities: Floats | None
    time: float
    lengths: Floats | None  # (3,), None in open space


class FrameByFrame(Trajectory):
    """A trajectory whose subclass reads one frame."""

    @abstractmethod
    def frame(self, number: int) -> FileFrame:
        """Return the frame of this number."""

    def read(self, frames: Integers) -> Chunk:
        """Return these frames.

        Raises:
            KaditaError: some of them have a cell, and others none.
        """
        positions, velocities, times, lengths = zip(*map(self.frame, frames.tolist()), strict=True)
        periodic = [cell is not None for cell in lengths]
        if any(periodic) and not all(periodic):
            raise KaditaError(f"{self.name}: expected a cell in every frame or in none; found one in some frames only")
        return Chunk(
            np.array(positions, dtype=np.float64),
            np.array(velocities, dtype=np.float64) if self.has_velocities else None,
            np.array(times, dtype=np.float64),
            np.array(lengths, dtype=np.float64) if all(periodic) else None,
        )
