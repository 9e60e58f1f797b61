"""The k nearest neighbours by comparing all pairs, which is faster in small schools."""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import kernel
from kadita.school.neighbors import COARSE_NEIGHBORS
from kadita.school.neighbors.ranking import NO_CANDIDATE, PLACES, TILE, append, rank, square, trusted


@kernel
def brute_force(positions, lengths, indices, squares):  # type: ignore[no-untyped-def]
    """Write neighbours and distances of every agent, (T, N, k), -1 and inf where fewer exist, from wrapped positions.

    Equal distances are in order of index. Coarse lists use fixed-point coordinates, 2^32 per cell edge, so that int32
    differences are minimum images; in open space 2^32 per twice the school's extent, so that no difference wraps.
    """
    frames, agents, k = indices.shape
    periodic = lengths[0] > 0
    inverse, scale, low = np.zeros(3), np.zeros(3), np.zeros(3)
    wy, wz = np.float32(1), np.float32(1)  # squared edges relative to the first edge
    if periodic:
        for a in range(3):
            inverse[a], scale[a] = 1.0 / lengths[a], 2.0**32 / lengths[a]
        wy, wz = np.float32((lengths[1] / lengths[0]) ** 2), np.float32((lengths[2] / lengths[0]) ** 2)
    keep = np.int32(-1)
    while ~keep < agents:
        keep = np.int32(keep << 1)
    exact, fixed = np.empty((3, agents)), np.empty((3, -(-agents // TILE) * TILE), np.int32)
    x, y, z, cx, cy, cz = exact[0], exact[1], exact[2], fixed[0], fixed[1], fixed[2]
    lists = np.empty(PLACES * TILE, np.int32)
    coarse = COARSE_NEIGHBORS >= k < agents - 1
    for t in range(frames):
        if not periodic:
            extent = 0.0
            for a in range(3):
                lowest = highest = positions[t, 0, a]
                for i in range(agents):
                    lowest, highest = min(lowest, positions[t, i, a]), max(highest, positions[t, i, a])
                low[a], extent = lowest, max(extent, highest - lowest)
            for a in range(3):
                scale[a] = (2.0**31 - 2) / extent if extent > 0 else 0.0
        for a in range(3):
            for i in range(agents):
                exact[a, i] = positions[t, i, a]
                fixed[a, i] = np.int32(np.int64((exact[a, i] - low[a]) * scale[a]))
        for start in range(0, agents, TILE):
            if coarse:
                for place in range(PLACES * TILE):
                    lists[place] = NO_CANDIDATE
                rank(cx[start:], cy[start:], cz[start:], cx, cy, cz, 0, agents, wy, wz, keep, lists)
            for i in range(start, min(agents, start + TILE)):
                d2, near, lane = squares[t, i], indices[t, i], i - start
                sure = coarse and trusted(lists[k * TILE + lane], lists[(k + 1) * TILE + lane], keep)
                for slot in range(k):
                    d2[slot], near[slot] = math.inf, -1
                count = 0
                for candidate in range(k + 1 if sure else agents):
                    j = np.int64(lists[candidate * TILE + lane] & ~keep) if sure else candidate
                    if j != i:
                        d = square(x[i] - x[j], y[i] - y[j], z[i] - z[j], lengths, inverse)
                        if d < d2[k - 1]:
                            append(d, j, min(count, k - 1), d2, near)
                            count += 1
                for slot in range(k):
                    d2[slot] = math.sqrt(d2[slot])
