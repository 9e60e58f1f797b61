"""Histogram of u_i . u_j over all pairs, or over a sample of them, for the published velocity correlation.

Pairs are enumerated by cyclic offsets: agents i and i + o, for o = 1 .. N/2, are every pair once. Bin numbers are
computed in single precision, 16 pairs at a time. A pair so close to a bin edge that rounding could decide is counted in
double precision by numpy.histogram's rules, so that the counts are exact.
"""

import numpy as np
from numpy.typing import NDArray

from kadita.plugins.metrics import jitable, kernel

BINS = 20
BUFFER = 8192  # bin numbers that are counted together; they stay in the first-level cache
UNDECIDED, PADDING = 31, 30  # codes in place of bin numbers
NEAR = 1e-5  # distance to an edge, in bins: twice the largest error of single precision


def offsets(agents: int, pairs: int) -> NDArray[np.int64]:
    """Return the offsets of the pairs to count: all of 1 .. N/2, or a random sample, the same in every call.

    A sample has at least two offsets, so that their spread gives the standard error. For even N the offset N/2 gives
    every pair twice; no sample includes it.
    """
    largest = agents // 2
    if agents * (agents - 1) // 2 <= pairs or largest < 4:
        return np.arange(1, largest + 1)
    full = (agents - 1) // 2  # offsets that give N different pairs
    number = min(full, max(2, pairs // agents))
    # NumPy guarantees the stream of its bit generators, but not of its distributions
    sample = np.argsort(np.random.Philox(key=agents).random_raw(full), kind="stable")[:number]
    return np.sort(1 + sample)


@jitable
def _assign(x, y, z, ox, oy, oz, bins):  # type: ignore[no-untyped-def]
    """Write the bin number of each pair, UNDECIDED near an edge; return the number of undecided pairs."""
    undecided = np.int32(0)
    half, middle, inside = np.float32(0.5), np.float32(BINS / 2), np.float32(0.5 - NEAR)
    for i in range(bins.size):
        c = np.float32(np.float32(x[i] * ox[i] + y[i] * oy[i]) + np.float32(z[i] * oz[i] + middle))
        b = np.int32(c)
        edge = np.float32(abs(np.float32(np.float32(c - np.float32(b)) - half))) > inside
        bins[i] = np.uint8(np.int32(UNDECIDED) if edge else b)
        undecided += np.int32(edge)
    return undecided


@kernel
def count_pairs(headings, shifts, edges, counts):  # type: ignore[no-untyped-def]
    """Add the pairs of every frame to `counts`, (T, rows, bins): all offsets in one row, or one row per offset.

    Bins are those of c = (1 + u_i . u_j) / 2 and include their left edge; c below 0 or above 1 is left out.
    """
    frames, agents, _ = headings.shape
    separate = counts.shape[1] > 1
    u, around = np.empty((3, agents), np.float32), np.empty((3, 2 * agents), np.float32)
    x, y, z, ox, oy, oz = u[0], u[1], u[2], around[0], around[1], around[2]
    bins, joint = np.empty(BUFFER, np.uint8), np.empty(BUFFER // 2, np.uint16)
    tables = np.zeros(4 * 1024, np.int64)
    for t in range(frames):
        for i in range(agents):
            for a in range(3):
                u[a, i] = np.float32(headings[t, i, a] * (BINS / 2))
                around[a, i] = around[a, agents + i] = np.float32(headings[t, i, a])
        filled = 0
        for n in range(shifts.size):
            o = shifts[n]
            row = counts[t, n if separate else 0]
            last = agents // 2 if 2 * o == agents else agents
            start = o - o  # not the literal 0, whose different type would compile the callee once more
            while start < last:
                i, m = start, min(last - start, BUFFER - filled)
                part = bins[filled : filled + m]
                if _assign(x[i:], y[i:], z[i:], ox[o + i :], oy[o + i :], oz[o + i :], part) > 0:
                    _count_exactly(headings[t], i, o, part, edges, row)
                start, filled = i + m, filled + m
                if filled == BUFFER:
                    filled = _count(bins, filled, joint, tables)
            if separate or n == shifts.size - 1:
                filled = _count(bins, filled, joint, tables)
                _add_tables(tables, row)


@kernel
def _count_exactly(u, start, offset, bins, edges, counts):  # type: ignore[no-untyped-def]
    agents = u.shape[0]
    for n in range(bins.size):
        if bins[n] == UNDECIDED:
            i, j = start + n, (start + n + offset) % agents
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
    """Count the bin numbers, two at a time, into four tables in turn; return 0, the number left to count."""
    half = -(-filled // 8) * 4
    bins[filled : 2 * half] = PADDING
    low, high, both = bins[:half], bins[half : 2 * half], joint[:half]
    for i in range(half):
        both[i] = np.uint16(low[i]) | np.uint16(np.uint16(high[i]) << 5)
    for i in range(0, half, 4):
        c = joint[i : i + 4]
        tables[c[0]] += 1
        tables[1024 + c[1]] += 1
        tables[2048 + c[2]] += 1
        tables[3072 + c[3]] += 1
    return 0


@kernel
def _add_tables(tables, counts):  # type: ignore[no-untyped-def]
    """Add the tables to the histogram, and clear them."""
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
