"""How far positions are from 0, and how finely float32 resolves their steps there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kadita.school.box import Box, Floats
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import Differenced
from kadita.school.transforms.smoothed import Smoothed

FINE = 1000  # parts of the usual step that float32 is to resolve


class Extent(NamedTuple):
    """Lowest and highest coordinates of a trajectory, (3,) each, its usual step, and the edges of its first cell."""

    low: Floats
    high: Floats
    step: float
    edges: Floats  # (3,), 0 along open axes

    def largest(self, origin: Floats) -> float:
        """Return the largest magnitude of a coordinate relative to an origin, (3,)."""
        return float(np.maximum(abs(self.low - origin), abs(self.high - origin)).max())

    @property
    def rounding(self) -> float:
        """Return by how much float32 rounds positions, where that is more than a thousandth of a step; otherwise 0.

        Where no step is known, the step is that of the region.
        """
        return self.rounding_from(np.zeros(3), FINE)

    def rounding_from(self, origin: Floats, parts: int) -> float:
        """Return by how much float32 rounds positions from an origin, if a step has fewer such parts; otherwise 0."""
        if not np.isfinite(self.low).all():
            return 0.0
        most = min(self.largest(origin), float(np.finfo(np.float32).max))
        with np.errstate(over="ignore"):
            spacing = float(np.spacing(np.float32(most)))
        step = self.step if np.isfinite(self.step) else float((self.high - self.low).max())
        return spacing if parts * spacing > step else 0.0

    @property
    def origin(self) -> Floats | None:
        """What to subtract from positions, (3,): the middle along open axes; None where that does not help."""
        if not self.rounding:
            return None
        middle = np.where(self.edges > 0, 0.0, np.rint((self.low + self.high) / 2))
        return middle if self.largest(np.zeros(3)) > 2 * self.largest(middle) else None


def extent_of(trajectory: Trajectory) -> Extent:
    """Read all frames once; a damaged input raises here, before the output file is touched."""
    while isinstance(trajectory, Differenced | Smoothed):  # which would compute velocities that are not needed
        trajectory = trajectory.source
    low, high, edges = np.full(3, np.inf), np.full(3, -np.inf), np.zeros(3)
    steps = []
    for numbers, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
        present = trajectory.presence(numbers, chunk)
        x = chunk.positions
        low = np.fmin(low, np.fmin.reduce(x, axis=(0, 1), initial=np.inf, where=present[..., None]))
        high = np.fmax(high, np.fmax.reduce(x, axis=(0, 1), initial=-np.inf, where=present[..., None]))
        if numbers[0] == 0 and chunk.lengths is not None:
            edges = chunk.lengths[0]
        box = Box.of_edges(edges)
        with np.errstate(over="ignore"):  # numbers beyond float32 are refused where they are written
            step = np.linalg.norm(box.minimum_image(np.diff(x, axis=0)), axis=2)
        if len(moving := step[step > 0]):
            steps.append(np.median(moving))
    return Extent(low, high, float(np.median(steps)) if steps else np.inf, edges)
