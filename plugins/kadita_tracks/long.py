"""Arrange rows of (agent, time, position) as frames; gaps become absence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats

MOST_VALUES = 50_000_000  # agents x frames: 1.2 GB of positions


def frames_of_rows(
    name: str, agents: NDArray[Any], times: Floats, positions: Floats, velocities: Floats | None, **known: Any
) -> Tracks:
    """Arrange rows as frames, (T, N, 3) or (T, N, 2), with NaN where an agent has no row.

    If times are frame numbers, frames without any row between the first and the last are included: they are gaps in
    every track, and finite differences must not span them.

    Args:
        name: name of the file, for messages.
        agents: (rows,) identities.
        times: (rows,) times; rows with equal times form a frame.
        positions: (rows, 3) or (rows, 2); NaN where the agent is absent.
        velocities: same shape as positions, or None.
        known: further fields of `kadita.Tracks`.

    Raises:
        KaditaError: there are no rows, times are not finite, an agent has two rows at one time, or frames x agents
            exceed the memory limit.
    """
    if len(agents) == 0:
        raise KaditaError(f"{name}: expected at least one row; found none")
    if not np.isfinite(times).all():
        raise KaditaError(f"{name}: expected finite times; found {times[~np.isfinite(times)][0]}")
    identities, column = np.unique(agents, return_inverse=True)
    instants, row = np.unique(times, return_inverse=True)
    cells, counts = np.unique(row * len(identities) + column, return_counts=True)
    if (counts > 1).any():
        t, i = divmod(int(cells[counts > 1][0]), len(identities))
        raise KaditaError(
            f"{name}: expected one row per agent and time; agent {identities[i]} has more at {instants[t]:g}"
        )
    counts_frames = bool(known.get("counts_frames"))
    frames = instants[-1] - instants[0] + 1 if counts_frames else len(instants)
    if frames * len(identities) > MOST_VALUES:
        raise KaditaError(
            f"{name}: expected at most {MOST_VALUES} for agents x frames; found {len(identities)} agents in "
            f"{frames:.9g} frames, which exceed the memory; convert the file in parts"
        )
    if counts_frames:
        instants, row = _every_frame(name, instants, row)
    x = np.full((len(instants), len(identities), positions.shape[1]), np.nan)
    x[row, column] = positions
    v: Floats | None = None
    if velocities is not None:
        v = np.full_like(x, np.nan)
        v[row, column] = velocities
    return Tracks(identities, x, instants, velocities=v, **known)


def _every_frame(name: str, frames: Floats, row: NDArray[Any]) -> tuple[Floats, NDArray[Any]]:
    """Return all frame numbers from the first to the last, (T,), and the index of each row's frame, (rows,)."""
    if not np.array_equal(frames, np.rint(frames)):
        raise KaditaError(f"{name}: expected integer frame numbers; found {frames[frames != np.rint(frames)][0]:g}")
    every = frames[0] + np.arange(int(frames[-1] - frames[0]) + 1)
    return every, (frames - frames[0]).astype(np.int64)[row]
