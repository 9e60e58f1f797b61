"""Nematic order: alignment of headings along one axis, in either direction."""

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats
from kadita_field.tensors import principal_axes, second_moments

NEMATIC = (
    "de Gennes & Prost 1993, The Physics of Liquid Crystals, 2nd ed., Oxford, ISBN 978-0-19-852024-5; as an order "
    "parameter of agents: Chate et al. 2006, Phys. Rev. Lett. 96, 180602, doi:10.1103/PhysRevLett.96.180602"
)


@metric(
    needs_velocities=True,
    default=False,
    formula="S: largest eigenvalue of Q = <(d u u^T - 1) / (d - 1)>, u_i = v_i / |v_i|, in d dimensions",
    range=(0, 1),
    source=NEMATIC,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where no agent moves",
)
def nematic_order(block: Block) -> Floats:
    """Nematic order of headings, (T,): 1 where all agents move along one axis, in either direction.

    Agents at rest are left out. A mill, or two streams in opposite directions, has nematic order without polarization.
    In a plane Q = <2 u u^T - 1>, and S is the length of the mean of (cos 2a, sin 2a) over headings at angles a: random
    headings give 0.886 / sqrt(N) on average. In space isotropic headings, too, give 0 only in the limit of large N, and
    headings that are isotropic in a plane of space give 1/4. See nematic_order_unbiased.
    """
    return np.clip(principal_axes(_tensor(block))[0][:, -1], 0.0, 1.0)


@metric(
    needs_velocities=True,
    default=False,
    formula="S0 = sqrt(max(0, (N S^2 - 1) / (N - 1))), S^2 = (1 - 1 / d) sum of Q_ab^2, in d dimensions",
    range=(0, 1),
    source=NEMATIC,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where fewer than two agents move",
)
def nematic_order_unbiased(block: Block) -> Floats:
    """Nematic order of headings, corrected for their number, (T,): 1 where all agents move along one axis.

    The expression under the root is the mean over all pairs of moving agents of cos 2a, or in space of the second
    Legendre polynomial (3 cos^2 a - 1) / 2, of the angle a between their headings: its expectation is 0 for random
    headings at any N. In a plane S is `nematic_order`. In space S^2 counts all eigenvalues of Q, and is the square of
    `nematic_order` where the other two are equal; headings that are isotropic in a plane of space have S0 = 1/2.
    """
    moving = block.moving.sum(axis=1)
    n = np.where(moving > 1, moving, np.nan)
    square = (1 - 1 / block.dimensions) * np.einsum("tab,tab->t", *[_tensor(block)] * 2)
    return np.sqrt(np.clip((n * square - 1) / (n - 1), 0.0, 1.0))


def _tensor(block: Block) -> Floats:
    """Return Q, (T, d, d); NaN where no agent moves."""
    d = block.dimensions
    moving = block.moving.sum(axis=1)
    share = np.where(moving > 0, moving, np.nan)
    moments = second_moments(block.headings)[:, :d, :d]
    return d / (d - 1) * moments / share[:, None, None] - 1 / (d - 1) * np.eye(d)
