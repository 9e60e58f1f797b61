"""The plan of an analysis: what is computed, in which order and with which parameters, before any frame is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from pathlib import Path
from typing import Any

from kadita.base import renamed
from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.settings import parse_toml, read_toml
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.registry import Plugin, Registry


@dataclass(frozen=True)
class Plan:
    """Metrics, each after those that it needs, and whole-trajectory analyses."""

    order: tuple[Metric, ...]
    parameters: Mapping[str, Mapping[str, Any]]
    wanted: tuple[str, ...]  # metrics in the results, in this order; others are computed because these need them
    named: frozenset[str]  # requested by name: an error if they cannot be computed
    analyses: tuple[Analysis, ...] = ()
    unset: Mapping[str, str] = field(default_factory=dict)  # by metric not requested by name, a required parameter

    @property
    def kept(self) -> frozenset[str]:
        """Metrics whose values are stored: those in the results, and those that an analysis needs."""
        return frozenset(self.wanted).union(*(a.needs for a in self.analyses))

    @property
    def observables(self) -> tuple[Metric | Analysis, ...]:
        """All metrics, then all analyses."""
        return *self.order, *self.analyses

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """Parameters of all metrics and analyses, by name, as recorded in the results."""
        metrics = {m.name: m.recorded(self.parameters[m.name]) for m in self.order}
        return metrics | {a.name: dict(self.parameters[a.name]) for a in self.analyses}

    def plugins(self, registry: Registry) -> dict[str, Plugin]:
        """Return the plugin of every metric and analysis, by its name."""
        kinds = {m.name: "metric" for m in self.order} | {a.name: "analysis" for a in self.analyses}
        return {name: registry.plugin_of(kind, name) for name, kind in kinds.items()}

    @property
    def halo(self) -> int:
        """Largest lookahead of all analyses: number of frames that a window needs after its own."""
        return max((a.lookahead(self.parameters[a.name]) for a in self.analyses), default=0)


@dataclass(frozen=True)
class Preset:
    """A named set of parameter values, and the metrics that it computes by default."""

    name: str
    metrics: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, Any]]


def load_preset(name: str | Preset) -> Preset:
    """Return a built-in preset (`--profile`) by name, or read a TOML file by path; a `Preset` is returned unchanged.

    Raises:
        KaditaError: an unknown name, or a file that is not a profile.
    """
    if isinstance(name, Preset):
        return name
    built_in = _built_in_presets()
    if name in built_in:
        return built_in[name]
    if not name.endswith(".toml"):
        raise KaditaError(f"there is no profile '{name}'; there are: {', '.join(built_in)}, or a file NAME.toml")
    return _preset(name, read_toml(Path(name)))


def _preset(name: str, table: dict[str, Any]) -> Preset:
    metrics = table.pop("metrics", None)
    names = isinstance(metrics, list) and bool(metrics) and all(isinstance(m, str) for m in metrics)
    if not names or not all(isinstance(v, dict) for v in table.values()):
        raise KaditaError(f"profile {name}: expected a list `metrics` of names, and tables of parameters by metric")
    metrics = renamed.new_names(metrics, renamed.METRICS)
    return Preset(name, tuple(metrics), renamed.new_keys(table, renamed.METRICS))


@cache
def _built_in_presets() -> dict[str, Preset]:
    files = (resources.files("kadita.evaluation") / "presets").iterdir()
    texts = {f.name.removesuffix(".toml"): f.read_text(encoding="utf-8") for f in files if f.name.endswith(".toml")}
    return {name: _preset(name, parse_toml(name, text)) for name, text in texts.items()}


def make_plan(
    registry: Registry,
    names: Iterable[str] | None = None,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    profile: Preset | None = None,
) -> Plan:
    """Return the plan that computes `names`, or the default metrics if there are none.

    Raises:
        KaditaError: an unknown metric or parameter, a missing need or a cycle of needs, with the path that leads to it.
    """
    named = list(dict.fromkeys(renamed.new_names(names or (), renamed.METRICS)))
    given, presets = _nested(registry, parameters or {}), profile.parameters if profile else {}
    unset: dict[str, str] = {}
    if named:
        requested = named
    elif profile is not None:
        requested = list(profile.metrics)
    else:
        requested = [m.name for m in registry.metrics.values() if m.default]
        requested += [a.name for a in registry.analyses.values() if a.default]
        unset = _unset(registry, requested, given, presets)
        requested = [name for name in requested if name not in unset]
    analyses = tuple(registry.analyses[name] for name in requested if name in registry.analyses)
    wanted = [name for name in requested if name not in registry.analyses]
    graph = _needs(registry, wanted, analyses)
    try:
        order = tuple(registry[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise KaditaError(f"metrics need each other in a cycle: {' needs '.join(reversed(error.args[1]))}") from None
    resolved = _resolve_parameters((*order, *analyses), registry, given, presets)
    return Plan(order, resolved, tuple(wanted), frozenset(named), analyses, unset)


def _nested(registry: Registry, parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Move tables ``{"metric": {"parameter": value}}`` from the parameters of all metrics to the metric they name."""
    given = {name: dict(values) for name, values in renamed.new_keys(parameters, renamed.METRICS).items()}
    for_all = given.get("*", {})
    known = {*registry.metrics, *registry.analyses}
    for name in [n for n, value in for_all.items() if n in known and isinstance(value, Mapping)]:
        given[name] = {**for_all.pop(name), **given.get(name, {})}
    return dict(given)


def _unset(
    registry: Registry,
    names: Iterable[str],
    given: Mapping[str, Mapping[str, Any]],
    presets: Mapping[str, Mapping[str, Any]],
) -> dict[str, str]:
    """Return a required parameter without a value, by name of its metric; only that metric is left out."""
    unset: dict[str, str] = {}
    for name in names:
        observable = registry.analyses[name] if name in registry.analyses else registry[name]
        known = {*given.get("*", {}), *given.get(name, {}), *presets.get(name, {})}
        for key, parameter in observable.parameters.model_fields.items():
            if parameter.is_required() and key not in known:
                unset.setdefault(name, key)
    return unset


def _resolve_parameters(
    observables: tuple[Metric | Analysis, ...],
    registry: Registry,
    given: dict[str, Mapping[str, Any]],
    presets: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Return the parameters of every metric and analysis: its defaults, then the profile's, then the given ones."""
    for_all = given.pop("*", {})
    keys = {key for observable in observables for key in observable.parameters.model_fields}
    for key in for_all:
        if key not in keys:
            raise KaditaError(f"--set: no metric of this analysis has a parameter '{key}'{did_you_mean(key, keys)}")
    known, planned = {**registry.metrics, **registry.analyses}, {observable.name for observable in observables}
    for name in given:
        if name not in known:
            raise KaditaError(f"--set: there is no metric '{name}'{did_you_mean(name, known)}")
        if name not in planned:
            raise KaditaError(f"--set: '{name}' is not part of this analysis; add -m {name}")
    for name in presets:
        if name not in known:
            raise KaditaError(f"profile: there is no metric '{name}'{did_you_mean(name, known)}")
    resolved = {}
    for o in observables:
        shared = {k: v for k, v in for_all.items() if k in o.parameters.model_fields}
        resolved[o.name] = o.validate({**presets.get(o.name, {}), **shared, **given.get(o.name, {})})
    return resolved


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
                "if it is a parameter, make it keyword-only: put a * before it"
            )
        graph[name] = registry[name].needs
        paths.extend((*path, need) for need in graph[name])
    return graph
