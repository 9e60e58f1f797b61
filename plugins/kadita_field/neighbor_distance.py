"""Distances to neighbours by their rank: nearest, second nearest, ..."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Axis, Block, metric
from kadita.plugins.metrics import Floats

Rank = Annotated[int, Field(ge=1, le=10_000, description="which neighbour: 1 is the nearest")]
Last = Annotated[int, Field(ge=1, le=10_000, description="number of neighbours: the last rank")]
CLARK = "Clark & Evans 1954, Ecology 35, 445-453, doi:10.2307/1931034"
BALLERINI = "Ballerini et al. 2008, PNAS 105, 1232-1237, doi:10.1073/pnas.0711437105"
RANKS = "neighbours by rank: " + BALLERINI


def ranks(_block: Block, *, k: int) -> NDArray[np.int64]:
    """Return the ranks 1 .. k."""
    return np.arange(1, k + 1)


@metric(
    units="length",
    default=False,
    formula="<r_i(k)>_i, r_i(k): distance from agent i to its k-th nearest",
    range=(0, math.inf),
    source=CLARK + "; " + RANKS,
    symmetries=("translation", "rotation", "images"),
    undefined="where N <= k",
)
def neighbor_distance(block: Block, *, k: Rank = 1) -> Floats:
    """Mean distance to the k-th nearest neighbour, (T,); by default to the nearest one.

    Distances are minimum-image distances. For agents distributed uniformly with number density rho, far from edges, the
    expectation is Gamma(k + 1/3) / Gamma(k) (4 pi rho / 3)^(-1/3): 0.554 rho^(-1/3) for the nearest; in a plane it is
    Gamma(k + 1/2) / Gamma(k) (pi rho)^(-1/2): 0.5 rho^(-1/2).
    """
    return _means(block, k)[:, k - 1].copy()


@metric(
    units="length",
    dims=("agent",),
    default=False,
    formula="r_i(k): distance from agent i to its k-th nearest",
    range=(0, math.inf),
    source=CLARK + "; " + RANKS,
    symmetries=("translation", "rotation", "images"),
    undefined="where N <= k",
)
def neighbor_distance_of_agents(block: Block, *, k: Rank = 1) -> Floats:
    """Distance of each agent to its k-th nearest neighbour, (T, N); by default to the nearest one.

    Distances are minimum-image distances.
    """
    distances = block.neighbor_distances(k)[..., k - 1]
    return np.where(np.isinf(distances), np.nan, distances)


@metric(
    units="length",
    dims=("rank",),
    axes={"rank": Axis(ranks)},
    default=False,
    formula="<r_i(m)>_i for m = 1 .. k, r_i(m): distance from agent i to its m-th nearest",
    range=(0, math.inf),
    source=RANKS,
    symmetries=("translation", "rotation", "images"),
    undefined="for ranks of N and above",
)
def neighbor_distance_by_rank(block: Block, *, k: Last = 6) -> Floats:
    """Mean distances to the k nearest neighbours, nearest first, (T, k).

    Distances are minimum-image distances. An agent has N - 1 neighbours.
    """
    return _means(block, k)


def _means(block: Block, k: int) -> Floats:
    means = np.full((len(block), k), np.nan)
    existing = min(k, block.shape[1] - 1)
    if existing:
        distances = block.neighbor_distances(k)
        for m in range(existing):
            means[:, m] = np.ascontiguousarray(distances[..., m]).mean(axis=1)
    return means
