"""Entropy of the principal variances of a school: ball, disc or line."""

import math

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Floats
from kadita_entropy.published import SOURCE


@metric(
    formula="H(p) / ln 3, p = eigenvalues of the covariance of r / their sum",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where N < 4, and where all agents are at one point; published: never",
)
def school_shape_entropy(block: Block, *, definition: Definition = "corrected") -> Floats:
    """Normalized entropy of the school's principal variances, (T,): ball 1, disc ln 2 / ln 3, line 0.

    The covariance is that of minimum-image offsets from the periodic centroid. ``published``: of wrapped coordinates,
    eigenvalues at least 1e-10, 0.5 where N < 4.
    """
    published = definition == "published"
    agents = block.shape[1]
    if agents < 4:
        return np.full(len(block), 0.5 if published else np.nan)
    r = block.wrapped_offsets if published else block.offsets  # both have mean 0
    variances = np.linalg.eigvalsh(r.transpose(0, 2, 1) @ r / (agents - 1))
    variances = np.maximum(variances, 1e-10 if published else 0.0)
    total = variances.sum(axis=1, keepdims=True)
    p = np.divide(variances, total, out=np.full_like(variances, np.nan), where=total > 0)
    h = -(p * np.log(p, out=np.zeros_like(p), where=p > 0)).sum(axis=1)
    return np.clip(np.where(np.isnan(p).any(axis=1), np.nan, h / math.log(3)), 0.0, 1.0 if not published else None)
