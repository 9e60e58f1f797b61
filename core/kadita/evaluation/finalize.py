"""From a pass to its results: analyses are finished, and what was left out or failed is said."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata

import numpy as np

from kadita.base.errors import KaditaError, PluginError
from kadita.evaluation.accumulator import Accumulator
from kadita.evaluation.plan import Preset
from kadita.evaluation.results import AnalysisResult, Results, Series
from kadita.plugins.declaration.analysis import Facts, finished
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.registry import Plugin
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.read_only import read_only

ROUNDING = 1e-6
version = cache(metadata.version)  # which reads and parses a file each time


def finalize(run: Accumulator, frames: Integers, profile: Preset | None) -> Results:
    """Gather the results.

    Raises:
        PluginError: nothing is left, because what was wanted failed.
    """
    run.look_at_the_rest(run.total)
    empty = np.isnan(run.times)  # frames without agents, which came in no block
    if empty.any():
        run.times[empty] = run.trajectory.times[frames[empty]]
    analyses = _analysis_results(run)
    failures = {
        name: f"{name} (plugin {run.registry.plugin_of(_kind(run, name), name)}) failed: {why}"
        for name, why in run.failures.items()
    }
    asked = [*run.plan.wanted, *(a.name for a in run.plan.analyses)]
    kept = [name for name in asked if name not in run.left_out and name not in failures]
    if failures and not kept:
        raise PluginError(next(iter(failures.values())))
    for reason in dict.fromkeys(run.left_out.values()):
        names = ", ".join(name for name in asked if run.left_out.get(name) == reason)
        if names:
            run.notes.setdefault(f"left out: {names}: {reason}")
    if run.trajectory.complete is False:
        run.notes.setdefault(
            f"{run.trajectory.name}: the run that writes it goes on, or ended early; "
            f"there are {run.trajectory.n_frames} frames so far"
        )
    needed = {m.name: run.plan.records[m.name] for m in run.plan.order if m.name not in run.plan.wanted}
    series = {name: _series(run, run.registry[name]) for name in kept if name in run.plan.wanted}
    return Results(
        frames=frames,
        times=run.times,
        agents=run.trajectory.agents,
        series=series,
        analyses=analyses,
        attributes=run.trajectory.attributes,
        notes=tuple(run.notes),
        failures=failures,
        provenance={
            "kadita": version("kadita"),
            "numpy": version("numpy"),
            "python": platform.python_version(),
            "input": run.trajectory.fingerprint(),
            "profile": "corrected" if profile is None else profile.name,
            **({"needed": needed} if needed else {}),
        },
    )


def _kind(run: Accumulator, name: str) -> str:
    return "analysis" if name in run.registry.analyses else "metric"


def _analysis_results(run: Accumulator) -> dict[str, AnalysisResult]:
    """Finish every analysis that has looked at something."""
    labels = {m.name: m.labels for m in run.plan.order if m.labels}
    facts = read_only(Facts(run.times, run.trajectory.agents, run.trajectory.attributes, labels))
    analyses: dict[str, AnalysisResult] = {}
    for a in run.plan.analyses:
        if a.name in run.left_out or a.name in run.failures:
            continue
        parameters, plugin = run.plan.parameters[a.name], run.registry.plugin_of("analysis", a.name)
        try:
            found = finished(a, run.states[a.name], facts, parameters)
        except PluginError as error:
            run.failures[a.name] = str(error)
            continue
        except KaditaError as error:  # what the user gave it is at fault
            raise KaditaError(f"{a.name}: {error}") from None
        except Exception as error:
            run.fail(a, error)
            continue
        for name, output in a.outputs.items():
            analyses[f"{a.name}.{name}".rstrip(".")] = AnalysisResult(
                values=found["values"][name],
                dims=output.dims,
                axes={d: found["axes"][d] for d in output.dims if d in found["axes"]},
                units=_in_units(output.units, run.trajectory.attributes),
                axis_units={d: _in_units(u, run.trajectory.attributes) for d, u in a.axis_units.items()},
                parameters=parameters,
                summary=a.summary,
                plugin=f"{plugin.distribution}:{plugin.name}",
                plugin_version=_version(run, plugin),
            )
    return analyses


def _series(run: Accumulator, m: Metric) -> Series:
    # where no frame holds an agent nothing was stored, and all is NaN
    values = run.values.get(m.name, np.full((run.total, *(0 for _ in m.dims)), np.nan))
    flagged = int((values > 0).sum()) if m.warning else 0
    if flagged:
        run.notes.setdefault(f"{m.warning} in {flagged} of {run.total} frames ({m.name})")
    beyond = _beyond(m, values) if run.plan.parameters[m.name].get("definition") != "published" else 0
    if beyond:
        run.notes.setdefault(f"{m.name}: {beyond} of {values.size} values lie beyond the range that it declares")
    plugin = run.registry.plugin_of("metric", m.name)
    return Series(
        values=values,
        dims=m.dims,
        units=_in_units(m.units, run.trajectory.attributes),
        labels=m.labels,
        parameters=run.plan.records[m.name],
        axes=run.axes.get(m.name, {}),
        axis_units={d: _in_units(axis.units, run.trajectory.attributes) for d, axis in m.axes.items()},
        summary=m.summary,
        plugin=f"{plugin.distribution}:{plugin.name}",
        plugin_version=_version(run, plugin),
    )


def _version(run: Accumulator, plugin: Plugin) -> str:
    """Return a plugin's version; of a file, the checksum of what was run."""
    return plugin.version or run.registry.files.get(plugin.distribution, "")


def _beyond(m: Metric, values: Floats) -> int:
    """Count the values that lie outside the declared range by more than rounding."""
    if m.range is None:
        return 0
    low, high = m.range
    return int(((values < low - ROUNDING) | (values > high + ROUNDING)).sum())


def _in_units(units: str, attributes: Mapping[str, object]) -> str:
    """Put the file's own units in the place of the words length and time."""
    for word in ("length", "time"):
        if unit := attributes.get(f"{word}_unit"):
            units = units.replace(word, str(unit))
    return units
