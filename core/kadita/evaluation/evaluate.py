"""Metrics over trajectories: in one pass, block by block, or shared among workers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.parallel import crew
from kadita.base.parallel.tasks import Run
from kadita.base.settings import by_metric
from kadita.evaluation.accumulator import Part, Pass
from kadita.evaluation.finalize import gather
from kadita.evaluation.part_cache import Kept
from kadita.evaluation.partition import Order, Task, content_of, cut, in_order, measure, opened, settled
from kadita.evaluation.plan import Plan, Profile, load_profile, make_plan
from kadita.evaluation.results import Results
from kadita.io.opening import open as open_trajectory
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.loading import load_registry, load_same
from kadita.plugins.registry import Registry
from kadita.school.block import Block
from kadita.school.in_memory import Memory
from kadita.school.trajectory import Trajectory, arrivals
from kadita.school.transforms.finite_differences import with_velocities
from kadita.school.transforms.largest_cluster import LargestGroup

Progress = Callable[[int, int], None]


def analyze(
    data: Any,
    metrics: str | Metric | Analysis | Iterable[str | Metric | Analysis] | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    profile: str | Profile | None = None,
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
    workers: int = 1,
    scheduler: str | None = None,
    keep: Path | None = None,
    registry: Registry | None = None,
    progress: Progress | None = None,
) -> Results:
    """Compute metrics on every frame of a trajectory, in one pass whatever its length.

    Args:
        data: a path, a Block, an open Trajectory or an `MDAnalysis.Universe`.
        metrics: names of metrics and whole-trajectory analyses, or these themselves; all default metrics of all
            installed plugins where there are none.
        parameters: ``{"metric.parameter": value}``, or ``{"parameter": value}`` for every metric that has it.
        profile: the name of one that a plugin brings, such as ``"published"``, the path of a TOML file, or what
            `load_profile` made of either.
        plugins: plugin files to load beside those installed.
        topology: for formats that MDAnalysis reads with one.
        velocities: ``"difference"`` takes them from finite differences of positions.
        start, stop, step: frames, as a slice.
        begin, end, dt: times.
        largest_group: measure the largest group alone, of agents linked at this distance or at ``"r_a"``.
        follow: measure the frames of a file that is being written as they come, until it is complete; an interrupt
            (Ctrl-C) ends it with the frames that there are.
        workers: processes that share the frames; the results have the same bits.
        scheduler: address of a dask.distributed scheduler, in the place of workers.
        keep: a file that the results will go to: what is found is kept beside it until they are complete, so that an
            analysis that was interrupted goes on.
        registry: of `kadita.plugins.loading.load_registry`, loaded anew where there is none: plugin files are what they
            held then, and one that is edited meanwhile is not mixed with itself.
        progress: called with the number of frames done and their total.

    Raises:
        KaditaError: input that cannot be read or that changes meanwhile, unknown metrics or parameters, or a metric
            asked for by name that cannot be computed.

    Metrics that no one asked for by name and that cannot be computed (they need velocities, say) are left out
    with a `KaditaWarning`, as is one that raises while others can go on.
    """
    metrics, own = _named([metrics] if isinstance(metrics, str | Metric | Analysis) else metrics)
    choice = {"start": start, "stop": stop, "step": step, "begin": begin, "end": end, "dt": dt}
    registry = load_registry(plugins) if registry is None else registry
    named = load_profile(profile, registry) if profile is not None else None
    if workers != 1 or scheduler is not None or keep is not None:
        if own:
            raise KaditaError(f"workers: expected names of metrics, which travel; got {own[0].name} itself")
        if follow:
            raise KaditaError("--follow: expected this process alone to keep up with a run; got workers")
        order = Order.of(
            data,
            far=scheduler is not None,
            topology=topology,
            velocities=velocities,
            largest_group=largest_group,
            metrics=metrics,
            parameters=dict(parameters or {}),
            profile=named,
            plugins=registry.files,
        )
        results = _shared(order, choice, workers, scheduler, keep, progress)
    else:
        registry = registry.knowing(own)
        plan = make_plan(registry, metrics, by_metric(parameters or {}), named)
        content = content_of(data, topology)
        with _opened(data, topology, velocities) as trajectory:
            if largest_group is not None:
                trajectory = LargestGroup(trajectory, largest_group)
            complete = trajectory.complete
            results = _streamed(plan, registry, trajectory, choice, follow, named, progress)
        if not follow and complete is not False and content_of(data, topology) != content:
            changed = f"{data}: changed while it was measured"
            if complete:
                raise KaditaError(f"{changed}; run it again")
            results = replace(results, notes=(*results.notes, changed))  # of another program's, which may go on with it
    for note in (*results.notes, *results.failures.values()):
        warnings.warn(note, KaditaWarning, stacklevel=2)
    return results


def _named(metrics: Iterable[str | Metric | Analysis] | None) -> tuple[list[str], list[Metric | Analysis]]:
    """Return the names of all, and those that were given themselves."""
    asked = list(metrics or ())
    own = [m for m in asked if isinstance(m, Metric | Analysis)]
    return [m.name if isinstance(m, Metric | Analysis) else m for m in asked], own


def _streamed(
    plan: Plan,
    registry: Registry,
    trajectory: Trajectory,
    choice: Mapping[str, Any],
    follow: bool,
    profile: Profile | None,
    progress: Progress | None,
) -> Results:
    """Measure frames as they come: of whatever gives them, in one pass."""
    frames = trajectory.select(**choice, none=follow)
    run = Pass(plan, registry, trajectory, len(frames))
    done = 0
    try:
        for _ in arrivals(trajectory) if follow else (None,):
            frames = trajectory.select(**choice, none=follow)
            run.resize(len(frames))
            for block in trajectory.blocks_of(frames[done:]):
                rows = np.searchsorted(frames, block.frames)
                run.take(block, rows)
                done = int(rows[-1]) + 1
                if progress is not None:
                    progress(done, len(frames))
            done = len(frames)  # the last ones can be without agents, in no block
    except KeyboardInterrupt:
        if not follow or not done:  # nothing was measured that could be told
            raise
    frames = frames[:done] if done else trajectory.select(**choice)
    run.resize(len(frames))
    return gather(run, frames, profile)


def _shared(
    order: Order,
    choice: Mapping[str, Any],
    workers: int,
    scheduler: str | None,
    keep: Path | None,
    progress: Progress | None,
) -> Results:
    """Measure frames of a file in tasks, whoever does them; those that were done before are not done again."""
    plan, registry = settled(order)
    content = content_of(order.path, order.topology)
    trajectory = opened(order, content)
    try:
        frames = trajectory.select(**choice)
        tasks = cut(order, content, trajectory, frames, plan.halo)
        kept = Kept(keep, tasks) if keep is not None and len(tasks) > 1 else None
        run = Pass(plan, registry, trajectory, len(frames))
        done = 0
        with crew(min(workers, len(tasks)), scheduler) as work:
            for number, part in in_order(_done(tasks, kept, work)):
                end = done + tasks[number].own
                run.absorb(part, slice(done, end))
                done = end
                if progress is not None:
                    progress(done, len(frames))
        results = gather(run, frames, order.profile_read)
    finally:
        trajectory.close()
        for cache in (opened, settled, load_same):  # the next analysis begins with what files hold then
            cache.cache_clear()
    if kept is not None:
        kept.remove()
    return results


def _done(tasks: Sequence[Task], kept: Kept | None, work: Run) -> Iterator[tuple[int, Part]]:
    """Yield the parts that were kept, and then the others as they are done."""
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
        return Memory.of_block(data)
    if isinstance(data, Trajectory):
        return nullcontext(with_velocities(data, velocities))  # whoever opened it closes it
    return open_trajectory(data, topology=topology, velocities=velocities)
