"""Between kinds: the distance to the nearest agent of another species, and the agents of two species."""

import math

import numpy as np
from numpy.typing import NDArray

from kadita import Block, KaditaError, NotApplicable, metric
from kadita.plugins.metrics import Floats
from kadita_field.neighbor_distance import CLARK

NO_SPECIES = "needs species, and there are none"


@metric(
    units="length",
    dims=("agent",),
    default=False,
    formula="min_j |r_j - r_i| over agents j of another species than agent i",
    range=(0, math.inf),
    source=CLARK,
    symmetries=("translation", "rotation", "images"),
    undefined="where no agent of another species is present",
)
def distance_to_other_species(block: Block) -> Floats:
    """Distance from each agent to the nearest agent of another species, (T, N).

    Distances are minimum-image distances. Of two species the least over all agents is that of the closest pair.

    Raises:
        NotApplicable: no species are known.
    """
    from scipy.spatial import cKDTree

    if block.species is None:
        raise NotApplicable(NO_SPECIES)
    if len(block.all_species) < 2:
        raise NotApplicable(f"needs two species, and there is one, {block.all_species[0]}")
    nearest = np.full(block.shape, np.inf)
    members = [block.species == name for name in np.unique(block.species)]
    for t, x in enumerate(block.wrapped):
        for own in members:
            distances = cKDTree(x[own], boxsize=block.box.array).query(x[~own])[0]
            nearest[t, ~own] = np.minimum(nearest[t, ~own], distances)
    return np.where(np.isfinite(nearest), nearest, np.nan)


def two_species(block: Block, between: tuple[str, str] | None) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which agents are of the one and of the other species, each (N,).

    Raises:
        NotApplicable: no species are known, or there are more than two and none are named.
        KaditaError: the same species is named twice.
    """
    if block.species is None:
        raise NotApplicable(NO_SPECIES)
    there = block.all_species
    if between is None:
        if len(there) > 2:
            raise NotApplicable(
                f"needs the names of two species, since there are {len(there)}, {', '.join(there)} "
                f"""(--set 'between=["{there[0]}", "{there[1]}"]')"""
            )
        if len(there) < 2:
            raise NotApplicable(f"needs two species, and there is one, {there[0]}")
        between = there[0], there[1]
    elif between[0] == between[1]:
        raise KaditaError(f"between: expected two different species; got {between[0]} twice")
    for name in between:
        if name not in there:
            raise KaditaError(f"between: there is no species '{name}'; there are: {', '.join(there)}")
    one = block.species == between[0]
    return one, (block.species == between[1]) & ~one
