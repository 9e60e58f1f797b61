"""Entropy of the distances to the nearest neighbour."""

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Bins, Estimator, Floats, histogram_entropy
from kadita_entropy.published import SOURCE, BoxLength, in_cube, or_half, undefined

BINS = 25


@metric(
    formula="H(d / median d) / ln B, d_i = distance to the nearest neighbour",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where N < 2, and where the median distance is 0; published: without a cubic cell or box_length",
    published={"bins": BINS, "estimator": "plug-in"},
    figures=("entropies",),
)
def school_cohesion_entropy(
    block: Block,
    *,
    definition: Definition = "corrected",
    bins: Bins = BINS,
    estimator: Estimator = "miller-madow",
    box_length: BoxLength = None,
) -> Floats:
    """Normalized entropy of nearest-neighbour distances, (T,): low where all agents keep the same distance.

    Distances are divided by their median. The histogram has B = `bins` bins on (0, 3), with larger distances in the
    last bin; the entropy is at most 1. `estimator` corrects for the finite number of distances, by default as Miller
    and Madow do. ``published``: distances in units of the trajectory, 25 bins on (0, L/2), plug-in estimator, 0.5 where
    no distance is counted; `box_length` is L for a school in open space.
    """
    if definition == "published":
        cube = in_cube(block, box_length)
        if cube is None:
            return undefined(block)
        side = cube.box.array[0]
        nearest = cube.neighbor_distances(1)[..., 0]
        return or_half(histogram_entropy(nearest, BINS, 0.0, side / 2))
    if block.shape[1] < 2:
        return undefined(block)
    nearest = block.neighbor_distances(1)[..., 0]
    median = np.median(nearest, axis=1, keepdims=True)
    relative = np.divide(nearest, median, out=np.full_like(nearest, np.nan), where=median > 0)
    return histogram_entropy(relative, bins, 0.0, 3.0, overflow=True, estimator=estimator)
