"""Steps of any model: what every agent takes up of its neighbours, its turn, its move.

A model brings the rule of a pair, the rule of a turn and, where agents are pushed as well, that of a push; see
`kadita.models.model`. Neighbours, sums, random numbers and threads are the engine's.

An agent's step depends on the state before it alone, and on its neighbours by sums of whole numbers, which no order
changes. So the bits of a run are the same for any number of threads, for all pairs and for cells, and for any
instruction set.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from kadita.box import Floats
from kadita.checksum import checksum
from kadita.compiled import Function, kernel, parallel_kernel, part
from kadita.engine import cells, lattice
from kadita.models.pairs import NOTHING, ONE
from kadita.models.philox import NOISE, normals
from kadita.neighbors import Integers

Table = NDArray[np.void]

GROUP = 64  # agents that one thread takes at a time
SUMS, NOISES, HEADING, SHIFT, ROWS = 10, 10, 14, 17, 20  # rows of a group's memory: three vectors and a number first
CANDIDATES = 1024  # so many whole numbers up to ONE add up within 32 bits
LANES = 16  # of the widest vector unit: sums run over multiples of it
FAR = np.float32(3e38)



class School(NamedTuple):
    """The state of a school, in an order of the engine's own."""

    positions: Floats  # (3, N)
    headings: Floats  # (3, N)
    agents: Integers  # (N,): who lies where
    species: Integers  # (N,), by agent


class Space(NamedTuple):
    """Where the school is: the edges of its cell, (3,), 0 in open space, and how far agents take notice."""

    edges: Floats
    reach: float


class Rules(NamedTuple):
    """A model's constants by name, a row a species: in single precision for pairs, in double precision for turns."""

    of_pairs: Table
    of_turns: Table

    @classmethod
    def of(cls, constants: Sequence[Mapping[str, float]]) -> Rules:
        """Make the tables of a sequence of species."""
        rows = [tuple(row.values()) for row in constants]
        single, double = (np.array(rows, [(name, kind) for name in constants[0]]) for kind in ("f4", "f8"))
        return cls(single, double)


@lru_cache(maxsize=32)
def steps_of(pair: Function, turn: Function, push: Function, *, parallel: bool) -> Function:
    """Compile the steps of a model from its rules.

    Returns:
        ``advance(school, space, rules, steps, first_step, seed, by_cells)``, which advances a `School` in place.
    """
    add_up, move = _summing(pair), _moving(turn, push)

    def advance(school, space, rules, steps, first_step, seed, by_cells):  # type: ignore[no-untyped-def]
        x, u, agents, species = school
        n = agents.size
        alike = rules.of_pairs.size == 1
        periodic = space.edges[0] > 0
        origin, edges = np.zeros(3), space.edges.copy()
        seen = np.empty((6, n + LANES), np.int32)
        counts, distinct = np.ones(3, np.int64), np.ones(3, np.int64)
        groups = (n + GROUP - 1) // GROUP
        numbers, order = np.empty(n if by_cells else 0, np.int32), np.empty(n if by_cells else 0, np.int32)
        row = np.empty(n if by_cells else 0)
        starts = np.empty(0, np.int32)
        for step in range(first_step, first_step + steps):
            if not periodic:
                lattice.virtual_box(x, space.reach, origin, edges)
            if by_cells:
                cells.grid(edges, space.reach, n, counts, distinct)
                if starts.size != distinct.prod() + 1:
                    starts = np.empty(distinct.prod() + 1, np.int32)
                for group in prange(groups):
                    for i in range(group * GROUP, min(n, (group + 1) * GROUP)):
                        numbers[i] = cells.number(i, x, origin, edges, counts, distinct)
                cells.sort(numbers, starts, order)
                for a in range(3):
                    _reorder(x[a], order, row)
                    _reorder(u[a], order, row)
                _reorder(agents, order, numbers)
            for group in prange(groups):
                first, last = group * GROUP, min(n, (group + 1) * GROUP)
                lattice.snapshot(first, last, x, u, origin, edges, seen)
            scale = (
                np.float32(edges[0] / 2.0**32),
                np.float32(edges[1] / 2.0**32),
                np.float32(edges[2] / 2.0**32),
            )
            if by_cells:
                for column in prange(distinct[0] * distinct[1]):
                    slices = distinct[2]
                    first, last = starts[column * slices], starts[(column + 1) * slices]
                    if first < last:
                        near, bounds = cells.gather(column, starts, distinct, seen)
                        around, s = bounds.size - slices, 0
                        work = np.zeros(ROWS * GROUP)
                        for begin in range(first, last, GROUP):
                            end = min(last, begin + GROUP)
                            for i in range(begin, end):
                                while starts[column * slices + s + 1] <= i:
                                    s += 1
                                c = rules.of_pairs[0 if alike else species[agents[i]]]
                                add_up(i, x, u, c, seen, near, bounds[s], bounds[s + around], scale, work, i - begin)
                            move(begin, end, x, u, agents, species, rules.of_turns, work, seed, step, space.edges)
            else:
                for group in prange(groups):
                    begin, end = group * GROUP, min(n, (group + 1) * GROUP)
                    work = np.zeros(ROWS * GROUP)
                    for i in range(begin, end):
                        c = rules.of_pairs[0 if alike else species[agents[i]]]
                        add_up(i, x, u, c, seen, seen, 0, n, scale, work, i - begin)
                    move(begin, end, x, u, agents, species, rules.of_turns, work, seed, step, space.edges)

    # Compiled code is kept on disk by this name: a rule that was edited is compiled anew, no two rules share a file,
    # and threads do not get the code of one thread.
    advance.__qualname__ = f"advance_{checksum(advance)}{'_in_parallel' if parallel else ''}"
    return parallel_kernel(advance) if parallel else kernel(advance)


@part
def _reorder(a, order, spare):  # type: ignore[no-untyped-def]
    for i in range(order.size):
        spare[i] = a[order[i]]
    a[:] = spare


def _summing(pair: Function) -> Function:
    @part
    def add_up(i, x, u, c, seen, near, first, last, scale, work, place):  # type: ignore[no-untyped-def]
        """Write agent i's sums over the candidates first .. last - 1 to its place in its group."""
        px, py, pz = seen[0, i], seen[1, i], seen[2, i]
        own = np.float32(u[0, i]), np.float32(u[1, i]), np.float32(u[2, i])
        sx, sy, sz = scale
        for row in range(SUMS):
            work[row * GROUP + place] = 0.0
        for begin in range(first, last, CANDIDATES):
            n = min(CANDIDATES, last - begin)
            ax, ay, az = NOTHING
            bx, by, bz = NOTHING
            cx, cy, cz = NOTHING
            number, end = np.int32(0), np.int32(n)
            for k in range((n + LANES - 1) // LANES * LANES):  # free of branches, so that it runs on vector units
                j = np.uint64(begin) + np.uint64(k)  # an index that cannot be negative needs no branch
                d = (
                    np.float32(np.int32(near[0, j] - px)) * sx,
                    np.float32(np.int32(near[1, j] - py)) * sy,
                    np.float32(np.int32(near[2, j] - pz)) * sz,
                )
                square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
                square = square if np.int32(k) < end else FAR
                a, b, e, one = pair(d, square, own, (near[3, j], near[4, j], near[5, j]), c)
                ax, ay, az = np.int32(ax + a[0]), np.int32(ay + a[1]), np.int32(az + a[2])
                bx, by, bz = np.int32(bx + b[0]), np.int32(by + b[1]), np.int32(bz + b[2])
                cx, cy, cz = np.int32(cx + e[0]), np.int32(cy + e[1]), np.int32(cz + e[2])
                number = np.int32(number + one)
            for row, whole in enumerate((ax, ay, az, bx, by, bz, cx, cy, cz, number)):
                work[row * GROUP + place] += whole

    return add_up


def _moving(turn: Function, push: Function) -> Function:
    @part
    def move(first, last, x, u, agents, species, rules, work, seed, step, edges):  # type: ignore[no-untyped-def]
        """Turn agents first .. last - 1, and move them along their new headings.

        All that the loops read and write lies in one array at fixed distances, so that they run on vector units.
        """
        n = last - first
        who = agents[first:last]
        for k in range(n):
            (
                work[NOISES * GROUP + k],
                work[(NOISES + 1) * GROUP + k],
                work[(NOISES + 2) * GROUP + k],
                work[(NOISES + 3) * GROUP + k],
            ) = normals(seed, step, who[k], NOISE)
        for row in range(3):
            own = u[row, first:last]
            for k in range(n):
                work[(HEADING + row) * GROUP + k] = own[k]
        start = 0
        while start < n:
            kind, stop = species[who[start]], start + 1
            while stop < n and species[who[stop]] == kind:
                stop += 1
            _turned(stop - start, who[start:], rules[kind], work[start:], seed, step)
            start = stop
        for row in range(3):
            xs, us, edge = x[row, first:last], u[row, first:last], edges[row]
            for k in range(n):
                us[k] = work[(HEADING + row) * GROUP + k]
            for k in range(n):
                xs[k] = _moved(xs[k] + work[(SHIFT + row) * GROUP + k], edge)

    @part
    def _turned(n, who, c, work, seed, step):  # type: ignore[no-untyped-def]
        for k in range(n):
            sums = (
                (work[k] / ONE, work[GROUP + k] / ONE, work[2 * GROUP + k] / ONE),
                (work[3 * GROUP + k] / ONE, work[4 * GROUP + k] / ONE, work[5 * GROUP + k] / ONE),
                (work[6 * GROUP + k] / ONE, work[7 * GROUP + k] / ONE, work[8 * GROUP + k] / ONE),
                work[9 * GROUP + k],
            )
            g = (
                work[NOISES * GROUP + k],
                work[(NOISES + 1) * GROUP + k],
                work[(NOISES + 2) * GROUP + k],
                work[(NOISES + 3) * GROUP + k],
            )
            old = work[HEADING * GROUP + k], work[(HEADING + 1) * GROUP + k], work[(HEADING + 2) * GROUP + k]
            key = seed, step, who[k]
            new, shift, stride = turn(old, sums, g, c, key), push(old, sums, g, c, key), c.stride
            work[HEADING * GROUP + k], work[SHIFT * GROUP + k] = new[0], stride * new[0] + shift[0]
            work[(HEADING + 1) * GROUP + k], work[(SHIFT + 1) * GROUP + k] = new[1], stride * new[1] + shift[1]
            work[(HEADING + 2) * GROUP + k], work[(SHIFT + 2) * GROUP + k] = new[2], stride * new[2] + shift[2]

    return move


@part
def _moved(p, edge):  # type: ignore[no-untyped-def]
    """Coordinate p, brought back into a cell of this length; as it is where the length is 0."""
    if edge > 0:
        p -= edge * math.floor(p / edge)
        if p < 0 or p >= edge:  # rounding at the two faces, which are the same place
            p = 0.0
    return p
