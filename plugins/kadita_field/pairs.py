"""Sums over all pairs of agents by their distance. Time grows as N^2; memory does not."""

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
    if lengths[0] == 0:
        for j in range(i + 1, squares.size):
            dx, dy, dz = x[j] - x[i], y[j] - y[i], z[j] - z[i]
            squares[j] = dx * dx + dy * dy + dz * dz
        return
    ix, iy, iz = 1.0 / lengths[0], 1.0 / lengths[1], 1.0 / lengths[2]
    for j in range(i + 1, squares.size):
        dx, dy, dz = x[j] - x[i], y[j] - y[i], z[j] - z[i]
        dx -= lengths[0] * np.rint(dx * ix)
        dy -= lengths[1] * np.rint(dy * iy)
        dz -= lengths[2] * np.rint(dz * iz)
        squares[j] = dx * dx + dy * dy + dz * dz
