"""Clusters of agents that are linked, directly or through others, and whether one percolates through the periodic cell.

A cluster percolates if it is linked to its own periodic image. For every agent or grid cell, the displacement along the
links from the first member of its cluster is stored, in periods: for a link that closes a loop around the cell,
displacements do not add up to 0 (Newman & Ziff 2001, doi:10.1103/PhysRevE.64.016706).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita.base.errors import NotApplicable
from kadita.school.block import Block
from kadita.school.box import Box, Floats, Integers, equal_edges
from kadita.school.read_only import read_only

# Small schools use a flood fill from agent to agent, large ones link the cells of a grid. Measured with links of 0.4 to
# 3 mean distances, ns per agent, one core at 2.6 GHz with AVX-512: flood fill 60 to 460 with 500 agents, 120 to 880
# with 1000 and 410 to 1680 with 2000; cells 70 to 1050, 130 to 1350 and 370 to 1010.
ALL_PAIRS_UP_TO = 1000
# Grid cells on each axis of a periodic cell: with fewer, two grid cells could be linked through several periodic
# images. Grid cells are wider than half the link, so that links reach at most two cells.
FEWEST_CELLS = 8
NARROWER = 1.001  # grid cells are narrower than link / sqrt(3) by this factor, a margin for rounding in cell numbers
MOST_CELLS = 2.0**40  # on an axis: beyond, rounding in cell numbers exceeds that margin
MOST_KEYS = 2.0**62  # so that int64 can number all cells

LinkDistance = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
    Field(description="distance up to which two agents are linked; none: the r_a of the trajectory"),
]


@dataclass(frozen=True)
class Clusters:
    """Clusters of linked agents in every frame."""

    largest: NDArray[np.bool_]  # whether an agent belongs to the largest cluster, (T, N)
    count: Integers  # number of clusters, (T,)
    size: Integers  # number of agents in the cluster of an agent, (T, N)
    percolates: NDArray[np.bool_]  # whether a cluster is linked to its own periodic image, (T,)


def link_length(block: Block, link_distance: float | None) -> float:
    """Return the distance up to which two agents are linked: `link_distance`, or the r_a of the trajectory of `block`.

    Raises:
        NotApplicable: if it is None and the trajectory has no r_a.

    >>> from kadita.plugins.metrics import Block, link_length
    >>> block = Block([[0, 0, 0], [1, 0, 0]], attributes={"r_a": 14.0})
    >>> link_length(block, None), link_length(block, 2.0)
    (14.0, 2.0)
    """
    known = block.attributes.get("link_distance", block.attributes.get("r_a"))
    link = known if link_distance is None else link_distance
    if link is None:
        raise NotApplicable("needs a link_distance, and the trajectory has no r_a (--set link_distance=LENGTH)")
    return float(link)


def linked(block: Block, link_distance: float | None) -> Clusters:
    """Find the clusters in every frame of a block; metrics share them through `Block.once`.

    Args:
        block: the frames.
        link_distance: agents at most this far apart are linked; None takes the r_a of the trajectory.

    Raises:
        NotApplicable: if it is None and the trajectory has no r_a.

    >>> from kadita.plugins.metrics import Block, linked
    >>> block = Block([[0, 0, 0], [1, 0, 0], [9, 0, 0]])
    >>> clusters = linked(block, 2.0)
    >>> clusters.count, clusters.largest
    (array([2]), array([[ True,  True, False]]))
    """
    link = link_length(block, link_distance)
    sizes_of, labels = np.empty(block.shape, np.int64), np.empty(block.shape, np.int64)
    counts = np.empty(len(block), np.int64)
    clusters = Clusters(np.empty(block.shape, bool), counts, sizes_of, np.empty(len(block), bool))
    small = block.shape[1] <= ALL_PAIRS_UP_TO
    for rows, lengths in equal_edges(block.box.closed(block.positions, link)):
        positions = read_only(Box.of_edges(lengths).wrap(block.wrapped[rows]))
        if small:
            labels[rows], clusters.percolates[rows] = _by_flood_fill(positions, lengths, link)
            continue
        for t, x in enumerate(positions, start=rows.start):
            cells = _grid(x, lengths, link)
            if cells is None:
                labels[[t]], clusters.percolates[[t]] = _by_flood_fill(x[None], lengths, link)
            else:
                labels[t], clusters.percolates[t] = _by_cells(x, lengths, link, *cells)
    for t in range(len(block)):
        sizes = np.bincount(labels[t])
        size = clusters.size[t] = sizes[labels[t]]
        clusters.count[t] = np.count_nonzero(sizes)
        clusters.largest[t] = labels[t] == labels[t, np.argmax(size)]  # of equal ones, the one with the first agent
    return clusters


def _by_flood_fill(positions: Floats, lengths: Floats, link: float) -> tuple[Integers, NDArray[np.bool_]]:
    """Return the cluster label of every agent in every frame, (T, N), and whether one percolates, (T,)."""
    from kadita.school.clusters.flood_fill import find_loops, flood

    shape, periodic = positions.shape[:2], lengths[0] > 0
    labels, queue, shift = np.empty(shape, np.int64), np.empty(shape, np.int64), np.empty(positions.shape)
    flood(positions, lengths, link, labels, queue, shift)
    percolates = np.full(len(positions), periodic and link >= lengths.min())
    if periodic and link < lengths.min():
        find_loops(positions, lengths, link, labels, queue, shift, percolates)
    return labels, percolates


def _grid(positions: Floats, lengths: Floats, link: float) -> tuple[Integers, Integers] | None:
    """Return the grid cell of each agent, (N, 3), and the number of cells on each axis, (3,).

    All agents of a cell are linked. None if there would be too many cells, or too few in a periodic cell.
    """
    periodic = lengths[0] > 0
    low = np.zeros(3) if periodic else positions.min(axis=0)
    extent = lengths if periodic else positions.max(axis=0) - low
    with np.errstate(over="ignore"):
        cells = np.ceil(extent * (NARROWER * math.sqrt(3) / link)) + (0 if periodic else 1)
    if cells.max() > MOST_CELLS or (periodic and (cells.min() < FEWEST_CELLS or cells.prod() > MOST_KEYS)):
        return None
    counts = cells.astype(np.int64)
    width = extent / counts if periodic else np.full(3, link / math.sqrt(3) / NARROWER)
    numbers = np.minimum((positions - low) / width, counts - 1).astype(np.int64)
    return (numbers, counts) if cells.prod() <= MOST_KEYS else _without_gaps(numbers)


def _without_gaps(numbers: Integers) -> tuple[Integers, Integers] | None:
    """Renumber cells so that empty layers are at most two deep: a few agents can be far from all others."""
    closed, counts = np.empty_like(numbers), np.empty(3, np.int64)
    for a in range(3):
        occupied, index = np.unique(numbers[:, a], return_inverse=True)
        closed[:, a] = np.minimum(np.diff(occupied, prepend=occupied[0]), 3).cumsum()[index]
        counts[a] = closed[:, a].max() + 1
    return (closed, counts) if np.prod(counts.astype(float)) <= MOST_KEYS else None


def _by_cells(
    positions: Floats, lengths: Floats, link: float, cells: Integers, counts: Integers
) -> tuple[Integers, bool]:
    """Return the cluster label of every agent, (N,), and whether one percolates."""
    from kadita.school.clusters.union_find import link_cells

    keys = (cells[:, 0] * counts[1] + cells[:, 1]) * counts[2] + cells[:, 2]
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    starts = np.append(first, len(keys))
    label, percolates = link_cells(
        np.ascontiguousarray(positions[order].T), lengths, link, keys[order[first]], starts, counts
    )
    labels = np.empty(len(keys), np.int64)
    labels[order] = np.repeat(label, np.diff(starts))
    return labels, percolates
