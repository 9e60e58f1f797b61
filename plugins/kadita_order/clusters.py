"""Clusters: sets of agents that are connected, directly or through other agents, by links up to a distance."""

import math

from kadita import Block, metric
from kadita.plugins.metrics import Floats, LinkDistance, linked

SOURCE = (
    "connected components, and percolation by union-find with displacements: "
    "Newman & Ziff 2001, Phys. Rev. E 64, 016706, doi:10.1103/PhysRevE.64.016706"
)


@metric(
    formula="largest number of agents in a connected component / N",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images"),
)
def largest_cluster_fraction(block: Block, *, link_distance: LinkDistance = None) -> Floats:
    """Fraction of agents in the largest cluster, (T,), at least 1 / N.

    Two agents are linked where they are at most `link_distance` apart; by default the r_a of the trajectory.
    """
    return block.once(linked, link_distance).largest.mean(axis=1)


@metric(
    formula="number of connected components",
    range=(1, math.inf),
    source=SOURCE,
    symmetries=("translation", "rotation", "images"),
)
def cluster_count(block: Block, *, link_distance: LinkDistance = None) -> Floats:
    """Number of clusters, (T,), 1 to N.

    Two agents are linked where they are at most `link_distance` apart; by default the r_a of the trajectory.
    """
    return block.once(linked, link_distance).count.astype(float)


@metric(
    formula="1 where a cluster is linked to its own periodic image, else 0",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images"),
    warning="the school is linked to its own periodic image, so that it has no centre in the strict sense,",
)
def percolates(block: Block, *, link_distance: LinkDistance = None) -> Floats:
    """Whether a cluster is linked to its own periodic image, (T,): the school then has no centre in the strict sense.

    Rotation, spread and shape are still computed, about the intrinsic mean on the torus. 0 in open space.
    """
    return block.once(linked, link_distance).percolates.astype(float)
