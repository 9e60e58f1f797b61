"""Delay of directional correlation between pairs of agents, and the leadership order that it gives."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Facts, KaditaError, Output, Window, analysis
from kadita.plugins.analyses import Floats, kernel
from kadita_dynamics.lags import Lags, step_of_all, time_step

State = Mapping[str, NDArray[Any]]
Distance = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
    Field(description="largest distance at which two agents count; none: any distance"),
]
Cosine = Annotated[float, Field(ge=-1, le=1, description="least correlation with which a pair counts in leadership")]
MOST = 4_000_000  # correlations: 64 MB of sums and counts, which are sent between workers
NEAR_AT_ONCE = 4_000_000  # pairs of agents, over frames, whose distances are computed together


def finish(
    state: State, facts: Facts, *, lags: int, distance: float | None, least_correlation: float
) -> dict[str, NDArray[Any]]:
    """Find the lag, positive or negative, of the highest correlation of every pair."""
    delay, correlation = _highest(state["sum"], state["count"])
    delay *= step_of_all(facts)
    counted = ~np.isnan(delay) & (correlation >= least_correlation)
    number = counted.sum(axis=1)
    leadership = np.divide(
        np.where(counted, delay, 0.0).sum(axis=1), number, out=np.full(len(number), np.nan), where=number > 0
    )
    rank = 1.0 + (leadership > leadership[:, None]).sum(axis=1)
    return {
        "delay": delay,
        "correlation": correlation,
        "leadership": leadership,
        "rank": np.where(np.isnan(leadership), np.nan, rank),
        "other": facts.agents,
    }


@analysis(
    finish=finish,
    outputs={
        "delay": Output("time", ("agent", "other")),
        "correlation": Output("1", ("agent", "other")),
        "leadership": Output("time", ("agent",)),
        "rank": Output("1", ("agent",)),
    },
    halo="lags",
    needs_velocities=True,
    formula="delay_ij = argmax_l C_ij(l), C_ij(l) = <u_i(t) . u_j(t + l)>, |l| <= lags; leadership_i = mean_j delay_ij",
    source="Nagy et al. 2010, Nature 464, 890-893, doi:10.1038/nature08891",
)
def directional_correlation_delay(
    window: Window, *, lags: Lags = 100, distance: Distance = None, least_correlation: Cosine = -1.0
) -> State:
    """Delay with which each agent adopts the directions of each other agent, and the leadership order that it gives.

    `delay` of agent and other is above 0 where the other follows: its heading is most like the agent's a delay later.
    Lags are up to `lags` frames, earlier or later. Frames t and t + l count where the agent is present and moves at t
    and the other at t + l; with `distance`, both must also be present in the earlier frame, at most that far apart.
    `correlation` is the highest correlation. The delay is NaN where the maximum is at the last lag, as the correlation
    may rise further, where an earlier and a later lag have the same maximum, and between an agent and itself.
    `leadership` is the mean delay of the others relative to an agent, over pairs whose correlation is at least
    `least_correlation`; the agent of `rank` 1 has the largest, and agents with the same leadership share a rank.

    Raises:
        KaditaError: more than 4,000,000 correlations, (lags + 1) N^2.
    """
    time_step(window.times)
    frames, agents = window.shape
    if (lags + 1) * agents**2 > MOST:
        raise KaditaError(
            f"expected (lags + 1) x agents^2 up to {MOST}; found {lags + 1} x {agents}^2; "
            f"set lags, up to {max(MOST // agents**2 - 1, 0)}, or choose fewer agents"
        )
    present = np.logical_not(np.isnan(window.headings).any(axis=2))
    u = np.ascontiguousarray(np.where(present[..., None], window.headings, 0.0).transpose(0, 2, 1))
    x = np.ascontiguousarray(window.positions.transpose(0, 2, 1))
    lengths = np.zeros((frames, 3)) if window.lengths is None else window.lengths
    sums, counts = np.zeros((lags + 1, agents, agents)), np.zeros((lags + 1, agents, agents), np.int64)
    step = max(1, NEAR_AT_ONCE // agents**2)
    for first in range(0, window.own, step):
        near = np.ones((min(step, window.own - first), agents, agents), np.uint8)
        if distance is not None:
            _mark_near(x[first : first + step], lengths[first : first + step], distance**2, near)
        _correlate(u[first:], present[first:].view(np.uint8), near, sums, counts)
    return {"sum": sums, "count": counts}


@kernel
def _mark_near(x, lengths, square, near):  # type: ignore[no-untyped-def]
    """Mark the pairs within a squared minimum-image distance, (T, N, N), of positions (T, 3, N)."""
    inverse = np.zeros(3)
    for t in range(len(near)):
        for a in range(3):
            inverse[a] = 1.0 / lengths[t, a] if lengths[t, a] > 0 else 0.0
        for i in range(near.shape[1]):
            for j in range(near.shape[1]):
                separation = 0.0
                for a in range(3):
                    d = x[t, a, j] - x[t, a, i]
                    d -= lengths[t, a] * np.rint(d * inverse[a])
                    separation += d * d
                near[t, i, j] = separation <= square


@kernel
def _correlate(u, present, near, sums, counts):  # type: ignore[no-untyped-def]
    """Add u_i(t) . u_j(t + lag) of headings (T, 3, N) to sums and counts, (lags + 1, N, N), for the frames of `near`.

    Each sum is taken in the order of its frames, so that it does not depend on how many are given at once. There are
    two innermost loops over agents, since a loop that writes to two arrays is not vectorized.
    """
    agents = u.shape[2]
    for lag in range(len(sums)):
        for i in range(agents):
            total, number = sums[lag, i], counts[lag, i]
            for t in range(min(len(near), len(u) - lag)):
                if present[t, i]:
                    x, y, z = u[t, 0, i], u[t, 1, i], u[t, 2, i]
                    xs, ys, zs = u[t + lag, 0], u[t + lag, 1], u[t + lag, 2]
                    later, close = present[t + lag], near[t, i]
                    for j in range(agents):
                        total[j] += close[j] * (x * xs[j] + y * ys[j] + z * zs[j])
                    for j in range(agents):
                        number[j] += close[j] & later[j]


def _highest(sums: Floats, counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the lag of each pair's highest correlation, in frames, and that correlation, both (N, N).

    C_ij(-l) is C_ji(l): negative lags are those of the reversed pair.
    """
    agents = sums.shape[1]
    best, at, last = np.full((agents, agents), -np.inf), np.zeros((agents, agents)), np.zeros((agents, agents))
    for lag in range(len(sums)):
        known = counts[lag] > 0
        c = np.divide(sums[lag], counts[lag], out=np.full((agents, agents), -np.inf), where=known)
        higher = c > best  # of equal maxima the one at the smallest lag counts
        best[higher], at[higher] = c[higher], lag
        last[known] = lag
    later = (best > best.T) | ((best == best.T) & (at < at.T))
    inner = np.where((at == last) & (last > 0), np.nan, at)
    delay = np.where(later, inner, np.where(later.T, -inner.T, np.where(at == 0, 0.0, np.nan)))
    correlation = np.maximum(best, best.T)
    undefined = np.isinf(correlation) | np.eye(agents, dtype=bool)
    return np.where(undefined, np.nan, delay), np.where(undefined, np.nan, correlation)
