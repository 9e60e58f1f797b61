"""Cells: who is near whom in a large school, by a counting sort.

The box is cut into columns at least as wide as the cutoff, and each column into slices. Agents lie in memory column by
column and slice by slice. What is near a column lies in the three by three columns around it: gathered slice by slice
into one buffer, the candidates of a slice are one run of it.

Cells are numbered modulo their number, so that a small school in a wide space takes little memory: cells that share a
number share their candidates, and the rule of a pair tells them apart by their distance. Any number of agents may be
in a cell.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import jitable
from kadita.models.engine.grid import WIDE, place
from kadita.models.engine.simd_copy import LANES, copy_run
from kadita.school.box import Floats

SLICES = 2  # to a cutoff
CELLS_AN_AGENT = 1
WORTH = 300  # others that an agent's part in sorting and gathering costs as much as (measured; see analyses/benchmark)


def pay(edges: Floats, widths: Floats, cutoff: float, agents: int) -> bool:
    """Whether cells are faster than all pairs.

    Cells leave an agent with a share of all others, and cost as much as so many more.

    Args:
        edges: of the periodic cell, (3,); 0 in open space.
        widths: of the school, (3,).
        cutoff: how far agents take notice.
        agents: their number.
    """
    share = 1.0 if cutoff > 0 else 0.0
    for edge, width, parts in zip(edges, widths, (1, 1, SLICES), strict=True):
        if share > 0:  # an open school has fewer neighbours at its rim
            along = edge * parts // cutoff if edge > 0 else (width / cutoff + 1 / 3) * parts
            share *= min(1.0, (2 * parts + 1) / max(along, 1.0))
    return agents * (1 - share) > WORTH


@jitable
def grid(edges, cutoff, agents, counts, distinct):  # type: ignore[no-untyped-def]
    """Write numbers of cells along each axis, (3,): in the box (`counts`), and that have numbers of their own."""
    for a in range(3):
        parts = SLICES if a == 2 else 1
        counts[a] = np.int64(min(edges[a] * parts / (WIDE * cutoff), 2.0**30))
        if counts[a] < 2 * parts + 1:
            counts[a] = 1
        distinct[a] = counts[a]
    most = CELLS_AN_AGENT * agents + 64
    while 1.0 * distinct[0] * distinct[1] * distinct[2] > most:  # whole numbers would run over
        widest = np.argmax(distinct)
        if distinct[widest] <= 8:
            break
        distinct[widest] = (distinct[widest] + 1) // 2
        counts[widest] = counts[widest] // distinct[widest] * distinct[widest]


@jitable
def number(i, x, origin, edges, counts, distinct):  # type: ignore[no-untyped-def]
    """Return the number of the cell that agent i is in."""
    cell = 0
    for a in range(3):
        along = np.int64(place(x[a, i], origin[a], 2.0**32 / edges[a])) * counts[a] >> 32
        if counts[a] > distinct[a]:
            along %= distinct[a]
        cell = cell * distinct[a] + along
    return cell


@jitable
def sort(numbers, starts, order):  # type: ignore[no-untyped-def]
    """Write where each cell starts, (cells + 1,), and the agents in the order of their cells, (N,)."""
    for cell in range(starts.size):
        starts[cell] = 0
    for i in range(numbers.size):
        starts[numbers[i] + 1] += 1
    for cell in range(1, starts.size):
        starts[cell] += starts[cell - 1]
    for i in range(numbers.size):
        order[starts[numbers[i]]] = i
        starts[numbers[i]] += 1
    for cell in range(starts.size - 1, 0, -1):
        starts[cell] = starts[cell - 1]
    starts[0] = 0


@jitable
def bounds(distinct):  # type: ignore[no-untyped-def]
    """Return an array for where the slices of what is around a column begin and end."""
    return np.empty(distinct[2] + (2 * SLICES if distinct[2] > 1 else 0) + 1, np.int32)


@jitable
def gather(column, starts, distinct, seen, near, slices):  # type: ignore[no-untyped-def]
    """Return what is `seen` in and around a column, (6, M or more), in `near` if it has room; write where slices start.

    Slices run from SLICES below the first to SLICES above the last; with fewer than 2 SLICES + 1 there is one alone.
    """
    nx, ny, nz = distinct[0], distinct[1], distinct[2]
    if starts[column * nz] == starts[(column + 1) * nz]:  # nobody is there
        return near
    beyond = SLICES if nz > 1 else 0
    columns = np.empty(9, np.int64)
    around = 0
    for dx in range(-1 if nx > 1 else 0, 2 if nx > 1 else 1):
        for dy in range(-1 if ny > 1 else 0, 2 if ny > 1 else 1):
            columns[around] = (column // ny + dx) % nx * ny + (column % ny + dy) % ny
            around += 1
    size = 0
    for c in range(around):
        first = columns[c] * nz
        size += starts[first + nz] - starts[first]
        if beyond:
            size += starts[first + beyond] - starts[first] + starts[first + nz] - starts[first + nz - beyond]
    if near.shape[1] < size + LANES:
        near = np.empty((6, size + size // 4 + LANES), np.int32)
    filled = 0
    for s in range(-beyond, nz + beyond):
        slices[s + beyond] = filled
        z = s % nz
        for c in range(around):
            cell = columns[c] * nz + z
            first, last = starts[cell], starts[cell + 1]
            for begin in range(first, last, LANES):  # whole runs: what is too much is written over, or left unread
                for row in range(6):
                    copy_run(near, row, filled, seen, begin)
                filled += min(LANES, last - begin)
    slices[nz + 2 * beyond] = filled
    return near
