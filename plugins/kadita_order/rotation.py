"""Rotation: the degree to which a school turns about its centre, as a mill does."""

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Floats, about_centroid, about_wrapped_mean, sum_over_agents
from kadita_order.polarization import U_STATISTIC

COUZIN = "Couzin et al. 2002, J. Theor. Biol. 218, 1-11, doi:10.1006/jtbi.2002.3065"


@metric(
    needs_velocities=True,
    formula="M = |sum_i r^_i x u_i| / N, r_i from the centre of the school",
    range=(0, 1),
    source=COUZIN,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where all agents are at rest or at the centre; published: never",
    plotted=True,
)
def rotation(block: Block, *, definition: Definition = "corrected") -> Floats:
    """Length of the mean direction of angular momentum about the centre, (T,): 1 for a perfect mill.

    r_i is the minimum-image offset from the periodic centroid; agents at rest or at the centre are left out.
    ``published`` takes r from the mean of wrapped coordinates, so that a mill that crosses a face of the cell appears
    not to rotate, and counts agents at rest as zero.
    """
    if definition == "published":
        return np.linalg.norm(sum_over_agents(block.once(about_wrapped_mean)), axis=1) / block.shape[1]
    momenta, defined = block.once(about_centroid)
    n = defined.sum(axis=1)
    total = np.linalg.norm(sum_over_agents(momenta), axis=1)
    return np.divide(total, n, out=np.full(len(block), np.nan), where=n > 0)


@metric(
    needs_velocities=True,
    formula="M0 = sqrt(max(0, (|sum_i l_i|^2 - sum_i l_i . l_i) / (N (N - 1)))), l_i = r^_i x u_i",
    range=(0, 1),
    source=f"{COUZIN}; {U_STATISTIC}",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where fewer than two agents have a direction of angular momentum",
)
def rotation_unbiased(block: Block) -> Floats:
    """Finite-size corrected rotation, (T,).

    The expression under the root is the U-statistic of l_i . l_j, the mean over all pairs of agents that move and are
    not at the centre.
    """
    momenta, defined = block.once(about_centroid)
    n = defined.sum(axis=1)
    square = (sum_over_agents(momenta) ** 2).sum(axis=1) - np.einsum("tia,tia->t", momenta, momenta)
    pairs = np.where(n > 1, n * (n - 1.0), np.nan)
    return np.sqrt(np.clip(square / pairs, 0.0, 1.0))
