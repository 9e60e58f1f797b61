"""Bearing and elevation of the k-th nearest neighbour relative to an agent's heading."""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from kadita import Axis, Block, KaditaError, metric
from kadita.plugins.metrics import Floats, kernel
from kadita_field.neighbor_distance import BALLERINI, Rank

Number = Annotated[int, Field(ge=1, le=1000)]
Bins = Annotated[tuple[Number, Number], Field(description="bins of bearing and of elevation")]
Up = Annotated[Literal["x", "y", "z"], Field(description="axis that points up")]


def bearings(_block: Block, *, bins: tuple[int, int]) -> Floats:
    """Return the bearing in the middle of each bin, radians."""
    return ((np.arange(bins[0]) + 0.5) / bins[0] - 0.5) * 2 * np.pi


def elevations(block: Block, *, bins: tuple[int, int]) -> Floats:
    """Return the elevation that halves the solid angle of each bin, radians; in a plane there is one bin, at 0."""
    if block.dimensions == 2:
        return np.zeros(1)
    return np.arcsin((np.arange(bins[1]) + 0.5) / bins[1] * 2 - 1)


@metric(
    dims=("bearing", "elevation"),
    axes={"bearing": Axis(bearings, "rad"), "elevation": Axis(elevations, "rad")},
    needs_velocities=True,
    default=False,
    formula="density of directions to the k-th nearest in the frame (u, up x u, u x (up x u)), isotropic: 1",
    range=(0, math.inf),
    source=BALLERINI,
    symmetries=("translation", "images", "scale"),
    undefined="where every agent is at rest, moves straight up or down, or has no k-th neighbour at a distance above 0",
)
def neighbor_bearing(
    block: Block,
    *,
    k: Rank = 1,
    bins: Bins = (12, 6),
    up: Up = "z",
) -> Floats:
    """Density of bearing and elevation of the k-th nearest neighbour, (T, bearings, elevations): 1 where isotropic.

    Bearing, -pi to pi, is the angle from the heading to the left, about the agent's own up direction; elevation, -pi/2
    to pi/2, is the angle above its plane of heading and left. Bins are equal in bearing and in the sine of elevation,
    so that all span the same solid angle: the mean over all bins is 1, and so is the expectation of each for isotropic
    neighbours. In a plane up is z: bearing is 0 ahead and pi/2 to the left, counterclockwise, and elevation has a
    single bin. Agents at rest, moving straight up or down, without a k-th neighbour or at its position are left out.

    Raises:
        KaditaError: in a plane, another `up` than z.
    """
    if block.dimensions == 2 and up != "z":
        raise KaditaError(f"up: expected z, since the school is in a plane of constant z; got {up}")
    bins = bins if block.dimensions == 3 else (bins[0], 1)
    counts = np.zeros((len(block), *bins))
    axis = "xyz".index(up)
    if block.shape[1] > k:
        neighbors = np.ascontiguousarray(block.neighbor_indices(k)[..., k - 1])
        _count(block.positions, block.headings, neighbors, block.box.array, axis, counts)
    total = counts.sum(axis=(1, 2))
    share = np.divide(bins[0] * bins[1], total, out=np.full(len(block), np.nan), where=total > 0)
    return counts * share[:, None, None]


@kernel
def _count(positions, headings, neighbors, lengths, axis, counts):  # type: ignore[no-untyped-def]
    frames, agents = neighbors.shape
    bearings, elevations = counts.shape[1:]
    d, u = np.empty(3), np.empty(3)
    for t in range(frames):
        for i in range(agents):
            j = neighbors[t, i]
            for c in range(3):  # permute the axes so that z points up
                a = (c + axis + 1) % 3
                u[c] = headings[t, i, a]
                d[c] = positions[t, j, a] - positions[t, i, a]
                if lengths[a] > 0:
                    d[c] -= lengths[a] * np.rint(d[c] / lengths[a])
            level, r = math.hypot(u[0], u[1]), math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
            if level < 1e-9 or r == 0:
                continue
            ahead = d[0] * u[0] + d[1] * u[1] + d[2] * u[2]
            left = (d[1] * u[0] - d[0] * u[1]) / level
            above = d[2] * level - u[2] * (d[0] * u[0] + d[1] * u[1]) / level
            b = np.int64((math.atan2(left, ahead) / (2 * math.pi) + 0.5) * bearings)
            e = np.int64((max(-1.0, min(above / r, 1.0)) + 1) / 2 * elevations)
            counts[t, min(b, bearings - 1), min(e, elevations - 1)] += 1
