"""Entropy of the angular momenta of agents along the school's axis of rotation."""

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import (
    Bins,
    Estimator,
    Floats,
    about_centroid,
    about_wrapped_mean,
    histogram_entropy,
    sum_over_agents,
)
from kadita_entropy.published import SOURCE, or_half

BINS = 20
TOO_SHORT = 1e-10  # a mean no longer than this has no direction


@metric(
    needs_velocities=True,
    formula="H(l . L^) / ln B, l_i = r^_i x u_i, L^ along their mean",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where fewer than three agents have a direction of angular momentum, and where their mean vanishes; "
    "published: never",
    published={"bins": BINS, "estimator": "plug-in"},
    figures=("entropies",),
)
def angular_momentum_entropy(
    block: Block, *, definition: Definition = "corrected", bins: Bins = BINS, estimator: Estimator = "miller-madow"
) -> Floats:
    """Normalized entropy of the agents' angular momenta projected on their mean, (T,): 0 for a perfect mill.

    Each agent's direction of angular momentum about the periodic centroid is projected on the direction of the mean: 1
    with the mill, -1 against it. In a plane it lies along z, and the sign of the mean decides; random headings give
    .949 there (arcsine law). The histogram has B = `bins` bins on (-1, 1); the entropy is at most 1. `estimator`
    corrects for the finite number of agents, by default as Miller and Madow do. Agents at rest or at the centre are
    left out. ``published``: lengths of r^ x u about the mean of wrapped coordinates, 20 bins on (0, 1), plug-in
    estimator, which does not distinguish the sense of rotation, 0.5 where N < 3.
    """
    if definition == "published":
        if block.shape[1] < 3:
            return np.full(len(block), 0.5)
        momenta = block.once(about_wrapped_mean)
        length = np.sqrt(np.einsum("tia,tia->ti", momenta, momenta))
        length = np.where(block.velocity_known, length, np.nan)
        return or_half(histogram_entropy(length, BINS, 0.0, 1.0))
    momenta, defined = block.once(about_centroid)
    mean = sum_over_agents(momenta)
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    enough = (defined.sum(axis=1) >= 3)[:, None] & (length > TOO_SHORT)
    along = np.einsum("tia,ta->ti", momenta, mean) / np.where(length > TOO_SHORT, length, 1.0)
    projections = np.clip(along, -1.0, 1.0)
    projections = np.where(defined & enough, projections, np.nan)
    return histogram_entropy(projections, bins, -1.0, 1.0, estimator=estimator)
