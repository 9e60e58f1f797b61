"""What was imported: agents, frames, gaps, extent and speeds of a trajectory, in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.numerals import along_axis, in_full
from kadita.school.box import Floats
from kadita.school.chunk import Chunk
from kadita.school.dimensions import PLANE
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.even_times import even_step
from kadita.school.transforms.finite_differences import longest_step

FRAMES = 1024  # read at once, or fewer if there are many agents
SPEEDS_AT_MOST = 4_000_000  # from which quantiles are found; of more sightings, those of every nth frame


@dataclass(frozen=True)
class Summary:
    """What a trajectory holds. Made by `summary_of`.

    Attributes:
        agents: number of agents.
        in_a_frame: least, median and greatest number of agents in a frame.
        frames: number of frames.
        times: first and last time.
        rate: frames per unit of time, between gaps; None where they are not evenly spaced.
        sightings: number of known positions: an agent in a frame.
        with_velocity: number of known velocities.
        gaps: how often an agent is seen again after frames in which it was not, or after a gap in time.
        longest_gap: time between two sightings, the longest of them; 0 without gaps.
        dimensions: 2 for a plane, 3 for space.
        low, high: least and greatest coordinates, (3,).
        speeds: median and 99 % quantile of the speeds; None where no velocity is known.
        every: speeds are those of every nth frame.
        length_unit, time_unit: units; empty if they are not known.
    """

    agents: int
    in_a_frame: tuple[int, float, int]
    frames: int
    times: tuple[float, float]
    rate: float | None
    sightings: int
    with_velocity: int
    gaps: int
    longest_gap: float
    dimensions: int
    low: tuple[float, ...]
    high: tuple[float, ...]
    speeds: tuple[float, float] | None
    every: int
    length_unit: str
    time_unit: str

    def lines(self) -> list[str]:
        """Return the summary as five lines of text."""
        length, time = self.length_unit or "units of length", self.time_unit or "units of time"
        least, median, most = self.in_a_frame
        held = f"{most} in every frame" if least == most else f"{least} to {most} in a frame, median {median:g}"
        begin, end = (in_full(t) for t in self.times)
        rate = (
            "one frame"
            if self.frames == 1
            else "not evenly spaced"
            if self.rate is None
            else f"{in_full(float(f'{self.rate:.6g}'))} per {time}"
        )
        gaps = f"{self.gaps}, the longest {self.longest_gap:.4g} {time}" if self.gaps else "none"
        share = 100 * self.with_velocity / max(1, self.sightings)
        box = ", ".join(
            f"{axis} {' to '.join(along_axis([a, b], least=4))}"
            for axis, a, b in zip("xyz"[: self.dimensions], self.low, self.high, strict=False)
        )
        where = "a plane" if self.dimensions == PLANE else "space"
        speeds = "not known"
        if self.speeds is not None:
            of = f", of one frame in {self.every}" if self.every > 1 else ""
            speeds = f"median {self.speeds[0]:.4g}, 99 % below {self.speeds[1]:.4g} {length}/{time}{of}"
        return [
            f"agents:  {self.agents}, {held}",
            f"frames:  {self.frames}, time {begin} to {end} {time}, {rate}",
            f"gaps:    {gaps}; {self.with_velocity} of {self.sightings} sightings with a velocity ({share:.3g} %)",
            f"extent:  {where}, {box} {length}",
            f"speeds:  {speeds}",
        ]


def summary_of(trajectory: Trajectory) -> Summary:
    """Return what a trajectory holds; all frames are read once."""
    times = np.asarray(trajectory.times, dtype=np.float64)
    is_gap = np.diff(times, prepend=times[:1]) > longest_step(times)  # before each frame
    last = np.full(len(trajectory.agents), -1)
    counts = np.zeros(trajectory.n_frames, np.int64)
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    speeds: list[Floats] = []
    every = -(-trajectory.n_frames * trajectory.n_columns // SPEEDS_AT_MOST)
    with_velocity = gaps = 0
    longest = 0.0
    for numbers, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames), FRAMES):
        seen = trajectory.presence(numbers, chunk)
        counts[numbers] = seen.sum(axis=1)
        everybody = seen.all()
        for axis in range(3):
            x = chunk.positions[..., axis] if everybody else chunk.positions[..., axis][seen]
            low[axis] = min(low[axis], x.min(initial=np.inf))
            high[axis] = max(high[axis], x.max(initial=-np.inf))
        if chunk.velocities is not None:
            speed = np.sqrt(np.einsum("tia,tia->ti", chunk.velocities, chunk.velocities))
            known = seen & ~np.isnan(speed)
            with_velocity += int(known.sum())
            taken = numbers % every == 0
            speeds.append(speed[taken][known[taken]])
        before, frame = _successive(numbers, chunk, seen, last)
        again = (before >= 0) & ((frame - before > 1) | is_gap[frame])
        gaps += int(again.sum())
        longest = max(longest, float((times[frame] - times[before])[again].max(initial=0.0)))
    all_speeds = np.concatenate(speeds) if speeds else np.empty(0)
    median, most = np.quantile(all_speeds, [0.5, 0.99]).tolist() if len(all_speeds) else (0.0, 0.0)
    units = (str(trajectory.attributes.get(f"{what}_unit") or "") for what in ("length", "time"))
    return Summary(
        len(trajectory.agents),
        (int(counts.min()), float(np.median(counts)), int(counts.max())),
        trajectory.n_frames,
        (float(times[0]), float(times[-1])),
        _rate(trajectory.name, times),
        int(counts.sum()),
        with_velocity,
        gaps,
        longest,
        trajectory.decide_dimensions(),
        tuple(low.tolist()),
        tuple(high.tolist()),
        (median, most) if len(all_speeds) else None,
        every,
        *units,
    )


def _successive(numbers: Integers, chunk: Chunk, seen: NDArray[np.bool_], last: Integers) -> tuple[Integers, Integers]:
    """Return for all sightings the frame in which the agent was seen before, -1 for none, and its frame.

    `last`, the frame in which each agent was seen last, is kept up to date.
    """
    column, row = np.nonzero(seen.T)
    agent = column if chunk.identities is None else chunk.identities[row, column]
    if chunk.identities is not None:
        order = np.lexsort((row, agent))
        agent, row = agent[order], row[order]
    frame = numbers[row]
    changes = agent[1:] != agent[:-1]
    begins, ends = np.ones(len(agent), bool), np.ones(len(agent), bool)
    begins[1:], ends[:-1] = changes, changes
    before = np.where(begins, last[agent], np.roll(frame, 1))
    last[agent[ends]] = frame[ends]
    return before, frame


def _rate(name: str, times: Floats) -> float | None:
    try:
        return 1 / even_step(name, times)
    except KaditaError:
        return None
