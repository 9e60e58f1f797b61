"""How varied the agreement in direction between neighbours is."""

import math
import warnings
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Block, Definition, KaditaWarning, metric
from kadita.plugins.metrics import Bins, Estimator, entropy, histogram_entropy, kernel
from kadita_entropy.pairs import BINS, count_pairs, offsets
from kadita_entropy.published import SOURCE, or_half, undefined

NEIGHBORS = 6
Pairs = Annotated[int, Field(ge=1, description="published: looked at, about, where there are more")]


@metric(
    needs_velocities=True,
    formula="H(u_i . u_j) / ln B over the 6 nearest neighbours j of each i",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where fewer than seven agents move, and where none of them is among another's 6 nearest; "
    "published: never",
    published={"bins": BINS, "estimator": "plug-in"},
)
def velocity_correlation_entropy(
    block: Block,
    *,
    definition: Definition = "corrected",
    bins: Bins = BINS,
    estimator: Estimator = "miller-madow",
    pairs: Pairs = 100_000_000,
) -> NDArray[np.float64]:
    """Normalized entropy of the cosines between neighbours' headings, (T,): 0 where all are aligned.

    Cosines with the 6 nearest neighbours, B `bins` on (-1, 1), at most 1; pairs with an agent at rest are left out.
    `estimator` corrects for how few cosines are counted, by default as Miller and Madow do. Two agents that are each
    other's neighbours are counted from both sides, so that it sees more counts than there are independent ones, and
    corrects by too little. ``published``: all pairs, wherever they are, so that it tells of headings alone, as the
    polarization does; 20 bins, plug-in estimator; an agent at rest counts as a heading of length zero. Where there are
    more than `pairs` of them, about so many are looked at, the same in every frame, and a note gives the error.
    """
    if definition == "published":
        return _published(block, pairs)
    if block.shape[1] <= NEIGHBORS:
        return undefined(block)
    cosines = np.full((len(block), block.shape[1], NEIGHBORS), np.nan)
    _cosines(block.headings, block.moving, block.neighbor_indices(NEIGHBORS), cosines)
    return histogram_entropy(cosines.reshape(len(block), -1), bins, -1.0, 1.0, estimator=estimator)


@kernel
def _cosines(headings, moving, near, cosines):  # type: ignore[no-untyped-def]
    """Cosine between each agent's heading and those of its neighbours, where both move and enough others do."""
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


def _published(block: Block, pairs: int) -> NDArray[np.float64]:
    frames, agents = block.shape
    if agents < 2:
        return np.full(frames, 0.5)
    looked_at = offsets(agents, pairs)
    sampled = len(looked_at) < agents // 2
    counts = np.zeros((frames, len(looked_at) if sampled else 1, BINS), dtype=np.int64)
    count_pairs(block.headings, looked_at, np.linspace(0.0, 1.0, BINS + 1), counts)
    values = or_half(entropy(counts.sum(axis=1))) / math.log(BINS)
    if sampled:
        error = _error(counts, len(looked_at) / (agents // 2))
        warnings.warn(
            f"published: {len(looked_at) * agents} of {agents * (agents - 1) // 2} pairs were looked at, parameter "
            f"pairs; the standard error of a frame is at most {error:.0e}",
            KaditaWarning,
            stacklevel=2,
        )
    return values


def _error(counts: NDArray[np.int64], part: float) -> float:
    """Standard error of the normalized entropy, of the worst frame, rounded up; counts of every offset, (T, K, bins).

    To first order H = -sum_b p_b ln p_b is the mean over offsets of h = -sum_b p_b ln q_b, p an offset's histogram and
    q the mean of all; offsets are drawn without replacement, `part` of all that there are.
    """
    shares = counts / counts.sum(axis=2, keepdims=True)
    mean = shares.mean(axis=1, keepdims=True)
    h = -(shares * np.log(np.where(mean > 0, mean, 1.0))).sum(axis=2) / math.log(BINS)
    error = float(h.std(axis=1, ddof=1).max()) * math.sqrt((1 - part) / counts.shape[1])
    digit = 10.0 ** math.floor(math.log10(error)) if error > 0 else 1.0
    return math.ceil(error / digit) * digit
