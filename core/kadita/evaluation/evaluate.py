"""Analyze trajectories: in one pass, block by block, or in tasks shared among workers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base import renamed
from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.parallel import worker_pool
from kadita.base.parallel.tasks import Run
from kadita.base.settings import by_metric
from kadita.evaluation.accumulator import Accumulator, PartialResult
from kadita.evaluation.finalize import finalize
from kadita.evaluation.part_cache import PartCache
from kadita.evaluation.partition import (
    AnalysisRequest,
    Task,
    content_of,
    in_order,
    measure,
    open_cached,
    partition,
    resolve,
)
from kadita.evaluation.plan import Plan, Preset, load_preset, make_plan
from kadita.evaluation.results import Results
from kadita.io.opening import open as open_trajectory
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.loading import load_registry, load_same
from kadita.plugins.registry import Registry
from kadita.school.block import Block
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.trajectory import Trajectory, arrivals
from kadita.school.transforms.finite_differences import with_velocities
from kadita.school.transforms.largest_cluster import LargestCluster

Progress = Callable[[int, int], None]


@renamed.keywords
def analyze(
    data: Any,
    metrics: str | Metric | Analysis | Iterable[str | Metric | Analysis] | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    profile: str | Preset | None = None,
    plugins: Iterable[str | Path] = (),
    topology: str | Path | None = None,
    velocities: str | None = None,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    begin: float | None = None,
    end: float | None = None,
    dt: float | None = None,
    largest_cluster: float | str | None = None,
    follow: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
    keep: Path | None = None,
    registry: Registry | None = None,
    progress: Progress | None = None,
) -> Results:
    """Compute metrics on every frame of a trajectory, in one pass, without loading all of it into memory.

    Args:
        data: a path, a Block, an open Trajectory or an `MDAnalysis.Universe`.
        metrics: names of metrics and whole-trajectory analyses, or `Metric` and `Analysis` objects; by default the
            default metrics of all installed plugins.
        parameters: ``{"metric.parameter": value}``, or ``{"parameter": value}`` for every metric that has it.
        profile: ``"published"``, the path of a TOML file, or a `Preset` from `load_preset`.
        plugins: plugin files to load in addition to the installed plugins.
        topology: path of a topology, for formats that MDAnalysis reads with one.
        velocities: ``"difference"`` computes them from finite differences of positions.
        start, stop, step: frames, as a slice.
        begin, end, dt: first time, last time, and interval.
        largest_cluster: measure only the largest cluster, of agents linked within this distance or within ``"r_a"``.
        follow: measure the frames of a file that is still being written, until it is complete; an interrupt (Ctrl-C)
            ends the analysis with the frames measured so far.
        workers: number of processes that share the frames; the results are the same, bit for bit.
        scheduler: address of a dask.distributed scheduler, instead of workers.
        keep: path of an output file; partial results are stored next to it until the analysis is complete, so that an
            interrupted analysis can continue.
        registry: from `kadita.plugins.loading.load_registry`, which is called if it is None. It holds plugin files as
            they were when it was loaded, even if they are edited during the analysis.
        progress: called with the number of measured frames and their total.

    Raises:
        KaditaError: input that cannot be read or changes during the analysis, unknown metrics or parameters, or a
            metric that was requested by name and cannot be computed.

    Default metrics that cannot be computed, because they need velocities, say, are left out with a `KaditaWarning`, and
    so are metrics that raise.
    """
    requested = [metrics] if isinstance(metrics, str | Metric | Analysis) else list(metrics or ())
    objects = [m for m in requested if isinstance(m, Metric | Analysis)]
    names = [m.name if isinstance(m, Metric | Analysis) else m for m in requested]
    choice = {"start": start, "stop": stop, "step": step, "begin": begin, "end": end, "dt": dt}
    registry = load_registry(plugins) if registry is None else registry
    named = load_preset(profile) if profile is not None else None
    shown = progress or (lambda done, total: None)
    if workers != 1 or scheduler is not None or keep is not None:
        if objects:
            raise KaditaError(
                f"workers: expected names of metrics, which other processes can load; got the object {objects[0].name}"
            )
        if follow:
            raise KaditaError("--follow needs a single process; leave out --workers and --scheduler")
        request = AnalysisRequest.of(
            data,
            far=scheduler is not None,
            topology=topology,
            velocities=velocities,
            largest_cluster=largest_cluster,
            metrics=names,
            parameters=dict(parameters or {}),
            profile=named,
            plugins=registry.files,
        )
        results = _shared(request, choice, workers, scheduler, keep, shown)
    else:
        registry = registry.including(objects)
        plan = make_plan(registry, names, by_metric(parameters or {}), named)
        content = content_of(data, topology)
        with _opened(data, topology, velocities) as trajectory:
            if largest_cluster is not None:
                trajectory = LargestCluster(trajectory, largest_cluster)
            complete = trajectory.complete
            results = _streamed(plan, registry, trajectory, choice, follow, named, shown)
        if not follow and complete is not False and content_of(data, topology) != content:
            changed = f"{data}: changed while it was measured"
            if complete:
                raise KaditaError(f"{changed}; run it again")
            results = replace(results, notes=(*results.notes, changed))  # perhaps another program still writes it
    for note in (*results.notes, *results.failures.values()):
        warnings.warn(note, KaditaWarning, stacklevel=2)
    return results


def _streamed(
    plan: Plan,
    registry: Registry,
    trajectory: Trajectory,
    choice: Mapping[str, Any],
    follow: bool,
    profile: Preset | None,
    progress: Progress,
) -> Results:
    """Measure the frames of any trajectory in one pass, in this process."""
    frames = trajectory.select(**choice, none=follow)
    run = Accumulator(plan, registry, trajectory, len(frames))
    done = 0
    try:
        for _ in arrivals(trajectory) if follow else (None,):
            frames = trajectory.select(**choice, none=follow)
            run.resize(len(frames))
            for block in trajectory.blocks_of(frames[done:]):
                rows = np.searchsorted(frames, block.frames)
                run.take(block, rows)
                done = int(rows[-1]) + 1
                progress(done, len(frames))
            done = len(frames)  # the last frames may have no agents and be in no block
    except KeyboardInterrupt:
        if not follow or not done:  # nothing was measured
            raise
    frames = frames[:done] if done else trajectory.select(**choice)
    run.resize(len(frames))
    return finalize(run, frames, profile)


def _shared(
    request: AnalysisRequest,
    choice: Mapping[str, Any],
    workers: int,
    scheduler: str | None,
    keep: Path | None,
    progress: Progress,
) -> Results:
    """Measure the frames of a file in tasks, on workers; tasks with stored partial results are skipped."""
    plan, registry = resolve(request)
    content = content_of(request.path, request.topology)
    trajectory = open_cached(request, content)
    try:
        frames = trajectory.select(**choice)
        tasks = partition(request, content, trajectory, frames, plan.halo)
        kept = PartCache(keep, tasks) if keep is not None and len(tasks) > 1 else None
        run = Accumulator(plan, registry, trajectory, len(frames))
        done = 0
        with worker_pool(min(workers, len(tasks)), scheduler) as work:
            for number, part in in_order(_done(tasks, kept, work)):
                run.absorb(part, slice(done, done + tasks[number].n_own))
                done += tasks[number].n_own
                progress(done, len(frames))
        results = finalize(run, frames, request.profile_read)
    finally:
        trajectory.close()
        for cache in (open_cached, resolve, load_same):  # the next analysis reads the files again
            cache.cache_clear()
    if kept is not None:
        kept.remove()
    return results


def _done(tasks: Sequence[Task], kept: PartCache | None, work: Run) -> Iterator[tuple[int, PartialResult]]:
    """Yield the stored partial results, and then the others as tasks finish."""
    open_tasks = []
    for number in range(len(tasks)):
        part = kept.load(number) if kept is not None else None
        if part is None:
            open_tasks.append(number)
        else:
            yield number, part
    for i, part in work(measure, [tasks[number] for number in open_tasks]):
        if kept is not None:
            kept.save(open_tasks[i], part)
        yield open_tasks[i], part


def _opened(data: Any, topology: str | Path | None, velocities: str | None) -> Any:
    if isinstance(data, Block):
        return InMemoryTrajectory.of_block(data)
    if isinstance(data, Trajectory):
        return nullcontext(with_velocities(data, velocities))  # the caller closes it
    return open_trajectory(data, topology=topology, velocities=velocities)
