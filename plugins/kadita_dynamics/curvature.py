"""Curvature of agents' paths."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from kadita import Facts, KaditaError, Output, Window, analysis
from kadita.plugins.analyses import Floats
from kadita_dynamics.moments import State, distribution, merge, statistics_of
from kadita_dynamics.slices import agent_slices

Bins = Annotated[int, Field(ge=1, le=100_000, description="bins of the density, equal in the logarithm")]
Smallest = Annotated[float, Field(gt=0, allow_inf_nan=False, description="lower end of the density, 1/length")]
Largest = Annotated[float, Field(gt=0, allow_inf_nan=False, description="upper end of the density, 1/length")]
ROUNDING = 1e-12  # of the two steps: whoever is back within it has turned back


def finish(state: State, facts: Facts, *, bins: int, smallest: float, largest: float) -> dict[str, Any]:
    """Normalize the counts to a density."""
    edges = _edges(bins, smallest, largest)
    return {**statistics_of(state, len(facts.agents), edges), "curvature": np.sqrt(edges[1:] * edges[:-1])}


@analysis(
    finish=finish,
    merge=merge,
    outputs={
        "mean": Output("1/length"),
        "sd": Output("1/length"),
        "agents": Output("1/length", ("agent",)),
        "density": Output("length", ("curvature",)),
    },
    axis_units={"curvature": "1/length"},
    halo=2,
    compact=True,
    formula="1/R = 2 |a x b| / (|a| |b| |a + b|), a = x_i(t + 1) - x_i(t), b = x_i(t + 2) - x_i(t + 1)",
    source="Menger 1930, Math. Ann. 103, 466-501, doi:10.1007/BF01455705",
)
def path_curvature(window: Window, *, bins: Bins = 80, smallest: Smallest = 1e-4, largest: Largest = 1e4) -> State:
    """Curvature of agents' paths: mean and standard deviation, mean of each agent, and probability density.

    The curvature is that of the circle through three successive positions: 0 along a line and 1/R on a circle of radius
    R, at any speed, in a plane as well as in space, without a sign; velocities are not needed. Positions are unwrapped
    across the faces of a periodic cell. Three frames count where the agent is present in all and moves from each to the
    next, not back to where it came from. An error of positions, divided by the squared step, is an error of curvature:
    smooth tracks first, or take fewer frames. The density has `bins` bins, equal in the logarithm, from `smallest` to
    `largest`; curvatures beyond count only in its normalization. NaN where no three frames count.

    Raises:
        KaditaError: `smallest` is not below `largest`.
    """
    if not smallest < largest:
        raise KaditaError(f"expected smallest below largest; got {smallest:g} and {largest:g}")
    x = window.unwrapped[: window.own + 2]
    curvatures = np.concatenate([_curvatures(x[:, agents]) for agents in agent_slices(window.shape)], axis=1)
    return distribution(curvatures, window.members, _edges(bins, smallest, largest))


def _curvatures(x: Floats) -> Floats:
    """Return the curvatures of the circles through three successive positions, (T, N, 3) -> (T - 2, N)."""
    steps = np.diff(x, axis=0)
    a, b = steps[:-1], steps[1:]
    sides = np.linalg.norm([a, b, a + b], axis=3)
    bent = 2.0 * np.linalg.norm(np.cross(a, b), axis=2)
    defined = (sides > 0).all(axis=0) & (sides[2] > ROUNDING * (sides[0] + sides[1]))
    return np.divide(bent, sides.prod(axis=0), out=np.full(bent.shape, np.nan), where=defined)


def _edges(bins: int, smallest: float, largest: float) -> Floats:
    return np.geomspace(smallest, largest, bins + 1)
