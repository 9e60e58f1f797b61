"""Nematic order: alignment of headings along one axis, in either direction."""

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats
from kadita_field.tensors import principal_axes, second_moments


@metric(
    needs_velocities=True,
    default=False,
    formula="S: largest eigenvalue of Q = <(3 u u^T - 1) / 2>, u_i = v_i / |v_i|",
    range=(0, 1),
    source="de Gennes & Prost 1993, The Physics of Liquid Crystals, 2nd ed., Oxford, ISBN 978-0-19-852024-5; as an "
    "order parameter of agents: Chate et al. 2006, Phys. Rev. Lett. 96, 180602, doi:10.1103/PhysRevLett.96.180602",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where no agent moves",
)
def nematic_order(block: Block) -> Floats:
    """Nematic order of headings, (T,): 1 where all agents move along one axis, in either direction.

    Agents at rest are left out. A mill, or two streams in opposite directions, has nematic order without polarization.
    Isotropic headings give 0 only in the limit of large N, and headings that are isotropic in a plane give 1/4.
    """
    moving = block.moving.sum(axis=1)
    share = np.where(moving > 0, moving, np.nan)
    q = 1.5 * second_moments(block.headings) / share[:, None, None] - 0.5 * np.eye(3)
    return np.clip(principal_axes(q)[0][:, 2], 0.0, 1.0)
