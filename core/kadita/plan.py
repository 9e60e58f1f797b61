"""What an analysis computes, in which order and with which parameters: settled before a frame is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from pathlib import Path
from typing import Any

from kadita.errors import KaditaError, did_you_mean
from kadita.metrics import Metric
from kadita.registry import Registry
from kadita.settings import parse_toml, read_toml


@dataclass(frozen=True)
class Plan:
    """Metrics in an order in which each comes after what it needs."""

    order: tuple[Metric, ...]
    parameters: Mapping[str, Mapping[str, Any]]
    wanted: tuple[str, ...]  # what the results will hold, in this order; the others are computed for them
    named: frozenset[str]  # what was asked for by name: an error where it cannot be had


@dataclass(frozen=True)
class Profile:
    """A named set of parameter values, and the metrics that have a form under it."""

    metrics: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, Any]]


def load_profile(name: str) -> Profile:
    """Read a built-in profile by name, or a TOML file by path.

    Raises:
        KaditaError: there is none of that name, or the file is no profile.
    """
    built_in = _built_in_profiles()
    if name not in built_in and not name.endswith(".toml"):
        raise KaditaError(f"there is no profile '{name}'; there are: {', '.join(built_in)}, or a file NAME.toml")
    table = parse_toml(name, built_in[name]) if name in built_in else read_toml(Path(name))
    metrics = table.pop("metrics", None)
    names = isinstance(metrics, list) and bool(metrics) and all(isinstance(m, str) for m in metrics)
    if not names or not all(isinstance(v, dict) for v in table.values()):
        raise KaditaError(f"profile {name}: expected a list `metrics` of names, and tables of parameters by metric")
    return Profile(tuple(metrics), table)


@cache
def _built_in_profiles() -> dict[str, str]:
    files = (resources.files("kadita") / "profiles").iterdir()
    return {f.name.removesuffix(".toml"): f.read_text(encoding="utf-8") for f in files if f.name.endswith(".toml")}


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
    if named:
        wanted = named
    elif profile is not None:
        wanted = list(profile.metrics)
    else:
        wanted = [m.name for m in registry.metrics.values() if m.default]
    graph = _needs(registry, wanted)
    try:
        order = [registry[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise KaditaError(f"metrics need each other in a circle: {' needs '.join(reversed(error.args[1]))}") from None
    given = dict(parameters or {})
    everywhere = given.pop("*", {})
    for key in everywhere:
        having = {k for m in order for k in m.parameters.model_fields}
        if key not in having:
            raise KaditaError(f"--set: no metric of this analysis has a parameter '{key}'{did_you_mean(key, having)}")
    for name in given:
        if name not in registry:
            raise KaditaError(f"--set: there is no metric '{name}'{did_you_mean(name, registry.metrics)}")
        if name not in graph:
            raise KaditaError(f"--set: '{name}' is not part of this analysis; add -m {name}")
    presets = profile.parameters if profile else {}
    for name in presets:
        if name not in registry:
            raise KaditaError(f"profile: there is no metric '{name}'{did_you_mean(name, registry.metrics)}")
    settled = {}
    for m in order:
        shared = {k: v for k, v in everywhere.items() if k in m.parameters.model_fields}
        settled[m.name] = m.validate({**presets.get(m.name, {}), **shared, **given.get(m.name, {})})
    return Plan(tuple(order), settled, tuple(wanted), frozenset(named))


def _needs(registry: Registry, wanted: Iterable[str]) -> dict[str, tuple[str, ...]]:
    graph: dict[str, tuple[str, ...]] = {}
    paths: list[tuple[str, ...]] = [(name,) for name in wanted]
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
