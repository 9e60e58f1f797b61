"""Cell list: the candidates for neighbours of every agent in a large school, by a counting sort.

The box is divided into columns at least as wide as the cutoff, and each column into slices. Agents are sorted in memory
by column and slice. All neighbours of the agents of a column are in the three by three columns around it: gathered
slice by slice into one buffer, the candidates of a slice are contiguous.

Cells are numbered modulo the number of stored cells, so that a small school in a wide space takes little memory. Cells
with the same number share their candidates; the rule of a pair excludes those beyond the cutoff. A cell can hold any
number of agents.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import jitable
from kadita.models.engine.grid import WIDE, fixed_coordinate
from kadita.models.engine.simd_copy import LANES, copy_lanes
from kadita.school.box import Floats

SLICES = 2  # per cutoff
CELLS_AN_AGENT = 1
CELL_LIST_COST = 300  # of sorting and gathering, per agent, in pairs (measured; see analyses/benchmark)


def cells_are_faster(edges: Floats, widths: Floats, cutoff: float, agents: int) -> bool:
    """Whether a cell list is faster than all pairs.

    A cell list leaves an agent with a fraction of all others as candidates, and costs as much as CELL_LIST_COST pairs.

    Args:
        edges: edges of the periodic cell, (3,); 0 in open space.
        widths: widths of the school, (3,).
        cutoff: distance beyond which agents do not interact.
        agents: number of agents.
    """
    fraction = 1.0 if cutoff > 0 else 0.0
    for edge, width, parts in zip(edges, widths, (1, 1, SLICES), strict=True):
        if fraction > 0:  # agents at the surface of an open school have fewer neighbours
            along = edge * parts // cutoff if edge > 0 else (width / cutoff + 1 / 3) * parts
            fraction *= min(1.0, (2 * parts + 1) / max(along, 1.0))
    return agents * (1 - fraction) > CELL_LIST_COST


@jitable
def grid(edges, cutoff, agents, counts, distinct):  # type: ignore[no-untyped-def]
    """Write the number of cells along each axis, (3,): in the box (`counts`), and stored (`distinct`)."""
    for a in range(3):
        parts = SLICES if a == 2 else 1
        counts[a] = np.int64(min(edges[a] * parts / (WIDE * cutoff), 2.0**30))
        if counts[a] < 2 * parts + 1:
            counts[a] = 1
        distinct[a] = counts[a]
    most = CELLS_AN_AGENT * agents + 64
    while 1.0 * distinct[0] * distinct[1] * distinct[2] > most:  # in float64, because integers would overflow
        widest = np.argmax(distinct)
        if distinct[widest] <= 8:
            break
        distinct[widest] = (distinct[widest] + 1) // 2
        counts[widest] = counts[widest] // distinct[widest] * distinct[widest]


@jitable
def number(i, x, origin, edges, counts, distinct):  # type: ignore[no-untyped-def]
    """Return the number of the cell of agent i."""
    cell = 0
    for a in range(3):
        along = np.int64(fixed_coordinate(x[a, i], origin[a], 2.0**32 / edges[a])) * counts[a] >> 32
        if counts[a] > distinct[a]:
            along %= distinct[a]
        cell = cell * distinct[a] + along
    return cell


@jitable
def sort(numbers, starts, order):  # type: ignore[no-untyped-def]
    """Write the index of the first agent of each cell, (cells + 1,), and the agents in the order of cells, (N,)."""
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
    """Return an array for the bounds of the slices of the candidates of a column."""
    return np.empty(distinct[2] + (2 * SLICES if distinct[2] > 1 else 0) + 1, np.int32)


@jitable
def gather(rows, column, starts, distinct, fixed, near, slices):  # type: ignore[no-untyped-def]
    """Return the fixed-point agents in and around a column, (rows, M or more), in `near` if it is large enough.

    The bounds of the slices are written to `slices`. They range from SLICES below the first slice of the column to
    SLICES above the last; with fewer than 2 SLICES + 1 slices there is a single one.
    """
    nx, ny, nz = distinct[0], distinct[1], distinct[2]
    if starts[column * nz] == starts[(column + 1) * nz]:  # the column is empty
        return near
    beyond = SLICES if nz > 1 else 0
    columns = np.empty(9, np.int64)
    n_columns = 0
    for dx in range(-1 if nx > 1 else 0, 2 if nx > 1 else 1):
        for dy in range(-1 if ny > 1 else 0, 2 if ny > 1 else 1):
            columns[n_columns] = (column // ny + dx) % nx * ny + (column % ny + dy) % ny
            n_columns += 1
    size = 0
    for c in range(n_columns):
        first = columns[c] * nz
        size += starts[first + nz] - starts[first]
        if beyond:
            size += starts[first + beyond] - starts[first] + starts[first + nz] - starts[first + nz - beyond]
    if near.shape[1] < size + LANES:
        near = np.empty((rows, size + size // 4 + LANES), np.int32)
    filled = 0
    for s in range(-beyond, nz + beyond):
        slices[s + beyond] = filled
        z = s % nz
        for c in range(n_columns):
            cell = columns[c] * nz + z
            first, last = starts[cell], starts[cell + 1]
            for start in range(first, last, LANES):  # LANES at a time: surplus is overwritten or not read
                for row in range(rows):
                    copy_lanes(near, row, filled, fixed, start)
                filled += min(LANES, last - start)
    slices[nz + 2 * beyond] = filled
    return near
