"""The clusters of a small school, agent by agent: whoever is linked to one who was found is found, too."""

from __future__ import annotations

import numpy as np

from kadita.base.jit import jitable, kernel
from kadita.school.neighbors.ranking import square

ROUNDING = 1e-9  # of a length, by which more agents are looked at than could matter


@kernel
def flood(positions, lengths, link, label, found, shift):  # type: ignore[no-untyped-def]
    """Write every agent's cluster, (T, N), who is found one after the other, and the periods between, (T, N, 3).

    One agent after the other is compared with all who wait, on vector units.
    """
    frames, agents = label.shape
    inverse = np.zeros(3)
    if lengths[0] > 0:
        for a in range(3):
            inverse[a] = 1.0 / lengths[a]
    places, waiting, squares = np.empty((3, agents)), np.empty(agents, np.int64), np.empty(agents)
    x, y, z = places[0], places[1], places[2]  # of those who wait
    for t in range(frames):
        for i in range(agents):
            waiting[i], x[i], y[i], z[i] = i, positions[t, i, 0], positions[t, i, 1], positions[t, i, 2]
        left, cluster, count = agents, -1, 0
        for done in range(agents):
            if done == count:  # nobody who waits is linked to those found: the next one begins a cluster
                left -= 1
                found[t, done], cluster, count = waiting[left], cluster + 1, count + 1
                for a in range(3):
                    shift[t, waiting[left], a] = 0.0
            i = found[t, done]
            label[t, i] = cluster
            px, py, pz = positions[t, i, 0], positions[t, i, 1], positions[t, i, 2]
            near = 0
            for n in range(left):
                squares[n] = square(x[n] - px, y[n] - py, z[n] - pz, lengths, inverse)
                near += squares[n] <= link * link
            if near > 0:
                kept = 0
                for n in range(left):
                    j = waiting[n]
                    if squares[n] <= link * link:
                        found[t, count], count = j, count + 1
                        for a in range(3):
                            periods = np.rint((positions[t, j, a] - positions[t, i, a]) * inverse[a])
                            shift[t, j, a] = shift[t, i, a] - periods
                    else:
                        waiting[kept], x[kept], y[kept], z[kept] = j, x[n], y[n], z[n]
                        kept += 1
                left = kept


@kernel
def find_loops(positions, lengths, link, label, found, shift, percolates):  # type: ignore[no-untyped-def]
    """Write of every frame, (T,), whether a link closes a loop around the periodic cell; the rest is as `flood` left it."""
    frames, agents = label.shape
    low = np.empty((6, agents))
    for t in range(frames):
        percolates[t], cluster, end = False, -1, 0
        while end < agents and not percolates[t]:
            begun, end, cluster = end, end + 1, cluster + 1
            while end < agents and label[t, found[t, end]] == cluster:
                end += 1
            percolates[t] = _closes(positions[t], lengths, link, shift[t], found[t, begun:end], low)


@jitable
def _closes(positions, lengths, link, shift, members, low):  # type: ignore[no-untyped-def]
    """Whether a link of this cluster closes a loop around the cell.

    Such a link is nowhere but between agents who, the way along the links, are farther apart on an axis than the length
    of the cell less the link. Positions and shifts of those at the lower end are put into `low`.
    """
    for axis in range(3):
        least, most = np.inf, -np.inf
        for n in range(members.size):
            place = positions[members[n], axis] + lengths[axis] * shift[members[n], axis]
            least, most = min(least, place), max(most, place)
        apart = (lengths[axis] - link) * (1 - ROUNDING) - lengths[axis] * ROUNDING
        if most - least >= apart:
            lows = 0
            for n in range(members.size):
                i = members[n]
                if most - (positions[i, axis] + lengths[axis] * shift[i, axis]) >= apart:
                    for a in range(3):
                        low[a, lows], low[3 + a, lows] = positions[i, a], shift[i, a]
                    lows += 1
            for n in range(members.size):
                i = members[n]
                if positions[i, axis] + lengths[axis] * shift[i, axis] - least >= apart:
                    if _any_around(positions[i], shift[i], low, lows, lengths, link):
                        return True
    return False


@jitable
def _any_around(place, periods, others, n, lengths, link):  # type: ignore[no-untyped-def]
    """Whether one agent is linked to any of the others in an image that is not the one of the way along the links."""
    around = 0
    for j in range(n):
        square, farther, other = 0.0, np.inf, 0.0
        for a in range(3):
            d = place[a] - others[a, j]
            image = np.rint(d * (1.0 / lengths[a]))
            d -= lengths[a] * image
            square += d * d
            # by how much the square of the distance to the next image is larger
            farther = min(farther, lengths[a] * (lengths[a] - 2 * abs(d)))
            other += abs(image + periods[a] - others[3 + a, j])
        # an agent's own next images are a period away, and were looked at before
        around += (square <= link * link) & ((other > 0) | (square + farther <= link * link))
    return around > 0
