"""Who follows whom, and how much later: the delay of directional correlation, and the order of leaders it gives."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Facts, KaditaError, Output, Window, analysis
from kadita.plugins.analyses import kernel
from kadita_dynamics.lags import Lags, step_of_all, time_step

Floats = NDArray[np.float64]
State = Mapping[str, NDArray[Any]]
Distance = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
    Field(description="how far apart two agents count, at most; none: at any distance"),
]
Cosine = Annotated[float, Field(ge=-1, le=1, description="correlation from which on a pair counts in leadership")]
MOST = 4_000_000  # correlations that are kept: 64 MB of sums and counts, which travel between workers
NEAR_AT_ONCE = 4_000_000  # pairs of agents, over frames, whose distances are looked at together


def finish(
    state: State, facts: Facts, *, lags: int, distance: float | None, least_correlation: float
) -> dict[str, NDArray[Any]]:
    """Find the lag of the highest correlation of every pair, on both sides of zero."""
    delay, correlation = _highest(state["sum"], state["count"])
    delay *= step_of_all(facts)
    told = ~np.isnan(delay) & (correlation >= least_correlation)
    number = told.sum(axis=1)
    leadership = np.divide(
        np.where(told, delay, 0.0).sum(axis=1), number, out=np.full(len(number), np.nan), where=number > 0
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
    """Delay with which each agent takes the directions of each other one, and the order of leaders it gives.

    `delay` of agent and other is above 0 where the other follows: its heading a delay later is most like the agent's.
    Lags are those up to `lags` frames, earlier or later; a pair of frames counts where each agent is there and moves
    in its own, and with `distance` where both are there, at most that far apart, in the earlier one. `correlation` is
    the highest one. The delay is NaN where that is at the last lag, behind which it may rise on, where one earlier is
    as high as one later, and of an agent from itself. `leadership` is the mean delay of the others behind an agent,
    of pairs whose correlation is at least `least_correlation`; `rank` 1 leads, and those alike share one.

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
    there = np.logical_not(np.isnan(window.headings).any(axis=2))
    u = np.ascontiguousarray(np.where(there[..., None], window.headings, 0.0).transpose(0, 2, 1))
    x = np.ascontiguousarray(window.positions.transpose(0, 2, 1))
    lengths = np.zeros((frames, 3)) if window.lengths is None else window.lengths
    sums, counts = np.zeros((lags + 1, agents, agents)), np.zeros((lags + 1, agents, agents), np.int64)
    some = max(1, NEAR_AT_ONCE // agents**2)
    for first in range(0, window.own, some):
        near = np.ones((min(some, window.own - first), agents, agents), np.uint8)
        if distance is not None:
            _mark_near(x[first : first + some], lengths[first : first + some], distance**2, near)
        _correlate(u[first:], there[first:].view(np.uint8), near, sums, counts)
    return {"sum": sums, "count": counts}


@kernel
def _mark_near(x, lengths, square, near):  # type: ignore[no-untyped-def]
    """Mark which agents are at most so far apart by the shortest way, (T, N, N), of positions (T, 3, N)."""
    inverse = np.zeros(3)
    for t in range(len(near)):
        for a in range(3):
            inverse[a] = 1.0 / lengths[t, a] if lengths[t, a] > 0 else 0.0
        for i in range(near.shape[1]):
            for j in range(near.shape[1]):
                away = 0.0
                for a in range(3):
                    d = x[t, a, j] - x[t, a, i]
                    d -= lengths[t, a] * np.rint(d * inverse[a])
                    away += d * d
                near[t, i, j] = away <= square


@kernel
def _correlate(u, there, near, sums, counts):  # type: ignore[no-untyped-def]
    """Add u_i(t) . u_j(t + lag) of headings (T, 3, N) to sums and counts, (lags + 1, N, N), for the frames of `near`.

    Each sum is added up in the order of its frames, whatever their number at once. The innermost loops are over agents,
    and are two: a loop that writes to two arrays does not run on vector units.
    """
    agents = u.shape[2]
    for lag in range(len(sums)):
        for i in range(agents):
            total, number = sums[lag, i], counts[lag, i]
            for t in range(min(len(near), len(u) - lag)):
                if there[t, i]:
                    x, y, z = u[t, 0, i], u[t, 1, i], u[t, 2, i]
                    xs, ys, zs = u[t + lag, 0], u[t + lag, 1], u[t + lag, 2]
                    seen, close = there[t + lag], near[t, i]
                    for j in range(agents):
                        total[j] += close[j] * (x * xs[j] + y * ys[j] + z * zs[j])
                    for j in range(agents):
                        number[j] += close[j] & seen[j]


def _highest(sums: Floats, counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the lag of each pair's highest correlation, in frames, and that correlation, both (N, N).

    C_ij(-l) is C_ji(l): the lags below zero are those of the pair the other way round.
    """
    agents = sums.shape[1]
    best, at, last = np.full((agents, agents), -np.inf), np.zeros((agents, agents)), np.zeros((agents, agents))
    for lag in range(len(sums)):
        known = counts[lag] > 0
        c = np.divide(sums[lag], counts[lag], out=np.full((agents, agents), -np.inf), where=known)
        higher = c > best  # of lags as high as each other the least counts
        best[higher], at[higher] = c[higher], lag
        last[known] = lag
    later = (best > best.T) | ((best == best.T) & (at < at.T))
    told = np.where((at == last) & (last > 0), np.nan, at)
    delay = np.where(later, told, np.where(later.T, -told.T, np.where(at == 0, 0.0, np.nan)))
    correlation = np.maximum(best, best.T)
    undefined = np.isinf(correlation) | np.eye(agents, dtype=bool)
    return np.where(undefined, np.nan, delay), np.where(undefined, np.nan, correlation)
