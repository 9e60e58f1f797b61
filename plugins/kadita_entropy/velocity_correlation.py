"""Entropy of the alignment between neighbours."""

import math
import warnings
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Block, Definition, KaditaWarning, metric
from kadita.plugins.metrics import Bins, Estimator, Floats, entropy, histogram_entropy, kernel, published_headings
from kadita_entropy.pairs import BINS, count_pairs, offsets
from kadita_entropy.published import SOURCE, of_known, or_half, undefined

NEIGHBORS = 6
Pairs = Annotated[int, Field(ge=1, description="published: approximate number of pairs to sample where there are more")]


@metric(
    needs_velocities=True,
    formula="H(u_i . u_j) / ln B over the 6 nearest neighbours j of each i",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where fewer than seven agents move, and where no moving agent has a moving one among its 6 nearest; "
    "published: never",
    published={"bins": BINS, "estimator": "plug-in"},
    figures=("entropies",),
)
def velocity_correlation_entropy(
    block: Block,
    *,
    definition: Definition = "corrected",
    bins: Bins = BINS,
    estimator: Estimator = "miller-madow",
    pairs: Pairs = 100_000_000,
) -> Floats:
    """Normalized entropy of the cosines between neighbours' headings, (T,): 0 where all are aligned.

    The cosines are those with the 6 nearest neighbours; pairs with an agent at rest are left out. The histogram has B =
    `bins` bins on (-1, 1); the entropy is at most 1. Random headings give 1 in space, where their cosines are uniform,
    and .949 in a plane, where they crowd at -1 and 1 (arcsine law). `estimator` corrects for the finite number of
    cosines, by default as Miller and Madow do. Two agents that are each other's neighbours are counted twice, so that
    the counts are not all independent and the correction is too small. ``published``: all pairs at any distance, so
    that the value depends on headings alone, as the polarization does; 20 bins, plug-in estimator; an agent at rest has
    a heading of length zero. Where there are more than `pairs` pairs, about that number is sampled, the same pairs in
    every frame, and a warning gives the standard error.
    """
    if definition == "published":
        return of_known(block, lambda known: _published(known, pairs))
    if block.shape[1] <= NEIGHBORS:
        return undefined(block)
    cosines = np.full((len(block), block.shape[1], NEIGHBORS), np.nan)
    _cosines(block.headings, block.moving, block.neighbor_indices(NEIGHBORS), cosines)
    return histogram_entropy(cosines.reshape(len(block), -1), bins, -1.0, 1.0, estimator=estimator)


@kernel
def _cosines(headings, moving, near, cosines):  # type: ignore[no-untyped-def]
    """Write the cosines between headings of neighbours that both move, in frames where more than k agents move."""
    frames, agents, k = near.shape
    for t in range(frames):
        others = -k
        for i in range(agents):
            others += moving[t, i]
        if others <= 0:
            continue
        for i in range(agents):
            for n in range(k):
                j = near[t, i, n]
                if moving[t, i] and moving[t, j]:
                    c = 0.0
                    for a in range(3):
                        c += headings[t, i, a] * headings[t, j, a]
                    cosines[t, i, n] = max(-1.0, min(1.0, c))


def _published(block: Block, pairs: int) -> Floats:
    frames, agents = block.shape
    if agents < 2:
        return np.full(frames, 0.5)
    shifts = offsets(agents, pairs)
    sampled = len(shifts) < agents // 2
    counts = np.zeros((frames, len(shifts) if sampled else 1, BINS), dtype=np.int64)
    count_pairs(block.once(published_headings), shifts, np.linspace(0.0, 1.0, BINS + 1), counts)
    values = or_half(entropy(counts.sum(axis=1))) / math.log(BINS)
    if sampled:
        error = _standard_error(counts, len(shifts) / (agents // 2))
        warnings.warn(
            f"published: {len(shifts) * agents} of {agents * (agents - 1) // 2} pairs were sampled (parameter pairs); "
            f"the standard error of a frame is at most {error:.0e}",
            KaditaWarning,
            stacklevel=2,
        )
    return values


def _standard_error(counts: NDArray[np.int64], fraction: float) -> float:
    """Return the largest standard error of the normalized entropy of a frame, rounded up to one digit.

    To first order H = -sum_b q_b ln q_b is the mean over offsets of h = -sum_b p_b ln q_b, where p is the histogram of
    an offset, `counts` (T, K, bins), and q the mean histogram. A `fraction` of all offsets is drawn, without
    replacement.
    """
    frequencies = counts / counts.sum(axis=2, keepdims=True)
    mean = frequencies.mean(axis=1, keepdims=True)
    h = -(frequencies * np.log(np.where(mean > 0, mean, 1.0))).sum(axis=2) / math.log(BINS)
    error = float(h.std(axis=1, ddof=1).max()) * math.sqrt((1 - fraction) / counts.shape[1])
    digit = 10.0 ** math.floor(math.log10(error)) if error > 0 else 1.0
    return math.ceil(error / digit) * digit
