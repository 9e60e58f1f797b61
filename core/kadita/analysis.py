"""Metrics over trajectories: one pass, block by block."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kadita.block import Block
from kadita.errors import KaditaWarning
from kadita.formats import open as open_trajectory
from kadita.memory import Memory
from kadita.passes import Pass
from kadita.plan import load_profile, make_plan
from kadita.plugins import load_registry
from kadita.registry import Registry
from kadita.results import Results
from kadita.settings import by_metric
from kadita.trajectory import Trajectory, arrivals
from kadita.views.differences import with_velocities
from kadita.views.largest_group import LargestGroup

Progress = Callable[[int, int], None]


def analyze(
    data: Any,
    metrics: str | Iterable[str] | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    profile: str | None = None,
    plugins: Iterable[str | Path] = (),
    topology: str | Path | None = None,
    velocities: str | None = None,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    begin: float | None = None,
    end: float | None = None,
    dt: float | None = None,
    largest_group: float | str | None = None,
    follow: bool = False,
    registry: Registry | None = None,
    progress: Progress | None = None,
) -> Results:
    """Compute metrics on every frame of a trajectory, in one pass whatever its length.

    Args:
        data: a path, a Block, an open Trajectory or an `MDAnalysis.Universe`.
        metrics: a name or several; all default metrics of all installed plugins where there are none.
        parameters: ``{"metric.parameter": value}``, or ``{"parameter": value}`` for every metric that has it.
        profile: ``"published"``, or the path of a TOML file.
        plugins: plugin files to load beside those installed.
        topology: for formats that MDAnalysis reads with one.
        velocities: ``"difference"`` takes them from finite differences of positions.
        start, stop, step: frames, as a slice.
        begin, end, dt: times.
        largest_group: measure the largest group alone, of agents linked at this distance or at ``"r_a"``.
        follow: measure the frames of a file that is being written as they come, until it is complete; an interrupt
            (Ctrl-C) ends it with the frames that there are.
        registry: of `kadita.plugins.load_registry`, loaded anew where there is none.
        progress: called with the number of frames done and their total.

    Raises:
        KaditaError: input that cannot be read, unknown metrics or parameters, or a metric asked for by name
            that cannot be computed.

    Metrics that no one asked for by name and that cannot be computed (they need velocities, say) are left out
    with a `KaditaWarning`, as is one that raises while others can go on.
    """
    registry = load_registry(plugins) if registry is None else registry
    metrics = [metrics] if isinstance(metrics, str) else metrics
    plan = make_plan(
        registry, metrics, by_metric(parameters or {}), load_profile(profile) if profile is not None else None
    )
    with _opened(data, topology, velocities) as trajectory:
        if largest_group is not None:
            trajectory = LargestGroup(trajectory, largest_group)
        choose = partial(trajectory.select, start, stop, step, begin=begin, end=end, dt=dt)
        frames = choose(none=follow)
        run = Pass(plan, registry, trajectory, len(frames))
        done = 0
        with suppress(KeyboardInterrupt) if follow else nullcontext():
            for _ in arrivals(trajectory) if follow else (None,):
                frames = choose(none=follow)
                run.resize(len(frames))
                for block in trajectory.blocks_of(frames[done:]):
                    rows = np.searchsorted(frames, block.frames)
                    run.take(block, rows)
                    done = int(rows[-1]) + 1
                    if progress is not None:
                        progress(done, len(frames))
                done = len(frames)  # the last ones can be without agents, in no block
        frames = frames[:done] if done else choose()
        run.resize(len(frames))
        results = run.finish(frames, profile)
    for note in (*results.notes, *results.failures.values()):
        warnings.warn(note, KaditaWarning, stacklevel=2)
    return results


def _opened(data: Any, topology: str | Path | None, velocities: str | None) -> Any:
    if isinstance(data, Block):
        return Memory.of_block(data)
    if isinstance(data, Trajectory):
        return nullcontext(with_velocities(data, velocities))  # whoever opened it closes it
    return open_trajectory(data, topology=topology, velocities=velocities)
