"""Entropy of the directions of motion."""

import math
import warnings
from collections.abc import Callable
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Block, Definition, KaditaWarning, metric
from kadita.plugins.metrics import Floats, circle_entropies, entropy, kernel, published_headings, sphere_entropies
from kadita_entropy.published import SOURCE, in_space, of_known, or_half

THETA_BINS, PHI_BINS = 12, 24
THETA_EDGES, PHI_EDGES = np.linspace(0, np.pi, THETA_BINS + 1), np.linspace(0, 2 * np.pi, PHI_BINS + 1)
NEAR = 1e-9  # distance to an edge of a cell, in components of a unit heading


class Scale(NamedTuple):
    """How an entropy of headings is normalized: h is that of random headings at 1, and less by ln `parts` at 0."""

    entropies: Callable[[Floats, int], Floats]
    whole: float  # area of the unit sphere, or length of the circle
    parts: int
    narrow: float  # cosine of the angle about an axis that encloses one part, of which uniform headings are at 0


SPHERE = Scale(sphere_entropies, 4 * math.pi, THETA_BINS * PHI_BINS, 1 - 2 / (THETA_BINS * PHI_BINS))
CIRCLE = Scale(circle_entropies, 2 * math.pi, 36, math.cos(math.pi / 36))
Rank = Annotated[int, Field(ge=1, le=10_000, description="rank of the nearest heading that the estimate uses")]


@metric(
    needs_velocities=True,
    formula="max(0, 1 + (h - ln 4 pi) / ln 288), h = differential entropy of the headings on the sphere; in a plane "
    "max(0, 1 + (h - ln 2 pi) / ln 36), on the circle",
    range=(0, math.inf),
    source=SOURCE + "; h: Kozachenko & Leonenko 1987, Probl. Inf. Transm. 23, 95-101, on spheres: Li, Mnatsakanov & "
    "Andrew 2011, Entropy 13, 650-667, doi:10.3390/e13030650",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where k or fewer agents move, and where more than k headings are equal (up to 1.2e-7 rad, the rounding "
    "of single precision), unless all are in 1/288 of the sphere or 1/36 of the circle: 0; published: in a plane",
    published={"k": None, "estimator": "plug-in", "bins": (THETA_BINS, PHI_BINS)},
    figures=("entropies",),
)
def polarization_entropy(block: Block, *, definition: Definition = "corrected", k: Rank = 4) -> Floats:
    """Normalized entropy of the headings, (T,): 0 where all agents move in one direction, 1 on average for random ones.

    h is the estimate of Kozachenko and Leonenko from the `k`-th nearest heading of each heading, and does not depend on
    the direction of travel. Values for random headings scatter about 1 and are not clipped at 1: in a plane with a
    standard deviation of .041, .026 and .008 for 20, 50 and 500 agents. There bundles of headings with a standard
    deviation of .5, .25 and .1 rad have .68, .49 and .23, in space .71, .53 and .22.

    Headings of displacements in whole pixels repeat. Where more than `k` are equal, the distances to the nearest ones
    say nothing about the others and the value is undefined: smoothed tracks, or velocities over a longer interval, have
    distinct headings. ``published``, for space alone: 12 x 24 bins in theta and phi, counts weighted by sin theta,
    plug-in estimator, divided by ln 288; it depends on the direction of travel.
    """
    if definition == "published":
        in_space(block)
        return of_known(block, _published)
    scale = CIRCLE if block.dimensions == 2 else SPHERE
    values = np.full(len(block), np.nan)
    whole = block.moving.all(axis=1)
    if whole.any():
        values[whole] = scale.entropies(block.headings[whole], k)
    for t in np.flatnonzero(~whole):
        values[t] = scale.entropies(block.headings[t, block.moving[t]][None], k)[0]
    if np.isnan(values).any():
        _resolve_ties(values, block, k, scale.narrow)
    return np.maximum(0.0, 1 + (values - math.log(scale.whole)) / math.log(scale.parts))


def _resolve_ties(values: Floats, block: Block, k: int, narrow: float) -> None:
    """Write -inf where headings are tied in a bundle so narrow that its entropy is 0 whatever they are; warn of others.

    Uniform headings have the largest entropy of all in the same part of the sphere or circle.
    """
    undefined = False
    for t in np.flatnonzero(np.isnan(values) & (block.moving.sum(axis=1) > k)):
        headings = block.headings[t, block.moving[t]]
        total = headings.sum(axis=0)
        if (headings @ total).min() >= narrow * np.linalg.norm(total):
            values[t] = -math.inf
        else:
            undefined = True
    if undefined:
        warnings.warn(
            f"more than {k} agents have equal headings, as displacements in whole pixels have: undefined in such "
            "frames, and left out of the schooling index; smoothed tracks, or velocities over a longer interval, have "
            "distinct ones",
            KaditaWarning,
            stacklevel=2,
        )


def _published(block: Block) -> Floats:
    headings = block.once(published_headings)
    frames, cells = len(headings), THETA_BINS * PHI_BINS
    inner = THETA_EDGES[1:-1]  # also the edges of phi within a half turn
    counts, near = np.zeros((frames, cells), np.int64), np.empty(headings.shape[:2], np.bool_)
    _count(headings, np.cos(inner), np.sin(inner), counts, near)
    t, i = np.nonzero(near)
    np.add.at(counts, (t, _cells(headings[t, i])), 1)
    weights = np.repeat(np.sin((THETA_EDGES[:-1] + THETA_EDGES[1:]) / 2), PHI_BINS)
    return or_half(entropy(counts * weights)) / math.log(cells)


@kernel
def _count(headings, cosines, sines, counts, near):  # type: ignore[no-untyped-def]
    """Count headings in cells of theta and phi; mark those so close to an edge that rounding decides, in `near`.

    Both angles have an edge at every multiple of pi / 12. A heading has passed an edge of theta where its z is at most
    a cosine, and an edge of phi where it lies to the left of a direction in the half plane of its y.
    """
    frames, agents, _ = headings.shape
    x, y, z = np.empty(agents), np.empty(agents), np.empty(agents)
    least, cell = np.empty(agents), np.empty(agents, np.int32)
    for t in range(frames):
        for i in range(agents):
            sense = 1.0 if headings[t, i, 1] >= 0 else -1.0
            x[i], y[i], z[i] = sense * headings[t, i, 0], sense * headings[t, i, 1], headings[t, i, 2]
            least[i], cell[i] = y[i], np.int32(PHI_BINS // 2 if sense > 0 else 0)
        for n in range(cosines.size):
            c, s = cosines[n], sines[n]
            for i in range(agents):
                below, left = c - z[i], c * y[i] - s * x[i]
                cell[i] += np.int32(PHI_BINS * (below >= 0) + (left >= 0))
                least[i] = min(least[i], min(abs(below), abs(left)))
        for i in range(agents):
            near[t, i] = least[i] < NEAR
            if not near[t, i]:
                counts[t, cell[i]] += 1


def _cells(headings: Floats) -> NDArray[np.int64]:
    """Return the cell of each heading, (M, 3) -> (M,), by the rules of dewi-kadita and numpy.histogram2d."""
    theta = np.arccos(np.clip(headings[..., 2], -1, 1))
    phi = np.arctan2(headings[..., 1], headings[..., 0]) + np.pi
    row = np.minimum(np.searchsorted(THETA_EDGES, theta, side="right") - 1, THETA_BINS - 1)
    column = np.minimum(np.searchsorted(PHI_EDGES, phi, side="right") - 1, PHI_BINS - 1)
    cells: NDArray[np.int64] = row * PHI_BINS + column
    return cells
