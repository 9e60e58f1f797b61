"""Anisotropy of neighbour positions about the direction of motion."""

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats
from kadita_field.direction import direction
from kadita_field.neighbor_distance import BALLERINI, Rank
from kadita_field.tensors import principal_axes, second_moments

DEGENERATE = 1e-9  # relative to the trace: eigenvalues closer than this do not define an axis


@metric(
    needs_velocities=True,
    default=False,
    formula="gamma = (W . V)^2, W: axis of the least eigenvalue of sum_i d_i d_i^T, d_i: unit vector to the k-th "
    "nearest of agent i, V: direction of the school",
    range=(0, 1),
    source=BALLERINI,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where N <= k, where the least eigenvalue is degenerate, and where no agent moves or headings cancel",
)
def neighbor_anisotropy(block: Block, *, k: Rank = 1) -> Floats:
    """Anisotropy of the k-th nearest neighbours about the direction of motion, (T,): 1/3 for isotropic neighbours.

    Near 1 where neighbours are beside, above and below rather than ahead and behind, near 0 where they are in line with
    the motion. The largest k at which the value differs from 1/3 measures the number of neighbours that agents interact
    with. In a plane, where there is one axis beside that of the motion, isotropic neighbours give 1/2, agents abreast 1
    and agents in file 0. Agents at the position of their neighbour are left out.
    """
    gamma, n = np.full(len(block), np.nan), block.dimensions
    if block.shape[1] <= k:
        return gamma
    near = block.neighbor_indices(k)[..., k - 1]
    d = block.box.minimum_image(np.take_along_axis(block.positions, near[..., None], axis=1) - block.positions)
    r = np.sqrt(np.einsum("tia,tia->ti", d, d))
    m = second_moments(np.divide(d, r[..., None], out=np.zeros_like(d), where=r[..., None] > 0))
    values, axes = principal_axes(m[:, :n, :n])
    unique = values[:, 1] - values[:, 0] > DEGENERATE * values.sum(axis=1)
    return np.where(unique, np.clip((axes[:, :, 0] * direction(block)[:, :n]).sum(axis=1) ** 2, 0.0, 1.0), np.nan)
