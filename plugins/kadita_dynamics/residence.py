"""How long a school stays in a collective state, and where it goes from there."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita import Facts, Output, Window, analysis
from kadita_dynamics.lags import step_of_all, time_step

Floats = NDArray[np.float64]
UNKNOWN = -1


class Run(NamedTuple):
    """Successive frames in one state: its index and their number."""

    state: int
    frames: int


class Runs(NamedTuple):
    """What is known of successive frames: those before and behind them may go on with their first and last run."""

    ends: tuple[Run, ...]  # the first and the last; one where they are the same
    visits: Counter[int]  # runs between them, by state
    longest: Counter[int]  # frames of the longest of those, by state
    frames: Counter[int]  # of all, by state
    follow: Counter[tuple[int, int]]  # pairs of successive frames, by both states


def merge(a: Runs, b: Runs) -> Runs:
    """Join two neighbours: the last run of the one and the first of the other are one where their state is the same."""
    last, first = a.ends[-1], b.ends[0]
    seam = [Run(last.state, last.frames + first.frames)] if last.state == first.state else [last, first]
    ends, visits, longest = _between([*a.ends[:-1], *seam, *b.ends[1:]])
    return Runs(
        ends,
        a.visits + visits + b.visits,
        a.longest | longest | b.longest,
        a.frames + b.frames,
        a.follow + Counter([(last.state, first.state)]) + b.follow,
    )


def finish(runs: Runs, facts: Facts) -> dict[str, Any]:
    """Make times and probabilities of the counts."""
    step = step_of_all(facts)
    labels = facts.labels.get("state", ())
    number = len(labels) or max(max(runs.frames) + 1, 1)
    names = np.array(labels or range(number))
    visits = runs.visits + Counter(run.state for run in runs.ends)
    longest = runs.longest
    for run in runs.ends:
        longest = longest | Counter({run.state: run.frames})
    frames = np.array([runs.frames[i] for i in range(number)], dtype=np.float64)
    follow = np.array([[runs.follow[i, j] for j in range(number)] for i in range(number)], dtype=np.float64)
    left = follow.sum(axis=1) - follow.diagonal()
    return {
        "residence_time": step * np.divide(frames, left, out=np.full(number, np.nan), where=left > 0),
        "longest_visit": step * np.array([longest[i] for i in range(number)]),
        "visits": np.array([visits[i] for i in range(number)]),
        "fraction": frames / (frames.sum() or np.nan),
        "transitions": follow,
        "probabilities": _shares(follow),
        "state": names,
        "next_state": names,
    }


@analysis(
    finish=finish,
    merge=merge,
    outputs={
        "residence_time": Output("time", ("state",)),
        "longest_visit": Output("time", ("state",)),
        "visits": Output("1", ("state",)),
        "fraction": Output("1", ("state",)),
        "transitions": Output("1", ("state", "next_state")),
        "probabilities": Output("1", ("state", "next_state")),
    },
    formula="residence time: time in a state / number of times it was left; P_ij = n_ij / sum_j n_ij, n_ij: number of "
    "successive frames in i and j",
    source="states: Tunstrom et al. 2013, PLoS Comput. Biol. 9, e1002915, doi:10.1371/journal.pcbi.1002915",
)
def state_residence(window: Window, state: Floats) -> Runs:
    """How long the school stays in each collective state, how often it comes there, and where it goes next.

    States are those of the metric `state`: its labels, or numbers from 0 to the highest that occurs. A visit is a run
    of frames in one state; it lasts as many time steps. The residence time is the time in a state over the number of
    times that it was left for another, NaN where it never was. Visits that were seen in part, at both ends of a
    trajectory and where the state is undefined, do no harm to it: in the long run it is the mean visit, however long
    visits are distributed. `transitions` counts successive frames by both states, the same one included;
    `probabilities` are shares of rows, NaN where there are none. Frames whose state is undefined belong to no visit
    and to no transition.
    """
    time_step(window.times)
    codes = np.where(np.isnan(state), UNKNOWN, state)[: window.own].astype(np.int64)
    begins = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1))
    runs = [Run(*run) for run in zip(codes[begins].tolist(), np.diff([*begins, len(codes)]).tolist(), strict=True)]
    ends, visits, longest = _between(runs)
    return Runs(ends, visits, longest, Counter(codes.tolist()), Counter(pairwise(codes.tolist())))


def _between(runs: Sequence[Run]) -> tuple[tuple[Run, ...], Counter[int], Counter[int]]:
    """Count the runs between the first and the last, which are returned as they are."""
    longest: Counter[int] = Counter()
    for run in runs[1:-1]:
        longest[run.state] = max(longest[run.state], run.frames)
    ends = (runs[0], runs[-1]) if len(runs) > 1 else (runs[0],)
    return ends, Counter(run.state for run in runs[1:-1]), longest


def _shares(counts: NDArray[Any]) -> Floats:
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)
