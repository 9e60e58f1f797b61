"""The clusters of a small school, agent by agent: whoever is linked to one who was found is found, too."""

from __future__ import annotations

import numpy as np

from kadita.base.jit import kernel
from kadita.school.neighbors.ranking import square

ROUNDING = 1e-9  # of a length, by which more agents are looked at than could matter


@kernel
def flood(positions, lengths, link):  # type: ignore[no-untyped-def]
    """Return the number of every agent's cluster, (N,), how many there are, and whether one is linked to its own image.

    One agent after the other is compared with all who wait, on vector units.
    """
    agents = positions.shape[0]
    periodic = lengths[0] > 0
    inverse = np.zeros(3)
    for a in range(3):
        if periodic:
            inverse[a] = 1.0 / lengths[a]
    x, y, z = positions[:, 0].copy(), positions[:, 1].copy(), positions[:, 2].copy()  # of those who wait
    waiting, squares = np.arange(agents), np.empty(agents)
    label, shift, found = np.empty(agents, np.int64), np.zeros((agents, 3)), np.empty(agents, np.int64)
    left, clusters, count, done = agents, 0, 0, 0
    percolates = periodic and link >= min(lengths[0], lengths[1], lengths[2])
    while left > 0:
        begun = count
        found[count], count = waiting[0], count + 1
        for n in range(1, left):
            waiting[n - 1], x[n - 1], y[n - 1], z[n - 1] = waiting[n], x[n], y[n], z[n]
        left -= 1
        while done < count:
            i, done = found[done], done + 1
            label[i] = clusters
            px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
            near = 0
            for n in range(left):
                squares[n] = square(x[n] - px, y[n] - py, z[n] - pz, lengths, inverse)
                near += squares[n] <= link * link
            if near > 0:
                kept = 0
                for n in range(left):
                    j = waiting[n]
                    if squares[n] <= link * link:
                        found[count], count = j, count + 1
                        for a in range(3):
                            shift[j, a] = shift[i, a] - np.rint((positions[j, a] - positions[i, a]) * inverse[a])
                    else:
                        waiting[kept], x[kept], y[kept], z[kept] = j, x[n], y[n], z[n]
                        kept += 1
                left = kept
        if periodic and not percolates:
            percolates = _closes(positions, lengths, inverse, link, shift, found[begun:count])
        clusters += 1
    return label, clusters, percolates


@kernel
def _closes(positions, lengths, inverse, link, shift, members):  # type: ignore[no-untyped-def]
    """Whether a link of this cluster closes a loop around the cell.

    Such a link is nowhere but between agents who, the way along the links, are farther apart on an axis than the length
    of the cell less the link.
    """
    n = members.size
    low, high = np.empty((6, n)), np.empty((6, n))  # positions and shifts of those at the two ends
    for axis in range(3):
        least, most = np.inf, -np.inf
        for i in members:
            place = positions[i, axis] + lengths[axis] * shift[i, axis]
            least, most = min(least, place), max(most, place)
        apart = (lengths[axis] - link) * (1 - ROUNDING) - lengths[axis] * ROUNDING
        if most - least < apart:
            continue
        lows, highs = np.int64(0), np.int64(0)  # a literal 0 would be a type of its own, compiled once more
        for i in members:
            place = positions[i, axis] + lengths[axis] * shift[i, axis]
            if place - least >= apart:
                for a in range(3):
                    high[a, highs], high[3 + a, highs] = positions[i, a], shift[i, a]
                highs += 1
            if most - place >= apart:
                for a in range(3):
                    low[a, lows], low[3 + a, lows] = positions[i, a], shift[i, a]
                lows += 1
        for i in range(highs):
            if _any_around(high[:, i].copy(), low, lows, lengths, inverse, link):
                return True
    return False


@kernel
def _any_around(one, others, n, lengths, inverse, link):  # type: ignore[no-untyped-def]
    """Whether one agent is linked to any of the others in an image that is not the one of the way along the links."""
    x, y, z, sx, sy, sz = others[0], others[1], others[2], others[3], others[4], others[5]
    around = 0
    for j in range(n):
        dx, dy, dz = one[0] - x[j], one[1] - y[j], one[2] - z[j]
        ix, iy, iz = np.rint(dx * inverse[0]), np.rint(dy * inverse[1]), np.rint(dz * inverse[2])
        dx, dy, dz = dx - lengths[0] * ix, dy - lengths[1] * iy, dz - lengths[2] * iz
        d = dx * dx + dy * dy + dz * dz
        farther = min(  # by how much the square of the distance to the next image is larger
            lengths[0] * (lengths[0] - 2 * abs(dx)),
            min(lengths[1] * (lengths[1] - 2 * abs(dy)), lengths[2] * (lengths[2] - 2 * abs(dz))),
        )
        other = abs(ix + one[3] - sx[j]) + abs(iy + one[4] - sy[j]) + abs(iz + one[5] - sz[j])
        # an agent's own next images are a period away, and were looked at before
        around += (d <= link * link) & ((other > 0) | (d + farther <= link * link))
    return around > 0
