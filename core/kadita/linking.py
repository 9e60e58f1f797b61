"""Which agents are linked, directly or through others, and whether a group is linked to its own periodic image.

Union-find in which every agent also knows how many cells lie between its image and its root's: a link that closes
a loop around the cell does not add up to zero (Newman & Ziff 2001, doi:10.1103/PhysRevE.64.016706).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kadita.block import Block
from kadita.compiled import kernel
from kadita.errors import NotApplicable

# Pairs of a small school are all looked at; in a large one an agent looks into the grid cells around its own.
ALL_PAIRS_UP_TO = 2000
# On each axis of a periodic cell: then a grid cell is wider than half the link, so that an agent need not look
# farther than two cells, and two grid cells meet in one image only.
FEWEST_CELLS = 8
MOST_CELLS = 2**20  # so that a number of 64 bits counts the cells of a cube


@dataclass(frozen=True)
class Groups:
    """Groups of linked agents in every frame."""

    largest: NDArray[np.bool_]  # who belongs to the largest group, (T, N)
    count: NDArray[np.int64]  # number of groups, (T,)
    percolates: NDArray[np.bool_]  # whether one is linked to its own periodic image, (T,)


def linked(block: Block, link_distance: float | None) -> Groups:
    """Find the groups of a school; metrics ask for them through `Block.once`.

    Args:
        block: the school.
        link_distance: agents at most this far apart are linked; None takes the r_a of the trajectory.

    Raises:
        NotApplicable: None, where the trajectory knows no r_a.
    """
    link = block.attributes.get("r_a") if link_distance is None else link_distance
    if link is None:
        raise NotApplicable("needs a link_distance, and the trajectory knows no r_a (--set link_distance=LENGTH)")
    found = Groups(np.empty(block.shape, bool), np.empty(len(block), np.int64), np.empty(len(block), bool))
    lengths = block.box.array
    for t in range(len(block)):
        cells = _grid(block.wrapped[t], lengths, float(link))
        if block.shape[1] <= ALL_PAIRS_UP_TO or cells is None:
            state = _all_pairs(block.positions[t], lengths, float(link))
        else:
            state = _in_cells(block.wrapped[t], lengths, float(link), *cells)
        parent, size, found.count[t], found.percolates[t] = state
        _belongs(parent, int(np.argmax(size)), found.largest[t])
    return found


def _grid(
    positions: NDArray[np.float64], lengths: NDArray[np.float64], link: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Grid cells so small that all agents of one are linked: each agent's, (N, 3), and their number on each axis.

    None where there are too many of them, or too few in a periodic cell.
    """
    periodic = lengths[0] > 0
    low = np.zeros(3) if periodic else positions.min(axis=0)
    extent = lengths if periodic else positions.max(axis=0) - low
    with np.errstate(over="ignore"):
        cells = np.ceil(extent * (math.sqrt(3) / link)) + (0 if periodic else 1)
    if cells.max() > MOST_CELLS or (periodic and cells.min() < FEWEST_CELLS):
        return None
    counts = cells.astype(np.int64)
    width = extent / counts if periodic else np.full(3, link / math.sqrt(3))
    return np.minimum((positions - low) / width, counts - 1).astype(np.int64), counts


@kernel
def _find(parent, shift, i, path):  # type: ignore[no-untyped-def]
    """Root of agent i; afterwards shift[i] counts the cells from i's image to the image its root has there."""
    depth = 0
    while parent[i] != i:
        path[depth] = i
        depth += 1
        i = parent[i]
    for d in range(depth - 2, -1, -1):  # nearest to the root first, so that shifts add up
        j, above = path[d], path[d + 1]
        for a in range(3):
            shift[j, a] += shift[above, a]
        parent[j] = i
    return i


@kernel
def _belongs(parent, root, member):  # type: ignore[no-untyped-def]
    """Write who belongs to the group of a root, (N,)."""
    for i in range(parent.size):
        j = i
        while parent[j] != j:
            j = parent[j]
        member[i] = j == root


@kernel
def _join(i, j, positions, lengths, link, parent, shift, size, path):  # type: ignore[no-untyped-def]
    """Link two agents if they are near enough: (linked, two groups became one, around the cell)."""
    image = np.zeros(3, np.int64)
    square = 0.0
    farther = np.inf  # by how much the square of the distance to j's next image is larger
    for a in range(3):
        d = positions[j, a] - positions[i, a]
        if lengths[a] > 0:
            image[a] = int(np.rint(d / lengths[a]))
            d -= lengths[a] * image[a]
            farther = min(farther, lengths[a] * (lengths[a] - 2 * abs(d)))
        square += d * d
    if square > link * link:
        return False, False, False
    around = square + farther <= link * link
    a_root, b_root = _find(parent, shift, i, path), _find(parent, shift, j, path)
    if a_root == b_root:
        for a in range(3):
            around |= shift[j, a] - shift[i, a] != image[a]
        return True, False, around
    if size[a_root] < size[b_root]:
        parent[a_root] = b_root
        size[b_root] += size[a_root]
        for a in range(3):
            shift[a_root, a] = shift[j, a] - shift[i, a] - image[a]
    else:
        parent[b_root] = a_root
        size[a_root] += size[b_root]
        for a in range(3):
            shift[b_root, a] = image[a] + shift[i, a] - shift[j, a]
    return True, True, around


@kernel
def _all_pairs(positions, lengths, link):  # type: ignore[no-untyped-def]
    agents = positions.shape[0]
    parent, size = np.arange(agents), np.ones(agents, np.int64)
    shift, path = np.zeros((agents, 3), np.int64), np.empty(agents, np.int64)
    periodic = lengths[0] > 0
    percolates = periodic and link >= lengths.min()
    groups = agents
    for i in range(agents):
        if groups == 1 and (percolates or not periodic):
            break  # no further link can change anything
        for j in range(i + 1, agents):
            _, joined, around = _join(i, j, positions, lengths, link, parent, shift, size, path)
            groups -= joined
            percolates |= around
    return parent, size, groups, percolates


@kernel
def _in_cells(positions, lengths, link, cells, counts):  # type: ignore[no-untyped-def]
    """Link the agents of each grid cell in a chain, then each pair of near cells by one pair of agents."""
    agents = positions.shape[0]
    parent, size = np.arange(agents), np.ones(agents, np.int64)
    shift, path = np.zeros((agents, 3), np.int64), np.empty(agents, np.int64)
    periodic = lengths[0] > 0
    percolates, groups = False, agents
    keys = (cells[:, 0] * counts[1] + cells[:, 1]) * counts[2] + cells[:, 2]
    order = np.argsort(keys, kind="mergesort")
    starts = [0]
    for n in range(1, agents):
        i, j = order[n - 1], order[n]
        if keys[i] == keys[j]:
            _, joined, _ = _join(i, j, positions, lengths, link, parent, shift, size, path)
            groups -= joined
        else:
            starts.append(n)
    starts.append(agents)
    heads = keys[order[np.array(starts[:-1])]]
    near = np.empty(3, np.int64)
    for c in range(heads.size):
        own = cells[order[starts[c]]]
        for step in range(63, 125):  # the later half of 5 x 5 x 5: each pair of cells once
            inside = True
            for a in range(3):
                n = own[a] + (step // 5 ** (2 - a)) % 5 - 2
                if periodic:
                    n %= counts[a]
                inside &= 0 <= n < counts[a]
                near[a] = n
            key = (near[0] * counts[1] + near[1]) * counts[2] + near[2]
            other = np.searchsorted(heads, key)
            if not inside or other == heads.size or heads[other] != key:
                continue
            done = False
            for m in range(starts[c], starts[c + 1]):
                for n in range(starts[other], starts[other + 1]):
                    near_enough, joined, around = _join(
                        order[m], order[n], positions, lengths, link, parent, shift, size, path
                    )
                    groups -= joined
                    percolates |= around
                    done = done or near_enough
                    if done:
                        break
                if done:
                    break
    return parent, size, groups, percolates
