"""The clusters of a large school, by union-find over grid cells.

All agents of a cell are linked, and two cells are linked if any pair of their agents is. Every cell also stores the
periods between it and its root.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import kernel
from kadita.school.neighbors.ranking import square


@kernel
def link_cells(s, lengths, link, keys, starts, counts):  # type: ignore[no-untyped-def]
    """Return the root of every occupied cell, (C,), and whether a cluster percolates.

    Args:
        s: positions sorted by cell, (3, N).
        lengths: edges of the periodic cell, (3,); 0 in open space.
        link: two agents at most this far apart are linked.
        keys: number of each occupied cell, x * counts[1] * counts[2] + y * counts[2] + z, increasing.
        starts: index of the first agent of each occupied cell, and N, (C + 1,).
        counts: number of cells on each axis; in a periodic cell enough that two are linked through one image only.

    Neighbouring cells are visited in rows along z, at most two cells away. The search for a row among the keys starts
    where it ended for the previous cell.
    """
    occupied, periodic = keys.size, lengths[0] > 0
    inverse = np.zeros(3)
    if periodic:
        inverse[:] = 1.0 / lengths
    boxes = _bounds(s, starts)
    parent, size = np.arange(occupied), np.diff(starts)
    shift, path = np.zeros((occupied, 3), np.int64), np.empty(occupied, np.int64)
    row_starts, image = np.zeros(15, np.int64), np.zeros(3, np.int64)
    clusters, percolates = occupied, False
    for c in range(occupied):
        if clusters == 1 and (percolates or not periodic):
            break
        cx, cy, cz = keys[c] // (counts[1] * counts[2]), keys[c] // counts[2] % counts[1], keys[c] % counts[2]
        for row in range(2, 15):  # the later half of 5 x 5 x 5, so that each pair of cells is visited once
            nx, ny = cx + row // 5, cy + row % 5 - 2
            image[0], image[1] = nx // counts[0], ny // counts[1]
            if not periodic and (image[0] != 0 or image[1] != 0):
                continue
            row_key = ((nx - image[0] * counts[0]) * counts[1] + ny - image[1] * counts[1]) * counts[2]
            low, high = cz + 1 if row == 2 else cz - 2, cz + 2
            for image_z in range(-1, 2):  # the part of the row that is in this image
                first, last = max(low - image_z * counts[2], 0), min(high - image_z * counts[2], counts[2] - 1)
                if first > last or (image_z != 0 and not periodic):
                    continue
                image[2] = image_z
                o = row_starts[row]
                if o > 0 and keys[o - 1] >= row_key + first:
                    o = np.searchsorted(keys, row_key + first)
                while o < occupied and keys[o] < row_key + first:
                    o += 1
                row_starts[row] = o
                while o < occupied and keys[o] <= row_key + last:
                    i, j = _find(parent, shift, c, path), _find(parent, shift, o, path)
                    consistent = True
                    for a in range(3):
                        consistent &= shift[o, a] - shift[c, a] == -image[a]
                    if (i != j or not (consistent or percolates)) and _linked(
                        s, lengths, inverse, link, boxes, image, starts, c, o
                    ):
                        if i == j:
                            percolates = True
                        else:
                            clusters -= 1
                            if size[i] < size[j]:
                                i, j = j, i
                            sign = 1 if parent[c] == i else -1
                            parent[j] = i
                            size[i] += size[j]
                            for a in range(3):
                                shift[j, a] = sign * (shift[c, a] - shift[o, a] - image[a])
                    o += 1
    for c in range(occupied):
        _find(parent, shift, c, path)
    return parent, percolates


@kernel
def _bounds(s, starts):  # type: ignore[no-untyped-def]
    """Return the bounding box of the agents of each cell, (C, 6): minimum x, y, z, then maximum."""
    boxes = np.empty((starts.size - 1, 6))
    for c in range(starts.size - 1):
        for a in range(3):
            low, high = np.inf, -np.inf
            for n in range(starts[c], starts[c + 1]):
                low, high = min(low, s[a, n]), max(high, s[a, n])
            boxes[c, a], boxes[c, 3 + a] = low, high
    return boxes


@kernel
def _linked(s, lengths, inverse, link, boxes, image, starts, c, o):  # type: ignore[no-untyped-def]
    """Whether any agent of cell c is linked to any agent of this periodic image of cell o."""
    gap_squared = 0.0
    for a in range(3):
        image_shift = image[a] * lengths[a]
        d = max(boxes[o, a] + image_shift - boxes[c, 3 + a], boxes[c, a] - boxes[o, 3 + a] - image_shift, 0.0)
        gap_squared += d * d
    if gap_squared > link * link * (1 + 1e-9) + 1e-12 * lengths.max() * link:
        return False
    for n in range(starts[c], starts[c + 1]):
        for m in range(starts[o], starts[o + 1]):
            d = square(s[0, m] - s[0, n], s[1, m] - s[1, n], s[2, m] - s[2, n], lengths, inverse)
            if d <= link * link:
                return True
    return False


@kernel
def _find(parent, shift, i, path):  # type: ignore[no-untyped-def]
    """Return the root of cell i; afterwards shift[i] counts the periods from i's image to the image of its root."""
    depth = 0
    while parent[i] != i:
        path[depth] = i
        depth += 1
        i = parent[i]
    for d in range(depth - 2, -1, -1):  # nearest to the root first, so that shifts add up
        j, above = path[d], path[d + 1]
        for a in range(3):
            shift[j, a] += shift[above, a]
        parent[j] = i
    return i
