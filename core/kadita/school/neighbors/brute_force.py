"""The k nearest neighbours among all agents: the faster way in a small school."""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import kernel
from kadita.school.neighbors import MOST
from kadita.school.neighbors.ranking import NOBODY, PLACES, TILE, append, rank, square, trusted


@kernel
def brute_force(positions, lengths, indices, squares):  # type: ignore[no-untyped-def]
    """Fill the lists of every agent, (T, N, k), with -1 and inf where there are fewer, from positions within the cell.

    Equal squares are in the order of indices. The coarse lists take positions as fractions of the cell, 2^32 to its
    edge, so that differences are those of nearest images; or of twice the school's extent, where none wraps.
    """
    frames, agents, k = indices.shape
    periodic = lengths[0] > 0
    inverse, low, scale = np.zeros(3), np.zeros(3), np.zeros(3)
    wy, wz = np.float32(1), np.float32(1)  # of a unit of an axis beside one of the first, squared
    if periodic:
        for a in range(3):
            inverse[a], scale[a] = 1.0 / lengths[a], 2.0**32 / lengths[a]
        wy, wz = np.float32((lengths[1] / lengths[0]) ** 2), np.float32((lengths[2] / lengths[0]) ** 2)
    keep = np.int32(-1)
    while ~keep < agents:
        keep = np.int32(keep << 1)
    places, whole = np.empty((3, agents)), np.empty((3, -(-agents // TILE) * TILE), np.int32)
    x, y, z, cx, cy, cz = places[0], places[1], places[2], whole[0], whole[1], whole[2]
    lists = np.empty(PLACES * TILE, np.int32)
    coarse = MOST >= k < agents - 1
    for t in range(frames):
        if not periodic:
            extent = 0.0
            for a in range(3):
                least = most = positions[t, 0, a]
                for i in range(agents):
                    least, most = min(least, positions[t, i, a]), max(most, positions[t, i, a])
                low[a], extent = least, max(extent, most - least)
            for a in range(3):
                scale[a] = (2.0**31 - 2) / extent if extent > 0 else 0.0
        for a in range(3):
            for i in range(agents):
                places[a, i] = positions[t, i, a]
                whole[a, i] = np.int32(np.int64((places[a, i] - low[a]) * scale[a]))
        for start in range(0, agents, TILE):
            if coarse:
                for place in range(PLACES * TILE):
                    lists[place] = NOBODY
                rank(cx[start:], cy[start:], cz[start:], cx, cy, cz, 0, agents, wy, wz, keep, lists)
            for i in range(start, min(agents, start + TILE)):
                near, which, lane = squares[t, i], indices[t, i], i - start
                sure = coarse and trusted(lists[k * TILE + lane], lists[(k + 1) * TILE + lane], keep)
                for place in range(k):
                    near[place], which[place] = math.inf, -1
                count = 0
                for candidate in range(k + 1 if sure else agents):
                    j = np.int64(lists[candidate * TILE + lane] & ~keep) if sure else candidate
                    if j != i:
                        d = square(x[i] - x[j], y[i] - y[j], z[i] - z[j], lengths, inverse)
                        if d < near[k - 1]:
                            append(d, j, min(count, k - 1), near, which)
                            count += 1
                for place in range(k):
                    near[place] = math.sqrt(near[place])
