"""Schools to convert: one agent and 150, in a cell and in open space, with species and with agents that come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kadita.io.amber.writer import AmberWriter

CELL = np.array([30.0, 25.5, 41.25])
TIMES = np.array([0.25, 0.5, 1.75, 2.0])  # unevenly spaced


@dataclass(frozen=True)
class Motion:
    """A file and the numbers in it; float32, so that formats in single precision lose nothing."""

    path: Path
    positions: NDArray[np.float64]  # (T, N, 3)
    velocities: NDArray[np.float64]
    times: NDArray[np.float64]
    lengths: NDArray[np.float64] | None
    kinds: NDArray[np.int32]

    @property
    def agents(self) -> int:
        return self.positions.shape[1]

    def of_frame(self, number: int) -> Motion:
        """The same with the cell of one frame."""
        return replace(self, lengths=None if self.lengths is None else self.lengths[number])

    @property
    def names(self) -> list[str]:
        return [("nimble", "slow")[k] for k in self.kinds]


def motion(
    folder: Path,
    agents: int,
    *,
    periodic: bool = True,
    species: bool = True,
    times=TIMES,
    absent=(),
    shift=0.0,
    identities=None,
) -> Motion:
    rng = np.random.default_rng(agents + periodic)
    x = (rng.random((len(times), agents, 3)) * CELL).astype(np.float32).astype(np.float64)
    if not periodic:
        shift -= 10.0
    v = rng.normal(size=x.shape).astype(np.float32).astype(np.float64)
    x = (x + shift).astype(np.float32).astype(np.float64)
    for frame, agent in absent:
        x[frame, agent] = v[frame, agent] = np.nan
    lengths = CELL + 0.25 * np.arange(len(times))[:, None] if periodic else None  # another cell in every frame
    kinds = (np.arange(agents) % 2).astype(np.int32)
    named = (("nimble", "slow"), kinds) if species and agents > 1 else None
    path = folder / "school.nc"
    with AmberWriter(path, identities or agents, periodic=periodic, presence=bool(absent), species=named) as writer:
        writer.write(x, v, times, lengths)
    return Motion(path, x, v, times, lengths, kinds)


@pytest.fixture(scope="module", params=[(1, True), (150, True), (150, False)], ids=["N=1", "N=150", "open space"])
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Motion:
    """Schools of which every agent is there in every frame."""
    agents, periodic = request.param
    return motion(tmp_path_factory.mktemp("school"), agents, periodic=periodic)


@pytest.fixture(scope="module")
def gappy(tmp_path_factory: pytest.TempPathFactory) -> Motion:
    """Five agents in open space; agent 1 is absent from the first frame, 1 and 4 from the third."""
    return motion(tmp_path_factory.mktemp("gappy"), 5, periodic=False, absent=[(0, 1), (2, 1), (2, 4)])


@pytest.fixture(scope="module")
def simple(tmp_path_factory: pytest.TempPathFactory) -> Motion:
    """150 agents in a periodic cell, at even times."""
    return motion(tmp_path_factory.mktemp("simple"), 150, times=0.5 * np.arange(6))


@pytest.fixture
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Motion]:
    """Make a school of so many agents."""

    def make(agents: int, **options: Any) -> Motion:
        return motion(tmp_path_factory.mktemp("made"), agents, **options)

    return make
