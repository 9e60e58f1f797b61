"""Order index: the larger of polarization and rotation."""

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats


@metric(
    needs_velocities=True,
    formula="max(P, M)",
    range=(0, 1),
    source="Herho et al. 2026, doi:10.48550/arXiv.2602.07948",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where polarization or rotation is undefined",
)
def order_index(block: Block, polarization: Floats, rotation: Floats) -> Floats:
    """Larger of polarization and rotation, (T,)."""
    return np.maximum(polarization, rotation)
