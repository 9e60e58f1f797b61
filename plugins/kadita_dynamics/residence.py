"""Residence times of a school in its collective states, and transitions between them."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita import Facts, Output, Window, analysis
from kadita.plugins.analyses import Floats
from kadita_dynamics.lags import step_of_all, time_step

UNKNOWN = -1


class Run(NamedTuple):
    """Successive frames in one state: index of the state and number of frames."""

    state: int
    frames: int


class Runs(NamedTuple):
    """Runs in a window of frames; the first and the last run may continue in neighbouring windows."""

    ends: tuple[Run, ...]  # first and last run; a single one where they are the same
    visits: Counter[int]  # number of runs between the ends, by state
    longest: Counter[int]  # frames of the longest run between the ends, by state
    frames: Counter[int]  # number of all frames, by state
    follow: Counter[tuple[int, int]]  # number of pairs of successive frames, by both states


def merge(a: Runs, b: Runs) -> Runs:
    """Join neighbouring windows: the last run of `a` continues in the first of `b` where their state is the same."""
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
    """Convert the counts to times and probabilities."""
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
        "probabilities": _row_fractions(follow),
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
    """Residence time of the school in each collective state, number of visits, and transitions between states.

    States are those of the metric `state`: its labels, or numbers from 0 to the highest that occurs. A visit is a run
    of frames in one state; it lasts as many time steps as it has frames. The residence time is the time in a state
    divided by the number of times that it was left for another state, NaN where it never was left. Visits that are
    truncated, at both ends of a trajectory and where the state is undefined, do not bias it: for long trajectories it
    tends to the mean duration of a visit, for any distribution of durations. `transitions` counts pairs of successive
    frames by both states, equal ones included; `probabilities` are fractions of its rows, NaN in empty rows. Frames
    whose state is undefined belong to no visit and to no transition.
    """
    time_step(window.times)
    codes = np.where(np.isnan(state), UNKNOWN, state)[: window.own].astype(np.int64)
    starts = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1))
    runs = [Run(*run) for run in zip(codes[starts].tolist(), np.diff([*starts, len(codes)]).tolist(), strict=True)]
    ends, visits, longest = _between(runs)
    return Runs(ends, visits, longest, Counter(codes.tolist()), Counter(pairwise(codes.tolist())))


def _between(runs: Sequence[Run]) -> tuple[tuple[Run, ...], Counter[int], Counter[int]]:
    """Return the first and the last run, and the number and greatest length of the runs between them, by state."""
    longest: Counter[int] = Counter()
    for run in runs[1:-1]:
        longest[run.state] = max(longest[run.state], run.frames)
    ends = (runs[0], runs[-1]) if len(runs) > 1 else (runs[0],)
    return ends, Counter(run.state for run in runs[1:-1]), longest


def _row_fractions(counts: NDArray[Any]) -> Floats:
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)
