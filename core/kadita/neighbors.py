"""The k nearest neighbours of every agent, by brute force in small schools and by a tree in large ones."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kadita.box import Box, Floats
from kadita.compiled import kernel

Integers = NDArray[np.int64]

# Brute force costs N^2, a tree N log N with a larger constant: measured equal between 1,500 and 3,000 agents.
BRUTE_FORCE_UP_TO = 2000


def nearest(positions: Floats, box: Box, k: int) -> tuple[Integers, Floats]:
    """Find the k nearest neighbours of every agent in every frame.

    Args:
        positions: (T, N, 3), finite.
        box: distances are to the nearest periodic image.
        k: number of neighbours, at least 1.

    Returns:
        Indices and distances, both (T, N, k), nearest first; agents at equal distance come in the order of
        their indices by brute force. Where fewer than k others exist: index -1, distance inf.
    """
    frames, agents, _ = positions.shape
    indices = np.full((frames, agents, k), -1, dtype=np.int64)
    distances = np.full((frames, agents, k), np.inf)
    if agents <= BRUTE_FORCE_UP_TO:
        _brute_force(np.ascontiguousarray(positions), box.array, indices, distances)
        np.sqrt(distances, out=distances)
    else:
        for t in range(frames):
            _tree(box.wrap(positions[t]), box, indices[t], distances[t])
    return indices, distances


@kernel
def _brute_force(positions, lengths, indices, squares):  # type: ignore[no-untyped-def]
    frames, agents, k = indices.shape
    inverse = np.zeros(3)
    for a in range(3):
        if lengths[a] > 0:
            inverse[a] = 1.0 / lengths[a]
    row = np.empty(agents)
    for t in range(frames):
        x = positions[t, :, 0].copy()
        y = positions[t, :, 1].copy()
        z = positions[t, :, 2].copy()
        for i in range(agents):
            for j in range(agents):  # kept free of branches, so that it runs on vector units
                dx = x[j] - x[i]
                dy = y[j] - y[i]
                dz = z[j] - z[i]
                dx -= lengths[0] * np.rint(dx * inverse[0])
                dy -= lengths[1] * np.rint(dy * inverse[1])
                dz -= lengths[2] * np.rint(dz * inverse[2])
                row[j] = dx * dx + dy * dy + dz * dz
            row[i] = math.inf
            best, which = squares[t, i], indices[t, i]
            for j in range(agents):
                if row[j] < best[k - 1]:
                    place = k - 1
                    while place > 0 and best[place - 1] > row[j]:
                        best[place] = best[place - 1]
                        which[place] = which[place - 1]
                        place -= 1
                    best[place] = row[j]
                    which[place] = j


def _tree(positions: Floats, box: Box, indices: Integers, distances: Floats) -> None:
    from scipy.spatial import cKDTree

    agents, k = indices.shape
    found = min(k + 1, agents)  # the agent itself is among them
    tree = cKDTree(positions, boxsize=box.lengths)
    d, j = tree.query(positions, k=np.arange(1, found + 1))
    own = j == np.arange(agents)[:, None]
    own[~own.any(axis=1), -1] = True  # more than k coincident agents can hide it: drop the farthest instead
    keep = ~own
    indices[:, : found - 1] = j[keep].reshape(agents, found - 1)
    distances[:, : found - 1] = d[keep].reshape(agents, found - 1)
