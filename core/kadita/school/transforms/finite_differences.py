"""Velocities from positions, where someone asks for them."""

from __future__ import annotations

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Chunk, Trajectory
from kadita.school.transforms import View


def with_velocities(trajectory: Trajectory, how: str | None) -> Trajectory:
    """Return the trajectory itself, or for ``"difference"`` with velocities from finite differences.

    Raises:
        KaditaError: another word, or too few frames.
    """
    if how is None:
        return trajectory
    if how != "difference":
        raise KaditaError(f"--velocities: expected 'difference'; got '{how}'")
    return Differenced(trajectory)


class Differenced(View):
    """Another trajectory with velocities from central differences of its positions.

    v_i = (x_{i+1} - x_{i-1}) / (t_{i+1} - t_{i-1}), each step to the nearest periodic image; one-sided at the ends and
    beside a gap. An agent seen in one frame alone has no velocity and is absent from that frame.
    """

    def __init__(self, source: Trajectory) -> None:
        super().__init__(source)
        self.attributes = dict(source.attributes) | {"velocities": "difference"}
        self.has_velocities = True
        if self.n_frames < 2:
            raise KaditaError(f"{self.name}: finite differences need at least 2 frames; there is {self.n_frames}")

    def refresh(self) -> bool:
        """Refuse: the last frame's velocities change with the frame that comes next."""
        raise KaditaError(f"{self.name}: finite differences need the frame that comes next; they cannot be followed")

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
        back, ahead = _steps(x[j] - x[i], lengths), _steps(x[k] - x[j], lengths)
        back[i == j] = np.nan  # the first frame has nothing before it, the last nothing after it
        ahead[k == j] = np.nan
        elapsed = np.where(np.isnan(back), 0, (t[j] - t[i])[:, None, None])
        elapsed = elapsed + np.where(np.isnan(ahead), 0, (t[k] - t[j])[:, None, None])
        moved = np.nan_to_num(back, nan=0.0) + np.nan_to_num(ahead, nan=0.0)
        velocities = np.divide(moved, elapsed, out=np.full_like(moved, np.nan), where=elapsed > 0)
        return Chunk(x[j], velocities, t[j], lengths)


def _steps(displacements: Floats, lengths: Floats | None) -> Floats:
    if lengths is None:
        return displacements
    cell = lengths[:, None, :]
    shortest: Floats = displacements - cell * np.rint(displacements / cell)
    return shortest
