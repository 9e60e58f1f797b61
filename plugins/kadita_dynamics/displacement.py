"""Mean squared displacement of agents: diffusive or ballistic motion."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Facts, Window, analysis
from kadita.plugins.analyses import Floats
from kadita_dynamics.lags import Lags, lag_times, time_step
from kadita_dynamics.pairs import pair_counts, pair_sums
from kadita_dynamics.slices import agent_slices

Sums = Mapping[str, Floats]
Reference = Annotated[
    Literal["space", "centroid"],
    Field(description="reference of displacements: space, or the school"),
]


def finish(state: Sums, facts: Facts, *, lags: int, reference: str) -> dict[str, Floats]:
    """Divide sums by counts, and set values that are 0 but for the rounding of transforms to 0."""
    known = state["count"] > 0
    mean = np.divide(state["sum"], state["count"], out=np.full(lags + 1, np.nan), where=known)
    mean[0] = np.where(known[0], 0.0, np.nan)
    return {"mean_squared_displacement": np.maximum(mean, 0.0), "lag": lag_times(facts, lags)}


@analysis(
    finish=finish,
    units="length^2",
    dims=("lag",),
    axis_units={"lag": "time"},
    halo="lags",
    formula="MSD(l) = <|x_i(t + l) - x_i(t)|^2>, over agents i and pairs of frames a lag l apart",
    source="by Fourier transforms: Calandrini et al. 2011, Ecole thematique de la Societe Francaise de la Neutronique "
    "12, 201-232, doi:10.1051/sfn/201112010",
)
def mean_squared_displacement(window: Window, *, lags: Lags = 100, reference: Reference = "space") -> Sums:
    """Mean squared displacement of agents by lag, (lags + 1,): v^2 l^2 along a line, 2 d D l by diffusion.

    Diffusion with coefficient D in d dimensions gives 4 D l in a plane and 6 D l in space. Lags are 0 to `lags` frames.
    Positions are unwrapped across the faces of a periodic cell. A pair of frames counts where the agent is present in
    both, in a periodic cell if it was seen in all frames between them, since it may have gone through any image
    meanwhile; NaN at lags without such a pair. With ``reference="centroid"``
    displacements are relative to the school, whose step from frame to frame is the mean step of the agents present in
    both.
    """
    time_step(window.times)
    x, _ = window.stretches
    present = np.logical_not(np.isnan(x[..., 0]))
    sums, counts = np.zeros(lags + 1), np.zeros(lags + 1)
    for a, b in [(0, len(x))] if reference == "space" else _segments(present):
        own = min(window.own, b) - a
        if own > 0:
            origin = 0.0 if reference == "space" else _path_of_school(x[a:b])
            for agents in agent_slices(x.shape[:2]):
                sums += _squares(x[a:b, agents] - origin, present[a:b, agents], own, lags)
                counts += pair_counts(present[a:b, agents], own, lags)
    return {"sum": sums, "count": counts}


def _squares(x: Floats, present: NDArray[np.bool_], own: int, lags: int) -> Floats:
    """Return the sum of |x(t + l) - x(t)|^2, (lags + 1,), as that of x^2 . 1 + 1 . x^2 - 2 x . x.

    Positions are taken relative to the mean of each agent's path, so that terms that cancel are small.
    """
    w = present[..., None].astype(np.float64)
    first = np.take_along_axis(x, present.argmax(axis=0)[None, :, None], axis=0)
    path = np.where(present[..., None], x - first, 0.0)
    x = (path - path.sum(axis=0) / np.maximum(w.sum(axis=0), 1.0)) * w
    square = np.einsum("tia,tia->ti", x, x)[..., None]
    earlier = np.concatenate([square, w, -2.0 * x], axis=2)[:own]
    return pair_sums(earlier, np.concatenate([w, square, x], axis=2), lags)


def _segments(present: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the (first, last + 1) frames of segments in which every step is known for at least one agent."""
    cuts = 1 + np.flatnonzero(~(present[1:] & present[:-1]).any(axis=1))
    ends = [0, *cuts.tolist(), len(present)]
    return list(zip(ends[:-1], ends[1:], strict=True))


def _path_of_school(x: Floats) -> Floats:
    """Return the path of the school from its first position, (T, 1, 3)."""
    steps = np.diff(x, axis=0)
    known = ~np.isnan(steps)
    mean = np.where(known, steps, 0.0).sum(axis=1) / known.sum(axis=1)
    return np.concatenate([np.zeros((1, 3)), np.cumsum(mean, axis=0)])[:, None]
