"""Velocities by finite differences of positions."""

from __future__ import annotations

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Chunk, Trajectory
from kadita.school.transforms import View


def with_velocities(trajectory: Trajectory, how: str | None) -> Trajectory:
    """Return the trajectory itself, or if `how` is ``"difference"`` with velocities from finite differences.

    Raises:
        KaditaError: for any other `how`, or for fewer than 2 frames.
    """
    if how is None:
        return trajectory
    if how != "difference":
        raise KaditaError(f"--velocities: expected 'difference'; got '{how}'")
    return Differenced(trajectory)


class Differenced(View):
    """A trajectory with velocities from central differences of the positions of a source.

    v_i = (x_{i+1} - x_{i-1}) / (t_{i+1} - t_{i-1}), with the minimum image of each displacement; one-sided at the
    ends and next to a gap. An agent that is absent before and after a frame has no velocity and is absent from it.
    """

    def __init__(self, source: Trajectory) -> None:
        super().__init__(source)
        self.attributes = dict(source.attributes) | {"velocities": "difference"}
        self.has_velocities = True
        if self.n_frames < 2:
            raise KaditaError(f"{self.name}: finite differences need at least 2 frames; got {self.n_frames}")

    def refresh(self) -> bool:
        """Raise: the velocities of the last frame depend on the next frame."""
        raise KaditaError(f"{self.name}: finite differences need the next frame and cannot be used with --follow")

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, with velocities."""
        before, after = np.maximum(frames - 1, 0), np.minimum(frames + 1, self.n_frames - 1)
        around = np.unique(np.concatenate([before, frames, after]))
        chunk = self.source.read(around)
        if (np.diff(chunk.times) <= 0).any():
            raise KaditaError(f"{self.name}: finite differences need times that increase")
        i, j, k = (np.searchsorted(around, f) for f in (before, frames, after))
        x, t = chunk.positions, chunk.times
        lengths = None if chunk.lengths is None else chunk.lengths[j]
        backward, forward = _minimum_images(x[j] - x[i], lengths), _minimum_images(x[k] - x[j], lengths)
        backward[i == j] = np.nan  # the first frame has no frame before it, the last none after it
        forward[k == j] = np.nan
        elapsed = np.where(np.isnan(backward), 0, (t[j] - t[i])[:, None, None])
        elapsed = elapsed + np.where(np.isnan(forward), 0, (t[k] - t[j])[:, None, None])
        displacement = np.nan_to_num(backward, nan=0.0) + np.nan_to_num(forward, nan=0.0)
        velocities = np.divide(displacement, elapsed, out=np.full_like(displacement, np.nan), where=elapsed > 0)
        return Chunk(x[j], velocities, t[j], lengths)


def _minimum_images(displacements: Floats, lengths: Floats | None) -> Floats:
    if lengths is None:
        return displacements
    cell = lengths[:, None, :]
    shortest: Floats = displacements - cell * np.rint(displacements / cell)
    return shortest
