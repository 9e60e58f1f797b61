"""Front-back position of agents in a school."""

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats
from kadita_field.direction import direction


@metric(
    units="length",
    dims=("agent",),
    needs_velocities=True,
    default=False,
    formula="r_i . V, r_i from the centre of the school, V: direction of the mean heading",
    source="Bumann, Krause & Rubenstein 1997, Behaviour 134, 1063-1076, doi:10.1163/156853997X00403",
    symmetries=("translation", "rotation", "images"),
    undefined="where no agent moves or headings cancel",
)
def front_back(block: Block) -> Floats:
    """Position of each agent along the direction of the school, (T, N): positive ahead of the centre, with mean 0.

    Offsets are minimum images from the periodic centroid.
    """
    return np.einsum("tia,ta->ti", block.offsets, direction(block))
