"""How varied the directions of motion are."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kadita import Block, metric
from kadita.information import entropy, sphere_entropy
from kadita_entropy.published import SOURCE, or_half

THETA_BINS, PHI_BINS = 12, 24
NEIGHBOR = 4  # the k of the Kozachenko-Leonenko estimator


@metric(
    needs_velocities=True,
    formula="max(0, 1 + (h - ln 4 pi) / ln 288), h = differential entropy of the headings on the sphere",
    range=(0, math.inf),
    source=SOURCE + "; h: Kozachenko & Leonenko 1987, Probl. Inf. Transm. 23, 95-101",
    symmetries=("translation", "rotation", "images", "scale"),
)
def polarization_entropy(
    block: Block, *, definition: Literal["corrected", "published"] = "corrected"
) -> NDArray[np.float64]:
    """Normalized entropy of the headings, (T,): 0 where all move in one direction, 1 on average for random ones.

    h is estimated from each heading's fourth nearest, so that it is the same for every direction of travel; a
    school of random headings lies about 1, above as often as below, and is not cut there. NaN where fewer than
    five move. ``published``: 12 x 24 bins in theta and phi, counts weighted by sin theta, / ln 288, which depends
    on the direction of travel.
    """
    if definition == "published":
        return _published(block.headings)
    values = np.full(len(block), np.nan)
    for t, (headings, moving) in enumerate(zip(block.headings, block.moving, strict=True)):
        values[t] = sphere_entropy(headings[moving], NEIGHBOR)
    return np.maximum(0.0, 1 + (values - math.log(4 * math.pi)) / math.log(THETA_BINS * PHI_BINS))


def _published(headings: NDArray[np.float64]) -> NDArray[np.float64]:
    theta = np.arccos(np.clip(headings[..., 2], -1, 1))
    phi = np.arctan2(headings[..., 1], headings[..., 0]) + np.pi
    theta_edges = np.linspace(0, np.pi, THETA_BINS + 1)
    phi_edges = np.linspace(0, 2 * np.pi, PHI_BINS + 1)
    row = np.minimum(np.searchsorted(theta_edges, theta, side="right") - 1, THETA_BINS - 1)
    column = np.minimum(np.searchsorted(phi_edges, phi, side="right") - 1, PHI_BINS - 1)
    cells = THETA_BINS * PHI_BINS
    frame = np.arange(len(headings))[:, None] * cells
    counts = np.bincount((frame + row * PHI_BINS + column).ravel(), minlength=len(headings) * cells)
    weights = np.repeat(np.sin((theta_edges[:-1] + theta_edges[1:]) / 2), PHI_BINS)
    return or_half(entropy(counts.reshape(-1, cells) * weights)) / math.log(cells)
