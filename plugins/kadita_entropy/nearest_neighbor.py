"""Entropy of the variation among the distances to several neighbours."""

import math

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Bins, Estimator, Floats, histogram_entropy, kernel
from kadita_entropy.published import SOURCE, BoxLength, in_cube, or_half, undefined

BINS = 20
NEIGHBORS = 5


@metric(
    formula="H(c) / ln B, c_i = standard deviation / mean of the distances to the 5 nearest neighbours",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where N < 6, and where every agent coincides with its 5 nearest; published: without a cubic cell or "
    "box_length",
    published={"bins": BINS, "estimator": "plug-in"},
    figures=("entropies",),
)
def nearest_neighbor_entropy(
    block: Block,
    *,
    definition: Definition = "corrected",
    bins: Bins = BINS,
    estimator: Estimator = "miller-madow",
    box_length: BoxLength = None,
) -> Floats:
    """Normalized entropy of the coefficient of variation of each agent's 5 neighbour distances, (T,): 0 on a lattice.

    The histogram has B = `bins` bins on (0, 1), with larger values in the last bin; the entropy is at most 1. An agent
    that coincides with all five is left out. `estimator` corrects for the finite number of agents, by default as Miller
    and Madow do. ``published``: 20 bins on (0, 2), plug-in estimator, 0.5 where N < 6; `box_length` is L for a school
    in open space.
    """
    published = definition == "published"
    if published:
        cube = in_cube(block, box_length)
        if cube is None:
            return undefined(block)
        block = cube
    if block.shape[1] <= NEIGHBORS:
        return np.full(len(block), 0.5) if published else undefined(block)
    variation = np.empty(block.shape)
    _variation(block.neighbor_distances(NEIGHBORS), published, variation)
    if published:
        return or_half(histogram_entropy(variation, BINS, 0.0, 2.0))
    return histogram_entropy(variation, bins, 0.0, 1.0, overflow=True, estimator=estimator)


@kernel
def _variation(distances, published, variation):  # type: ignore[no-untyped-def]
    """Write the standard deviation / mean of each agent's distances, (T, N, k) -> (T, N)."""
    frames, agents, k = distances.shape
    for t in range(frames):
        for i in range(agents):
            mean, square = 0.0, 0.0
            for n in range(k):
                mean += distances[t, i, n]
            mean /= k
            for n in range(k):
                square += (distances[t, i, n] - mean) ** 2
            if published:
                variation[t, i] = math.sqrt(square / k) / (mean + 1e-10)
            else:
                variation[t, i] = math.sqrt(square / k) / mean if mean > 0 else math.nan
