"""Events of hard discs: each disc has its next one, in a heap by time; cells limit the search for partners.

A disc's next event is a collision, a reflection by a wall or the crossing of a border of its cell. It is computed when
the disc's velocity or cell changes. A collision that another disc prevents is noticed by the count of the partner's
collisions, and computed anew when its time comes. Positions of a disc are those of its own last event.
"""

import math

import numpy as np

from kadita.plugins.metrics import jitable, kernel

CROSSES, REFLECTS = -1, -3  # what happens instead of a collision: along x; one less along y


@kernel
def advance(x, v, of, sizes, walls, diameter, heads, lists, cells, heap, events, partners, until, totals):  # type: ignore[no-untyped-def]
    """Process all events up to a time, and move all discs there.

    Args:
        x: (N, 2) positions; v: (N, 2) velocities.
        of: (N,) time of each disc's position.
        sizes: (2,) edges of a cell; walls: (2,) whether an axis has walls.
        diameter: of the discs.
        heads: (nx, ny) first disc of each cell; lists: (2, N) the next and the one before, -1 at the ends.
        cells: (N, 2) cell of each disc.
        heap: (2, N) discs in the order of a binary heap, and the place of each disc in it.
        events: (N,) time of each disc's next event.
        partners: (3, N) partner or kind of event, the partner's count when it was computed, and the disc's own count.
        until: the time.
        totals: (2,) number of collisions, and sum of -dr . dp; both are added to.
    """
    n = len(x)
    while events[heap[0, 0]] <= until:
        i = heap[0, 0]
        now, j = events[i], partners[0, i]
        if j >= 0 and partners[2, j] != partners[1, i]:
            _move(x, v, of, i, now)
            _predict(x, v, of, sizes, walls, diameter, heads, lists, cells, heap, events, partners, i, now)
            continue
        _move(x, v, of, i, now)
        if j >= 0:
            _move(x, v, of, j, now)
            totals[0] += 1
            totals[1] += _collide(x, v, sizes, heads, walls, i, j)
            partners[2, i] += 1
            partners[2, j] += 1
            _predict(x, v, of, sizes, walls, diameter, heads, lists, cells, heap, events, partners, i, now)
            _predict(x, v, of, sizes, walls, diameter, heads, lists, cells, heap, events, partners, j, now)
            continue
        if j <= REFLECTS:
            a = REFLECTS - j
            v[i, a] = -v[i, a]
            partners[2, i] += 1
        else:
            _cross(x, v, sizes, heads, lists, cells, i, CROSSES - j)
        _predict(x, v, of, sizes, walls, diameter, heads, lists, cells, heap, events, partners, i, now)
    for i in range(n):
        _move(x, v, of, i, until)


@kernel
def fill(x, sizes, heads, lists, cells):  # type: ignore[no-untyped-def]
    """Put all discs into their cells."""
    heads[:] = -1
    for i in range(len(x)):
        for a in range(2):
            cells[i, a] = min(max(int(x[i, a] / sizes[a]), 0), heads.shape[a] - 1)
        _insert(heads, lists, cells, i)


@kernel
def predict_all(x, v, of, sizes, walls, diameter, heads, lists, cells, heap, events, partners, now):  # type: ignore[no-untyped-def]
    """Compute the next event of every disc."""
    events[:] = np.inf
    for i in range(len(x)):
        heap[0, i] = heap[1, i] = i
    for i in range(len(x)):
        _predict(x, v, of, sizes, walls, diameter, heads, lists, cells, heap, events, partners, i, now)


@kernel
def smallest_gap(x, sizes, walls, heads, lists, cells):  # type: ignore[no-untyped-def]
    """Return the smallest distance of two discs in the same or neighbouring cells."""
    least = np.inf
    for i in range(len(x)):
        for k in range(9):
            cx, sx = _neighbor(cells[i, 0] + k // 3 - 1, heads.shape[0], sizes[0], walls[0])
            cy, sy = _neighbor(cells[i, 1] + k % 3 - 1, heads.shape[1], sizes[1], walls[1])
            j = heads[cx, cy] if cx >= 0 and cy >= 0 else -1
            while j >= 0:
                if j != i:
                    least = min(least, math.hypot(x[j, 0] + sx - x[i, 0], x[j, 1] + sy - x[i, 1]))
                j = lists[0, j]
    return least


@jitable
def _neighbor(c, number, size, wall):  # type: ignore[no-untyped-def]
    """Return a cell along an axis and the shift of its discs; -1 beyond a wall."""
    if 0 <= c < number:
        return c, 0.0
    if wall:
        return -1, 0.0
    return (number - 1, -number * size) if c < 0 else (0, number * size)


@jitable
def _move(x, v, of, i, now):  # type: ignore[no-untyped-def]
    x[i, 0] += v[i, 0] * (now - of[i])
    x[i, 1] += v[i, 1] * (now - of[i])
    of[i] = now


@jitable
def _collide(x, v, sizes, heads, walls, i, j):  # type: ignore[no-untyped-def]
    """Exchange velocities along the line of centres; return -dr . dv before.

    With dr^2 as it is in place of the squared diameter, energy is conserved but for the rounding of this line.
    """
    dx, dy = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1]
    if not walls[0]:
        dx -= sizes[0] * heads.shape[0] * np.rint(dx / (sizes[0] * heads.shape[0]))
    if not walls[1]:
        dy -= sizes[1] * heads.shape[1] * np.rint(dy / (sizes[1] * heads.shape[1]))
    b = dx * (v[j, 0] - v[i, 0]) + dy * (v[j, 1] - v[i, 1])
    share = b / (dx * dx + dy * dy)
    v[i, 0] += share * dx
    v[i, 1] += share * dy
    v[j, 0] -= share * dx
    v[j, 1] -= share * dy
    return -b


@jitable
def _cross(x, v, sizes, heads, lists, cells, i, a):  # type: ignore[no-untyped-def]
    """Put a disc into the next cell along an axis; around the box its position changes by the edge."""
    _remove(heads, lists, cells, i)
    c, number = cells[i, a] + (1 if v[i, a] > 0 else -1), heads.shape[a]
    if c < 0:
        c, x[i, a] = number - 1, x[i, a] + number * sizes[a]
    elif c >= number:
        c, x[i, a] = 0, x[i, a] - number * sizes[a]
    cells[i, a] = c
    _insert(heads, lists, cells, i)


@jitable
def _insert(heads, lists, cells, i):  # type: ignore[no-untyped-def]
    first = heads[cells[i, 0], cells[i, 1]]
    lists[0, i], lists[1, i] = first, -1
    if first >= 0:
        lists[1, first] = i
    heads[cells[i, 0], cells[i, 1]] = i


@jitable
def _remove(heads, lists, cells, i):  # type: ignore[no-untyped-def]
    after, before = lists[0, i], lists[1, i]
    if before >= 0:
        lists[0, before] = after
    else:
        heads[cells[i, 0], cells[i, 1]] = after
    if after >= 0:
        lists[1, after] = before


@kernel
def _predict(x, v, of, sizes, walls, diameter, heads, lists, cells, heap, events, partners, i, now):  # type: ignore[no-untyped-def]
    """Compute a disc's next event after `now`, which is the time of its position, and that of the partner."""
    soonest, partner = np.inf, CROSSES
    for a in range(2):
        speed = v[i, a]
        if speed == 0:
            continue
        c = cells[i, a] + (1 if speed > 0 else 0)
        wait = max((c * sizes[a] - x[i, a]) / speed, 0.0)
        if wait < soonest:
            soonest, partner = wait, (REFLECTS if walls[a] and (c == 0 or c == heads.shape[a]) else CROSSES) - a
    for k in range(9):
        cx, sx = _neighbor(cells[i, 0] + k // 3 - 1, heads.shape[0], sizes[0], walls[0])
        cy, sy = _neighbor(cells[i, 1] + k % 3 - 1, heads.shape[1], sizes[1], walls[1])
        j = heads[cx, cy] if cx >= 0 and cy >= 0 else -1
        while j >= 0:
            if j != i:
                late = now - of[j]
                ux, uy = v[j, 0] - v[i, 0], v[j, 1] - v[i, 1]
                dx = x[j, 0] + v[j, 0] * late + sx - x[i, 0]
                dy = x[j, 1] + v[j, 1] * late + sy - x[i, 1]
                b = dx * ux + dy * uy
                if b < 0:
                    apart = dx * dx + dy * dy - diameter * diameter
                    inside = b * b - (ux * ux + uy * uy) * apart
                    if inside > 0:
                        wait = max(apart / (math.sqrt(inside) - b), 0.0)
                        if wait < soonest:
                            soonest, partner = wait, j
            j = lists[0, j]
    events[i], partners[0, i] = now + soonest, partner
    if partner >= 0:
        partners[1, i] = partners[2, partner]
        if now + soonest < events[partner]:  # before what the partner has had in view
            events[partner], partners[0, partner], partners[1, partner] = now + soonest, i, partners[2, i]
            _sift(heap, events, partner)
    _sift(heap, events, i)


@jitable
def _sift(heap, events, i):  # type: ignore[no-untyped-def]
    """Move a disc to its place in the heap."""
    k, key, n = heap[1, i], events[i], len(events)
    while k > 0 and events[heap[0, (k - 1) // 2]] > key:
        above = heap[0, (k - 1) // 2]
        heap[0, k], heap[1, above] = above, k
        k = (k - 1) // 2
    while 2 * k + 1 < n:
        child = 2 * k + 1
        if child + 1 < n and events[heap[0, child + 1]] < events[heap[0, child]]:
            child += 1
        if events[heap[0, child]] >= key:
            break
        below = heap[0, child]
        heap[0, k], heap[1, below] = below, k
        k = child
    heap[0, k], heap[1, i] = i, k
