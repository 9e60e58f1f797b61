"""Clusters: agents that are linked, directly or through others, and whether one is linked to its own periodic image.

For every agent or grid cell the displacement along the links from the first one of its cluster is kept, in periods: a
link that closes a loop around the periodic cell does not add up (Newman & Ziff 2001, doi:10.1103/PhysRevE.64.016706).
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
from kadita.school.box import Floats, Integers

# A small school is flooded, from agent to agent; in a large one the cells of a grid are linked. Measured with links of
# 0.4 to 3 mean distances, ns an agent, one core at 2.6 GHz with AVX-512: flooding 60 to 460 with 500 agents, 120 to 880
# with 1000 and 410 to 1680 with 2000; cells 70 to 1050, 130 to 1350 and 370 to 1010.
ALL_PAIRS_UP_TO = 1000
# On each axis of a periodic cell: then a grid cell is wider than half the link, so that an agent need not look
# farther than two cells, and two grid cells meet in one image only.
FEWEST_CELLS = 8
NARROWER = 1.001  # than link / sqrt(3) by this: the room for errors in numbering cells
MOST_CELLS = 2.0**40  # on an axis: beyond, numbering is in error by more than that
MOST_KEYS = 2.0**62  # so that a number of 64 bits counts all cells

LinkDistance = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
    Field(description="distance up to which two agents are linked; none: the r_a of the trajectory"),
]


@dataclass(frozen=True)
class Clusters:
    """Clusters of linked agents in every frame."""

    largest: NDArray[np.bool_]  # who belongs to the largest cluster, (T, N)
    count: Integers  # number of clusters, (T,)
    percolates: NDArray[np.bool_]  # whether one is linked to its own periodic image, (T,)


def link_length(block: Block, link_distance: float | None) -> float:
    """Return the distance up to which two agents are linked: `link_distance`, or the r_a of the trajectory of `block`.

    Raises:
        NotApplicable: None, where the trajectory knows no r_a.
    """
    known = block.attributes.get("link_distance", block.attributes.get("r_a"))
    link = known if link_distance is None else link_distance
    if link is None:
        raise NotApplicable("needs a link_distance, and the trajectory knows no r_a (--set link_distance=LENGTH)")
    return float(link)


def linked(block: Block, link_distance: float | None) -> Clusters:
    """Find the clusters of a school; metrics ask for them through `Block.once`.

    Args:
        block: the school.
        link_distance: agents at most this far apart are linked; None takes the r_a of the trajectory.

    Raises:
        NotApplicable: None, where the trajectory knows no r_a.
    """
    link, lengths = link_length(block, link_distance), block.box.array
    found = Clusters(np.empty(block.shape, bool), np.empty(len(block), np.int64), np.empty(len(block), bool))
    labels = np.empty(block.shape, np.int64)
    small = block.shape[1] <= ALL_PAIRS_UP_TO
    if small:
        labels, found.percolates[:] = _by_flood(block.wrapped, lengths, link)
    for t in range(len(block)):
        if not small:
            cells = _grid(block.wrapped[t], lengths, link)
            if cells is None:
                labels[t : t + 1], found.percolates[t : t + 1] = _by_flood(block.wrapped[t : t + 1], lengths, link)
            else:
                labels[t], found.percolates[t] = _by_cells(block.wrapped[t], lengths, link, *cells)
        sizes = np.bincount(labels[t])
        size = sizes[labels[t]]
        found.count[t] = np.count_nonzero(sizes)
        found.largest[t] = labels[t] == labels[t, np.argmax(size)]  # of equal ones that of the first agent
    return found


def _by_flood(positions: Floats, lengths: Floats, link: float) -> tuple[Integers, NDArray[np.bool_]]:
    """Label of every agent's cluster in every frame, and whether one is linked to its own image."""
    from kadita.school.clusters.flood_fill import find_loops, flood

    (frames, agents, _), periodic = positions.shape, lengths[0] > 0
    labels, order, shift = np.empty((frames, agents), int), np.empty((frames, agents), int), np.empty(positions.shape)
    flood(positions, lengths, link, labels, order, shift)
    percolates = np.full(frames, periodic and link >= lengths.min())
    if periodic and link < lengths.min():
        find_loops(positions, lengths, link, labels, order, shift, percolates)
    return labels, percolates


def _grid(positions: Floats, lengths: Floats, link: float) -> tuple[Integers, Integers] | None:
    """Grid cells so small that all agents of one are linked: each agent's, (N, 3), and their number on each axis.

    None where there are too many of them, or too few in a periodic cell.
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
    return (numbers, counts) if cells.prod() <= MOST_KEYS else _gaps_closed(numbers)


def _gaps_closed(numbers: Integers) -> tuple[Integers, Integers] | None:
    """Number cells anew, so that empty layers of them are two deep at most: for a few agents who are far from all."""
    closed, counts = np.empty_like(numbers), np.empty(3, np.int64)
    for a in range(3):
        there, which = np.unique(numbers[:, a], return_inverse=True)
        closed[:, a] = np.minimum(np.diff(there, prepend=there[0]), 3).cumsum()[which]
        counts[a] = closed[:, a].max() + 1
    return (closed, counts) if np.prod(counts.astype(float)) <= MOST_KEYS else None


def _by_cells(
    positions: Floats, lengths: Floats, link: float, cells: Integers, counts: Integers
) -> tuple[Integers, bool]:
    """Label of every agent's cluster, and whether one is linked to its own image."""
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
