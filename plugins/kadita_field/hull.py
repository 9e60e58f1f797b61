"""Volume of the convex hull of a school, and the density in it."""

import math

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats

QUICKHULL = "Barber, Dobkin & Huhdanpaa 1996, ACM Trans. Math. Softw. 22, 469-483, doi:10.1145/235815.235821"
ROUNDING = 1e-14  # relative to the cube of the extent: smaller volumes are rounding


@metric(
    units="length^3",
    default=False,
    formula="volume of the smallest convex set that contains all agents",
    range=(0, math.inf),
    source=QUICKHULL,
    symmetries=("translation", "rotation", "images"),
)
def convex_hull_volume(block: Block) -> Floats:
    """Volume of the convex hull, (T,): 0 for fewer than four agents, and for a school in a plane.

    The hull is that of minimum-image offsets from the centroid; where a school is larger than half the cell, the volume
    is that of the cell rather than of the school. The space up to a single distant agent, and cavities, are included.
    """
    return block.once(_volumes).copy()


@metric(
    units="1/length^3",
    default=False,
    formula="N / volume of the convex hull",
    range=(0, math.inf),
    source=QUICKHULL,
    symmetries=("translation", "rotation", "images"),
    undefined="where the hull has no volume",
)
def hull_density(block: Block) -> Floats:
    """Number density in the convex hull, (T,).

    Agents on the hull count in full, though most of their surroundings are outside: the density of small schools is
    overestimated, relatively by about N^(-1/3).
    """
    volumes = block.once(_volumes)
    return np.divide(block.shape[1], volumes, out=np.full(len(block), np.nan), where=volumes > 0)


def _volumes(block: Block) -> Floats:
    from scipy.spatial import ConvexHull, QhullError

    volumes = np.zeros(len(block))
    for t, r in enumerate(block.offsets):
        extent = float(np.ptp(r, axis=0).max())
        if len(r) < 4 or extent == 0:
            continue
        try:
            volume = ConvexHull(r / extent).volume  # scaled, since Qhull's tolerances are absolute lengths
        except QhullError:  # all agents are in a plane
            continue
        volumes[t] = volume * extent**3 if volume > ROUNDING else 0.0
    return volumes
