"""Rows of (agent, time, position) become frames, and gaps absence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks

Floats = NDArray[np.float64]
MOST_PLACES = 50_000_000  # agents x frames: 1.2 GB of positions


def frames_of_rows(
    name: str, agents: NDArray[Any], times: Floats, positions: Floats, velocities: Floats | None, **known: Any
) -> Tracks:
    """Lay rows out as frames, (T, N, 3) with NaN where an agent has no row.

    Where frames are counted, those between the first and the last in which there is no row at all are there, too: they
    are a gap in every track, and no velocity must reach across it.

    Args:
        name: of the file, for messages.
        agents: (rows,) identities.
        times: (rows,) times; rows of one time make a frame.
        positions: (rows, 3) or (rows, 2); a row with NaN is an absence.
        velocities: of the same shape, or None.
        known: what else the file says; see `kadita.Tracks`.

    Raises:
        KaditaError: no rows, times that are not finite, two rows for one agent at one time, or more frames and agents
            than can be held.
    """
    if len(agents) == 0:
        raise KaditaError(f"{name}: expected at least one row; found none")
    if not np.isfinite(times).all():
        raise KaditaError(f"{name}: expected finite times; found {times[~np.isfinite(times)][0]}")
    identities, column = np.unique(agents, return_inverse=True)
    instants, row = np.unique(times, return_inverse=True)
    places, counts = np.unique(row * len(identities) + column, return_counts=True)
    if (counts > 1).any():
        t, i = divmod(int(places[counts > 1][0]), len(identities))
        raise KaditaError(
            f"{name}: expected one row for an agent at a time; agent {identities[i]} has more at {instants[t]:g}"
        )
    counts = bool(known.get("counts_frames"))
    frames = instants[-1] - instants[0] + 1 if counts else len(instants)
    if frames * len(identities) > MOST_PLACES:
        raise KaditaError(
            f"{name}: expected at most {MOST_PLACES} places for agents in frames; found {len(identities)} agents in "
            f"{frames:.9g} frames, which memory cannot hold; convert it in parts"
        )
    if counts:
        instants, row = _every_frame(name, instants, row)
    x = np.full((len(instants), len(identities), positions.shape[1]), np.nan)
    x[row, column] = positions
    v: Floats | None = None
    if velocities is not None:
        v = np.full_like(x, np.nan)
        v[row, column] = velocities
    return Tracks(identities, x, instants, velocities=v, **known)


def _every_frame(name: str, frames: Floats, row: NDArray[Any]) -> tuple[Floats, NDArray[Any]]:
    """Return all frames from the first to the last, and the place of each row among them."""
    if not np.array_equal(frames, np.rint(frames)):
        raise KaditaError(f"{name}: expected whole numbers of frames; found {frames[frames != np.rint(frames)][0]:g}")
    every = frames[0] + np.arange(int(frames[-1] - frames[0]) + 1)
    return every, (frames - frames[0]).astype(np.int64)[row]
