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
    undefined="where fewer than two agents move and are not at the centre; published: where no velocity is known",
    plotted=True,
)
def rotation(block: Block, *, definition: Definition = "corrected") -> Floats:
    """Length of the mean direction of angular momentum about the centre, (T,): 1 for a perfect mill.

    r_i is the minimum-image offset from the periodic centroid; agents at rest or at the centre are left out.
    ``published`` takes r from the mean of wrapped coordinates, so that a mill that crosses a face of the cell appears
    not to rotate, and counts agents at rest as zero. In a plane r^ x u has only a z component, whose mean is the
    angular_momentum, and M its absolute value.
    """
    if definition == "published":
        momenta, n, least = block.once(about_wrapped_mean), block.velocity_known.sum(axis=1), 1
    else:
        momenta, defined = block.once(about_centroid)
        n, least = defined.sum(axis=1), 2
    total = np.linalg.norm(sum_over_agents(momenta), axis=1)
    return np.divide(total, n, out=np.full(len(block), np.nan), where=n >= least)


@metric(
    needs_velocities=True,
    formula="sum_i (r^_i x u_i)_z / N, r_i from the centre of the school",
    range=(-1, 1),
    source=COUZIN,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where fewer than two agents move and are not at the centre",
    dimensions=(2,),
)
def angular_momentum(block: Block) -> Floats:
    """Mean angular momentum about the centre of a school in a plane, (T,): 1 for a mill, -1 for one the other way.

    Counterclockwise is positive, seen with x to the right and y up. Its absolute value is the rotation. r_i is the
    minimum-image offset from the periodic centroid; agents at rest or at the centre are left out.
    """
    momenta, defined = block.once(about_centroid)
    n = defined.sum(axis=1)
    return np.divide(momenta[..., 2].sum(axis=1), n, out=np.full(len(block), np.nan), where=n >= 2)


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
    not at the centre. Its expectation is 0 for random headings at any N, in space and in a plane: for given positions
    each l is then as likely as -l, independently of the others.
    """
    momenta, defined = block.once(about_centroid)
    n = defined.sum(axis=1)
    square = (sum_over_agents(momenta) ** 2).sum(axis=1) - np.einsum("tia,tia->t", momenta, momenta)
    pairs = np.where(n > 1, n * (n - 1.0), np.nan)
    return np.sqrt(np.clip(square / pairs, 0.0, 1.0))
