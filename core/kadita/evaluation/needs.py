"""What metrics need: all metrics of an analysis, each after those that it needs, and each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from pydantic_core import to_json

from kadita.base.errors import KaditaError, did_you_mean
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.registry import Registry


class Planned(NamedTuple):
    """A metric of an analysis, under its own name or, with parameters of its own, as ``neighbor_distance(k=1)``."""

    metric: str
    own: Mapping[str, Any]  # parameters of its own
    needs: tuple[str, ...]  # the names under which the metrics that it needs are planned
    path: tuple[str, ...]  # from what was requested to this metric

    def __str__(self) -> str:
        return " needs ".join(self.path)

    def needing(self, names: Mapping[str, str]) -> Planned:
        """Return the same metric with other names of what it needs."""
        return self._replace(needs=tuple(names[need] for need in self.needs))


def planned(registry: Registry, wanted: Iterable[str], analyses: Iterable[Analysis]) -> dict[str, Planned]:
    """Return the metrics that are wanted, and all that these or the analyses need, by the names they are planned under.

    Raises:
        KaditaError: an unknown metric, with the path that leads to it.
    """
    found: dict[str, Planned] = {}
    paths: list[tuple[tuple[str, ...], str, Mapping[str, Any]]] = [((name,), name, {}) for name in wanted]
    paths += [((a.name, name), metric, own) for a in analyses for name, metric, own in _needed(a)]
    while paths:
        path, metric, own = paths.pop(0)
        name = path[-1]
        if name in found:
            continue
        if metric not in registry and len(path) > 1:
            if metric in registry.analyses:
                raise KaditaError(f"{' needs '.join(path)}, which is a whole-trajectory analysis; expected a metric")
            hint = did_you_mean(metric, registry.metrics)
            advice = "" if own else "; if it is a parameter, make it keyword-only: put a * before it"
            raise KaditaError(f"{' needs '.join(path)}, and there is no metric '{metric}'{hint}{advice}")
        definition = registry[metric]
        found[name] = Planned(metric, own, definition.needs, path)
        paths.extend(((*path, need), other, others) for need, other, others in _needed(definition))
    return found


def _needed(observable: Metric | Analysis) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield for every need its name in the plan, the metric, and the parameters that it has of its own."""
    for name in observable.needs:
        variant = observable.variants.get(name)
        yield (name, name, {}) if variant is None else (name, variant.metric, variant.parameters)


def in_order(metrics: Mapping[str, Planned]) -> list[str]:
    """Return the names of metrics, each after those that it needs.

    Raises:
        KaditaError: metrics need each other in a cycle.
    """
    try:
        return list(TopologicalSorter({name: m.needs for name, m in metrics.items()}).static_order())
    except CycleError as error:
        raise KaditaError(f"metrics need each other in a cycle: {' needs '.join(reversed(error.args[1]))}") from None


def shared(metrics: Mapping[str, Planned], parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return for every metric the name of the one that is computed for it: one for all with equal parameters."""
    first: dict[tuple[str, bytes], str] = {}
    for name in sorted(metrics, key=lambda name: bool(metrics[name].own)):  # those under their own names first
        first.setdefault(_identity(metrics[name], parameters[name]), name)
    return {name: first[_identity(m, parameters[name])] for name, m in metrics.items()}


def _identity(metric: Planned, parameters: Mapping[str, Any]) -> tuple[str, bytes]:
    return metric.metric, to_json(dict(parameters), fallback=repr, inf_nan_mode="strings")


def defined(registry: Registry, name: str, metric: Planned) -> Metric:
    """Return the definition of a metric under the name, and with the needs, that it has in the plan."""
    definition = registry[metric.metric]
    if (name, metric.needs) == (definition.name, definition.needs):
        return definition
    return replace(definition, name=name, needs=metric.needs, variants={})
