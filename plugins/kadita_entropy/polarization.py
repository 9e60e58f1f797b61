"""Entropy of the directions of motion."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Floats, entropy, kernel, sphere_entropies, sphere_entropy
from kadita_entropy.published import SOURCE, or_half

THETA_BINS, PHI_BINS = 12, 24
THETA_EDGES, PHI_EDGES = np.linspace(0, np.pi, THETA_BINS + 1), np.linspace(0, 2 * np.pi, PHI_BINS + 1)
NEAR = 1e-9  # distance to an edge of a cell, in components of a unit heading
Rank = Annotated[int, Field(ge=1, le=10_000, description="rank of the nearest heading that the estimate uses")]


@metric(
    needs_velocities=True,
    formula="max(0, 1 + (h - ln 4 pi) / ln 288), h = differential entropy of the headings on the sphere",
    range=(0, math.inf),
    source=SOURCE + "; h: Kozachenko & Leonenko 1987, Probl. Inf. Transm. 23, 95-101, on spheres: Li, Mnatsakanov & "
    "Andrew 2011, Entropy 13, 650-667, doi:10.3390/e13030650",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where k or fewer agents move; published: never",
    published={"k": None, "estimator": "plug-in", "bins": (THETA_BINS, PHI_BINS)},
)
def polarization_entropy(block: Block, *, definition: Definition = "corrected", k: Rank = 4) -> Floats:
    """Normalized entropy of the headings, (T,): 0 where all agents move in one direction, 1 on average for random ones.

    h is the estimate of Kozachenko and Leonenko from the `k`-th nearest heading of each heading, and does not depend on
    the direction of travel. Values for random headings scatter about 1 and are not clipped at 1. ``published``: 12 x 24
    bins in theta and phi, counts weighted by sin theta, plug-in estimator, divided by ln 288; it depends on the
    direction of travel.
    """
    if definition == "published":
        return _published(block.headings)
    values = np.full(len(block), np.nan)
    whole = block.moving.all(axis=1)
    if whole.any():
        values[whole] = sphere_entropies(block.headings[whole], k)
    for t in np.flatnonzero(~whole):
        values[t] = sphere_entropy(block.headings[t, block.moving[t]], k)
    return np.maximum(0.0, 1 + (values - math.log(4 * math.pi)) / math.log(THETA_BINS * PHI_BINS))


def _published(headings: Floats) -> Floats:
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
