"""Links of the network of agents within a distance: degrees and triangles."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita import Block
from kadita.plugins.metrics import Floats, kernel, link_length

Integers = NDArray[np.int64]
ALL_PAIRS_UP_TO = 2000  # agents, whose links are bits of a matrix; in larger schools a k-d tree finds the pairs


class Network(NamedTuple):
    """Links of every agent."""

    degree: Integers  # number of neighbours, (T, N)
    triangles: Integers  # number of pairs of neighbours that are linked to each other, (T, N)


def network(block: Block, link_distance: float | None) -> Network:
    """Return the links of every agent; metrics call it through `Block.once`, which computes it once.

    Raises:
        NotApplicable: without a link distance, where the trajectory has no r_a.
    """
    link = link_length(block, link_distance)
    found = Network(np.zeros(block.shape, np.int64), np.zeros(block.shape, np.int64))
    if block.shape[1] <= ALL_PAIRS_UP_TO:
        _by_bits(block.wrapped, block.box.array, link, found.degree, found.triangles)
        return found
    for t, positions in enumerate(block.wrapped):
        first, neighbors = _lists(positions, block.box.array, link)
        found.degree[t] = np.diff(first)
        _by_lists(first, neighbors, found.triangles[t])
    return found


def _lists(positions: Floats, lengths: Floats, link: float) -> tuple[Integers, Integers]:
    """Return the start of each agent's list of neighbours, (N + 1,), and the lists one after the other.

    Args:
        positions: wrapped, (N, 3).
        lengths: edges of the cell, 0 along open axes, which cKDTree, too, takes for open.
        link: largest distance of two agents that are linked.
    """
    from scipy.spatial import cKDTree

    pairs = cKDTree(positions, boxsize=lengths).query_pairs(link, output_type="ndarray")
    both = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.argsort(both[:, 0], kind="stable")
    degree = np.bincount(both[:, 0], minlength=len(positions))
    return np.append(0, np.cumsum(degree)), np.ascontiguousarray(both[order, 1]).astype(np.int64)


@kernel
def _by_lists(first, neighbors, triangles):  # type: ignore[no-untyped-def]
    mark = np.full(triangles.size, -1, np.int64)
    for i in range(triangles.size):
        mine = neighbors[first[i] : first[i + 1]]
        for j in mine:
            mark[j] = i
        twice = 0
        for j in mine:
            for m in neighbors[first[j] : first[j + 1]]:
                twice += mark[m] == i
        triangles[i] = twice // 2


@kernel
def _by_bits(positions, lengths, link, degree, triangles):  # type: ignore[no-untyped-def]
    frames, agents, _ = positions.shape
    words = -(-agents // 64)
    inverse = np.zeros(3)
    for a in range(3):
        if lengths[a] > 0:
            inverse[a] = 1.0 / lengths[a]
    x, y, z = np.empty(agents), np.empty(agents), np.empty(agents)
    near = np.empty(agents, np.bool_)
    rows, one = np.empty((agents, words), np.uint64), np.uint64(1)
    for t in range(frames):
        for i in range(agents):
            x[i], y[i], z[i] = positions[t, i, 0], positions[t, i, 1], positions[t, i, 2]
        rows[:] = np.uint64(0)
        for i in range(agents):
            for j in range(i + 1, agents):
                dx, dy, dz = x[j] - x[i], y[j] - y[i], z[j] - z[i]
                dx -= lengths[0] * np.rint(dx * inverse[0])
                dy -= lengths[1] * np.rint(dy * inverse[1])
                dz -= lengths[2] * np.rint(dz * inverse[2])
                near[j] = dx * dx + dy * dy + dz * dz <= link * link
            for j in range(i + 1, agents):
                if near[j]:
                    rows[i, j >> 6] |= one << np.uint64(j & 63)
                    rows[j, i >> 6] |= one << np.uint64(i & 63)
                    degree[t, i] += 1
                    degree[t, j] += 1
        for i in range(agents):
            for j in range(i + 1, agents):
                if rows[i, j >> 6] >> np.uint64(j & 63) & one:
                    shared = 0
                    for w in range(words):
                        shared += _bits(rows[i, w] & rows[j, w])
                    triangles[t, i] += shared
                    triangles[t, j] += shared
        for i in range(agents):
            triangles[t, i] //= 2  # each triangle was counted for both of its links to i


@kernel
def _bits(word):  # type: ignore[no-untyped-def]
    """Return the number of bits that are set (Warren 2013, Hacker's Delight, 2nd ed., section 5-1)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
