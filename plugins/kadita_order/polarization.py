"""Polarization: the degree to which a school moves in one direction."""

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Floats, published_headings, sum_over_agents

VICSEK = "Vicsek et al. 1995, Phys. Rev. Lett. 75, 1226, doi:10.1103/PhysRevLett.75.1226"
U_STATISTIC = "U-statistics: Hoeffding 1948, Ann. Math. Stat. 19, 293-325, doi:10.1214/aoms/1177730196"


@metric(
    needs_velocities=True,
    formula="P = |sum_i u_i| / N, u_i = v_i / |v_i|",
    range=(0, 1),
    source=VICSEK,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where no agent moves; published: where no velocity is known",
    plotted=True,
)
def polarization(block: Block, *, definition: Definition = "corrected") -> Floats:
    """Length of the mean heading, (T,): 1 where all agents move in one direction.

    Agents at rest are left out; ``published`` counts them in N, as vectors of length zero. Random headings do not give
    0 but 0.92 / sqrt(N) on average in space, 0.89 / sqrt(N) in a plane; see polarization_unbiased.
    """
    if definition == "published":
        total, n = sum_over_agents(block.once(published_headings)), block.velocity_known.sum(axis=1)
    else:
        total, n = sum_over_agents(block.headings), block.moving.sum(axis=1)
    return np.divide(np.linalg.norm(total, axis=1), n, out=np.full(len(block), np.nan), where=n > 0)


@metric(
    needs_velocities=True,
    formula="P0 = sqrt(max(0, (N P^2 - 1) / (N - 1)))",
    range=(0, 1),
    source=f"{VICSEK}; {U_STATISTIC}",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where fewer than two agents move",
)
def polarization_unbiased(block: Block) -> Floats:
    """Finite-size corrected polarization, (T,).

    The expression under the root is the U-statistic of u_i . u_j, the mean over all pairs of moving agents: its
    expectation is 0 for random headings at any N, in space and in a plane, because the mean of independent headings
    without a preferred direction is 0; it is 1 where all are aligned.
    """
    moving = block.moving.sum(axis=1)
    square = (sum_over_agents(block.headings) ** 2).sum(axis=1)
    pairs = np.where(moving > 1, moving * (moving - 1.0), np.nan)
    return np.sqrt(np.clip((square - moving) / pairs, 0.0, 1.0))
