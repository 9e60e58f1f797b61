"""A metric on trial: computed on one school after another, as an analysis computes it, with what it needs."""

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


class Trial(NamedTuple):
    """A metric, and all that it takes to compute it."""

    metric: Metric
    plan: Plan
    registry: Registry

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Its parameters, those that were not given at their defaults."""
        return self.plan.parameters[self.metric.name]


def registry_with(metrics: Iterable[Metric]) -> Registry:
    """Return what is installed, and these metrics in the place of what has their names."""
    registry = load_registry().copy()
    for m in metrics:
        registry.metrics[m.name] = m
        registry.plugins[f"metric {m.name}"] = Plugin("under test", "", "")
    return registry


def trial_of(metric: Metric, others: Iterable[Metric], parameters: Mapping[str, Any]) -> Trial:
    """Settle what is computed.

    Raises:
        KaditaError: unknown, missing or impossible parameters, or a need that nothing brings.
    """
    for m in (metric, *others):
        if not isinstance(m, Metric):
            raise KaditaError(f"expected a function decorated with @metric; got {m!r}")
    registry = registry_with([*others, metric])
    strangers = [need for need in metric.needs if need not in registry]
    if strangers:
        raise KaditaError(
            f"{metric.name} needs {strangers[0]}, which is not installed: others=[{strangers[0]}], or, if it is a "
            "parameter, put a * before it"
        )
    return Trial(metric, _plan(registry, metric.name, {metric.name: dict(parameters)}), registry)


def values_of(trial: Trial, block: Block) -> Floats:
    """Compute the metric on a block, (T, ...).

    Raises:
        NotApplicable: it says that it cannot be computed for such a school.
        KaditaError: it fails, or returns something else than it declares.
    """
    return _run(trial, block).values[trial.metric.name]


def axes_of(trial: Trial, block: Block) -> Axes:
    """Return the numbers along the metric's axes on a block, by name; raises what `values_of` does."""
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
    """Say what the metric writes to of its input, the block, the values of what it needs, and its parameters."""
    given = [values_of(_trial_of_need(trial, need), block) for need in trial.metric.needs]
    kept = [block.positions.copy(), block.velocities.copy(), *(g.copy() for g in given)]
    names = ["positions", "velocities", *trial.metric.needs]
    parameters = copy.deepcopy(dict(trial.parameters))
    try:
        trial.metric.rows(block, given, parameters)
    except Exception as error:
        return str(error) if "read-only" in str(error) else ""
    now = [block.positions, block.velocities, *given]
    changed = [n for n, a, b in zip(names, kept, now, strict=True) if not np.array_equal(a, b, equal_nan=True)]
    changed += ["its parameters"] if parameters != trial.parameters else []
    return f"{' and '.join(changed)} are no longer what they were" if changed else ""


def microseconds(trial: Trial, block: Block) -> float:
    """Return the time that an agent of a frame takes, what the metric needs included; the best of three."""
    frames, agents = block.shape
    best = np.inf
    for _ in range(3):
        fresh = Block(block.positions, block.velocities, box=block.box, attributes=block.attributes)
        begin = time.perf_counter()
        values_of(trial, fresh)
        best = min(best, time.perf_counter() - begin)
    return float(best / (frames * agents) * 1e6)


def _trial_of_need(trial: Trial, need: str) -> Trial:
    return Trial(trial.registry[need], _plan(trial.registry, need, {}), trial.registry)


def _plan(registry: Registry, name: str, parameters: Mapping[str, Mapping[str, Any]]) -> Plan:
    """Settle what is computed for a metric, as if no one had asked for it by name: it may be left out."""
    return replace(make_plan(registry, [name], parameters), named=frozenset())
