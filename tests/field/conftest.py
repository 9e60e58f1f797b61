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


@pytest.fixture(params=[None, 10.0], ids=["open", "cell"])
def compact(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[Block, Floats, Floats]:
    """Random schools, and their positions and velocities, with some agents at rest.

    In the cell they lie across its corner, and are less than half its edge wide: what the block has is wrapped into
    the cell, and what a referee is given is not, so that it needs to know nothing of images.
    """
    x = rng.uniform(0, 4, (6, 40, 3)) * [1, 0.8, 0.6] + 8
    v = rng.normal(size=x.shape) + [0.6, 0.2, -0.1]
    v[rng.random(v.shape[:2]) < 0.2] = 0.0
    return Block(x % request.param if request.param else x, v, box=request.param), x, v
