"""Autocorrelation of headings and velocities, and persistence times."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from kadita import Facts, Output, Window, analysis
from kadita.plugins.analyses import Floats
from kadita_dynamics.lags import Lags, lag_times, time_step
from kadita_dynamics.pairs import pair_counts, pair_sums
from kadita_dynamics.slices import agent_slices

Sums = Mapping[str, Floats]
Reference = Annotated[
    Literal["space", "centroid"],
    Field(description="reference of velocities: space, or the mean velocity of the agents present"),
]
SOURCE = "Codling, Plank & Benhamou 2008, J. R. Soc. Interface 5, 813-834, doi:10.1098/rsif.2008.0014"


def finish(state: Sums, facts: Facts, *, lags: int, **parameters: object) -> dict[str, Floats | float]:
    """Divide sums by counts, and find the time at which the mean has fallen to 1/e."""
    mean = np.divide(state["sum"], state["count"], out=np.full(lags + 1, np.nan), where=state["count"] > 0)
    times = lag_times(facts, lags)
    return {"correlation": mean, "persistence_time": persistence_time(mean, times), "lag": times}


def persistence_time(correlation: Floats, times: Floats) -> float:
    """Return the time at which a correlation first falls to 1/e of its first value, by linear interpolation.

    NaN where it stays above. For exp(-t / tau) this is tau; interpolation adds at most (step / tau)^2 / 8 of tau.
    """
    level = correlation[0] / math.e
    below = np.flatnonzero(correlation <= level)
    if not (level > 0 and len(below)) or np.isnan(correlation[: below[0]]).any():
        return math.nan
    k = below[0]
    above = correlation[k - 1]
    return float(times[k - 1] + (times[k] - times[k - 1]) * (above - level) / (above - correlation[k]))


@analysis(
    finish=finish,
    outputs={"correlation": Output("1", ("lag",)), "persistence_time": Output("time")},
    axis_units={"lag": "time"},
    halo="lags",
    needs_velocities=True,
    formula="C(l) = <u_i(t) . u_i(t + l)>, over agents i and pairs of frames; C(persistence time) = 1/e",
    source=SOURCE,
)
def heading_autocorrelation(window: Window, *, lags: Lags = 100) -> Sums:
    """Autocorrelation of agents' headings by lag, (lags + 1,), and the time in which it falls to 1/e.

    1 where all agents keep their headings, 0 where later headings are independent; exp(-(d - 1) D l) for rotational
    diffusion in d dimensions. Lags are 0 to `lags` frames; a pair of frames counts where the agent is present and moves
    in both; NaN at lags beyond the trajectory. The persistence time is NaN where the correlation stays above 1/e.
    """
    return _sums(window, window.headings, lags)


@analysis(
    finish=finish,
    outputs={"correlation": Output("length^2/time^2", ("lag",)), "persistence_time": Output("time")},
    axis_units={"lag": "time"},
    halo="lags",
    needs_velocities=True,
    needs_rates=True,
    formula="C(l) = <v_i(t) . v_i(t + l)>, over agents i and pairs of frames; C(persistence time) = C(0)/e",
    source=SOURCE,
)
def velocity_autocorrelation(window: Window, *, lags: Lags = 100, reference: Reference = "space") -> Sums:
    """Autocorrelation of agents' velocities by lag, (lags + 1,), and the time in which it falls to 1/e of C(0).

    Velocities are rates of change of positions. Where a file states that its own are something else, such as a speed
    along a model's heading, each is the displacement to the next frame divided by the time step. Lags are 0 to `lags`
    frames; a pair of frames counts where the velocity of the agent is known in both; NaN at lags beyond the trajectory.
    With ``reference="centroid"`` velocities are relative to the mean velocity of the agents. The persistence time is
    NaN where the correlation stays above 1/e of its first value.
    """
    v = window.rates
    if reference == "centroid":
        known = ~np.isnan(v)
        v = v - np.where(known, v, 0.0).sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return _sums(window, v, lags)


def _sums(window: Window, vectors: Floats, lags: int) -> Sums:
    time_step(window.times)
    vectors = vectors[: window.own + lags]
    sums, counts = np.zeros(lags + 1), np.zeros(lags + 1)
    for agents in agent_slices(window.shape):
        present = np.logical_not(np.isnan(vectors[:, agents]).any(axis=2))
        known = np.where(present[..., None], vectors[:, agents], 0.0)
        sums += pair_sums(known[: window.own], known, lags)
        counts += pair_counts(present, window.own, lags)
    return {"sum": sums, "count": counts}
