"""The k nearest neighbours of every agent, by brute force in small schools and by a tree in large ones."""

from __future__ import annotations

import numpy as np

from kadita.school.box import Box, Floats, Integers

__all__ = ["Integers", "nearest"]  # others have the type from here
MOST = 6  # neighbours that coarse lists hold

# Where brute force takes as long as the tree. Measured at k = 6, ns an agent, one core at 2.6 GHz with AVX-512, uniform
# schools of 500, 700, 1000 and 1500: brute force 240, 300, 410 and 570; the tree 280, 370, 310 and 520 in a periodic
# cell, 190, 230, 210 and 270 in open space. With k = 10, which coarse lists do not hold: 2300 and 1700 with 300 agents.
BRUTE_FORCE_UP_TO = 700
BRUTE_FORCE_OF_MANY_UP_TO = 200


def _by_brute_force(agents: int, k: int) -> bool:
    return agents <= (BRUTE_FORCE_UP_TO if k <= MOST else BRUTE_FORCE_OF_MANY_UP_TO)


def nearest(positions: Floats, box: Box, k: int) -> tuple[Integers, Floats]:
    """Find the k nearest neighbours of every agent in every frame.

    Args:
        positions: (T, N, 3), finite.
        box: distances are to the nearest periodic image.
        k: number of neighbours, at least 1.

    Returns:
        Indices and distances, both (T, N, k), nearest first. Where fewer than k others exist: index -1, distance
        inf. Which of several agents at the same distance is taken is not defined; by brute force it is the one of
        the lowest index.
    """
    frames, agents, _ = positions.shape
    indices, distances = np.empty((frames, agents, k), np.int64), np.empty((frames, agents, k))
    inside = np.ascontiguousarray(box.wrap(positions)).view()
    inside.flags.writeable = False  # always: kernels are compiled once for each kind of argument
    if _by_brute_force(agents, k):
        from kadita.school.neighbors.brute_force import brute_force

        with np.errstate(over="ignore"):  # whole numbers wrap as the cell does; as plain Python NumPy would warn
            brute_force(inside, box.array, indices, distances)
    else:
        from kadita.school.neighbors.tree import search

        for t in range(frames):
            search(inside[t], box.array, indices[t], distances[t])
    return indices, distances
