"""Rows of (agent, time, position) become frames: gaps become absence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.box import Floats
from kadita.errors import KaditaError
from kadita.memory import Memory
from kadita.trajectory import Chunk


def frames_of_rows(
    name: str, agents: NDArray[Any], times: Floats, positions: Floats, velocities: Floats | None
) -> Memory:
    """Lay rows out as frames, (T, N, 3) with NaN where an agent has no row.

    Args:
        name: of the file, for messages.
        agents: (rows,) identities.
        times: (rows,) times; rows of one time make a frame.
        positions: (rows, 3); a row with NaN is an absence.
        velocities: (rows, 3), or None.

    Raises:
        KaditaError: no rows, times that are not finite, or two rows for one agent at one time.
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
    shape = (len(instants), len(identities), 3)
    x = np.full(shape, np.nan)
    x[row, column] = positions
    v: Floats | None = None
    if velocities is not None:
        v = np.full(shape, np.nan)
        v[row, column] = velocities
    seen = (~np.isnan(x).any(axis=2)).any(axis=0)
    if not seen.any():
        raise KaditaError(f"{name}: expected positions; found none")
    chunk = Chunk(x[:, seen], None if v is None else v[:, seen], instants, None)
    return Memory(name, chunk, identities[seen], {})
