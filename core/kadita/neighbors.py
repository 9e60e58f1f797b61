"""The k nearest neighbours of every agent, by brute force in small schools and by a tree in large ones."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kadita.box import Box, Floats
from kadita.compiled import kernel

Integers = NDArray[np.int64]

INDEX_BITS = 11  # the last bits of a squared distance, in which brute force carries an agent's index
INDEX = np.int64(2**INDEX_BITS - 1)
FARTHEST = np.finfo(np.float64).max


def _few(agents: int, k: int) -> bool:
    """Whether brute force is the faster way: about 0.1 ns x N (k + 2) an agent, where a tree takes 2 us."""
    return agents <= 2**INDEX_BITS and agents * (k + 2) <= 16_000


def nearest(positions: Floats, box: Box, k: int) -> tuple[Integers, Floats]:
    """Find the k nearest neighbours of every agent in every frame.

    Args:
        positions: (T, N, 3), finite.
        box: distances are to the nearest periodic image.
        k: number of neighbours, at least 1.

    Returns:
        Indices and distances, both (T, N, k), nearest first. Where fewer than k others exist: index -1, distance
        inf. Which of several agents at the same distance is taken is not defined; by brute force it is the one of
        the lowest index, and distances that differ by less than 1e-12 of themselves count as the same.
    """
    frames, agents, _ = positions.shape
    indices = np.full((frames, agents, k), -1, dtype=np.int64)
    distances = np.full((frames, agents, k), np.inf)
    if _few(agents, k):
        _brute_force(np.ascontiguousarray(positions), box.array, indices, distances)
        np.sqrt(distances, out=distances)
    else:
        for t in range(frames):
            _tree(box.wrap(positions[t]), box, indices[t], distances[t])
    return indices, distances


@kernel
def _brute_force(positions, lengths, indices, squares):  # type: ignore[no-untyped-def]
    """Offer every agent j to all others at once: it sinks into their lists of the k nearest so far.

    A squared distance carries j in its last bits, so that the least of two numbers is the nearer agent and its index,
    and the loops over all agents are free of branches and run on vector units. The exact squares of the k that were
    found are worked out at the end.
    """
    frames, agents, k = indices.shape
    inverse = np.zeros(3)
    for a in range(3):
        if lengths[a] > 0:
            inverse[a] = 1.0 / lengths[a]
    offered, lists = np.empty(agents), np.empty((k, agents))
    offered_bits, list_bits = offered.view(np.int64), lists.view(np.int64)
    for t in range(frames):
        x, y, z = positions[t, :, 0].copy(), positions[t, :, 1].copy(), positions[t, :, 2].copy()
        lists[:] = math.inf
        for j in range(agents):
            for i in range(agents):
                offered[i] = min(_square(x[i] - x[j], y[i] - y[j], z[i] - z[j], lengths, inverse), FARTHEST)
            for i in range(agents):
                offered_bits[i] = offered_bits[i] & ~INDEX | j
            offered[j] = math.inf
            for place in range(k):
                listed = lists[place]
                for i in range(agents):
                    listed[i], offered[i] = min(offered[i], listed[i]), max(offered[i], listed[i])
        for i in range(agents):
            for place in range(k):
                if lists[place, i] < math.inf:
                    j = list_bits[place, i] & INDEX
                    square = _square(x[i] - x[j], y[i] - y[j], z[i] - z[j], lengths, inverse)
                    _insert(square, j, place, squares[t, i], indices[t, i])


@kernel
def _square(dx, dy, dz, lengths, inverse):  # type: ignore[no-untyped-def]
    """Square of the shortest periodic image of a displacement."""
    dx -= lengths[0] * np.rint(dx * inverse[0])
    dy -= lengths[1] * np.rint(dy * inverse[1])
    dz -= lengths[2] * np.rint(dz * inverse[2])
    return dx * dx + dy * dy + dz * dz


@kernel
def _insert(square, j, place, squares, indices):  # type: ignore[no-untyped-def]
    """Put agent j at this place of a sorted list, or farther to the front where it is nearer."""
    while place > 0 and squares[place - 1] > square:
        squares[place], indices[place] = squares[place - 1], indices[place - 1]
        place -= 1
    squares[place], indices[place] = square, j


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
