"""Analyze trajectories: in one pass, block by block, or in tasks shared among workers."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base import renamed
from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.parallel import worker_pool
from kadita.base.parallel.tasks import Run
from kadita.base.progress import Count, Progress, counter, with_bar
from kadita.base.settings import by_metric
from kadita.evaluation.by_species import Part, accumulator
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
from kadita.evaluation.source import Source
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.loading import load_registry, load_same
from kadita.plugins.registry import Registry
from kadita.school.trajectory import Trajectory, arrivals


@renamed.keywords
@with_bar("analyzing")
def analyze(
    data: Any,
    metrics: str | Metric | Analysis | Iterable[str | Metric | Analysis] | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    profile: str | Preset | None = None,
    plugins: Iterable[str | Path] = (),
    topology: str | Path | None = None,
    tracks: Mapping[str, Any] | None = None,
    velocities: str | None = None,
    smooth: Any = None,
    resample: float | None = None,
    most_gap: float | None = None,
    dimensions: int | None = None,
    box: Any = None,
    arena: Any = None,
    select: str | Iterable[str] | None = None,
    by: str | None = None,
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
    progress: Progress = None,
) -> Results:
    """Compute metrics on every frame of a trajectory, in one pass, without loading all of it into memory.

    Args:
        data: a path, a Block, an open Trajectory or an `MDAnalysis.Universe`.
        metrics: names of metrics and whole-trajectory analyses, or `Metric` and `Analysis` objects; by default, and
            for the name ``"default"``, the default metrics of all installed plugins.
        parameters: ``{"metric.parameter": value}``, or ``{"parameter": value}`` for every metric that has it.
        profile: ``"published"``, the path of a TOML file, or a `Preset` from `load_preset`.
        plugins: plugin files to load in addition to the installed plugins.
        topology: path of a topology, for formats that MDAnalysis reads with one.
        tracks: how tracks of animals are read, for a path of such a file: ``length_unit``, ``time_unit`` and
            ``frame_rate``, where the file does not state them, ``y_axis``, ``least``, ``importer``, ``columns`` of a
            table, ``point`` and ``heading`` of keypoints, and ``parameters`` of the importer, as in `kadita convert`.
        velocities: ``"difference"`` computes them from finite differences of positions.
        smooth: window and order of the polynomials whose derivatives are the velocities: ``9``, ``(9, 3)``, ``"9,3"``;
            see `kadita.open`.
        resample: frames per unit of time, to which positions are interpolated linearly, each agent between its own
            sightings; velocities are computed again.
        most_gap: longest time between sightings that are interpolated; required with `resample`.
        dimensions: 2 for a plane of constant z, 3 for space; by default as the file says, or as its positions show.
        box: cell of a trajectory whose file states none: ``20``, ``(20, 20, "open")``, ``"20,20,open"``.
        arena: in which the agents move, where the file states none, in its coordinates: ``"circle:X,Y,R"``,
            ``"rectangle:X0,Y0,X1,Y1"``, ``"polygon:X1,Y1,X2,Y2,X3,Y3,..."``, ``"sphere:X,Y,Z,R"``,
            ``"cylinder:X,Y,R,Z0,Z1"``, ``"box:X0,Y0,Z0,X1,Y1,Z1"``, ``"slab:Z0,Z1"`` or ``"channel:Y0,Y1"``.
        select: agents to measure: ``"species=NAME"`` or ``"agent=NAME,NAME"``; of several choices, those that all name.
        by: ``"species"`` measures each species on its own; results then have the dimension ``species``.
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
        progress: True shows a bar; a function is called with the number of measured frames and their total.

    Raises:
        KaditaError: input that cannot be read or changes during the analysis, unknown metrics or parameters, or a
            metric that was requested by name and cannot be computed.

    Default metrics that cannot be computed, because they need velocities, say, are left out with a `KaditaWarning`, and
    so are metrics that raise.

    >>> import kadita
    >>> results = kadita.analyze("school.nc", ["polarization"], start=10)
    >>> results.polarization.shape
    (11,)
    >>> kadita.analyze("tracks.csv", ["spread"], tracks={"length_unit": "cm", "time_unit": "s"})
    <Results of 50 frames: spread>
    """
    requested = [metrics] if isinstance(metrics, str | Metric | Analysis) else list(metrics or ())
    objects = [m for m in requested if isinstance(m, Metric | Analysis)]
    names = [m.name if isinstance(m, Metric | Analysis) else m for m in requested]
    choice = {"start": start, "stop": stop, "step": step, "begin": begin, "end": end, "dt": dt}
    registry = load_registry(plugins) if registry is None else registry
    named = load_preset(profile) if profile is not None else None
    shown = counter(progress)
    source = Source.of(
        topology=topology,
        tracks=tracks,
        velocities=velocities,
        smooth=smooth,
        resample=resample,
        most_gap=most_gap,
        dimensions=dimensions,
        box=box,
        arena=arena,
        select=select,
        largest_cluster=largest_cluster,
    )
    on_box = source.check(data, registry)
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
            source=source,
            by=by,
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
        with source.open(data, registry) as trajectory:
            complete = trajectory.complete
            results = _streamed(plan, registry, trajectory, choice, follow, named, shown, by)
            if not isinstance(data, Trajectory):  # whoever opened it was told
                results = with_remarks(results, trajectory)
        if not follow and complete is not False and content_of(data, topology) != content:
            changed = f"{data}: changed while it was measured"
            if complete:
                raise KaditaError(f"{changed}; run it again")
            results = replace(results, notes=(*results.notes, changed))  # perhaps another program still writes it
    results = replace(results, notes=(*on_box, *results.notes)) if on_box else results
    for note in (*results.notes, *results.failures.values()):
        warnings.warn(note, KaditaWarning, stacklevel=4)
    return results


def _streamed(
    plan: Plan,
    registry: Registry,
    trajectory: Trajectory,
    choice: Mapping[str, Any],
    follow: bool,
    profile: Preset | None,
    progress: Count,
    by: str | None,
) -> Results:
    """Measure the frames of any trajectory in one pass, in this process."""
    frames = trajectory.frame_numbers(**choice, none=follow)
    told = trajectory.dimensions is not None
    run = accumulator(plan, registry, trajectory, len(frames), by)
    done = 0
    try:
        for _ in arrivals(trajectory) if follow else (None,):
            frames = trajectory.frame_numbers(**choice, none=follow)
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
    frames = frames[:done] if done else trajectory.frame_numbers(**choice)
    run.resize(len(frames))
    return with_plane(run.finalize(frames, profile), told)


def with_plane(results: Results, told: bool) -> Results:
    """Return results with a note that the school is taken as planar, if nobody said so."""
    if told or results.provenance["dimensions"] != 2:
        return results
    note = "all agents have the same z: measured as a plane (--dimensions 3 measures it in space)"
    return replace(results, notes=(note, *results.notes))


def with_remarks(results: Results, trajectory: Trajectory) -> Results:
    """Return results with what was assumed when the trajectory was read."""
    return replace(results, notes=(*trajectory.remarks, *results.notes)) if trajectory.remarks else results


def _shared(
    request: AnalysisRequest,
    choice: Mapping[str, Any],
    workers: int,
    scheduler: str | None,
    keep: Path | None,
    progress: Count,
) -> Results:
    """Measure the frames of a file in tasks, on workers; tasks with stored partial results are skipped."""
    plan, registry = resolve(request)
    content = content_of(request.path, request.source.topology)
    trajectory = open_cached(request, content)
    try:
        told = trajectory.dimensions is not None
        request = replace(request, source=replace(request.source, dimensions=trajectory.decide_dimensions()))
        frames = trajectory.frame_numbers(**choice)
        tasks = partition(request, content, trajectory, frames, plan.halo)
        kept = PartCache(keep, tasks) if keep is not None and len(tasks) > 1 else None
        run = accumulator(plan, registry, trajectory, len(frames), request.by)
        done = 0
        with worker_pool(min(workers, len(tasks)), scheduler) as work:
            for number, part in in_order(_done(tasks, kept, work)):
                run.absorb(part, slice(done, done + tasks[number].n_own))
                done += tasks[number].n_own
                progress(done, len(frames))
        results = with_remarks(with_plane(run.finalize(frames, request.profile_read), told), trajectory)
    finally:
        trajectory.close()
        for cache in (open_cached, resolve, load_same):  # the next analysis reads the files again
            cache.cache_clear()
    if kept is not None:
        kept.remove()
    return results


def _done(tasks: Sequence[Task], kept: PartCache | None, work: Run) -> Iterator[tuple[int, Part]]:
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
