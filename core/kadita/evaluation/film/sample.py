"""Frames that stand for all of a film: where the school is, how fast, and how near each other agents are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.block import Frame
from kadita.school.box import Floats
from kadita.school.chunk import frames_at_once
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

SAMPLE = 200  # frames, or fewer with many agents
CUT = 1  # percent of numbers beyond each end of a range, if they would make it twice as wide


def sampled(trajectory: Trajectory, frames: Integers) -> list[Frame]:
    """Return frames with agents, evenly among these.

    Raises:
        KaditaError: no agent is present in any of these frames.
    """
    count = min(len(frames), frames_at_once(trajectory.n_columns, SAMPLE))
    chosen = frames[np.unique(np.linspace(0, len(frames) - 1, count).round().astype(np.int64))]
    sample = [frame for block in trajectory.blocks_of(chosen) for frame in block]
    if not sample:  # agents are there in few frames, if at all
        sample = [block[0] for block, _ in zip(trajectory.blocks_of(frames), range(count), strict=False)]
    if not sample:
        raise KaditaError(f"{trajectory.name}: no agent is present in any of the {len(frames)} frames")
    return sample


def step_of(trajectory: Trajectory, frames: Integers, pairs: int = 8) -> float:
    """Return the median displacement of an agent from one of these frames to the next; NaN if it is not known."""
    steps = []
    for i in np.unique(np.linspace(0, len(frames) - 2, pairs).astype(np.int64)) if len(frames) > 1 else ():
        for block in trajectory.blocks_of(frames[i : i + 2]):
            if len(block) == 2:
                d = block.box.minimum_image(block.positions[1] - block.positions[0])
                steps.append(float(np.median(np.linalg.norm(d, axis=1))))
    return float(np.median(steps)) if steps else np.nan


def extent_of(sample: Sequence[Frame]) -> tuple[Floats, Floats]:
    """Return the least and the greatest coordinates of agents, wrapped into the cell, (3,) and (3,)."""
    low = np.min([frame.wrapped.min(axis=0) for frame in sample], axis=0)
    high = np.max([frame.wrapped.max(axis=0) for frame in sample], axis=0)
    return low, high


def range_of(values: Floats) -> tuple[float, float, bool]:
    """Return the range of the defined values, and whether some are beyond it.

    It leaves out the lowest and the highest percent if all are spread more than twice as far as the others: one agent
    far from all others would leave no difference between these. Without values it is (0, 1).
    """
    v = values[np.isfinite(values)]
    if not len(v):
        return 0.0, 1.0, False
    low, inner, outer, high = np.percentile(v, (0, CUT, 100 - CUT, 100)).tolist()
    if high - low > 2 * (outer - inner) > 0:
        return inner, outer, True
    return low, high, False
