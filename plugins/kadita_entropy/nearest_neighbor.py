"""How uneven the distances to several neighbours are."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kadita import Block, metric
from kadita.information import histogram_entropy
from kadita_entropy.published import SOURCE, BoxLength, in_cube, or_half, undefined

BINS = 20
NEIGHBORS = 5


@metric(
    formula="H(c) / ln 20, c_i = standard deviation / mean of the distances to the 5 nearest neighbours",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
)
def nearest_neighbor_entropy(
    block: Block,
    *,
    definition: Literal["corrected", "published"] = "corrected",
    box_length: BoxLength = None,
) -> NDArray[np.float64]:
    """Normalized entropy of the variation among an agent's 5 neighbour distances, (T,): 0 on a lattice.

    20 bins on (0, 1) with what is beyond in the last, Miller-Madow estimator, at most 1; an agent on top of all
    five is left out. NaN where N < 6. ``published``: 20 bins on (0, 2), plug-in estimator, 0.5 where N < 6;
    `box_length` is L for a school in open space.
    """
    published = definition == "published"
    if published:
        cube = in_cube(block, box_length)
        if cube is None:
            return undefined(block)
        block = cube
    if block.shape[1] <= NEIGHBORS:
        return np.full(len(block), 0.5) if published else undefined(block)
    distances = block.neighbor_distances(NEIGHBORS)
    mean, deviation = distances.mean(axis=2), distances.std(axis=2)
    if published:
        return or_half(histogram_entropy(deviation / (mean + 1e-10), BINS, 0.0, 2.0))
    variation = np.divide(deviation, mean, out=np.full_like(mean, np.nan), where=mean > 0)
    return histogram_entropy(variation, BINS, 0.0, 1.0, overflow=True, estimator="miller-madow")
