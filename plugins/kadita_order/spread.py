"""Spread: the radius of gyration of a school."""

import math

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Floats


@metric(
    units="length",
    formula="R = sqrt(sum_i |r_i|^2 / N)",
    range=(0, math.inf),
    source="radius of gyration: Herho et al. 2026, doi:10.48550/arXiv.2602.07948",
    symmetries=("translation", "rotation", "images"),
)
def spread(block: Block, *, definition: Definition = "corrected") -> Floats:
    """Root mean square distance from the centre of the school, (T,).

    Offsets are minimum images from the periodic centroid; ``published`` takes them from the mean of wrapped
    coordinates, so that the value grows when a school crosses a face of the cell.
    """
    r = block.wrapped_offsets if definition == "published" else block.offsets
    return np.sqrt(np.einsum("tia,tia->t", r, r) / block.shape[1])
