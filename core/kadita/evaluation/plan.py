"""What an analysis computes, in which order and with which parameters: settled before a frame is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.settings import parse_toml, read_toml, text_of
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry


@dataclass(frozen=True)
class Plan:
    """Metrics in an order in which each comes after what it needs, and whole-trajectory analyses."""

    order: tuple[Metric, ...]
    parameters: Mapping[str, Mapping[str, Any]]
    wanted: tuple[str, ...]  # metrics that the results will hold, in this order; the others are computed for them
    named: frozenset[str]  # what was asked for by name: an error where it cannot be had
    analyses: tuple[Analysis, ...] = ()
    unset: Mapping[str, str] = field(default_factory=dict)  # by metric that no one named, a parameter without a value

    @property
    def things(self) -> list[tuple[str, Metric | Analysis]]:
        """All of both, with the word by which a registry knows the plugin of each."""
        return [*(("metric", m) for m in self.order), *(("analysis", a) for a in self.analyses)]

    @property
    def kept(self) -> frozenset[str]:
        """Metrics whose values are kept: those that are wanted, or that an analysis needs."""
        return frozenset(self.wanted).union(*(a.needs for a in self.analyses))

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """Parameters of all metrics and analyses as results record them, by name."""
        of_metrics = {m.name: m.recorded(self.parameters[m.name]) for m in self.order}
        return of_metrics | {a.name: dict(self.parameters[a.name]) for a in self.analyses}

    @property
    def halo(self) -> int:
        """How many frames behind its own ones a window needs at most."""
        return max((a.frames_behind(self.parameters[a.name]) for a in self.analyses), default=0)


@dataclass(frozen=True)
class Profile:
    """A named set of parameter values, and the metrics that have a form under it."""

    name: str
    metrics: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, Any]]


def load_profile(name: str | Profile, registry: Registry | None = None) -> Profile:
    """Read a profile that a plugin brings by name, or a TOML file by path; one that was read before is what it was.

    Raises:
        KaditaError: there is none of that name, or the file is no profile.
    """
    if isinstance(name, Profile):
        return name
    known = (registry or load_registry()).profiles
    if name in known:
        return _profile(name, parse_toml(name, text_of(name, known[name])))
    if not name.endswith(".toml"):
        raise KaditaError(f"there is no profile '{name}'; there are: {', '.join(known)}, or a file NAME.toml")
    return _profile(name, read_toml(Path(name)))


def _profile(name: str, table: dict[str, Any]) -> Profile:
    metrics = table.pop("metrics", None)
    names = isinstance(metrics, list) and bool(metrics) and all(isinstance(m, str) for m in metrics)
    if not names or not all(isinstance(v, dict) for v in table.values()):
        raise KaditaError(f"profile {name}: expected a list `metrics` of names, and tables of parameters by metric")
    return Profile(name, tuple(metrics), table)


def make_plan(
    registry: Registry,
    names: Iterable[str] | None = None,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    profile: Profile | None = None,
) -> Plan:
    """Settle what is computed for `names`, or for the default metrics where there are none.

    Raises:
        KaditaError: an unknown metric or parameter, a missing need or a cycle of needs, named with its path.
    """
    named = list(dict.fromkeys(names or ()))
    given, presets = _nested(registry, parameters or {}), profile.parameters if profile else {}
    unset: dict[str, str] = {}
    if named:
        asked = named
    elif profile is not None:
        asked = list(profile.metrics)
    else:
        asked = [m.name for m in registry.metrics.values() if m.default]
        asked += [a.name for a in registry.analyses.values() if a.default]
        unset = _unset(registry, asked, given, presets)
        asked = [name for name in asked if name not in unset]
    analyses = tuple(registry.analyses[name] for name in asked if name in registry.analyses)
    wanted = [name for name in asked if name not in registry.analyses]
    graph = _needs(registry, wanted, analyses)
    try:
        order = tuple(registry[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise KaditaError(f"metrics need each other in a circle: {' needs '.join(reversed(error.args[1]))}") from None
    settled = _settle((*order, *analyses), registry, given, presets)
    return Plan(order, settled, tuple(wanted), frozenset(named), analyses, unset)


def _nested(registry: Registry, parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Take ``{"metric": {"parameter": value}}``, which stands under every metric, for what it is."""
    given = {name: dict(values) for name, values in parameters.items()}
    everywhere = given.get("*", {})
    known = {*registry.metrics, *registry.analyses}
    for name in [n for n, value in everywhere.items() if n in known and isinstance(value, Mapping)]:
        given[name] = {**everywhere.pop(name), **given.get(name, {})}
    return dict(given)


def _unset(
    registry: Registry,
    names: Iterable[str],
    given: Mapping[str, Mapping[str, Any]],
    presets: Mapping[str, Mapping[str, Any]],
) -> dict[str, str]:
    """Return by name a parameter that must be given and was not, which is no reason to leave out the others."""
    found: dict[str, str] = {}
    for name in names:
        thing = registry.analyses[name] if name in registry.analyses else registry[name]
        known = {*given.get("*", {}), *given.get(name, {}), *presets.get(name, {})}
        for key, parameter in thing.parameters.model_fields.items():
            if parameter.is_required() and key not in known:
                found.setdefault(name, key)
    return found


def _settle(
    things: tuple[Metric | Analysis, ...],
    registry: Registry,
    given: dict[str, Mapping[str, Any]],
    presets: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Return the parameters of every metric and analysis: its defaults, the profile's, and those that were given."""
    everywhere = given.pop("*", {})
    having = {key for thing in things for key in thing.parameters.model_fields}
    for key in everywhere:
        if key not in having:
            raise KaditaError(f"--set: no metric of this analysis has a parameter '{key}'{did_you_mean(key, having)}")
    known, taking_part = {**registry.metrics, **registry.analyses}, {thing.name for thing in things}
    for name in given:
        if name not in known:
            raise KaditaError(f"--set: there is no metric '{name}'{did_you_mean(name, known)}")
        if name not in taking_part:
            raise KaditaError(f"--set: '{name}' is not part of this analysis; add -m {name}")
    for name in presets:
        if name not in known:
            raise KaditaError(f"profile: there is no metric '{name}'{did_you_mean(name, known)}")
    settled = {}
    for thing in things:
        shared = {k: v for k, v in everywhere.items() if k in thing.parameters.model_fields}
        settled[thing.name] = thing.validate({**presets.get(thing.name, {}), **shared, **given.get(thing.name, {})})
    return settled


def _needs(registry: Registry, wanted: Iterable[str], analyses: Iterable[Analysis]) -> dict[str, tuple[str, ...]]:
    graph: dict[str, tuple[str, ...]] = {}
    paths: list[tuple[str, ...]] = [(name,) for name in wanted]
    paths += [(a.name, need) for a in analyses for need in a.needs]
    while paths:
        path = paths.pop(0)
        name = path[-1]
        if name in graph:
            continue
        if name not in registry and len(path) > 1:
            hint = did_you_mean(name, registry.metrics)
            raise KaditaError(
                f"{' needs '.join(path)}, and there is no metric '{name}'{hint}; "
                "if it is a parameter, put a * before it"
            )
        graph[name] = registry[name].needs
        paths.extend((*path, need) for need in graph[name])
    return graph
