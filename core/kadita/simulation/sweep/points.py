"""The points of a sweep, each a parameter set with a seed, and their folders.

The name of a folder is a hash of everything that determines its results: the run except for its seed, what is measured
and how, and the previous values of a chain. Equal names mean equal results, so that the points of another sweep, or of
this one before it was changed, are never confused with the present ones, and never overwritten.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic_core import to_json, to_jsonable_python

from kadita.base.errors import KaditaError
from kadita.base.files import replace_whole
from kadita.base.settings import by_metric
from kadita.evaluation.export import read_json
from kadita.evaluation.plan import Plan, Preset, load_preset, make_plan
from kadita.plugins.registry import Registry
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.sweep.configuration import SweepConfiguration, runs_of
from kadita.simulation.sweep.values import MOST

MANIFEST = "manifest.json"
DIRECTIONS = ("up", "down")


@dataclass(frozen=True)
class Setting:
    """A parameter set: the varied parameters, the direction of a chain, and the run."""

    values: Mapping[str, Any]
    direction: str  # "" without a chain
    run: RunConfiguration  # with any seed
    folder: str
    chained: bool = False  # starts where the setting before it ended

    def __str__(self) -> str:
        values = [f"{key} = {value}" for key, value in self.values.items()]
        return ", ".join([*values, *([f"going {self.direction}"] if self.direction else [])]) or "the one point"


@dataclass(frozen=True)
class Points:
    """All points of a sweep."""

    sweep: SweepConfiguration
    profile: Preset | None
    plan: Plan
    lines: tuple[tuple[Setting, ...], ...]  # each a chain, or a single setting

    @property
    def settings(self) -> Iterator[Setting]:
        """All parameter sets, in the order of the table."""
        return itertools.chain.from_iterable(self.lines)

    @property
    def measurement(self) -> dict[str, Any]:
        """What is measured at every point, as keywords of `kadita.analyze`; the profile is read once."""
        chosen = {"metrics": self.sweep.metrics, "largest_cluster": self.sweep.largest_cluster}
        return {**chosen, "parameters": self.sweep.settings, "profile": self.profile}

    @property
    def total(self) -> int:
        """Number of points."""
        return sum(map(len, self.lines)) * len(self.sweep.seeds)


def points_of(name: str, sweep: SweepConfiguration, registry: Registry) -> Points:
    """Return all points of a sweep, checked before any of them is run.

    Raises:
        KaditaError: an unknown metric or parameter, an invalid value, equal points, or too many points.
    """
    try:
        profile = load_preset(sweep.profile) if sweep.profile else None
        plan = make_plan(registry, sweep.metrics, by_metric(sweep.settings), profile)
    except KaditaError as error:
        raise KaditaError(f"{name}: {error}") from None
    along = len(sweep.grid[sweep.chain]) if sweep.chain else 1
    number = len(sweep.seeds) * along * (1 + bool(sweep.chain))
    for values in [v for key, v in sweep.grid.items() if key != sweep.chain] + list(sweep.zip.values())[:1]:
        number *= len(values)
    if number > MOST:
        raise KaditaError(f"{name}: expected at most {MOST} points; got {number}")
    choices = list(_choices(sweep))
    runs = runs_of(name, sweep, choices, registry)
    measured = _measured(sweep, plan) | _code(plan, runs[0].model, registry)
    single = [Setting(c, "", run, _name(run, measured)) for c, run in zip(choices, runs, strict=True)]
    parts = [tuple(single[i : i + along]) for i in range(0, len(single), along)]
    lines = tuple(_chain(sweep.chain, part, measured) for part in parts) if sweep.chain else tuple(parts)
    points = Points(sweep, profile, plan, lines)
    _check(name, points)
    return points


def _choices(sweep: SweepConfiguration) -> Iterator[dict[str, Any]]:
    """Yield the values of the varied parameters for each setting; the settings of a chain are consecutive."""
    grid = {key: values for key, values in sweep.grid.items() if key != sweep.chain}
    together = [dict(zip(sweep.zip, row, strict=True)) for row in zip(*sweep.zip.values(), strict=True)] or [{}]
    along = [{sweep.chain: value} for value in sweep.grid[sweep.chain]] if sweep.chain else [{}]
    for row in itertools.product(*grid.values()):
        for zipped, last in itertools.product(together, along):
            values = dict(zip(grid, row, strict=True)) | zipped | last
            yield {key: values[key] for key in (*sweep.grid, *sweep.zip)}


def _chain(key: str, single: Sequence[Setting], measured: Mapping[str, Any]) -> tuple[Setting, ...]:
    """Return a chain: settings up and then down, each with a folder that also depends on the values before it."""
    line: list[Setting] = []
    before: list[Any] = []
    for direction, settings in zip(DIRECTIONS, (single, single[::-1]), strict=True):
        for setting in settings:
            before.append(setting.values[key])
            folder = _name(setting.run, {**measured, "chain": {key: before}})
            line.append(replace(setting, direction=direction, folder=folder, chained=len(before) > 1))
    return tuple(line)


def _measured(sweep: SweepConfiguration, plan: Plan) -> dict[str, Any]:
    return {
        "metrics": [*plan.wanted, *(analysis.name for analysis in plan.analyses)],
        "metric_parameters": plan.parameters,
        "largest_group": sweep.largest_cluster,
    }


def _code(plan: Plan, model: str, registry: Registry) -> dict[str, Any]:
    """Return the checksums of plugin files that are used; installed plugins are identified by their names."""
    used = [*plan.plugins(registry).values(), registry.plugin_of("model", model)]
    checksums = sorted(registry.files[origin] for origin in {p.distribution for p in used} & registry.files.keys())
    return {"plugins": checksums} if checksums else {}


def _stored(run: RunConfiguration) -> dict[str, Any]:
    return {key: value for key, value in run.stored().items() if key not in ("title", "seed")}


def _name(run: RunConfiguration, measured: Mapping[str, Any]) -> str:
    identity = to_jsonable_python({"run": _stored(run), "measured": measured})
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]


def _check(name: str, points: Points) -> None:
    seen: dict[str, Setting] = {}
    for setting in points.settings:
        if setting.folder in seen:
            raise KaditaError(f"{name}: expected different points; two are equal: {seen[setting.folder]}; {setting}")
        seen[setting.folder] = setting
        run = setting.run
        end = (run.frames - 1) * run.every * run.parameters.time_step
        if (points.sweep.begin or 0.0) > end:
            raise KaditaError(
                f"{name}: begin: expected a time up to the end of a run, {end:g}; got {points.sweep.begin:g}"
            )


def write_manifest(folder: Path, setting: Setting, points: Points, registry: Registry) -> None:
    """Write what a folder holds; an existing manifest only gets new seeds."""
    path = folder / MANIFEST
    seeds = sorted({*points.sweep.seeds, *_seeds_in(path)})
    if seeds == _seeds_in(path):
        return
    plan, sweep = points.plan, points.sweep
    plugins = plan.plugins(registry)
    metrics = {
        observable.name: {
            "parameters": plan.records[observable.name],
            "summary": observable.summary,
            "formula": observable.formula,
            "plugin": str(plugins[observable.name]),
        }
        for observable in plan.observables
    }
    document = {
        "varied": setting.values,
        **({"direction": setting.direction} if setting.direction else {}),
        "run": _stored(setting.run),
        "seeds": seeds,
        "profile": sweep.definitions,
        "largest_group": sweep.largest_cluster,
        "metrics": metrics,
        "versions": {"python": platform.python_version(), "kadita": version("kadita"), "numpy": version("numpy")},
    }
    folder.mkdir(exist_ok=True)
    write_json(path, document)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document, completely or not at all, unless the file has this content already."""
    content = to_json(document, indent=2, inf_nan_mode="strings", fallback=str) + b"\n"
    if not path.exists() or path.read_bytes() != content:
        replace_whole(path, lambda unfinished: unfinished.write_bytes(content))


def _seeds_in(manifest: Path) -> list[int]:
    document = read_json(manifest)
    return list(document.get("seeds", ())) if isinstance(document, dict) else []
