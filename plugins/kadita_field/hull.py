"""Volume of the convex hull of a school, in a plane its area and perimeter, and the density in it."""

import math
from typing import NamedTuple

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats

QUICKHULL = "Barber, Dobkin & Huhdanpaa 1996, ACM Trans. Math. Softw. 22, 469-483, doi:10.1145/235815.235821"
ROUNDING = 1e-14  # relative to that of a cube or a square as wide as the school: smaller volumes are rounding


@metric(
    units="length^3",
    default=False,
    formula="volume of the smallest convex set that contains all agents",
    range=(0, math.inf),
    source=QUICKHULL,
    symmetries=("translation", "rotation", "images"),
    dimensions=(3,),
)
def convex_hull_volume(block: Block) -> Floats:
    """Volume of the convex hull, (T,): 0 for fewer than four agents, and where all agents are in one plane.

    The hull is that of minimum-image offsets from the centroid; where a school is larger than half the cell, the volume
    is that of the cell rather than of the school. The space up to a single distant agent, and cavities, are included.
    A school that moves in a plane has a `convex_hull_area`.
    """
    return block.once(_hulls).content.copy()


@metric(
    units="length^2",
    default=False,
    formula="area of the smallest convex set that contains all agents",
    range=(0, math.inf),
    source=QUICKHULL,
    symmetries=("translation", "rotation", "images"),
    dimensions=(2,),
)
def convex_hull_area(block: Block) -> Floats:
    """Area of the convex hull of a school in a plane, (T,): 0 for fewer than three agents, and for agents in one line.

    a^2 for a square of side a. The hull is that of minimum-image offsets from the centroid; see `convex_hull_volume`.
    """
    return block.once(_hulls).content.copy()


@metric(
    units="length",
    default=False,
    formula="length of the boundary of the smallest convex set that contains all agents",
    range=(0, math.inf),
    source=QUICKHULL,
    symmetries=("translation", "rotation", "images"),
    dimensions=(2,),
)
def convex_hull_perimeter(block: Block) -> Floats:
    """Perimeter of the convex hull of a school in a plane, (T,): twice its length for agents in one line.

    4 a for a square of side a. The hull is that of `convex_hull_area`.
    """
    return block.once(_hulls).boundary.copy()


@metric(
    units="1/length^3",
    default=False,
    formula="N / volume of the convex hull",
    range=(0, math.inf),
    source=QUICKHULL,
    symmetries=("translation", "rotation", "images"),
    undefined="where the hull has no volume",
    dimensions=(3,),
)
def hull_density(block: Block) -> Floats:
    """Number density in the convex hull, (T,).

    Agents on the hull count in full, though most of their surroundings are outside: the density of small schools is
    overestimated, relatively by about N^(-1/3). A school that moves in a plane has a `hull_area_density`.
    """
    return _density(block)


@metric(
    units="1/length^2",
    default=False,
    formula="N / area of the convex hull",
    range=(0, math.inf),
    source=QUICKHULL,
    symmetries=("translation", "rotation", "images"),
    undefined="where the hull has no area",
    dimensions=(2,),
)
def hull_area_density(block: Block) -> Floats:
    """Number of agents per area of the convex hull, of a school in a plane, (T,).

    Agents on the hull count in full: the density of small schools is overestimated, relatively by about N^(-1/2).
    """
    return _density(block)


class Hulls(NamedTuple):
    """Convex hulls of a school."""

    content: Floats  # volume, or in a plane area, (T,)
    boundary: Floats  # area, or in a plane perimeter, (T,)


def _density(block: Block) -> Floats:
    content = block.once(_hulls).content
    return np.divide(block.shape[1], content, out=np.full(len(block), np.nan), where=content > 0)


def _hulls(block: Block) -> Hulls:
    """Return the hull of every frame; metrics call it through `Block.once`, which computes it once."""
    from scipy.spatial import ConvexHull, QhullError

    d = block.dimensions
    found = Hulls(np.zeros(len(block)), np.zeros(len(block)))
    for t, r in enumerate(block.offsets[..., :d]):
        widths = np.ptp(r, axis=0)
        extent = float(widths.max())
        if extent == 0:
            continue
        if d == 2:  # a line goes there and back
            along = r[:, widths.argmax()]
            found.boundary[t] = 2 * np.linalg.norm(r[along.argmax()] - r[along.argmin()])
        if len(r) <= d:
            continue
        try:
            hull = ConvexHull(r / extent)  # scaled, since Qhull's tolerances are absolute lengths
        except QhullError:  # all agents are in a plane, or in a line
            continue
        if hull.volume > ROUNDING:
            found.content[t], found.boundary[t] = hull.volume * extent**d, hull.area * extent ** (d - 1)
    return found
