"""Entropy of the principal variances of a school: ball, disc or line, in a plane disc or line."""

import math

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Floats
from kadita_entropy.published import SOURCE, in_space


@metric(
    formula="H(p) / ln d, p = eigenvalues of the covariance of r / their sum, d = 3, in a plane 2",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where N <= d, and where all agents are at one point; published: in a plane",
    figures=("entropies",),
)
def school_shape_entropy(block: Block, *, definition: Definition = "corrected") -> Floats:
    """Normalized entropy of the school's principal variances, (T,): ball 1, disc ln 2 / ln 3, line 0.

    In a plane, where there are two variances: disc 1, line 0. The covariance is that of minimum-image offsets from the
    periodic centroid. ``published``, for space alone: of wrapped coordinates, eigenvalues at least 1e-10, 0.5 where
    N < 4.
    """
    published, d = definition == "published", block.dimensions
    if published:
        in_space(block)
    agents = block.shape[1]
    if agents <= d:
        return np.full(len(block), 0.5 if published else np.nan)
    r = block.wrapped_offsets if published else block.offsets  # both have mean 0
    r = r[..., :d]
    variances = np.linalg.eigvalsh(r.transpose(0, 2, 1) @ r / (agents - 1))
    variances = np.maximum(variances, 1e-10 if published else 0.0)
    total = variances.sum(axis=1, keepdims=True)
    p = np.divide(variances, total, out=np.full_like(variances, np.nan), where=total > 0)
    h = -(p * np.log(p, out=np.zeros_like(p), where=p > 0)).sum(axis=1)
    return np.clip(np.where(np.isnan(p).any(axis=1), np.nan, h / math.log(d)), 0.0, 1.0 if not published else None)
