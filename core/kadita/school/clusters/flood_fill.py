"""The clusters of a small school, by a flood fill from agent to agent."""

from __future__ import annotations

import numpy as np

from kadita.base.jit import kernel
from kadita.school.neighbors.ranking import square

ROUNDING = 1e-9  # relative margin, by which more agents are compared than could matter


@kernel
def flood(positions, lengths, link):  # type: ignore[no-untyped-def]
    """Return the cluster label of every agent, (N,), the number of clusters, and whether one percolates.

    Agents are queued when a link to them is found. Each is compared with all agents not yet queued, on vector units.
    """
    agents = positions.shape[0]
    periodic = lengths[0] > 0
    inverse = np.zeros(3)
    for a in range(3):
        if periodic:
            inverse[a] = 1.0 / lengths[a]
    x, y, z = positions[:, 0].copy(), positions[:, 1].copy(), positions[:, 2].copy()  # of the unvisited
    unvisited, squares = np.arange(agents), np.empty(agents)
    label, shift, queue = np.empty(agents, np.int64), np.zeros((agents, 3)), np.empty(agents, np.int64)
    remaining, clusters, queued, processed = agents, 0, 0, 0
    percolates = periodic and link >= min(lengths[0], lengths[1], lengths[2])
    while remaining > 0:
        first = queued
        queue[queued], queued = unvisited[0], queued + 1
        for n in range(1, remaining):
            unvisited[n - 1], x[n - 1], y[n - 1], z[n - 1] = unvisited[n], x[n], y[n], z[n]
        remaining -= 1
        while processed < queued:
            i, processed = queue[processed], processed + 1
            label[i] = clusters
            px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
            near = 0
            for n in range(remaining):
                squares[n] = square(x[n] - px, y[n] - py, z[n] - pz, lengths, inverse)
                near += squares[n] <= link * link
            if near > 0:
                kept = 0
                for n in range(remaining):
                    j = unvisited[n]
                    if squares[n] <= link * link:
                        queue[queued], queued = j, queued + 1
                        for a in range(3):
                            shift[j, a] = shift[i, a] - np.rint((positions[j, a] - positions[i, a]) * inverse[a])
                    else:
                        unvisited[kept], x[kept], y[kept], z[kept] = j, x[n], y[n], z[n]
                        kept += 1
                remaining = kept
        if periodic and not percolates:
            percolates = _percolates(positions, lengths, inverse, link, shift, queue[first:queued])
        clusters += 1
    return label, clusters, percolates


@kernel
def _percolates(positions, lengths, inverse, link, shift, members):  # type: ignore[no-untyped-def]
    """Whether a link of this cluster closes a loop around the cell.

    Such a link connects agents whose distance along the links exceeds, on some axis, the cell length minus the link
    length; only these are compared.
    """
    n = members.size
    low, high = np.empty((6, n)), np.empty((6, n))  # positions and shifts of agents at the two ends
    for axis in range(3):
        lowest, highest = np.inf, -np.inf
        for i in members:
            unwrapped = positions[i, axis] + lengths[axis] * shift[i, axis]
            lowest, highest = min(lowest, unwrapped), max(highest, unwrapped)
        separation = (lengths[axis] - link) * (1 - ROUNDING) - lengths[axis] * ROUNDING
        if highest - lowest < separation:
            continue
        lows, highs = np.int64(0), np.int64(0)  # a literal 0 has another Numba type, and would be compiled once more
        for i in members:
            unwrapped = positions[i, axis] + lengths[axis] * shift[i, axis]
            if unwrapped - lowest >= separation:
                for a in range(3):
                    high[a, highs], high[3 + a, highs] = positions[i, a], shift[i, a]
                highs += 1
            if highest - unwrapped >= separation:
                for a in range(3):
                    low[a, lows], low[3 + a, lows] = positions[i, a], shift[i, a]
                lows += 1
        for i in range(highs):
            if _linked_around(high[:, i].copy(), low, lows, lengths, inverse, link):
                return True
    return False


@kernel
def _linked_around(one, others, n, lengths, inverse, link):  # type: ignore[no-untyped-def]
    """Whether one agent is linked to any of the others through another periodic image than that along the links."""
    x, y, z, sx, sy, sz = others[0], others[1], others[2], others[3], others[4], others[5]
    links = 0
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
        # an agent's own images are a period away; `flood` has compared them with the link
        links += (d <= link * link) & ((other > 0) | (d + farther <= link * link))
    return links > 0
