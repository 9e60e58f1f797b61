"""What the first step of recorded agents tells: whether float32 resolves it, and whether velocities are dr/dt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kadita.school.box import Box, Floats

COARSE = 16  # parts of a step that float32 is to resolve at least; `kadita validate` warns of fewer
AHEAD = 0.9  # cosine between velocities of an agent that hardly turned meanwhile
DIFFERENT = 0.5  # of a speed, between velocities that cannot both be dr/dt: half the speed, or 30 degrees off


class Frames(NamedTuple):
    """Positions (T, N, 3), in the cell; velocities, or None; times (T,)."""

    positions: Floats
    velocities: Floats | None
    times: Floats

    def cut(self, some: slice) -> Frames:
        """Return some of the frames."""
        v = self.velocities
        return Frames(self.positions[some], None if v is None else v[some], self.times[some])

    def copy(self) -> Frames:
        """Return frames of their own memory."""
        v = self.velocities
        return Frames(self.positions.copy(), None if v is None else v.copy(), self.times.copy())

    def followed_by(self, later: Frames) -> Frames:
        """Return both, one after the other."""
        a, b = self.velocities, later.velocities
        return Frames(
            np.concatenate([self.positions, later.positions]),
            None if a is None or b is None else np.concatenate([a, b]),
            np.concatenate([self.times, later.times]),
        )


def remarks_on_step(frames: Frames, box: Box, origin: Floats, *, rates: bool) -> Iterator[str] | None:
    """Yield remarks on the step between two frames; return None if nobody moved.

    Args:
        frames: two.
        box: the cell.
        origin: (3,), subtracted from positions before they are stored.
        rates: whether velocities are said to be dr/dt.
    """
    step = box.minimum_image(frames.positions[1] - frames.positions[0])
    if not (np.abs(step) > 0).any():
        return None
    return _remarks(step, frames, box, origin, rates=rates)


def _remarks(step: Floats, frames: Frames, box: Box, origin: Floats, *, rates: bool) -> Iterator[str]:
    longest = np.abs(step).max(axis=1)
    usual = float(np.median(longest[longest > 0]))  # NaN, where an agent is absent, is not
    largest = float(np.nanmax(np.abs(frames.positions - origin)))
    rounding = float(np.spacing(np.float32(largest)))
    if usual < COARSE * rounding:
        yield (
            f"positions of {largest:.3g} are rounded to {rounding:.2g} in single precision, where steps are "
            f"{usual:.2g}; record(origin=...) subtracts an origin near the agents, or record longer steps"
        )
    if rates and frames.velocities is not None:
        yield from _on_velocities(step / float(frames.times[1] - frames.times[0]), frames, box)


def _on_velocities(rate: Floats, frames: Frames, box: Box) -> Iterator[str]:
    """Yield a remark if agents that kept their heading did not move as their velocities say.

    Agents that turned between frames moved less far than they swam, and those that swam half a cell cannot be followed:
    they tell nothing.
    """
    assert frames.velocities is not None
    speeds = np.linalg.norm(frames.velocities, axis=2)
    along = np.einsum("ia,ia->i", *frames.velocities) >= AHEAD * speeds[0] * speeds[1]
    near = speeds.max(axis=0) * float(frames.times[1] - frames.times[0]) < box.shortest / 2
    steady = along & near & np.isfinite(rate).all(axis=1)
    if not steady.any():
        return
    velocity, rate = frames.velocities.mean(axis=0)[steady], rate[steady]
    said, moved, apart = (float(np.median(np.linalg.norm(v, axis=1))) for v in (velocity, rate, velocity - rate))
    if apart > DIFFERENT * max(said, moved):
        yield (
            f"velocities are {said:.3g} in the median, agents move {moved:.3g} per unit of time, and these differ by "
            f'{apart:.3g}; if velocities are not dr/dt, say so: record(velocities="heading") or "orientation"'
        )
