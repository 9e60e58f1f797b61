"""Elongation of a school, and the angle between its longest axis and its direction of motion."""

import math

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats
from kadita_field.direction import direction
from kadita_field.tensors import principal_axes, second_moments

DEGENERATE = 1e-9  # relative to the largest eigenvalue: eigenvalues closer than this do not define an axis
ROUNDING = 1e-12  # relative to the largest eigenvalue: a smaller one is 0 but for rounding
OBLONG = "oblong schools: Hemelrijk et al. 2010, Ethology 116, 1099-1112, doi:10.1111/j.1439-0310.2010.01818.x"
GYRATION = "axes of the gyration tensor: Theodorou & Suter 1985, Macromolecules 18, 1206-1214, doi:10.1021/ma00148a028"


@metric(
    default=False,
    formula="sqrt(l1 / l2), l1 >= l2 >= l3: eigenvalues of sum_i r_i r_i^T, r_i from the centre of the school",
    range=(1, math.inf),
    source=f"{GYRATION}; {OBLONG}",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where all agents are on one line, or at one point",
)
def elongation(block: Block) -> Floats:
    """Ratio of length to width of a school, (T,): root mean square extents along its two longest axes.

    1 for a ball and for a disc. In a plane there are only these two axes.
    """
    values = block.once(_axes)[0]
    wide = values[:, 1] > ROUNDING * values[:, 2]
    ratio = np.divide(values[:, 2], values[:, 1], out=np.full(len(block), np.nan), where=wide)
    return np.sqrt(ratio)


@metric(
    units="rad",
    needs_velocities=True,
    default=False,
    formula="arccos |A . V|, A: longest axis of the school, V: direction of the mean heading",
    range=(0, math.pi / 2),
    source=f"{GYRATION}; {OBLONG}",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where the longest axis is not unique, and where no agent moves or headings cancel",
)
def elongation_heading_angle(block: Block) -> Floats:
    """Angle between the longest axis of a school and its direction of motion, (T,): 0 where it swims along its length.

    The mean is 1 rad for axes that are independent of the motion, and pi/4 rad in a plane.
    """
    values, axes = block.once(_axes)
    longest, along = axes[:, :, 2], direction(block)
    cosine, sine = np.abs((longest * along).sum(axis=1)), np.linalg.norm(np.cross(longest, along), axis=1)
    return np.where(values[:, 2] - values[:, 1] > DEGENERATE * values[:, 2], np.arctan2(sine, cosine), np.nan)


def _axes(block: Block) -> tuple[Floats, Floats]:
    return principal_axes(second_moments(block.offsets))
