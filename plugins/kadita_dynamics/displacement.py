"""How far agents get in a time: diffusion, or flight along a line."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Facts, Output, Window, analysis
from kadita_dynamics.lags import Lags, lag_times, time_step
from kadita_dynamics.pairs import pair_counts, pair_sums
from kadita_dynamics.slices import some_agents

Floats = NDArray[np.float64]
Sums = Mapping[str, Floats]
Reference = Annotated[
    Literal["space", "centroid"],
    Field(description="what displacements are relative to: the space, or the school"),
]


def finish(state: Sums, facts: Facts, *, lags: int, reference: str) -> dict[str, Floats]:
    """Divide sums by counts; what a transform leaves of a zero is none."""
    known = state["count"] > 0
    mean = np.divide(state["sum"], state["count"], out=np.full(lags + 1, np.nan), where=known)
    mean[0] = np.where(known[0], 0.0, np.nan)
    return {"": np.maximum(mean, 0.0), "lag": lag_times(facts, lags)}


@analysis(
    finish=finish,
    outputs={"": Output("length^2", ("lag",))},
    axis_units={"lag": "time"},
    halo="lags",
    formula="MSD(l) = <|x_i(t + l) - x_i(t)|^2>, over agents i and pairs of frames a lag l apart",
    source="by Fourier transforms: Calandrini et al. 2011, Ecole thematique de la Societe Francaise de la Neutronique "
    "12, 201-232, doi:10.1051/sfn/201112010",
)
def mean_squared_displacement(window: Window, *, lags: Lags = 100, reference: Reference = "space") -> Sums:
    """Mean squared displacement of agents by lag, (lags + 1,): v^2 l^2 along a line, 6 D l by diffusion.

    Of lags 0 to `lags` frames. Positions go on across the faces of a periodic cell; a pair counts where the agent is
    there in both frames; NaN at lags beyond the trajectory. With ``reference="centroid"`` displacements are those
    relative to the school, whose own is the mean step, from frame to frame, of the agents that are there in both.
    """
    time_step(window.times)
    x, there = window.unwrapped, window.present
    sums, counts = np.zeros(lags + 1), np.zeros(lags + 1)
    for a, b in [(0, len(x))] if reference == "space" else _followed(there):
        own = min(window.own, b) - a
        if own > 0:
            origin = 0.0 if reference == "space" else _path_of_school(x[a:b])
            for some in some_agents(window.shape):
                sums += _squares(x[a:b, some] - origin, there[a:b, some], own, lags)
                counts += pair_counts(there[a:b, some], own, lags)
    return {"sum": sums, "count": counts}


def _squares(x: Floats, there: NDArray[np.bool_], own: int, lags: int) -> Floats:
    """Return the sum of |x(t + l) - x(t)|^2, (lags + 1,), as that of x^2 . 1 + 1 . x^2 - 2 x . x.

    Taken from the middle of each agent's path, so that what cancels is no larger than that.
    """
    w = there[..., None].astype(np.float64)
    begin = np.take_along_axis(x, there.argmax(axis=0)[None, :, None], axis=0)
    path = np.where(there[..., None], x - begin, 0.0)
    x = (path - path.sum(axis=0) / np.maximum(w.sum(axis=0), 1.0)) * w
    square = np.einsum("tia,tia->ti", x, x)[..., None]
    first = np.concatenate([square, w, -2.0 * x], axis=2)[:own]
    return pair_sums(first, np.concatenate([w, square, x], axis=2), lags)


def _followed(there: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the stretches of frames, as slices, in which each step is seen of some agent."""
    cuts = 1 + np.flatnonzero(~(there[1:] & there[:-1]).any(axis=1))
    ends = [0, *cuts.tolist(), len(there)]
    return list(zip(ends[:-1], ends[1:], strict=True))


def _path_of_school(x: Floats) -> Floats:
    """Return the path of the school from its first place, (T, 1, 3)."""
    steps = np.diff(x, axis=0)
    known = ~np.isnan(steps)
    mean = np.where(known, steps, 0.0).sum(axis=1) / known.sum(axis=1)
    return np.concatenate([np.zeros((1, 3)), np.cumsum(mean, axis=0)])[:, None]
