"""The k nearest neighbours by comparing all pairs, which is faster in small schools."""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import kernel
from kadita.school.neighbors import COARSE_NEIGHBORS
from kadita.school.neighbors.ranking import NO_CANDIDATE, PLACES, TILE, append, insert, rank, square, trusted


@kernel
def brute_force(positions, lengths, indices, squares):  # type: ignore[no-untyped-def]
    """Write neighbours and distances of every agent, (T, N, k), -1 and inf where fewer exist, from wrapped positions.

    Equal distances are in order of index. Coarse lists use fixed-point coordinates, 2^32 per cell edge, so that int32
    differences are minimum images; in open space 2^32 per twice the school's extent, so that no difference wraps.
    """
    frames, agents, k = indices.shape
    inverse, scale, low = np.zeros(3), np.zeros(3), np.zeros(3)
    for a in range(3):
        if lengths[a] > 0:
            inverse[a] = 1.0 / lengths[a]
            scale[a] = 2.0**32 / lengths[a]
    longest = max(lengths[0], lengths[1], lengths[2])
    weights = np.ones(3, np.float32)
    if longest > 0:  # squared edges relative to the first edge
        for a in range(1, 3):
            weights[a] = (lengths[a] / lengths[0]) ** 2
    keep = np.int32(-1)
    while ~keep < agents:
        keep = np.int32(keep << 1)
    fixed = np.zeros((3, -(-agents // TILE) * TILE), np.int32)
    cx, cy, cz = fixed[0], fixed[1], fixed[2]
    lists = np.empty(PLACES * TILE, np.int32)
    coarse = COARSE_NEIGHBORS >= k < agents - 1
    for t in range(frames):
        x, y, z = positions[t, :, 0].copy(), positions[t, :, 1].copy(), positions[t, :, 2].copy()
        if longest == 0:
            extent = 0.0
            for a in range(3):
                low[a], high = positions[t, 0, a], positions[t, 0, a]
                for i in range(agents):
                    low[a], high = min(low[a], positions[t, i, a]), max(high, positions[t, i, a])
                extent = max(extent, high - low[a])
            scale[:] = (2.0**31 - 2) / extent if extent > 0 else 0.0
        for a in range(3):
            for i in range(agents):
                fixed[a, i] = np.int32(np.int64((positions[t, i, a] - low[a]) * scale[a]))
        for start in range(0, agents, TILE):
            if coarse:
                lists[:] = NO_CANDIDATE
                tx, ty, tz = cx[start : start + TILE], cy[start : start + TILE], cz[start : start + TILE]
                rank(tx, ty, tz, cx, cy, cz, 0, agents, weights[1], weights[2], keep, lists)
            for i in range(start, min(agents, start + TILE)):
                d2, near = squares[t, i], indices[t, i]
                lane = i - start
                if coarse and trusted(lists[k * TILE + lane], lists[(k + 1) * TILE + lane], keep):
                    count = 0
                    for slot in range(k + 1):
                        j = int(lists[slot * TILE + lane] & ~keep)
                        if j != i:
                            d = square(x[i] - x[j], y[i] - y[j], z[i] - z[j], lengths, inverse)
                            append(d, j, count, d2, near)
                            count += 1
                else:
                    d2[:], near[:] = math.inf, -1
                    for j in range(agents):
                        if j != i:
                            insert(square(x[i] - x[j], y[i] - y[j], z[i] - z[j], lengths, inverse), j, d2, near)
                for slot in range(k):
                    d2[slot] = math.sqrt(d2[slot])
