"""The k nearest neighbours of every agent, by brute force in small schools and by a tree in large ones."""

from __future__ import annotations

import numpy as np

from kadita.school.box import Box, Floats, Integers, equal_edges

__all__ = ["Integers", "nearest"]  # other modules import the type from here
COARSE_NEIGHBORS = 6  # in a coarse list

# Numbers of agents at which brute force takes as long as the tree. Measured at k = 6, ns per agent, one core at 2.6 GHz
# with AVX-512, uniform schools of 500, 700, 1000 and 1500: brute force 240, 300, 410 and 570; the tree 280, 370, 310
# and 520 in a periodic cell, 190, 230, 210 and 270 in open space. With k = 10, too many for coarse lists: 2300 and 1700
# with 300 agents.
BRUTE_FORCE_UP_TO = 700
BRUTE_FORCE_WITHOUT_COARSE_UP_TO = 200


def _brute_force_is_faster(agents: int, k: int) -> bool:
    return agents <= (BRUTE_FORCE_UP_TO if k <= COARSE_NEIGHBORS else BRUTE_FORCE_WITHOUT_COARSE_UP_TO)


def nearest(positions: Floats, box: Box, k: int) -> tuple[Integers, Floats]:
    """Find the k nearest neighbours of every agent in every frame.

    Args:
        positions: (T, N, 3), finite.
        box: distances are those of minimum images.
        k: number of neighbours, at least 1.

    Returns:
        Indices and distances, both (T, N, k), nearest first. If fewer than k others exist: index -1, distance
        inf. Of several agents at the same distance, brute force returns the one of lowest index, the tree any.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import Box, nearest
    >>> positions = np.array([[[1.0, 0, 0], [2.5, 0, 0], [9.0, 0, 0]]])
    >>> indices, distances = nearest(positions, Box.of(10.0), 1)
    >>> indices[0, :, 0], distances[0, :, 0]
    (array([1, 0, 0]), array([1.5, 1.5, 2. ]))
    """
    frames, agents, _ = positions.shape
    indices, distances = np.empty((frames, agents, k), np.int64), np.empty((frames, agents, k))
    for rows, edges in equal_edges(box.closed(positions)):
        _nearest(positions[rows], edges, indices[rows], distances[rows])
    return indices, distances


def _nearest(positions: Floats, edges: Floats, indices: Integers, distances: Floats) -> None:
    """Write neighbours and distances, (T, N, k), in a cell that repeats along all axes, or in open space."""
    frames, agents, k = indices.shape
    inside = np.ascontiguousarray(Box.of_edges(edges).wrap(positions)).view()
    inside.flags.writeable = False  # always: Numba compiles a kernel again for writable arrays
    if _brute_force_is_faster(agents, k):
        from kadita.school.neighbors.brute_force import brute_force

        with np.errstate(over="ignore"):  # int32 wraps like the cell; in plain Python NumPy would warn
            brute_force(inside, edges, indices, distances)
    else:
        from kadita.school.neighbors.tree import search

        for t in range(frames):
            search(inside[t], edges, indices[t], distances[t])
