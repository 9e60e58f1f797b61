"""How varied the agreement in direction between neighbours is."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kadita import Block, metric
from kadita.compiled import kernel
from kadita.information import entropy, histogram_entropy
from kadita_entropy.published import SOURCE, or_half, undefined

BINS = 20
NEIGHBORS = 6


@metric(
    needs_velocities=True,
    formula="H(u_i . u_j) / ln 20 over the 6 nearest neighbours j of each i",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
)
def velocity_correlation_entropy(
    block: Block, *, definition: Literal["corrected", "published"] = "corrected"
) -> NDArray[np.float64]:
    """Normalized entropy of the cosines between neighbours' headings, (T,): 0 where all are aligned.

    Cosines with the 6 nearest neighbours, 20 bins on (-1, 1), Miller-Madow estimator, at most 1; pairs with an
    agent at rest are left out. NaN where fewer than seven move. ``published``: all pairs wherever they are, which
    is a function of the polarization alone; an agent at rest counts as a heading of length zero.
    """
    if definition == "published":
        if block.shape[1] < 2:
            return np.full(len(block), 0.5)
        counts = np.zeros((len(block), BINS), dtype=np.int64)
        _count_pairs(block.headings, np.linspace(0.0, 1.0, BINS + 1), counts)
        return or_half(entropy(counts)) / math.log(BINS)
    if block.shape[1] <= NEIGHBORS:
        return undefined(block)
    cosines = np.full((len(block), block.shape[1], NEIGHBORS), np.nan)
    _cosines(block.headings, block.moving, block.neighbor_indices(NEIGHBORS), cosines)
    return histogram_entropy(cosines.reshape(len(block), -1), BINS, -1.0, 1.0, estimator="miller-madow")


@kernel
def _cosines(headings, moving, near, cosines):  # type: ignore[no-untyped-def]
    """Cosine between each agent's heading and those of its neighbours, where both move and enough others do."""
    frames, agents, k = near.shape
    for t in range(frames):
        if moving[t].sum() <= k:
            continue
        for i in range(agents):
            for n in range(k):
                j = near[t, i, n]
                if moving[t, i] and moving[t, j]:
                    c = 0.0
                    for a in range(3):
                        c += headings[t, i, a] * headings[t, j, a]
                    cosines[t, i, n] = max(-1.0, min(1.0, c))


@kernel
def _count_pairs(headings, edges, counts):  # type: ignore[no-untyped-def]
    """Histogram of c = (1 + u_i . u_j) / 2 over all pairs, with numpy.histogram's rules; beyond the edges is left out.

    A bin holds the pairs at or above its left edge less those at or above its right one, or above it for the last:
    comparing a row of pairs with one edge after the other runs on vector units.
    """
    frames, agents, _ = headings.shape
    bins = counts.shape[1]
    row, reached = np.empty(agents), np.empty(bins + 1, np.int64)
    for t in range(frames):
        x, y, z = headings[t, :, 0].copy(), headings[t, :, 1].copy(), headings[t, :, 2].copy()
        reached[:] = 0
        for i in range(agents):
            others = row[: agents - 1 - i]
            xs, ys, zs = x[i + 1 :], y[i + 1 :], z[i + 1 :]
            for j in range(others.size):
                others[j] = (x[i] * xs[j] + y[i] * ys[j] + z[i] * zs[j] + 1.0) / 2.0
            for b in range(bins):
                n = 0
                for c in others:
                    n += c >= edges[b]
                reached[b] += n
            for c in others:
                reached[bins] += c > edges[bins]
        for b in range(bins):
            counts[t, b] = reached[b] - reached[b + 1]
