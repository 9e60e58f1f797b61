"""The histogram of u_i . u_j over all pairs, or over many of them, for the published velocity correlation.

Pairs come by cyclic offsets: agent i with agent i + o, for o = 1 .. N/2, is every pair once. In single precision, 16
pairs at a time, each gets the number of its bin; one that is so near to an edge that rounding might decide is counted
in doubles by numpy.histogram's rules, so that the counts are exact.
"""

import numpy as np
from numpy.typing import NDArray

from kadita.plugins.metrics import jitable, kernel

BINS = 20
ROOM = 8192  # numbers of bins that are counted together; they stay in the nearest cache
UNSURE, NONE = 31, 30  # beside the numbers of bins
NEAR = 1e-5  # an edge, in bins: twice what single precision can be wrong by


def offsets(agents: int, pairs: int) -> NDArray[np.int64]:
    """Return the offsets by which pairs are looked at: all of 1 .. N/2, or some, drawn at random but the same always.

    Some are at least two, so that their spread tells the error. For even N, N/2 gives every pair twice and is not among
    them.
    """
    most = agents // 2
    if agents * (agents - 1) // 2 <= pairs or most < 4:
        return np.arange(1, most + 1)
    full = (agents - 1) // 2  # those that give N different pairs
    some = min(full, max(2, pairs // agents))
    # of the bit generators alone NumPy promises that they stay as they are
    drawn = np.argsort(np.random.Philox(key=agents).random_raw(full), kind="stable")[:some]
    return np.sort(1 + drawn)


@jitable
def _assign(x, y, z, ox, oy, oz, bins):  # type: ignore[no-untyped-def]
    """Write the number of each pair's bin, or that it is unsure; return how many are."""
    unsure = np.int32(0)
    half, middle, inside = np.float32(0.5), np.float32(BINS / 2), np.float32(0.5 - NEAR)
    for i in range(bins.size):
        c = np.float32(np.float32(x[i] * ox[i] + y[i] * oy[i]) + np.float32(z[i] * oz[i] + middle))
        b = np.int32(c)
        edge = np.float32(abs(np.float32(np.float32(c - np.float32(b)) - half))) > inside
        bins[i] = np.uint8(np.int32(UNSURE) if edge else b)
        unsure += np.int32(edge)
    return unsure


@kernel
def count_pairs(headings, looked_at, edges, counts):  # type: ignore[no-untyped-def]
    """Add the pairs of every frame to its counts, (T, rows, bins): all in one row, or each offset's in its own.

    A bin holds c = (1 + u_i . u_j) / 2 from its left edge on; what is below 0 or above 1 is left out.
    """
    frames, agents, _ = headings.shape
    apart = counts.shape[1] > 1
    u, around = np.empty((3, agents), np.float32), np.empty((3, 2 * agents), np.float32)
    x, y, z, ox, oy, oz = u[0], u[1], u[2], around[0], around[1], around[2]
    bins, joint = np.empty(ROOM, np.uint8), np.empty(ROOM // 2, np.uint16)
    tables = np.zeros(4 * 1024, np.int64)
    for t in range(frames):
        for i in range(agents):
            for a in range(3):
                u[a, i] = np.float32(headings[t, i, a] * (BINS / 2))
                around[a, i] = around[a, agents + i] = np.float32(headings[t, i, a])
        filled = 0
        for n in range(looked_at.size):
            o = looked_at[n]
            row = counts[t, n if apart else 0]
            last = agents // 2 if 2 * o == agents else agents
            begun = o - o  # and not 0, whose type would be one of its own, compiled once more
            while begun < last:
                i, m = begun, min(last - begun, ROOM - filled)
                unsure = _assign(x[i:], y[i:], z[i:], ox[o + i :], oy[o + i :], oz[o + i :], bins[filled : filled + m])
                if unsure > 0:
                    _count_exactly(headings[t], i, o, bins[filled : filled + m], edges, row)
                begun, filled = i + m, filled + m
                if filled == ROOM:
                    filled = _count(bins, filled, joint, tables)
            if apart or n == looked_at.size - 1:
                filled = _count(bins, filled, joint, tables)
                _gather(tables, row)


@kernel
def _count_exactly(u, begun, offset, bins, edges, counts):  # type: ignore[no-untyped-def]
    agents = u.shape[0]
    for n in range(bins.size):
        if bins[n] == UNSURE:
            i, j = begun + n, (begun + n + offset) % agents
            c = (u[i, 0] * u[j, 0] + u[i, 1] * u[j, 1] + u[i, 2] * u[j, 2] + 1.0) / 2.0
            if 0.0 <= c <= 1.0:
                b = min(int(c * BINS), BINS - 1)
                if c < edges[b]:
                    b -= 1
                elif b < BINS - 1 and c >= edges[b + 1]:
                    b += 1
                counts[b] += 1


@kernel
def _count(bins, filled, joint, tables):  # type: ignore[no-untyped-def]
    """Count the numbers of bins, two at once, in four tables by turns; return 0: so many are left to be counted."""
    half = -(-filled // 8) * 4
    bins[filled : 2 * half] = NONE
    one, other, both = bins[:half], bins[half : 2 * half], joint[:half]
    for i in range(half):
        both[i] = np.uint16(one[i]) | np.uint16(np.uint16(other[i]) << 5)
    for i in range(0, half, 4):
        c = joint[i : i + 4]
        tables[c[0]] += 1
        tables[1024 + c[1]] += 1
        tables[2048 + c[2]] += 1
        tables[3072 + c[3]] += 1
    return 0


@kernel
def _gather(tables, counts):  # type: ignore[no-untyped-def]
    """Add what was counted to the histogram, and clear the tables."""
    low, high = np.zeros(32, np.int64), np.zeros(32, np.int64)
    for b in range(32):
        c = tables[32 * b :]
        n = 0
        for a in range(32):
            both = c[a] + c[1024 + a] + c[2048 + a] + c[3072 + a]
            low[a] += both
            n += both
        high[b] = n
    for b in range(BINS):
        counts[b] += low[b] + high[b]
    tables[:] = 0
