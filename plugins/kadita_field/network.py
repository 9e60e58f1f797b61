"""Network of agents within a distance: degree, clustering coefficient and components."""

import math

import numpy as np

from kadita import Block, metric
from kadita.plugins.metrics import Floats, LinkDistance, linked
from kadita_field.links import network

WATTS = "Watts & Strogatz 1998, Nature 393, 440-442, doi:10.1038/30918"


@metric(
    default=False,
    formula="<k_i>_i, k_i: number of other agents at most link_distance from agent i",
    range=(0, math.inf),
    source=WATTS,
    symmetries=("translation", "rotation", "images"),
)
def network_degree(block: Block, *, link_distance: LinkDistance = None) -> Floats:
    """Mean number of other agents that an agent is linked to, (T,), 0 to N - 1.

    Two agents are linked where they are at most `link_distance` apart; by default the r_a of the trajectory. The
    number of components of this network is `cluster_count`.
    """
    return block.once(network, link_distance).degree.mean(axis=1)


@metric(
    dims=("agent",),
    default=False,
    formula="k_i: number of other agents at most link_distance from agent i",
    range=(0, math.inf),
    source=WATTS,
    symmetries=("translation", "rotation", "images"),
)
def network_degree_of_agents(block: Block, *, link_distance: LinkDistance = None) -> Floats:
    """Number of other agents that each agent is linked to, (T, N), 0 to N - 1.

    Two agents are linked where they are at most `link_distance` apart; by default the r_a of the trajectory.
    """
    return block.once(network, link_distance).degree.astype(np.float64)


@metric(
    default=False,
    formula="C = <2 e_i / (k_i (k_i - 1))>_i, e_i: links among the k_i neighbours of agent i",
    range=(0, 1),
    source=WATTS,
    symmetries=("translation", "rotation", "images"),
    undefined="where no agent has two neighbours",
)
def network_clustering(block: Block, *, link_distance: LinkDistance = None) -> Floats:
    """Mean fraction of pairs of an agent's neighbours that are linked to each other, (T,): 1 where all are.

    Two agents are linked where they are at most `link_distance` apart; by default the r_a of the trajectory. Agents
    with fewer than two neighbours are left out. For many agents, distributed uniformly, the value is 15/32, and in a
    plane 1 - 3 sqrt(3) / (4 pi) = 0.587.
    """
    degree, triangles = block.once(network, link_distance)
    pairs = degree * (degree - 1) / 2
    share = np.divide(triangles, pairs, out=np.zeros(block.shape), where=pairs > 0)
    n = (pairs > 0).sum(axis=1)
    return np.divide(share.sum(axis=1), n, out=np.full(len(block), np.nan), where=n > 0)


@metric(
    dims=("agent",),
    default=False,
    formula="number of agents in the connected component of agent i",
    range=(1, math.inf),
    source="connected components of the network: Newman & Ziff 2001, Phys. Rev. E 64, 016706, "
    "doi:10.1103/PhysRevE.64.016706",
    symmetries=("translation", "rotation", "images"),
)
def cluster_size_of_agents(block: Block, *, link_distance: LinkDistance = None) -> Floats:
    """Number of agents in the cluster that each agent belongs to, itself included, (T, N), 1 to N.

    Two agents are linked where they are at most `link_distance` apart; by default the r_a of the trajectory.
    """
    return block.once(linked, link_distance).size.astype(np.float64)
