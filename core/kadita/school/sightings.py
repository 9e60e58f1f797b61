"""Who was seen when: agents in a frame, known velocities, gaps, and steps that may be swaps of identities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.box import Floats, minimum_image
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import longest_step

SAMPLED = 20_000_000  # steps, of all agents, from which usual steps are found; of more, those of every nth frame
DEVIATIONS = 10  # median absolute deviations above the median: steps beyond may be swaps of identities
LEAST_RATIO = 2.0  # to the median, since the deviations of agents of constant speed are rounding


class Gap(NamedTuple):
    """Two frames in which an agent was seen, between which it was not, or time has a gap."""

    agent: object
    first: int
    last: int
    time: float  # between them


class Step(NamedTuple):
    """A displacement between successive frames far beyond an agent's others."""

    agent: object
    frame: int  # at its end
    length: float
    usual: float  # median of the agent


class Sightings(NamedTuple):
    """Counts of sightings: an agent in a frame.

    Attributes:
        counts: number of agents in each frame, (T,).
        with_velocity: number of sightings with a known velocity.
        gap: the gap that is longest in time; None if there is none. Time has a gap where a step is longer than 1.5
            times the median.
        far_steps: number of steps beyond the median of their agent by more than 10 median absolute deviations, and
            twice the median.
        farthest: the one that exceeds its agent's median by the largest factor; None if there is none.
    """

    counts: Integers
    with_velocity: int
    gap: Gap | None
    far_steps: int
    farthest: Step | None


def survey(trajectory: Trajectory) -> Sightings:
    """Count the sightings of a trajectory, and look for gaps and for steps that may be swaps of identities.

    It reads all frames twice. Displacements are minimum images, between successive frames in which an agent is seen.
    """
    n = len(trajectory.agents)
    counts, with_velocity = np.zeros(trajectory.n_frames, np.int64), 0
    times = trajectory.times
    is_gap = np.diff(times, prepend=times[:1]) > longest_step(times)  # before each frame
    last, gap = np.full(n, -1), Gap(None, 0, 0, 0.0)
    sampled: list[tuple[Integers, Floats]] = []
    stride = max(1, trajectory.n_frames * trajectory.n_columns // SAMPLED)
    for frame, chunk, row in _frames(trajectory):
        columns, agents = _seen(chunk, row)
        counts[frame] = len(columns)
        if chunk.velocities is not None:
            with_velocity += int((~np.isnan(chunk.velocities[row, columns, 0])).sum())
        unseen = (last[agents] >= 0) & ((last[agents] < frame - 1) | is_gap[frame])
        absent = np.where(unseen, times[frame] - times[last[agents]], 0.0)
        if len(absent) and absent.max() > gap.time:
            longest = int(absent.argmax())
            before = int(last[agents[longest]])
            gap = Gap(trajectory.agents[agents[longest]], before, frame, float(absent[longest]))
        last[agents] = frame
    for frame, agents, steps in _steps(trajectory, is_gap):
        if frame % stride == 0:
            sampled.append((agents, steps))
    usual, limit = _limits(n, sampled)
    far, farthest = 0, Step(None, -1, 0.0, 1.0)
    for frame, agents, steps in _steps(trajectory, is_gap) if np.isfinite(limit).any() else ():
        beyond = np.flatnonzero(steps > limit[agents])
        far += len(beyond)
        for i in beyond.tolist():
            if steps[i] * farthest.usual > farthest.length * usual[agents[i]]:
                farthest = Step(trajectory.agents[agents[i]], frame, float(steps[i]), float(usual[agents[i]]))
    return Sightings(counts, with_velocity, gap if gap.time else None, far, farthest if far else None)


def _frames(trajectory: Trajectory) -> Iterator[tuple[int, Chunk, int]]:
    for numbers, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
        trajectory.presence(numbers, chunk)  # raises for infinite numbers
        for row, frame in enumerate(numbers.tolist()):
            yield frame, chunk, row


def _seen(chunk: Chunk, row: int) -> tuple[Integers, Integers]:
    """Return the columns that hold agents, and the indices of these agents."""
    columns = np.flatnonzero(~np.isnan(chunk.positions[row]).any(axis=1))
    return columns, columns if chunk.identities is None else chunk.identities[row, columns]


def _steps(trajectory: Trajectory, is_gap: NDArray[np.bool_]) -> Iterator[tuple[int, Integers, NDArray[np.float64]]]:
    """Yield frames, the agents seen in each and in the one before, and the lengths of their steps; none across gaps."""
    before: tuple[Integers, Floats] | None = None
    for frame, chunk, row in _frames(trajectory):
        columns, agents = _seen(chunk, row)
        x = chunk.positions[row, columns]
        if before is not None and not is_gap[frame]:
            both, i, j = np.intersect1d(before[0], agents, assume_unique=True, return_indices=True)
            step = x[j] - before[1][i]
            if chunk.lengths is not None:
                step = minimum_image(step, chunk.lengths[row])
            yield frame, both, np.linalg.norm(step, axis=1)
        before = agents, x


def _limits(n: int, sampled: list[tuple[Integers, Floats]]) -> tuple[Floats, Floats]:
    """Return the median of each agent's steps, and the length beyond which a step is far, both (N,)."""
    usual, limit = np.full(n, np.nan), np.full(n, np.inf)
    if not sampled:
        return usual, limit
    agents, steps = (np.concatenate(part) for part in zip(*sampled, strict=True))
    order = np.argsort(agents, kind="stable")
    if not len(agents):
        return usual, limit
    names, starts = np.unique(agents[order], return_index=True)
    for agent, own in zip(names.tolist(), np.split(steps[order], starts[1:]), strict=True):
        if len(own) >= DEVIATIONS:  # fewer have no usual step
            usual[agent] = np.median(own)
            deviation = np.median(np.abs(own - usual[agent]))
            limit[agent] = max(usual[agent] + DEVIATIONS * deviation, LEAST_RATIO * usual[agent])
    limit[~(usual > 0)] = np.inf
    return usual, limit
