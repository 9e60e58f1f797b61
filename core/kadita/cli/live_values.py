"""What is measured of a run while it goes on: the metrics that say so, by the means of `kadita.analyze`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from kadita.base.errors import KaditaError

if TYPE_CHECKING:
    from kadita.plugins.registry import Registry
    from kadita.school.block import Block
    from kadita.simulation.stream import Simulation


class Meter:
    """Metrics with one number a frame that are declared as ``plotted``, with the parameters of an analysis.

    Attributes:
        names: of the metrics.
    """

    def __init__(self, registry: Registry, parameters: Mapping[str, Any], profile: str | None) -> None:
        shown = [registry.metrics[name] for name in registry.plotted]
        self.names = tuple(m.name for m in shown if not m.dims and not m.labels)
        self._registry, self._profile = registry, profile
        self._together = bool(self.names)
        self._parameters = {name: _own(registry, name, parameters) for name in self.names}

    def limits(self, name: str) -> tuple[float, float] | None:
        """Return the least and the greatest value of a metric, as it declares them."""
        return self._registry.metrics[name].range

    def measure(self, block: Block) -> dict[str, float]:
        """Return the values of the last frame by metric; NaN for one that is undefined, or cannot be computed."""
        last = block.of_agents(np.arange(block.shape[1]), slice(-1, None))
        if self._together:
            try:
                return self._values(last, self.names)
            except (KaditaError, OSError):  # one of them cannot be computed here
                self._together = False
        values = dict.fromkeys(self.names, math.nan)
        for name in self.names:
            with suppress(KaditaError, OSError):
                values |= self._values(last, (name,))
        return values

    def _values(self, frame: Block, names: tuple[str, ...]) -> dict[str, float]:
        from kadita.evaluation.evaluate import analyze

        parameters = {key: value for name in names for key, value in self._parameters[name].items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = analyze(frame, names, parameters=parameters, profile=self._profile, registry=self._registry).series
        return {name: float(found[name].values[-1]) if name in found else math.nan for name in names}


def a_block_like(school: Simulation) -> Block:
    """Return a frame of a few agents in the space of a run, in no relation to it."""
    from kadita.school.block import Block

    rng = np.random.default_rng(0)
    x, v = rng.uniform(0.0, 1.0, (2, 1, 12, 3)) * [1.0, 1.0, school.dimensions == 3]
    return Block(x, v, box=school.model.space, dimensions=school.dimensions, attributes=school.attributes)


def _own(registry: Registry, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a metric, and of those that it needs."""
    from kadita.evaluation.plan import make_plan

    try:
        computed = {m.name: m for m in make_plan(registry, [name]).order}
    except KaditaError:  # it lacks something, and is undefined
        return {}
    fields = {key for m in computed.values() for key in m.parameters.model_fields}
    return {
        key: value
        for key, value in parameters.items()
        if key.partition(".")[0] in (computed if "." in key else fields) or key.partition(".")[0] in fields
    }
