"""The wall of an arena: how far agents are from it, the share of them that is near it, and how they swim along it."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import Block, NotApplicable, metric
from kadita.plugins.metrics import Floats

SIMON = "Simon, Dupuis & Costentin 1994, Behav. Brain Res. 61, 59-64, doi:10.1016/0166-4328(94)90008-6"
Near = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
    Field(
        description="agents at most this far inside the wall are near it, default: the body_length of the trajectory"
    ),
]


@metric(
    units="length",
    default=False,
    formula="<d_i>_i, d_i: distance from agent i to the nearest point of the wall, negative outside the arena",
    range=(-math.inf, math.inf),
    source=SIMON,
)
def wall_distance(block: Block) -> Floats:
    """Mean distance of the agents to the nearest wall of the arena, (T,); positions outside count as negative.

    A slab and a channel have walls across z and y alone, and no bottom or ends.

    For agents distributed uniformly in a circle of radius R the expectation is R/3, in a sphere R/4.

    Raises:
        NotApplicable: no arena is known, or it is one of a plane and the school is in space, or the reverse.
    """
    return block.once(_distances).mean(axis=1)


@metric(
    units="length",
    dims=("agent",),
    default=False,
    formula="d_i: distance from agent i to the nearest point of the wall, negative outside the arena",
    range=(-math.inf, math.inf),
    source=SIMON,
)
def wall_distance_of_agents(block: Block) -> Floats:
    """Distance of each agent to the nearest wall of the arena, (T, N); negative outside.

    Raises:
        NotApplicable: no arena is known, or it is one of a plane and the school is in space, or the reverse.
    """
    return block.once(_distances).copy()


@metric(
    default=False,
    formula="share of agents with d_i <= distance, d_i: distance to the wall, negative outside the arena",
    range=(0, 1),
    source=SIMON,
)
def near_wall(block: Block, *, distance: Near = None) -> Floats:
    """Share of the agents that are near the wall of the arena, (T,); its mean over time is the share of time.

    Agents outside the arena count as near it. For agents distributed uniformly in a circle of radius R the expectation
    is 1 - (1 - distance / R)^2, in a sphere 1 - (1 - distance / R)^3, between two walls at a distance W
    2 distance / W; the measure is not divided by it.

    Raises:
        NotApplicable: as for `wall_distance`, or neither a distance nor a body length is known.
    """
    return _near(block, distance).mean(axis=1)


@metric(
    dims=("agent",),
    default=False,
    formula="1 where d_i <= distance, otherwise 0, d_i: distance to the wall, negative outside the arena",
    range=(0, 1),
    source=SIMON,
)
def near_wall_of_agents(block: Block, *, distance: Near = None) -> Floats:
    """Whether each agent is near the wall of the arena, (T, N); its mean over time is the agent's share of time there.

    Agents outside the arena count as near it.

    Raises:
        NotApplicable: as for `wall_distance`, or neither a distance nor a body length is known.
    """
    return _near(block, distance)


@metric(
    default=False,
    needs_velocities=True,
    formula="<1 - (u_i . n_i)^2> over agents with d_i <= distance, n_i: normal of the nearest wall",
    range=(0, 1),
    undefined="where no agent that moves is near the wall",
    source=SIMON,
)
def wall_alignment(block: Block, *, distance: Near = None) -> Floats:
    """Mean squared component along the wall of the headings of agents near it, (T,): 1 if all swim along the wall.

    It is 1/2 for isotropic headings in a plane, 2/3 in space, and 0 for agents that swim towards the wall or away.
    u . n is the rate at which the distance to the wall changes along a heading, over 1e-6 of what is near.

    Raises:
        NotApplicable: as for `wall_distance`, or neither a distance nor a body length is known.
    """
    distances, reach = block.once(_distances), _reach(block, distance)
    step = 1e-6 * reach
    assert block.arena is not None  # or _distances would have raised
    ahead = block.arena.wall_distances(block.positions + step * block.headings)
    along = 1 - np.minimum(((ahead - distances) / step) ** 2, 1)
    known = (distances <= reach) & block.moving & np.isfinite(along)
    number = known.sum(axis=1)
    mean: Floats = np.where(known, along, 0.0).sum(axis=1) / np.maximum(number, 1)
    return np.where(number > 0, mean, np.nan)


def _near(block: Block, distance: float | None) -> Floats:
    return (block.once(_distances) <= _reach(block, distance)).astype(np.float64)


def _reach(block: Block, distance: float | None) -> float:
    """Return how far from the wall is near."""
    near = block.attributes.get("body_length") if distance is None else distance
    if near is None:
        raise NotApplicable("needs a distance from the wall, since no body_length is known (--set distance=LENGTH)")
    return float(near)


def _distances(block: Block) -> Floats:
    if block.arena is None:
        raise NotApplicable(
            "needs an arena, and none is known (--arena circle:X,Y,R or sphere:X,Y,Z,R or another form)"
        )
    if block.dimensions not in block.arena.dimensions:
        needed = "a plane, such as circle:X,Y,R" if block.dimensions == 2 else "space, such as cylinder:X,Y,R,Z0,Z1"
        raise NotApplicable(f"needs an arena in {needed}; that of the school is a {block.arena.kind}")
    return block.arena.wall_distances(block.positions)
