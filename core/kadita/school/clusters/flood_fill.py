"""The clusters of a small school, by a flood fill from agent to agent."""

from __future__ import annotations

import numpy as np

from kadita.base.jit import jitable, kernel
from kadita.school.neighbors.ranking import square

ROUNDING = 1e-9  # relative margin, by which more agents are compared than could matter


@kernel
def flood(positions, lengths, link, label, queue, shift):  # type: ignore[no-untyped-def]
    """Write the cluster label of every agent, (T, N), agents cluster by cluster, (T, N), and shifts, (T, N, 3).

    A shift is the number of periods from the first agent of the cluster, along the links. Agents are queued when a link
    to them is found. Each is compared with all agents not yet queued, on vector units.
    """
    frames, agents = label.shape
    inverse = np.zeros(3)
    if lengths[0] > 0:
        for a in range(3):
            inverse[a] = 1.0 / lengths[a]
    places, unvisited, squares = np.empty((3, agents)), np.empty(agents, np.int64), np.empty(agents)
    x, y, z = places[0], places[1], places[2]  # of the unvisited
    for t in range(frames):
        for i in range(agents):
            unvisited[i], x[i], y[i], z[i] = i, positions[t, i, 0], positions[t, i, 1], positions[t, i, 2]
        remaining, cluster, queued = agents, -1, 0
        for processed in range(agents):
            if processed == queued:  # the last cluster is complete: any unvisited agent begins the next
                remaining -= 1
                queue[t, queued], cluster, queued = unvisited[remaining], cluster + 1, queued + 1
                for a in range(3):
                    shift[t, unvisited[remaining], a] = 0.0
            i = queue[t, processed]
            label[t, i] = cluster
            px, py, pz = positions[t, i, 0], positions[t, i, 1], positions[t, i, 2]
            near = 0
            for n in range(remaining):
                squares[n] = square(x[n] - px, y[n] - py, z[n] - pz, lengths, inverse)
                near += squares[n] <= link * link
            if near > 0:
                kept = 0
                for n in range(remaining):
                    j = unvisited[n]
                    if squares[n] <= link * link:
                        queue[t, queued], queued = j, queued + 1
                        for a in range(3):
                            periods = np.rint((positions[t, j, a] - positions[t, i, a]) * inverse[a])
                            shift[t, j, a] = shift[t, i, a] - periods
                    else:
                        unvisited[kept], x[kept], y[kept], z[kept] = j, x[n], y[n], z[n]
                        kept += 1
                remaining = kept


@kernel
def find_loops(positions, lengths, link, label, queue, shift, percolates):  # type: ignore[no-untyped-def]
    """Write whether a cluster percolates through the periodic cell, (T,); the other arrays are those of `flood`."""
    frames, agents = label.shape
    low = np.empty((6, agents))
    for t in range(frames):
        percolates[t], cluster, last = False, -1, 0
        while last < agents and not percolates[t]:
            first, last, cluster = last, last + 1, cluster + 1
            while last < agents and label[t, queue[t, last]] == cluster:
                last += 1
            percolates[t] = _percolates(positions[t], lengths, link, shift[t], queue[t, first:last], low)


@jitable
def _percolates(positions, lengths, link, shift, members, low):  # type: ignore[no-untyped-def]
    """Whether a link of this cluster closes a loop around the cell.

    Such a link connects agents whose distance along the links exceeds, on some axis, the cell length minus the link
    length; only these are compared. `low` is for positions and shifts of agents at the lower end.
    """
    for axis in range(3):
        lowest, highest = np.inf, -np.inf
        for n in range(members.size):
            unwrapped = positions[members[n], axis] + lengths[axis] * shift[members[n], axis]
            lowest, highest = min(lowest, unwrapped), max(highest, unwrapped)
        separation = (lengths[axis] - link) * (1 - ROUNDING) - lengths[axis] * ROUNDING
        if highest - lowest >= separation:
            lows = 0
            for n in range(members.size):
                i = members[n]
                if highest - (positions[i, axis] + lengths[axis] * shift[i, axis]) >= separation:
                    for a in range(3):
                        low[a, lows], low[3 + a, lows] = positions[i, a], shift[i, a]
                    lows += 1
            for n in range(members.size):
                i = members[n]
                high = positions[i, axis] + lengths[axis] * shift[i, axis] - lowest >= separation
                if high and _linked_around(positions[i], shift[i], low, lows, lengths, link):
                    return True
    return False


@jitable
def _linked_around(position, periods, others, n, lengths, link):  # type: ignore[no-untyped-def]
    """Whether one agent is linked to any of the others through another periodic image than that along the links."""
    links = 0
    for j in range(n):
        square, farther, other = 0.0, np.inf, 0.0
        for a in range(3):
            d = position[a] - others[a, j]
            image = np.rint(d * (1.0 / lengths[a]))
            d -= lengths[a] * image
            square += d * d
            # by how much the square of the distance to the next image is larger
            farther = min(farther, lengths[a] * (lengths[a] - 2 * abs(d)))
            other += abs(image + periods[a] - others[3 + a, j])
        # an agent's own images are a period away; they are compared with the link before
        links += (square <= link * link) & ((other > 0) | (square + farther <= link * link))
    return links > 0
