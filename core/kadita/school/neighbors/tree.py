"""The k nearest neighbours by a k-d tree, which is faster in large schools, however unevenly they fill space.

Every box is split at the median of its widest axis, down to tiles of 16 to 32 agents. The search is done for all agents
of a tile together: in the tile's box, then in other boxes, nearer branches first; boxes farther away than the k-th
neighbour found so far of each agent are left out. Agents whose coarse lists are not trusted are searched for one by
one.
"""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import jitable, kernel
from kadita.school.box import Floats, Integers
from kadita.school.neighbors import COARSE_NEIGHBORS
from kadita.school.neighbors.ranking import NO_CANDIDATE, PLACES, TILE, append, at_most, insert, rank, square, trusted

CANDIDATES = 1024  # of a tile, at most; with more, neighbours are searched for agent by agent
SEARCH_RADIUS = 2.5  # of a tile about its centre, in its width: the first bound is at most its diagonal


def search(positions: Floats, lengths: Floats, indices: Integers, distances: Floats) -> None:
    """Write neighbours and distances of every agent, (N, k), -1 and inf where fewer exist, from wrapped positions."""
    agents = len(positions)
    depth = max(0, math.ceil(math.log2(agents / TILE)))
    order = np.arange(agents)
    boxes = np.empty((2 ** (depth + 1) - 1, 6))
    s = positions.T.copy()
    _build(s, depth, order, boxes)
    _search(s, lengths, depth, order, boxes, indices, distances)


@kernel
def _build(s, depth, order, boxes):  # type: ignore[no-untyped-def]
    """Sort agents and positions, (3, N), into the tiles of a tree; write every box: minimum x, y, z, then maximum.

    Node n has the children 2n + 1 and 2n + 2.
    """
    agents = order.size
    for level in range(depth + 1):
        for m in range(1 << level):
            first, last = agents * m >> level, agents * (m + 1) >> level
            axis, widest = 0, -1.0
            for a in range(3):
                low, high = math.inf, -math.inf
                for c in s[a, first:last]:
                    low, high = min(low, c), max(high, c)
                box = boxes[(1 << level) - 1 + m]
                box[a], box[3 + a] = low, high
                if high - low > widest:
                    axis, widest = a, high - low
            if level < depth:
                middle = agents * (2 * m + 1) >> level + 1
                _partition(s[axis], s[axis - 1], s[axis - 2], order, first, last - 1, middle)


@kernel
def _partition(c, second, third, order, low, high, middle):  # type: ignore[no-untyped-def]
    """Sort entries low .. high so that none before `middle` is greater than any from it on (Hoare's quickselect)."""
    while low < high:
        one, two, three = c[low], c[(low + high) // 2], c[high]
        pivot = max(min(one, two), min(max(one, two), three))
        i, j = low, high
        while i <= j:
            while c[i] < pivot:
                i += 1
            while c[j] > pivot:
                j -= 1
            if i <= j:
                c[i], c[j], order[i], order[j] = c[j], c[i], order[j], order[i]
                second[i], second[j], third[i], third[j] = second[j], second[i], third[j], third[i]
                i += 1
                j -= 1
        if j < middle:
            low = i
        if middle < i:
            high = j


@kernel
def _box_distance(box, low, high, lengths):  # type: ignore[no-untyped-def]
    """Return the squared minimum distance between a box of the tree and another box, also across faces of the cell."""
    total = 0.0
    for a in range(3):
        above, below = box[a] - high[a], low[a] - box[3 + a]
        d = max(above, below, 0.0)
        if lengths[a] > 0:
            d = min(d, above + lengths[a], below + lengths[a])
        total += d * d
    return total


@kernel
def _search(s, lengths, depth, order, boxes, indices, distances):  # type: ignore[no-untyped-def]
    """Find the neighbours of each tile's agents; s holds the positions in the tree's order, (3, N)."""
    agents, k = indices.shape
    x, y, z = s[0], s[1], s[2]
    inverse = np.where(lengths > 0, 1.0 / lengths, 0.0)
    keep = np.int32(-CANDIDATES)
    fixed, ids = np.zeros((3, CANDIDATES), np.int32), np.empty(CANDIDATES, np.int64)
    cx, cy, cz = fixed[0], fixed[1], fixed[2]
    lists, stack = np.empty(PLACES * TILE, np.int32), np.empty(depth + 2, np.int64)
    gaps = np.empty(depth + 2)  # squared distances of the branches on the stack
    d2, near = np.empty(k), np.empty(k, np.int64)
    for m in range(1 << depth):
        first, last = agents * m >> depth, agents * (m + 1) >> depth
        coarse = COARSE_NEIGHBORS >= k < agents - 1 and last - first > k + 1
        if coarse:
            coarse = _by_tile(x, y, z, lengths, inverse, depth, boxes, m, k, cx, cy, cz, ids, keep, lists, stack, gaps)
        for n in range(first, last):
            d2[:], near[:] = math.inf, -1
            lane = n - first
            if coarse and trusted(lists[k * TILE + lane], lists[(k + 1) * TILE + lane], keep):
                count = 0
                for slot in range(k + 1):
                    j = ids[lists[slot * TILE + lane] & ~keep]
                    if j != n:
                        append(square(x[n] - x[j], y[n] - y[j], z[n] - z[j], lengths, inverse), j, count, d2, near)
                        count += 1
            else:
                _by_agent(x, y, z, lengths, inverse, depth, boxes, m, n, d2, near, stack, gaps)
            for slot in range(k):
                distances[order[n], slot] = math.sqrt(d2[slot])
                indices[order[n], slot] = order[near[slot]] if near[slot] >= 0 else -1


@jitable
def _push_children(node, boxes, low, high, lengths, stack, gaps, top):  # type: ignore[no-untyped-def]
    """Push both children of a node on the stack, the nearer one last; return the size of the stack."""
    near, far = 2 * node + 1, 2 * node + 2
    d, e = _box_distance(boxes[near], low, high, lengths), _box_distance(boxes[far], low, high, lengths)
    if e <= d:
        near, far, d, e = far, near, e, d
    stack[top], stack[top + 1], gaps[top], gaps[top + 1] = far, near, e, d
    return top + 2


@kernel
def _by_tile(  # type: ignore[no-untyped-def]
    x, y, z, lengths, inverse, depth, boxes, tile, k, cx, cy, cz, ids, keep, lists, stack, gaps
):
    """Write the coarse lists of a tile's agents; return whether they include all near candidates.

    Coordinates are fixed point about the middle of the tile, as fine as its width allows.
    """
    agents, leaves = x.size, (1 << depth) - 1
    box = boxes[leaves + tile]
    low, high, middle, half = box[:3], box[3:], (box[:3] + box[3:]) / 2, (box[3:] - box[:3]) / 2
    width = 2 * half.max()
    if not width > 0:
        return False
    scale = (2.0**30 - 2) / (SEARCH_RADIUS * width)
    lists[:] = NO_CANDIDATE
    bound = math.inf  # squared distance within which every agent of the tile has k neighbours
    count, size = 0, 0
    node, top = leaves + tile, 1
    stack[0], gaps[0] = node, 0.0
    while True:
        while top > 0:
            top -= 1
            branch = stack[top]
            if gaps[top] > bound:
                continue
            if branch < leaves:
                top = _push_children(branch, boxes, low, high, lengths, stack, gaps, top)
                continue
            start = count
            for n in range(agents * (branch - leaves) >> depth, agents * (branch - leaves + 1) >> depth):
                dx, dy, dz = x[n] - middle[0], y[n] - middle[1], z[n] - middle[2]
                dx -= lengths[0] * np.rint(dx * inverse[0])
                dy -= lengths[1] * np.rint(dy * inverse[1])
                dz -= lengths[2] * np.rint(dz * inverse[2])
                ax, ay, az = max(abs(dx) - half[0], 0.0), max(abs(dy) - half[1], 0.0), max(abs(dz) - half[2], 0.0)
                if ax * ax + ay * ay + az * az <= bound:
                    if count == CANDIDATES:
                        return False
                    cx[count], cy[count], cz[count] = np.int32(dx * scale), np.int32(dy * scale), np.int32(dz * scale)
                    ids[count] = n
                    count += 1
            if size == 0:  # the tile itself; unused lanes repeat its first agent
                size = count
                tx, ty, tz = np.empty(TILE, np.int32), np.empty(TILE, np.int32), np.empty(TILE, np.int32)
                for i in range(TILE):
                    lane = i if i < size else 0
                    tx[i], ty[i], tz[i] = cx[lane], cy[lane], cz[lane]
            rank(tx, ty, tz, cx, cy, cz, start, count, np.float32(1), np.float32(1), keep, lists)
            worst = np.int32(0)
            for i in range(TILE):
                worst = max(worst, lists[k * TILE + i])
            bound = ((math.sqrt(at_most(worst, keep)) + 8) / scale) ** 2
        if node == 0:
            unique = True  # the image nearest to the middle of the tile must be the nearest to all its agents
            for a in range(3):
                unique &= lengths[a] == 0 or 2 * (half[a] + math.sqrt(bound)) < lengths[a]
            return unique
        stack[0], top = node + 1 if node % 2 else node - 1, 1
        gaps[0] = _box_distance(boxes[stack[0]], low, high, lengths)
        node = (node - 1) // 2


@kernel
def _by_agent(x, y, z, lengths, inverse, depth, boxes, tile, n, d2, near, stack, gaps):  # type: ignore[no-untyped-def]
    """Find the neighbours of one agent, without coarse lists."""
    agents, leaves, k = x.size, (1 << depth) - 1, d2.size
    point = np.array([x[n], y[n], z[n]])
    node, top = leaves + tile, 1
    stack[0], gaps[0] = node, 0.0
    while True:
        while top > 0:
            top -= 1
            branch = stack[top]
            if gaps[top] >= d2[k - 1]:
                continue
            if branch < leaves:
                top = _push_children(branch, boxes, point, point, lengths, stack, gaps, top)
                continue
            for j in range(agents * (branch - leaves) >> depth, agents * (branch - leaves + 1) >> depth):
                if j != n:
                    insert(square(x[n] - x[j], y[n] - y[j], z[n] - z[j], lengths, inverse), j, d2, near)
        if node == 0:
            return
        stack[0], top = node + 1 if node % 2 else node - 1, 1
        gaps[0] = _box_distance(boxes[stack[0]], point, point, lengths)
        node = (node - 1) // 2
