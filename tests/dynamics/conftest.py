"""Schools whose motion is known, and what an analysis says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import kadita
from kadita import Box
from kadita.evaluation.results import AnalysisResult
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

Floats = NDArray[np.float64]


@pytest.fixture(scope="session")
def school() -> Callable[..., InMemoryTrajectory]:
    """A trajectory in memory of positions (T, N, 3), NaN where an agent is absent, in a cell or open space."""

    def school(
        x: Floats,
        v: Floats | None = None,
        *,
        step: float = 1.0,
        box: Any = None,
        times: Any = None,
        dimensions: int | None = None,
        **attributes: Any,
    ):
        times = np.arange(len(x)) * step if times is None else np.asarray(times, dtype=float)
        lengths = Box.of(box).repeated(len(x))
        agents = np.arange(x.shape[1])
        return InMemoryTrajectory("school", Chunk(x, v, times, lengths), agents, attributes, dimensions=dimensions)

    return school


@pytest.fixture(scope="session")
def found() -> Callable[..., dict[str, AnalysisResult]]:
    """What one analysis finds, by the names of its outputs."""

    def found(data: Any, name: str, **parameters: Any) -> dict[str, AnalysisResult]:
        given = {f"{name}.{key}": value for key, value in parameters.items()}
        analyses = kadita.analyze(data, [name], parameters=given).analyses
        return {key.removeprefix(name).removeprefix("."): whole for key, whole in analyses.items()}

    return found


@pytest.fixture(scope="session")
def walkers() -> Callable[..., Floats]:
    """Paths of random walkers, (T, N, 3), whose every step is normal with this deviation on each axis."""

    def walkers(rng: np.random.Generator, frames: int, agents: int, deviation: float = 0.3) -> Floats:
        return np.cumsum(rng.normal(scale=deviation, size=(frames, agents, 3)), axis=0)

    return walkers


@pytest.fixture(scope="session")
def with_gaps() -> Callable[..., Floats]:
    """The same paths, of agents that come and go."""

    def with_gaps(rng: np.random.Generator, x: Floats, often: float = 0.02) -> Floats:
        absent = rng.random(x.shape[:2]) < often
        absent[1:] |= absent[:-1]
        return np.where(absent[..., None], np.nan, x)

    return with_gaps


@pytest.fixture(scope="session")
def wanderers() -> Callable[..., Floats]:
    """Headings, (T, N, 3), that turn by this angle a frame, each time in a direction drawn anew."""

    def wanderers(rng: np.random.Generator, frames: int, agents: int, angle: float) -> Floats:
        u = np.empty((frames, agents, 3))
        u[0] = rng.normal(size=(agents, 3))
        u[0] /= np.linalg.norm(u[0], axis=1, keepdims=True)
        for t in range(1, frames):
            aside = np.cross(u[t - 1], rng.normal(size=(agents, 3)))
            aside /= np.linalg.norm(aside, axis=1, keepdims=True)
            u[t] = np.cos(angle) * u[t - 1] + np.sin(angle) * aside
        return u

    return wanderers
