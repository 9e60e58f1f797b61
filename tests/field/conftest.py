"""Schools whose structure is known, and the metrics of the field on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import kadita_field
from kadita import Block, Metric

Floats = NDArray[np.float64]
METRICS: dict[str, Metric] = {m.name: m for m in kadita_field.kadita_metrics()}


@pytest.fixture(scope="session")
def value() -> Callable[..., Floats]:
    """A metric's values, (T, ...), with its defaults for what is not given."""

    def value(name: str, block: Block, **parameters: Any) -> Floats:
        m = METRICS[name]
        return np.asarray(m(block, **m.validate(parameters)))

    return value


@pytest.fixture
def gas(rng: np.random.Generator) -> Callable[..., Block]:
    """Agents that know nothing of each other, uniform in a cell, some of them at rest where that is wanted."""

    def gas(frames: int = 4, agents: int = 60, box: Any = 10.0, *, cell: Any = 10.0, resting: float = 0.0) -> Block:
        x = rng.uniform(0, 1, (frames, agents, 3)) * cell
        v = rng.normal(size=x.shape) + [0.6, 0.2, -0.1]
        v[rng.random(v.shape[:2]) < resting] = 0.0
        return Block(x, v, box=box)

    return gas
