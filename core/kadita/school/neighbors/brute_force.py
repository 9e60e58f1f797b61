"""The k nearest neighbours among all agents: the faster way in a small school."""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import kernel
from kadita.school.neighbors import MOST
from kadita.school.neighbors.ranking import NOBODY, PLACES, TILE, append, insert, rank, square, trusted


@kernel
def brute_force(positions, lengths, indices, squares):  # type: ignore[no-untyped-def]
    """Fill the lists of every agent, (T, N, k), with -1 and inf where there are fewer, from positions within the cell.

    Equal squares are in the order of indices. The coarse lists take positions as fractions of the cell, 2^32 to its
    edge, so that differences are those of nearest images; or of twice the school's extent, where none wraps.
    """
    frames, agents, k = indices.shape
    inverse, scale, low = np.zeros(3), np.zeros(3), np.zeros(3)
    for a in range(3):
        if lengths[a] > 0:
            inverse[a] = 1.0 / lengths[a]
            scale[a] = 2.0**32 / lengths[a]
    longest = max(lengths[0], lengths[1], lengths[2])
    weights = np.ones(3, np.float32)
    if longest > 0:  # of a unit of the axis beside one of the first, squared
        for a in range(1, 3):
            weights[a] = (lengths[a] / lengths[0]) ** 2
    keep = np.int32(-1)
    while ~keep < agents:
        keep = np.int32(keep << 1)
    whole = np.zeros((3, -(-agents // TILE) * TILE), np.int32)
    cx, cy, cz = whole[0], whole[1], whole[2]
    lists = np.empty(PLACES * TILE, np.int32)
    coarse = MOST >= k < agents - 1
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
                whole[a, i] = np.int32(np.int64((positions[t, i, a] - low[a]) * scale[a]))
        for start in range(0, agents, TILE):
            if coarse:
                lists[:] = NOBODY
                tx, ty, tz = cx[start : start + TILE], cy[start : start + TILE], cz[start : start + TILE]
                rank(tx, ty, tz, cx, cy, cz, 0, agents, weights[1], weights[2], keep, lists)
            for i in range(start, min(agents, start + TILE)):
                near, which = squares[t, i], indices[t, i]
                lane = i - start
                if coarse and trusted(lists[k * TILE + lane], lists[(k + 1) * TILE + lane], keep):
                    count = 0
                    for place in range(k + 1):
                        j = int(lists[place * TILE + lane] & ~keep)
                        if j != i:
                            d = square(x[i] - x[j], y[i] - y[j], z[i] - z[j], lengths, inverse)
                            append(d, j, count, near, which)
                            count += 1
                else:
                    near[:], which[:] = math.inf, -1
                    for j in range(agents):
                        if j != i:
                            insert(square(x[i] - x[j], y[i] - y[j], z[i] - z[j], lengths, inverse), j, near, which)
                for place in range(k):
                    near[place] = math.sqrt(near[place])
