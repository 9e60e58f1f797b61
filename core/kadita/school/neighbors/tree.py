"""The k nearest neighbours by a tree of boxes: the faster way in a large school, however unevenly it fills space.

Every box is halved at the median of its widest axis, down to tiles of 16 to 32 agents. A tile looks for all its agents
together, in its own box, then in the others around, nearer branches first; what lies farther than the k-th neighbour of
each of its agents so far is left out. Agents whose coarse lists cannot be trusted search once more, each by itself.
"""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import jitable, kernel
from kadita.school.box import Floats, Integers
from kadita.school.neighbors import MOST
from kadita.school.neighbors.ranking import NOBODY, PLACES, TILE, append, at_most, insert, rank, square, trusted

CANDIDATES = 1024  # of a tile, at most; more than that are found agent by agent
REACH = 2.5  # how far a tile looks beyond its centre, in its width: its first bound is at most its diagonal


def search(positions: Floats, lengths: Floats, indices: Integers, distances: Floats) -> None:
    """Fill the lists of every agent of a frame, (N, k), -1 and inf where there are fewer; positions are in the cell."""
    agents = len(positions)
    depth = max(0, math.ceil(math.log2(agents / TILE)))
    order = np.arange(agents)
    boxes = np.empty((2 ** (depth + 1) - 1, 6))
    s = positions.T.copy()
    _grow(s, depth, order, boxes)
    _search(s, lengths, depth, order, boxes, indices, distances)


@kernel
def _grow(s, depth, order, boxes):  # type: ignore[no-untyped-def]
    """Sort agents, positions (3, N) and all, into the tiles of a tree; bound every box: least x, y, z, then greatest.

    Node n has 2n + 1 and 2n + 2.
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
                _halve(s[axis], s[axis - 1], s[axis - 2], order, first, last - 1, middle)


@kernel
def _halve(c, beside, besides, order, low, high, middle):  # type: ignore[no-untyped-def]
    """Sort places low .. high until none before the middle one is greater than any from there on (Hoare's find)."""
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
                beside[i], beside[j], besides[i], besides[j] = beside[j], beside[i], besides[j], besides[i]
                i += 1
                j -= 1
        if j < middle:
            low = i
        if middle < i:
            high = j


@kernel
def _apart(box, low, high, lengths):  # type: ignore[no-untyped-def]
    """Square of the least distance between a box of the tree and another one, through the faces of the cell, too."""
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
    whole, found = np.zeros((3, CANDIDATES), np.int32), np.empty(CANDIDATES, np.int64)
    cx, cy, cz = whole[0], whole[1], whole[2]
    lists, stack = np.empty(PLACES * TILE, np.int32), np.empty(depth + 2, np.int64)
    apart = np.empty(depth + 2)  # of the branches on the stack
    near, which = np.empty(k), np.empty(k, np.int64)
    for m in range(1 << depth):
        first, last = agents * m >> depth, agents * (m + 1) >> depth
        coarse = MOST >= k < agents - 1 and last - first > k + 1
        if coarse:
            coarse = _tile(x, y, z, lengths, inverse, depth, boxes, m, k, cx, cy, cz, found, keep, lists, stack, apart)
        for n in range(first, last):
            near[:], which[:] = math.inf, -1
            lane = n - first
            if coarse and trusted(lists[k * TILE + lane], lists[(k + 1) * TILE + lane], keep):
                count = 0
                for place in range(k + 1):
                    j = found[lists[place * TILE + lane] & ~keep]
                    if j != n:
                        append(square(x[n] - x[j], y[n] - y[j], z[n] - z[j], lengths, inverse), j, count, near, which)
                        count += 1
            else:
                _one(x, y, z, lengths, inverse, depth, boxes, m, n, near, which, stack, apart)
            for place in range(k):
                distances[order[n], place] = math.sqrt(near[place])
                indices[order[n], place] = order[which[place]] if which[place] >= 0 else -1


@jitable
def _push_halves(node, boxes, low, high, lengths, stack, apart, top):  # type: ignore[no-untyped-def]
    """Put both halves of a node on the stack, the nearer one on top; return how many the stack holds."""
    near, far = 2 * node + 1, 2 * node + 2
    d, e = _apart(boxes[near], low, high, lengths), _apart(boxes[far], low, high, lengths)
    if e <= d:
        near, far, d, e = far, near, e, d
    stack[top], stack[top + 1], apart[top], apart[top + 1] = far, near, e, d
    return top + 2


@kernel
def _tile(  # type: ignore[no-untyped-def]
    x, y, z, lengths, inverse, depth, boxes, tile, k, cx, cy, cz, found, keep, lists, stack, apart
):
    """Make the coarse lists of a tile's agents; say whether they hold everyone near.

    Coordinates are whole numbers about the middle of the tile, as fine as its width allows.
    """
    agents, leaves = x.size, (1 << depth) - 1
    own = boxes[leaves + tile]
    low, high, middle, half = own[:3], own[3:], (own[:3] + own[3:]) / 2, (own[3:] - own[:3]) / 2
    width = 2 * half.max()
    if not width > 0:
        return False
    scale = (2.0**30 - 2) / (REACH * width)
    lists[:] = NOBODY
    bound = math.inf  # the square within which everybody has k neighbours
    count, size = 0, 0
    node, top = leaves + tile, 1
    stack[0], apart[0] = node, 0.0
    while True:
        while top > 0:
            top -= 1
            here = stack[top]
            if apart[top] > bound:
                continue
            if here < leaves:
                top = _push_halves(here, boxes, low, high, lengths, stack, apart, top)
                continue
            begun = count
            for n in range(agents * (here - leaves) >> depth, agents * (here - leaves + 1) >> depth):
                dx, dy, dz = x[n] - middle[0], y[n] - middle[1], z[n] - middle[2]
                dx -= lengths[0] * np.rint(dx * inverse[0])
                dy -= lengths[1] * np.rint(dy * inverse[1])
                dz -= lengths[2] * np.rint(dz * inverse[2])
                ax, ay, az = max(abs(dx) - half[0], 0.0), max(abs(dy) - half[1], 0.0), max(abs(dz) - half[2], 0.0)
                if ax * ax + ay * ay + az * az <= bound:
                    if count == CANDIDATES:
                        return False
                    cx[count], cy[count], cz[count] = np.int32(dx * scale), np.int32(dy * scale), np.int32(dz * scale)
                    found[count] = n
                    count += 1
            if size == 0:  # the tile itself; lanes to spare repeat its first agent
                size = count
                tx, ty, tz = np.empty(TILE, np.int32), np.empty(TILE, np.int32), np.empty(TILE, np.int32)
                for i in range(TILE):
                    lane = i if i < size else 0
                    tx[i], ty[i], tz[i] = cx[lane], cy[lane], cz[lane]
            rank(tx, ty, tz, cx, cy, cz, begun, count, np.float32(1), np.float32(1), keep, lists)
            worst = np.int32(0)
            for i in range(TILE):
                worst = max(worst, lists[k * TILE + i])
            bound = ((math.sqrt(at_most(worst, keep)) + 8) / scale) ** 2
        if node == 0:
            alone = True  # the image nearest to the middle of the tile must be the one nearest to its agents
            for a in range(3):
                alone &= lengths[a] == 0 or 2 * (half[a] + math.sqrt(bound)) < lengths[a]
            return alone
        stack[0], top = node + 1 if node % 2 else node - 1, 1
        apart[0] = _apart(boxes[stack[0]], low, high, lengths)
        node = (node - 1) // 2


@kernel
def _one(x, y, z, lengths, inverse, depth, boxes, tile, n, near, which, stack, apart):  # type: ignore[no-untyped-def]
    """Find the neighbours of one agent, in exact arithmetic all the way."""
    agents, leaves, k = x.size, (1 << depth) - 1, near.size
    place = np.array([x[n], y[n], z[n]])
    node, top = leaves + tile, 1
    stack[0], apart[0] = node, 0.0
    while True:
        while top > 0:
            top -= 1
            here = stack[top]
            if apart[top] >= near[k - 1]:
                continue
            if here < leaves:
                top = _push_halves(here, boxes, place, place, lengths, stack, apart, top)
                continue
            for j in range(agents * (here - leaves) >> depth, agents * (here - leaves + 1) >> depth):
                if j != n:
                    insert(square(x[n] - x[j], y[n] - y[j], z[n] - z[j], lengths, inverse), j, near, which)
        if node == 0:
            return
        stack[0], top = node + 1 if node % 2 else node - 1, 1
        apart[0] = _apart(boxes[stack[0]], place, place, lengths)
        node = (node - 1) // 2
