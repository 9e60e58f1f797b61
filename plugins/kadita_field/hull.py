"""The space that a school takes up."""

import math

import numpy as np
from numpy.typing import NDArray

from kadita import Block, metric

Floats = NDArray[np.float64]
QUICKHULL = "Barber, Dobkin & Huhdanpaa 1996, ACM Trans. Math. Softw. 22, 469-483, doi:10.1145/235815.235821"
FLAT = 1e-14  # of the cube of a school's extent: less is rounding


@metric(
    units="length^3",
    default=False,
    formula="volume of the least convex set that holds all agents",
    range=(0, math.inf),
    source=QUICKHULL,
    symmetries=("translation", "rotation", "images"),
)
def convex_hull_volume(block: Block) -> Floats:
    """Volume of the convex hull, (T,): it is 0 for fewer than four agents, and for a school in a plane.

    Of minimum-image offsets from the centroid: of a school that is larger than half the cell it tells of the cell,
    not of the school. A single agent far away, or a hollow, is counted as space taken up.
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

    Agents on the hull count in full, though most of their surroundings are outside: small schools seem denser than they
    are, by some N^(-1/3).
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
            volume = ConvexHull(r / extent).volume  # Qhull has lengths of its own that count as none
        except QhullError:  # no four agents span a space
            continue
        volumes[t] = volume * extent**3 if volume > FLAT else 0.0
    return volumes
