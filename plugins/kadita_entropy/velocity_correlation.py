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
    frame = np.arange(len(block))[:, None, None]
    near = block.neighbor_indices(NEIGHBORS)
    cosines = np.einsum("tia,tija->tij", block.headings, block.headings[frame, near])
    seen = block.moving[:, :, None] & block.moving[frame, near]
    seen &= (block.moving.sum(axis=1) > NEIGHBORS)[:, None, None]
    cosines = np.where(seen, np.clip(cosines, -1.0, 1.0), np.nan)
    return histogram_entropy(cosines.reshape(len(block), -1), BINS, -1.0, 1.0, estimator="miller-madow")


@kernel
def _count_pairs(headings, edges, counts):  # type: ignore[no-untyped-def]
    """Histogram of (1 + u_i . u_j) / 2 over all pairs, with numpy.histogram's rules; beyond the edges is left out."""
    frames, agents, _ = headings.shape
    bins = edges.size - 1
    row = np.empty(agents, np.float64)
    for t in range(frames):
        x = headings[t, :, 0].copy()
        y = headings[t, :, 1].copy()
        z = headings[t, :, 2].copy()
        for i in range(agents):
            for j in range(i + 1, agents):
                row[j] = (x[i] * x[j] + y[i] * y[j] + z[i] * z[j] + 1.0) / 2.0
            for j in range(i + 1, agents):
                c = row[j]
                if c >= 0.0 and c <= 1.0:
                    b = min(int(c * bins), bins - 1)
                    if c < edges[b]:
                        b -= 1
                    elif b < bins - 1 and c >= edges[b + 1]:
                        b += 1
                    counts[t, b] += 1
