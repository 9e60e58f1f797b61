"""Chunks: frames as files store them, and the segments in which the same agents are present."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.variables import NONE, Variables

BLOCK_FRAMES = 64
BLOCK_ROWS = 1_000_000  # frames x agents in memory together: about 50 MB of positions and velocities


def frames_at_once(agents: int, size: int = BLOCK_FRAMES) -> int:
    """Return the number of frames that are in memory together: `size`, or fewer if there are many agents."""
    return max(1, min(size, BLOCK_ROWS // max(1, agents)))


class Chunk(NamedTuple):
    """Frames as a file stores them, in C columns: one for each agent of the file, or reused by later agents.

    Attributes:
        positions: (T, C, 3), NaN where nobody is.
        velocities: (T, C, 3), NaN where a velocity is not known; None if none are.
        times: (T,).
        lengths: edges of the cell, (T, 3), 0 along open axes; None in open space.
        identities: (T, C), index among the trajectory's agents of the agent in each column, -1 for nobody; None if
            column i is agent i.
        variables: numbers that agents keep, by name, (T, C) each, NaN where nobody is.
    """

    positions: Floats
    velocities: Floats | None
    times: Floats
    lengths: Floats | None
    identities: Integers | None = None
    variables: Variables = NONE

    def at(self, rows: Any) -> Chunk:
        """Return some of the frames."""
        arrays = (None if field is None else field[rows] for field in self[:5])
        return Chunk._make((*arrays, self.variables.at(rows)))


def concatenated(chunks: Sequence[Chunk]) -> Chunk:
    """Return the frames of several chunks, one after the other."""
    fields = zip(*(chunk[:5] for chunk in chunks), strict=True)
    arrays = (None if parts[0] is None else np.concatenate(parts) for parts in fields)
    kept = chunks[0].variables
    if kept:
        kept = Variables({name: np.concatenate([chunk.variables[name] for chunk in chunks]) for name in kept})
    return Chunk._make((*arrays, kept))


def constant_segments(
    present: NDArray[np.bool_], lengths: Floats | None, identities: Integers | None = None
) -> Iterator[tuple[int, int, Integers]]:
    """Yield the segments of frames in which the same agents are present in the same cell.

    Each is (first frame, last frame + 1, columns of the agents); segments without agents are left out.
    """
    changes = np.not_equal(present[1:], present[:-1]).any(axis=1)
    if identities is not None:
        changes |= (np.not_equal(identities[1:], identities[:-1]) & present[1:]).any(axis=1)
    if lengths is not None:
        changes |= np.not_equal(lengths[1:], lengths[:-1]).any(axis=1)
    edges = [0, *(np.flatnonzero(changes) + 1).tolist(), len(present)]
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        columns = np.flatnonzero(present[a])
        if len(columns):
            yield a, b, columns
