"""Velocities by finite differences of positions."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.box import Floats, minimum_image
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View

GAP = 1.5  # a step longer than so many usual ones is a gap: nearer to two steps, of which a frame is lost, than to one
MANY_FRAMES = 20_000  # of more, steps are sampled: some formats decode positions to find times
SAMPLED = 1000


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


def longest_step(times: Floats) -> float:
    """Return the longest step in time that is no gap: 1.5 times the median, which gaps do not change if they are rare.

    It is infinite for fewer than two steps, of which none is usual.
    """
    return GAP * float(np.median(np.diff(times))) if len(times) > 2 else np.inf


class Differenced(View):
    """A trajectory with velocities from central differences of the positions of a source.

    v_i = (x_{i+1} - x_{i-1}) / (t_{i+1} - t_{i-1}), with the minimum image of each displacement; one-sided at the
    ends and next to a gap. A gap is a frame from which the agent is absent, or a step in time longer than 1.5 times the
    usual one, the median (see `longest_step`). An agent with gaps on both sides has no velocity.
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

    @cached_property
    def _longest_step(self) -> float:
        """The same whichever frames are read, and in whichever process; see `longest_step`."""
        if self.n_frames <= MANY_FRAMES:
            return longest_step(self.times)
        sample = np.random.default_rng(0).choice(self.n_frames - 1, SAMPLED, replace=False)
        steps = [np.diff(self.source.read(np.array([f, f + 1])).times)[0] for f in np.sort(sample)]
        return GAP * float(np.median(steps))

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, with velocities."""
        before, after = np.maximum(frames - 1, 0), np.minimum(frames + 1, self.n_frames - 1)
        around = np.unique(np.concatenate([before, frames, after]))
        chunk = self.source.read(around)
        if (np.diff(chunk.times) <= 0).any():
            raise KaditaError(f"{self.name}: finite differences need times that increase")
        i, j, k = (np.searchsorted(around, f) for f in (before, frames, after))
        backward, forward = self._step(chunk, i, j), self._step(chunk, j, k)
        t = chunk.times
        elapsed = np.where(np.isnan(backward), 0, (t[j] - t[i])[:, None, None])
        elapsed = elapsed + np.where(np.isnan(forward), 0, (t[k] - t[j])[:, None, None])
        displacement = np.nan_to_num(backward, nan=0.0) + np.nan_to_num(forward, nan=0.0)
        velocities = np.divide(displacement, elapsed, out=np.full_like(displacement, np.nan), where=elapsed > 0)
        return chunk._replace(velocities=None).at(j)._replace(velocities=velocities)

    def _step(self, chunk: Chunk, start: Integers, end: Integers) -> Floats:
        """Return the displacements from frames to the next, (T, N, 3); NaN across a gap, and to another agent."""
        x, t, lengths, identities = chunk.positions, chunk.times, chunk.lengths, chunk.identities
        step: Floats = x[end] - x[start]
        if lengths is not None:
            step = minimum_image(step, lengths[end][:, None, :])
        step[(start == end) | (t[end] - t[start] > self._longest_step)] = np.nan
        if identities is not None:  # columns are reused by later agents
            step[identities[start] != identities[end]] = np.nan
        return step
