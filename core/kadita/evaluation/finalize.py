"""Turn an accumulated pass into results: finish the analyses, and note what was left out or failed."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import PluginError
from kadita.evaluation.accumulator import PLANE_ALONE, PRESENT, Accumulator
from kadita.evaluation.plan import Preset
from kadita.evaluation.results import AnalysisResult, Results, Series
from kadita.plugins.declaration.analysis import Analysis, Facts, finished
from kadita.plugins.declaration.declared import symbol_of
from kadita.plugins.declaration.metric import Metric
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.read_only import read_only

ROUNDING = 1e-6
version = cache(metadata.version)  # cached, because each call reads and parses a file


def finalize(run: Accumulator, frames: Integers, profile: Preset | None) -> Results:
    """Return the results of a pass.

    Raises:
        PluginError: everything that was requested failed.
    """
    run.finish_windows(run.total)
    empty = np.isnan(run.times)  # frames without agents, which are in no block
    if empty.any():
        run.times[empty] = run.trajectory.times[frames[empty]]
    analyses = _analysis_results(run)
    plugins = run.plan.plugins(run.registry)
    failures = {name: f"{name} (plugin {plugins[name]}) failed: {why}" for name, why in run.failures.items()}
    requested = [*run.plan.wanted, *(a.name for a in run.plan.analyses)]
    kept = [name for name in requested if name not in run.left_out and name not in failures]
    if failures and not kept:
        raise PluginError(next(iter(failures.values())))
    for reason in dict.fromkeys(run.left_out.values()):
        names = ", ".join(name for name in requested if run.left_out.get(name) == reason)
        if names and reason != PLANE_ALONE:  # in space nobody misses them
            run.notes.setdefault(f"left out: {names}: {reason}")
    if run.trajectory.complete is False:
        run.notes.setdefault(
            f"{run.trajectory.name}: the run is still writing it, or ended early; "
            f"it has {run.trajectory.n_frames} frames so far"
        )
    lone = _lone(run)
    _note_strides(run, frames)
    needed = {m.name: run.plan.records[m.name] for m in run.plan.order if m.name not in run.plan.wanted}
    series = {name: _series(run, run.registry[name], lone) for name in kept if name in run.plan.wanted}
    return Results(
        frames=frames,
        times=run.times,
        agents=run.trajectory.agents,
        series=series,
        analyses=analyses,
        counts=run.counts,
        identities=run.identities,
        agent_species=run.trajectory.species,
        present=run.values[PRESENT] == 1 if PRESENT in run.values else None,
        attributes=dict(run.trajectory.attributes),
        notes=tuple(run.notes),
        failures=failures,
        provenance={
            "kadita": version("kadita"),
            "numpy": version("numpy"),
            "python": platform.python_version(),
            "input": run.trajectory.fingerprint(),
            "profile": "corrected" if profile is None else profile.name,
            "dimensions": run.dimensions,
            **({"needed": needed} if needed else {}),
        },
    )


def _analysis_results(run: Accumulator) -> dict[str, AnalysisResult]:
    """Finish every analysis that was not left out and has not failed."""
    labels = {run.plan.variants.get(m.name, m.name): m.labels for m in run.plan.order if m.labels}
    facts = read_only(Facts(run.times, run.trajectory.agents, run.trajectory.attributes, labels, run.dimensions))
    analyses: dict[str, AnalysisResult] = {}
    for a in run.plan.analyses:
        if run.lacks(a.name):
            continue
        try:
            with run.noting(a):
                result = finished(a, run.states[a.name], facts, run.plan.parameters[a.name])
            for name, output in a.outputs.items():
                analyses[a.key(name)] = AnalysisResult(
                    values=result["values"][name],
                    dims=output.dims,
                    axes={d: result["axes"][d] for d in output.dims if d in result["axes"]},
                    **_described(run, a, output.units, a.axis_units),
                )
        except (Exception, SystemExit) as error:
            run.report(a, error)
    return analyses


def _note_strides(run: Accumulator, frames: Integers) -> None:
    """Note that paths through a periodic cell are followed by the selected frames alone, where these leave some out."""
    of_length = any("length" in output.units for a in run.plan.analyses for output in a.outputs.values())
    if not of_length or not (np.diff(frames) > 1).any():
        return
    if run.trajectory.read(frames[:1]).lengths is not None:
        run.notes.setdefault(
            "paths through the periodic cell are followed from one selected frame to the next by the nearest image: "
            "steps longer than half an edge are not seen; select frames that follow each other if there may be any"
        )


def _lone(run: Accumulator) -> NDArray[np.bool_]:
    """Return the frames whose agent is alone, (T,), where that is usual in a trajectory of several agents.

    They are those of animals that were not seen at the same times, and say nothing of a group.
    """
    counts = run.counts[run.counts > 0]
    of_group = any("agent" not in run.registry[name].dims for name in run.plan.wanted)
    if not of_group or len(run.trajectory.agents) < 2 or not len(counts) or np.median(counts) > 1:
        return np.zeros(run.total, np.bool_)
    run.notes.setdefault(
        f"a frame holds {counts.min()} agent at least, 1 in the median and {counts.max()} at most, of "
        f"{len(run.trajectory.agents)}: values of the group are undefined where an agent is alone; if the agents' "
        "clocks are not in step, interpolate their tracks to common times first"
    )
    lone: NDArray[np.bool_] = run.counts == 1
    return lone


def _series(run: Accumulator, m: Metric, lone: NDArray[np.bool_]) -> Series:
    # if no frame has agents, nothing was stored, and all values are NaN
    values = run.values.get(m.name, np.full((run.total, *(0 for _ in m.dims)), np.nan))
    if lone.any() and "agent" not in m.dims:
        values = values.copy()
        values[lone] = np.nan
    flagged = int((values > 0).sum()) if m.warning else 0
    if flagged:
        run.notes.setdefault(f"{m.warning} in {flagged} of {run.total} frames ({m.name})")
    beyond = _beyond(m, values) if run.plan.parameters[m.name].get("definition") != "published" else 0
    if beyond:
        run.notes.setdefault(f"{m.name}: {beyond} of {values.size} values are outside its declared range")
    axis_units = {dim: axis.units for dim, axis in m.axes.items()}
    described = _described(run, m, m.units, axis_units)
    regions = None if m.regions is None else m.regions(**run.plan.parameters[m.name])
    axes = run.axes.get(m.name, {})
    return Series(values=values, dims=m.dims, labels=m.labels, axes=axes, regions=regions, **described)


def _described(run: Accumulator, m: Metric | Analysis, units: str, axis_units: Mapping[str, str]) -> dict[str, Any]:
    """Return what results say of a metric or an analysis, with the units of the file."""
    plugin = run.registry.plugin_of("metric" if isinstance(m, Metric) else "analysis", m.name)
    return {
        "units": _in_units(units, run.trajectory.attributes),
        "axis_units": {dim: _in_units(unit, run.trajectory.attributes) for dim, unit in axis_units.items()},
        "parameters": run.plan.records[m.name],
        "symbol": symbol_of(m.formula),
        "summary": m.summary,
        "plugin": f"{plugin.distribution}:{plugin.name}",
        # for a file, the checksum of the code that was run
        "plugin_version": plugin.version or run.registry.files.get(plugin.distribution, ""),
    }


def _beyond(m: Metric, values: Floats) -> int:
    """Return how many values are outside the declared range by more than rounding."""
    if m.range is None:
        return 0
    low, high = m.range
    return int(((values < low - ROUNDING) | (values > high + ROUNDING)).sum())


def _in_units(units: str, attributes: Mapping[str, object]) -> str:
    """Replace the words length and time by the units of the file."""
    for word in ("length", "time"):
        if unit := attributes.get(f"{word}_unit"):
            units = units.replace(word, str(unit))
    return units
