"""Local polarization: alignment of each agent with its nearest neighbours."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import Block, metric
from kadita.plugins.metrics import Floats, kernel

Number = Annotated[int, Field(ge=2, le=10_000, description="agents in a neighbourhood, itself included")]
CACHED = 6  # neighbours that a block finds at once and keeps for all metrics
MARGIN = 1.6  # factor of the squared distance, within which there are about twice as many agents as needed
ALL_PAIRS_UP_TO = 1000  # agents; above this number a tree is faster


@metric(
    dims=("agent",),
    needs_velocities=True,
    default=False,
    formula="P_i = |sum_j u_j| / n, over the n moving agents among agent i and its k - 1 nearest",
    range=(0, 1),
    source="Ling et al. 2019, Nat. Commun. 10, 5174, doi:10.1038/s41467-019-13281-4 (with k = 20)",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where all k are at rest, and where N < k",
)
def local_order(block: Block, *, k: Number = 7) -> Floats:
    """Polarization of each agent and its k - 1 nearest neighbours, (T, N): k includes the agent itself.

    Agents at rest are among the k, but left out of the mean, as in `polarization`. Random headings give about
    0.92 / sqrt(k) on average, and 0.89 / sqrt(k) in a plane.
    """
    order = np.full(block.shape, np.nan)
    if block.shape[1] < k:
        return order
    if k - 1 > CACHED and block.shape[1] <= ALL_PAIRS_UP_TO:
        _of_selected(block.wrapped, block.headings, block.moving, block.box.array, k, order)
    else:
        _of_listed(block.neighbor_indices(k - 1), block.headings, block.moving, order)
    return order


@kernel
def _of_listed(neighbors, headings, moving, order):  # type: ignore[no-untyped-def]
    for t in range(order.shape[0]):
        for i in range(order.shape[1]):
            x, y, z, n = headings[t, i, 0], headings[t, i, 1], headings[t, i, 2], np.int64(moving[t, i])
            for j in neighbors[t, i]:
                x, y, z = x + headings[t, j, 0], y + headings[t, j, 1], z + headings[t, j, 2]
                n += moving[t, j]
            order[t, i] = min(math.sqrt(x * x + y * y + z * z) / n, 1.0) if n > 0 else np.nan


@kernel
def _of_selected(positions, headings, moving, lengths, k, order):  # type: ignore[no-untyped-def]
    """The same for many neighbours among few agents: they are selected but not sorted, as their order has no effect."""
    frames, agents = order.shape
    inverse = np.zeros(3)
    for a in range(3):
        if lengths[a] > 0:
            inverse[a] = 1.0 / lengths[a]
    x, y, z, squares = np.empty(agents), np.empty(agents), np.empty(agents), np.empty(agents)
    among, shuffled = np.empty(agents, np.int64), np.empty(agents)
    cutoff = np.inf  # a guess from the previous agent that excludes most others; it does not affect the result
    for t in range(frames):
        for j in range(agents):
            x[j], y[j], z[j] = positions[t, j, 0], positions[t, j, 1], positions[t, j, 2]
        for i in range(agents):
            for j in range(agents):
                dx, dy, dz = x[j] - x[i], y[j] - y[i], z[j] - z[i]
                dx -= lengths[0] * np.rint(dx * inverse[0])
                dy -= lengths[1] * np.rint(dy * inverse[1])
                dz -= lengths[2] * np.rint(dz * inverse[2])
                squares[j] = dx * dx + dy * dy + dz * dz
            squares[i] = -1.0  # the agent itself comes before others at the same position
            number = _within(squares, cutoff, among)
            if number < k:
                number = _within(squares, np.inf, among)
            for m in range(number):
                shuffled[m] = squares[among[m]]
            last = np.partition(shuffled[:number], k - 1)[k - 1]
            cutoff = MARGIN * last
            nearer = 0
            for m in range(number):
                nearer += squares[among[m]] < last
            equal = k - nearer  # number of neighbours at exactly the last distance, those of lowest index
            sx, sy, sz, n = 0.0, 0.0, 0.0, 0
            for m in range(number):
                j = among[m]
                if squares[j] <= last:
                    if squares[j] == last:
                        if equal == 0:
                            continue
                        equal -= 1
                    sx, sy, sz = sx + headings[t, j, 0], sy + headings[t, j, 1], sz + headings[t, j, 2]
                    n += moving[t, j]
            order[t, i] = min(math.sqrt(sx * sx + sy * sy + sz * sz) / n, 1.0) if n > 0 else np.nan


@kernel
def _within(squares, cutoff, among):  # type: ignore[no-untyped-def]
    """Write the indices of agents up to a squared distance to `among`, in ascending order; return their number."""
    number = 0
    for j in range(squares.size):
        among[number] = j  # without a branch: the next index overwrites one that is too far
        number += squares[j] <= cutoff
    return number
