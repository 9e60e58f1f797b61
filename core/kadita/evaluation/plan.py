"""The plan of an analysis: what is computed, in which order and with which parameters, before any frame is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from kadita.base import renamed
from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.settings import parse_toml, read_toml
from kadita.evaluation.needs import Planned, defined, in_order, planned, shared
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.registry import Plugin, Registry

DEFAULT = "default"  # among the names of metrics: the default ones


def with_default(names: Iterable[str], usual: Iterable[str]) -> list[str]:
    """Return names, each once and those that have changed as they are now, with `usual` in the place of `DEFAULT`."""
    new = (
        renamed.new_name(head, renamed.METRICS) + dot + rest for head, dot, rest in (n.partition(".") for n in names)
    )
    return list(dict.fromkeys(found for name in new for found in (usual if name == DEFAULT else [name])))


@dataclass(frozen=True)
class Plan:
    """Metrics, each after those that it needs, and whole-trajectory analyses."""

    order: tuple[Metric, ...]
    parameters: Mapping[str, Mapping[str, Any]]
    wanted: tuple[str, ...]  # metrics in the results, in this order; others are computed because these need them
    named: frozenset[str]  # requested by name: an error if they cannot be computed
    analyses: tuple[Analysis, ...] = ()
    unset: Mapping[str, str] = field(default_factory=dict)  # by metric not requested by name, a required parameter
    variants: Mapping[str, str] = field(default_factory=dict)  # by name of one with parameters of its own, the metric

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
        return {name: registry.plugin_of(kind, self.variants.get(name, name)) for name, kind in kinds.items()}

    @property
    def mixed_definitions(self) -> list[tuple[str, str, list[str]]]:
        """Metrics with the definition that they have, and the metrics that they need which have another one."""
        chosen = {name: values["definition"] for name, values in self.parameters.items() if "definition" in values}
        found = []
        for m in self.order:
            others = [
                need for need in m.needs if m.name in chosen and chosen.get(need, chosen[m.name]) != chosen[m.name]
            ]
            if others:
                found.append((m.name, str(chosen[m.name]), others))
        return found

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
    """Return the plan that computes `names`, or the default metrics if there are none; `DEFAULT` stands for these.

    Raises:
        KaditaError: an unknown metric or parameter, a missing need or a cycle of needs, with the path that leads to it.
    """
    asked = list(dict.fromkeys(renamed.new_names(names or (), renamed.METRICS)))
    named = [name for name in asked if name != DEFAULT]
    given, presets = _nested(registry, parameters or {}), profile.parameters if profile else {}
    unset: dict[str, str] = {}
    if named and DEFAULT not in asked:
        requested = named
    elif profile is not None:
        requested = [*profile.metrics, *named]
    else:
        requested = [m.name for m in registry.metrics.values() if m.default]
        requested += [a.name for a in registry.analyses.values() if a.default]
        unset = _unset(registry, requested, given, presets)
        requested = [name for name in requested if name not in unset] + named
    requested = list(dict.fromkeys(requested))
    analyses = tuple(registry.analyses[name] for name in requested if name in registry.analyses)
    wanted = [name for name in requested if name not in registry.analyses]
    analyses = tuple(_with_chosen(a, registry, given, presets) for a in analyses)
    metrics = planned(registry, wanted, analyses)
    ordered = in_order(metrics)
    resolved = _resolve_parameters(metrics, analyses, registry, given, presets)
    if any(m.own for m in metrics.values()):
        same = shared(metrics, resolved)
        resolved = {name: values for name, values in resolved.items() if same.get(name, name) == name}
        metrics = {name: m.needing(same) for name, m in metrics.items() if same[name] == name}
        ordered = in_order(metrics)
        analyses = tuple(replace(a, needs=tuple(same[need] for need in a.needs), variants={}) for a in analyses)
    order = tuple(defined(registry, name, metrics[name]) for name in ordered)
    variants = {name: m.metric for name, m in metrics.items() if m.own}
    return Plan(order, resolved, tuple(wanted), frozenset(named), analyses, unset, variants)


def _nested(registry: Registry, parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Move tables ``{"metric": {"parameter": value}}`` from the parameters of all metrics to the metric they name."""
    given = {name: dict(values) for name, values in renamed.new_keys(parameters, renamed.METRICS).items()}
    for_all = given.get("*", {})
    known = {*registry.metrics, *registry.analyses}
    for name in [n for n, value in for_all.items() if n in known and isinstance(value, Mapping)]:
        given[name] = {**for_all.pop(name), **given.get(name, {})}
    return dict(given)


def _with_chosen(
    a: Analysis,
    registry: Registry,
    given: Mapping[str, Mapping[str, Any]],
    presets: Mapping[str, Mapping[str, Any]],
) -> Analysis:
    """Return an analysis that also needs the metrics that one of its parameters names.

    Raises:
        KaditaError: one of these is not a metric.
    """
    if not a.chosen_by:
        return a
    tables = (presets.get(a.name, {}), given.get("*", {}), given.get(a.name, {}))
    values = {key: value for table in tables for key, value in table.items() if key == a.chosen_by}
    if not values and a.parameters.model_fields[a.chosen_by].is_required():
        return a  # what is missing is said where all parameters are checked
    needing = a.needing_chosen(a.validate(values))
    for name in needing.needs[len(a.needs) :]:
        if name not in registry.metrics:
            found = "is a whole-trajectory analysis" if name in registry.analyses else "is not one"
            hint = did_you_mean(name, registry.metrics)
            raise KaditaError(f"{a.name}.{a.chosen_by}: expected names of metrics; '{name}' {found}{hint}")
    return needing


def _unset(
    registry: Registry,
    names: Iterable[str],
    given: Mapping[str, Mapping[str, Any]],
    presets: Mapping[str, Mapping[str, Any]],
) -> dict[str, str]:
    """Return a required parameter without a value, by name of its metric; only that metric is left out."""
    unset: dict[str, str] = {}
    for name in names:
        observable = registry.find(name)
        keys = (*given.get("*", {}), *given.get(name, {}), *presets.get(name, {}))
        known = {key.partition(".")[0] for key in keys}
        for key, parameter in observable.parameters.model_fields.items():
            if parameter.is_required() and key not in known:
                unset.setdefault(name, key)
    return unset


def _resolve_parameters(
    metrics: Mapping[str, Planned],
    analyses: Iterable[Analysis],
    registry: Registry,
    given: dict[str, Mapping[str, Any]],
    presets: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Return the parameters of every metric and analysis: its defaults, then the profile's, given ones, its own."""
    observables = [*metrics.items(), *((a.name, Planned(a.name, {}, (), (a.name,))) for a in analyses)]
    definitions = {m.metric: registry.find(m.metric) for _, m in observables}
    for_all = dict(given.pop("*", {}))
    free: dict[str, set[str]] = {name: set() for name in definitions}  # parameters that some metric does not fix
    for _, m in observables:
        free[m.metric] |= definitions[m.metric].parameters.model_fields.keys() - m.own.keys()
    keys = {key for names in free.values() for key in names}
    known = {**registry.metrics, **registry.analyses}
    for name in [name for name in given if name not in known and name in keys]:  # a key of a table of all metrics
        for_all |= {f"{name}.{key}": value for key, value in given.pop(name).items()}
    for key in (key.partition(".")[0] for key in for_all):
        if key not in keys:
            raise KaditaError(f"--set: no metric of this analysis has a parameter '{key}'{did_you_mean(key, keys)}")
    for name, values in given.items():
        if name not in known:
            raise KaditaError(f"--set: there is no metric '{name}'{did_you_mean(name, known)}")
        if name not in definitions:
            raise KaditaError(f"--set: '{name}' is not part of this analysis; add -m {name}")
        fields = definitions[name].parameters.model_fields
        for key in (key.partition(".")[0] for key in values):
            if key in fields and key not in free[name]:
                path = next(m for _, m in observables if m.metric == name)
                raise KaditaError(f"--set: {name}.{key} has no effect, as {path}; add -m {name}")
    for name in presets:
        if name not in known:
            raise KaditaError(f"profile: there is no metric '{name}'{did_you_mean(name, known)}")
    resolved = {}
    for name, m in observables:
        values = dict(presets.get(m.metric, {}))
        if for_all:
            fields = definitions[m.metric].parameters.model_fields
            shared = {key: value for key, value in for_all.items() if key.partition(".")[0] in fields}
            values = _replaced(values, shared)
        for more in filter(None, (given.get(m.metric), m.own)):
            values = _replaced(values, more)
        try:
            resolved[name] = definitions[m.metric].validate(values)
        except KaditaError as error:
            raise KaditaError(f"{m}: {error}" if m.own else str(error)) from None
    return resolved


def _replaced(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with others in their place; a whole table also replaces single keys of it: ``weights.order``."""
    inner = [k for k in values if "." in k and any(k.startswith(f"{key}.") for key in others)]
    return {**{k: v for k, v in values.items() if k not in inner}, **others}
