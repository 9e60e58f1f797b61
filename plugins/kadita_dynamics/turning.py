"""Turning rate of agents."""

import math
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kadita import Facts, KaditaError, Output, Window, analysis
from kadita.plugins.analyses import Floats
from kadita_dynamics.lags import step_of_all, time_step
from kadita_dynamics.moments import State, distribution, merge, statistics_of
from kadita_dynamics.slices import agent_slices

About = Annotated[
    Literal["x", "y", "z"] | None,
    Field(description="axis about which angles are measured; none: z in a plane, else angles in space, at least 0"),
]
Angle = Annotated[
    float, Field(gt=0, le=math.pi, description="upper end of the density: a turn from frame to frame, radians")
]
Bins = Annotated[int, Field(ge=1, le=100_000, description="bins of the density")]


def finish(state: State, facts: Facts, *, about: str | None, bins: int, largest_angle: float) -> dict[str, Any]:
    """Convert angles to rates."""
    step, edges = step_of_all(facts), _edges(_axis(about, facts.dimensions), bins, largest_angle)
    rates = edges / step
    return {**statistics_of(state, len(facts.agents), edges, step), "rate": (rates[1:] + rates[:-1]) / 2}


@analysis(
    finish=finish,
    merge=merge,
    outputs={
        "mean": Output("rad/time"),
        "sd": Output("rad/time"),
        "agents": Output("rad/time", ("agent",)),
        "density": Output("time/rad", ("rate",)),
    },
    axis_units={"rate": "rad/time"},
    halo=1,
    compact=True,
    needs_velocities=True,
    formula="angle between u_i(t) and u_i(t + 1), divided by the time between the frames",
    source="of fish, as the variable of a random walk: Gautrais et al. 2009, J. Math. Biol. 58, 429-445, "
    "doi:10.1007/s00285-008-0198-7",
)
def turning_rate(
    window: Window,
    *,
    about: About = None,
    bins: Bins = 180,
    largest_angle: Angle = math.pi,
) -> State:
    """Turning rate of agents: mean and standard deviation, mean of each agent, and probability density.

    The angle between headings in successive frames, 0 to pi, divided by the time between them. In a plane, and with
    `about`, it is the signed angle between their projections along z or that axis, -pi to pi, positive counterclockwise
    as seen from its tip: a turn to the left where y points up. The density has `bins` bins over angles up to
    `largest_angle` per frame; larger turns count only in its normalization. A pair of frames counts where the agent is
    present and moves in both; NaN where no pair counts.

    Raises:
        KaditaError: an axis other than z in a plane, or frames that are not evenly spaced in time.
    """
    axis = _axis(about, window.dimensions)
    time_step(window.times)
    u, later = window.headings[: window.own], window.headings[1 : window.own + 1]
    u = u[: len(later)]
    slices = agent_slices(window.shape)
    angles = np.concatenate([_angles(u[:, agents], later[:, agents], axis) for agents in slices], axis=1)
    return distribution(angles, window.members, _edges(axis, bins, largest_angle))


def _axis(about: str | None, dimensions: int) -> str | None:
    """Return the axis about which angles have a sign; None for angles in space."""
    if dimensions == 3:
        return about
    if about not in (None, "z"):
        raise KaditaError(f"about: expected z, since the school is in a plane of constant z; got {about}")
    return "z"


def _edges(about: str | None, bins: int, largest: float) -> Floats:
    return np.linspace(0.0 if about is None else -largest, largest, bins + 1)


def _angles(u: Floats, later: Floats, about: str | None) -> Floats:
    """Return the angles from `u` to `later`, (T, N); unlike arccos, atan2 is exact for small angles."""
    across = np.cross(u, later)
    if about is None:
        return np.arctan2(np.linalg.norm(across, axis=2), np.einsum("tia,tia->ti", u, later))
    axis = "xyz".index(about)
    others = [a for a in range(3) if a != axis]
    flat, flat_later = u[..., others], later[..., others]
    defined = flat.any(axis=2) & flat_later.any(axis=2)  # a heading along the axis has no projection
    return np.where(defined, np.arctan2(across[..., axis], np.einsum("tia,tia->ti", flat, flat_later)), np.nan)
