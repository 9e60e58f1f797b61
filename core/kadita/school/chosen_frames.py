"""Which frames of a trajectory a slice and times choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.neighbors import Integers

if TYPE_CHECKING:
    from kadita.school.trajectory import Trajectory


def chosen(
    trajectory: Trajectory,
    start: int | None,
    stop: int | None,
    step: int | None,
    *,
    begin: float | None,
    end: float | None,
    dt: float | None,
    none: bool,
) -> Integers:
    """Return the numbers of frames; see `Trajectory.frame_numbers`.

    Raises:
        KaditaError: if the step is below 1, or no frames are selected.
    """
    if step is not None and step < 1:
        raise KaditaError(f"--step: expected at least 1; got {step}")
    frames = np.arange(trajectory.n_frames)[slice(start, stop, step)]
    if not (begin is end is dt is None):
        times = trajectory.times[frames]
        keep = np.ones(len(frames), dtype=bool)
        if begin is not None:
            keep &= times >= begin
        if end is not None:
            keep &= times <= end
        if dt is not None:
            if not 0 < dt < np.inf:
                raise KaditaError(f"--dt: expected a time above 0; got {dt:g}")
            with np.errstate(over="ignore", invalid="ignore"):
                multiples = (times - trajectory.times[0]) / dt
                keep &= np.abs(multiples - np.rint(multiples)) < 1e-4  # times may have been stored as float32
        frames = frames[keep]
    if len(frames) == 0 and not none:
        raise KaditaError(
            f"{trajectory.name}: no frames selected; there are {trajectory.n_frames} frames, "
            f"times {trajectory.times[0]:g} to {trajectory.times[-1]:g}"
        )
    return frames
