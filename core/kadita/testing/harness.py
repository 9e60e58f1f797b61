"""Computes a metric, with the metrics that it needs, on one school after another, as an evaluation does."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError, NotApplicable, PluginError
from kadita.evaluation.accumulator import Accumulator
from kadita.evaluation.declared import Axes
from kadita.evaluation.plan import Plan, make_plan
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin, Registry
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.school.in_memory import InMemoryTrajectory
from kadita.testing.symmetries import like


class Trial(NamedTuple):
    """A metric under test, with the plan and the registry to compute it."""

    metric: Metric
    plan: Plan
    registry: Registry

    @property
    def parameters(self) -> Mapping[str, Any]:
        """All parameters of the metric, with defaults for those that were not given."""
        return self.plan.parameters[self.metric.name]


def registry_with(metrics: Iterable[Metric]) -> Registry:
    """Return the installed plugins and these metrics, which replace installed ones of the same name."""
    registry = load_registry().copy()
    for m in metrics:
        registry.metrics[m.name] = m
        registry.plugins[f"metric {m.name}"] = Plugin("under test", "", "")
    return registry


def trial_of(metric: Metric, others: Iterable[Metric], parameters: Mapping[str, Any]) -> Trial:
    """Return the trial of a metric with these parameters; `others` are metrics that it needs.

    Raises:
        KaditaError: unknown, missing or invalid parameters, or a needed metric that is not installed.
    """
    for m in (metric, *others):
        if not isinstance(m, Metric):
            raise KaditaError(f"expected a function decorated with @metric; got {m!r}")
    registry = registry_with([*others, metric])
    missing = [need for need in metric.needs if need not in registry and need not in metric.variants]
    if missing:
        raise KaditaError(
            f"{metric.name} needs {missing[0]}, which is not installed: others=[{missing[0]}], or, if it is a "
            "parameter, put a * before it"
        )
    return _trial(registry, metric.name, {metric.name: dict(parameters)})


def _trial(registry: Registry, name: str, parameters: Mapping[str, Mapping[str, Any]]) -> Trial:
    """Return the trial of a metric as if it were not requested by name, so that it may be left out."""
    plan = replace(make_plan(registry, [name], parameters), named=frozenset())
    return Trial(registry[name], plan, registry)


def values_of(trial: Trial, block: Block) -> Floats:
    """Compute the metric on a block, (T, ...).

    Raises:
        NotApplicable: the metric declares that it does not apply to such a school.
        KaditaError: the metric fails, or returns something that it does not declare.
    """
    return _run(trial, block).values[trial.metric.name]


def axes_of(trial: Trial, block: Block) -> Axes:
    """Return the numbers along the metric's axes on a block, by name; raises the same errors as `values_of`."""
    return _run(trial, block).axes[trial.metric.name]


def _run(trial: Trial, block: Block) -> Accumulator:
    run = Accumulator(trial.plan, trial.registry, InMemoryTrajectory.of_block(block), len(block))
    run.take(block, np.arange(len(block)))
    if run.failures:
        raise PluginError(run.failures.get(trial.metric.name) or next(iter(run.failures.values())))
    if trial.metric.name in run.left_out:
        raise NotApplicable(run.left_out[trial.metric.name])
    return run


def writes_to(trial: Trial, block: Block) -> str:
    """Name what the metric modifies of its input: the block, the values of needed metrics, its parameters."""
    given = [_needed(trial, need, block) for need in trial.metric.needs]
    before = [None if array is None else array.copy() for array in (block.positions, block.velocities, *given)]
    names = ["positions", "velocities", *trial.metric.needs]
    parameters = copy.deepcopy(dict(trial.parameters))
    try:
        trial.metric.rows(block, given, parameters)
    except Exception as error:
        return str(error) if "read-only" in str(error) else ""
    after = [block.positions, block.velocities, *given]
    pairs = [(n, a, b) for n, a, b in zip(names, before, after, strict=True) if a is not None and b is not None]
    changed = [n for n, a, b in pairs if not np.array_equal(a, b, equal_nan=True)]
    changed += ["its parameters"] if parameters != trial.parameters else []
    return f"{' and '.join(changed)} are modified" if changed else ""


def _needed(trial: Trial, need: str, block: Block) -> Floats | None:
    """Compute a metric that the one under test needs, with the parameters that it needs it with.

    None where it does without it.
    """
    variant = trial.metric.variants.get(need)
    metric, own = (need, {}) if variant is None else (variant.metric, dict(variant.parameters))
    try:
        return values_of(_trial(trial.registry, metric, {metric: own}), block)
    except NotApplicable:
        if need in trial.metric.optional:
            return None
        raise


def microseconds(trial: Trial, block: Block) -> float:
    """Return the time per agent and frame, including needed metrics; the shortest of three."""
    frames, agents = block.shape
    best = np.inf
    for _ in range(3):
        fresh = like(block, block.positions)
        start = time.perf_counter()
        values_of(trial, fresh)
        best = min(best, time.perf_counter() - start)
    return float(best / (frames * agents) * 1e6)
