"""Order index: the larger of polarization and rotation."""

import numpy as np
from numpy.typing import NDArray

from kadita import Block, metric


@metric(
    needs_velocities=True,
    formula="max(P, M)",
    range=(0, 1),
    source="Herho et al. 2026, doi:10.48550/arXiv.2602.07948",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where polarization or rotation is undefined",
)
def order_index(block: Block, polarization: NDArray[np.float64], rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Larger of polarization and rotation, (T,)."""
    return np.maximum(polarization, rotation)
