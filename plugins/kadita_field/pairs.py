"""Counts of pairs of agents by their distance, and sums over them. Time grows as N^2; memory does not."""

import math

import numpy as np
from numpy.typing import NDArray

from kadita import Block
from kadita.plugins.metrics import Floats, kernel

Integers = NDArray[np.int64]


def pair_sums(block: Block, vectors: Floats, cutoff: Floats, bins: int) -> tuple[Integers, Floats]:
    """Return the number of pairs of agents in each bin of distance, (T, bins), and the sums of their a_i . a_j.

    Args:
        block: positions of the agents; distances are minimum-image distances.
        vectors: a, (T, N, 3).
        cutoff: upper edge of the last bin of each frame, (T,), included in the bin.
        bins: number of bins from 0, of equal width.
    """
    counts, sums = np.zeros((len(block), bins), np.int64), np.zeros((len(block), bins))
    _pair_sums(block.wrapped, np.ascontiguousarray(vectors), block.box.array, cutoff, counts, sums)
    return counts, sums


def cross_counts(block: Block, one: NDArray[np.bool_], other: NDArray[np.bool_], cutoff: float, bins: int) -> Integers:
    """Return the number of pairs of an agent of `one` and an agent of `other` in each bin of distance, (T, bins).

    Args:
        block: positions of the agents; distances are minimum-image distances.
        one: which agents are in the one group, (N,).
        other: which agents are in the other group, (N,); none is in both.
        cutoff: upper edge of the last bin, included in the bin.
        bins: number of bins from 0, of equal width.
    """
    counts = np.zeros((len(block), bins), np.int64)
    a, b = (np.ascontiguousarray(block.wrapped[:, group].transpose(0, 2, 1)) for group in (one, other))
    _cross_counts(a, b, block.box.array, cutoff, counts)
    return counts


def farthest(block: Block) -> Floats:
    """Return the largest distance between two agents of each frame, (T,)."""
    largest = np.zeros(len(block))
    _farthest(block.wrapped, block.box.array, largest)
    return largest


@kernel
def _pair_sums(positions, vectors, lengths, cutoff, counts, sums):  # type: ignore[no-untyped-def]
    frames, agents, _ = positions.shape
    bins = counts.shape[1]
    squares = np.empty(agents)
    p, a = np.empty((3, agents)), np.empty((3, agents))
    for t in range(frames):
        for c in range(3):
            for i in range(agents):
                p[c, i], a[c, i] = positions[t, i, c], vectors[t, i, c]
        scale = bins / cutoff[t] if cutoff[t] > 0 else 0.0
        for i in range(agents):
            _squares(p, i, lengths, squares)
            for j in range(i + 1, agents):
                r = math.sqrt(squares[j])
                if r <= cutoff[t]:
                    b = min(np.int64(r * scale), bins - 1)
                    counts[t, b] += 1
                    sums[t, b] += a[0, i] * a[0, j] + a[1, i] * a[1, j] + a[2, i] * a[2, j]


@kernel
def _cross_counts(a, b, lengths, cutoff, counts):  # type: ignore[no-untyped-def]
    """Add the distances of all pairs of positions, (T, 3, A) and (T, 3, B), to counts, (T, bins)."""
    bins = counts.shape[1]
    scale, inverse = bins / cutoff, np.zeros(3)
    for c in range(3):
        if lengths[c] > 0:
            inverse[c] = 1.0 / lengths[c]
    squares = np.empty(b.shape[2])
    for t in range(len(counts)):
        x, y, z = b[t, 0], b[t, 1], b[t, 2]
        for i in range(a.shape[2]):
            for j in range(squares.size):
                dx, dy, dz = x[j] - a[t, 0, i], y[j] - a[t, 1, i], z[j] - a[t, 2, i]
                dx -= lengths[0] * np.rint(dx * inverse[0])
                dy -= lengths[1] * np.rint(dy * inverse[1])
                dz -= lengths[2] * np.rint(dz * inverse[2])
                squares[j] = dx * dx + dy * dy + dz * dz
            for j in range(squares.size):
                r = math.sqrt(squares[j])
                if r <= cutoff:
                    counts[t, min(np.int64(r * scale), bins - 1)] += 1


@kernel
def _farthest(positions, lengths, largest):  # type: ignore[no-untyped-def]
    frames, agents, _ = positions.shape
    squares = np.empty(agents)
    p = np.empty((3, agents))
    for t in range(frames):
        for c in range(3):
            for i in range(agents):
                p[c, i] = positions[t, i, c]
        most = 0.0
        for i in range(agents):
            _squares(p, i, lengths, squares)
            for j in range(i + 1, agents):
                most = max(most, squares[j])
        largest[t] = math.sqrt(most)


@kernel
def _squares(p, i, lengths, squares):  # type: ignore[no-untyped-def]
    x, y, z = p[0], p[1], p[2]
    if lengths[0] == 0 and lengths[1] == 0 and lengths[2] == 0:
        for j in range(i + 1, squares.size):
            dx, dy, dz = x[j] - x[i], y[j] - y[i], z[j] - z[i]
            squares[j] = dx * dx + dy * dy + dz * dz
        return
    ix = 1.0 / lengths[0] if lengths[0] > 0 else 0.0  # 0 along an open axis
    iy = 1.0 / lengths[1] if lengths[1] > 0 else 0.0
    iz = 1.0 / lengths[2] if lengths[2] > 0 else 0.0
    for j in range(i + 1, squares.size):
        dx, dy, dz = x[j] - x[i], y[j] - y[i], z[j] - z[i]
        dx -= lengths[0] * np.rint(dx * ix)
        dy -= lengths[1] * np.rint(dy * iy)
        dz -= lengths[2] * np.rint(dz * iz)
        squares[j] = dx * dx + dy * dy + dz * dz
