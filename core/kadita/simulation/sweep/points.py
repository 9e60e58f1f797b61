"""The points of a sweep, a parameter set with a seed each, and the folders in which they lie.

A parameter set's folder is named by what determines its numbers: the run but for its seed, what is measured of it and
how, and the values that a chain went through before. What is named alike is alike, so that points of another sweep, or
of this one before it was changed, are never mistaken for those at hand, and never touched.
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
from kadita.evaluation.plan import Plan, Profile, load_profile, make_plan
from kadita.plugins.registry import Registry
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.sweep.configuration import SweepConfiguration, runs_of
from kadita.simulation.sweep.values import MOST

MANIFEST = "manifest.json"
DIRECTIONS = ("up", "down")


@dataclass(frozen=True)
class Setting:
    """A parameter set: what is varied, which way a chain goes, and the run."""

    values: Mapping[str, Any]
    direction: str  # "" where there is no chain
    run: RunConfiguration  # of any seed
    folder: str
    chained: bool = False  # to the setting before it

    def __str__(self) -> str:
        said = [f"{key} = {value}" for key, value in self.values.items()]
        return ", ".join([*said, *([f"going {self.direction}"] if self.direction else [])]) or "the one point"


@dataclass(frozen=True)
class Points:
    """Everything that a sweep consists of."""

    sweep: SweepConfiguration
    profile: Profile | None
    plan: Plan
    lines: tuple[tuple[Setting, ...], ...]  # each a chain, or a setting by itself

    @property
    def settings(self) -> Iterator[Setting]:
        """All parameter sets, in the order of the table."""
        return itertools.chain.from_iterable(self.lines)

    @property
    def total(self) -> int:
        """Number of points."""
        return sum(map(len, self.lines)) * len(self.sweep.seeds)


def points_of(name: str, sweep: SweepConfiguration, registry: Registry) -> Points:
    """Settle every point of a sweep, before one is run.

    Raises:
        KaditaError: a metric or a parameter that there is not, an impossible value, points that are equal, or too many.
    """
    try:
        profile = load_profile(sweep.profile, registry) if sweep.profile else None
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
    """Values of what is varied, choice by choice; the values of a chain follow each other."""
    grid = {key: values for key, values in sweep.grid.items() if key != sweep.chain}
    together = [dict(zip(sweep.zip, row, strict=True)) for row in zip(*sweep.zip.values(), strict=True)] or [{}]
    along = [{sweep.chain: value} for value in sweep.grid[sweep.chain]] if sweep.chain else [{}]
    for row in itertools.product(*grid.values()):
        for more, last in itertools.product(together, along):
            chosen = dict(zip(grid, row, strict=True)) | more | last
            yield {key: chosen[key] for key in (*sweep.grid, *sweep.zip)}


def _chain(key: str, single: Sequence[Setting], measured: Mapping[str, Any]) -> tuple[Setting, ...]:
    """Go through settings up and then down; each is known by the values before it, too."""
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
        "largest_group": sweep.largest_group,
    }


def _code(plan: Plan, model: str, registry: Registry) -> dict[str, Any]:
    """Return the checksums of plugin files that are run; what is installed is known by its names."""
    things = [(kind, thing.name) for kind, thing in plan.things] + [("model", model)]
    origins = {registry.plugin_of(*thing).distribution for thing in things}
    checksums = sorted(registry.files[origin] for origin in origins if origin in registry.files)
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
            raise KaditaError(f"{name}: two points are one: {seen[setting.folder]}; {setting}")
        seen[setting.folder] = setting
        run = setting.run
        end = (run.frames - 1) * run.every * run.parameters.time_step
        if (points.sweep.begin or 0.0) > end:
            raise KaditaError(
                f"{name}: begin: expected a time until the end of a run, {end:g}; got {points.sweep.begin:g}"
            )


def write_manifest(folder: Path, setting: Setting, points: Points, registry: Registry) -> None:
    """Say in a folder what lies there; one that says it is left as it is, but for seeds that are new."""
    path = folder / MANIFEST
    seeds = sorted({*points.sweep.seeds, *_seeds_in(path)})
    if seeds == _seeds_in(path):
        return
    plan, sweep = points.plan, points.sweep
    metrics = {
        thing.name: {
            "parameters": plan.records[thing.name],
            "summary": thing.summary,
            "formula": thing.formula,
            "plugin": str(registry.plugin_of(kind, thing.name)),
        }
        for kind, thing in plan.things
    }
    document = {
        "varied": setting.values,
        **({"direction": setting.direction} if setting.direction else {}),
        "run": _stored(setting.run),
        "seeds": seeds,
        "profile": sweep.definitions,
        "largest_group": sweep.largest_group,
        "metrics": metrics,
        "versions": {"python": platform.python_version(), "kadita": version("kadita"), "numpy": version("numpy")},
    }
    folder.mkdir(exist_ok=True)
    write_json(path, document)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document whole, unless it is there already."""
    content = to_json(document, indent=2, inf_nan_mode="strings", fallback=str) + b"\n"
    if not path.exists() or path.read_bytes() != content:
        replace_whole(path, lambda unfinished: unfinished.write_bytes(content))


def read_json(path: Path) -> Any:
    """Read a document; None where there is none, or what is there is none."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _seeds_in(manifest: Path) -> list[int]:
    document = read_json(manifest)
    return list(document.get("seeds", ())) if isinstance(document, dict) else []
