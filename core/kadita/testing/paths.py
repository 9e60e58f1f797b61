"""Computes an analysis on known trajectories, for any partition into windows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaWarning
from kadita.evaluation.evaluate import analyze
from kadita.plugins.declaration.analysis import Analysis, Facts, State, finished
from kadita.plugins.registry import Registry
from kadita.school.box import Floats
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.read_only import read_only
from kadita.school.window import Window

FRAMES, AGENTS, SIDE = 65, 8, 10.0
Result = dict[str, dict[str, NDArray[Any]]]


class Path(NamedTuple):
    """Paths of agents over a whole trajectory: (T, N, 3), NaN where an agent is absent."""

    positions: Floats
    velocities: Floats
    lengths: Floats | None
    agents: NDArray[Any]
    dimensions: int = 3

    @property
    def times(self) -> Floats:
        """Times of the frames, with a step of 1/2."""
        return np.arange(len(self.positions), dtype=np.float64) / 2


def known_paths() -> dict[str, Path]:
    """Return a turning school in open space, one that crosses a periodic cell, and one whose agents come and go.

    In the last one some velocities are not known. Each is there in space and in a plane, with 65 frames of 8 agents and
    a time step of 1/2. The cell of the plane repeats along x alone.
    """
    rng = np.random.default_rng(12)
    turn = 0.1 * np.arange(FRAMES)[:, None] + 0.3 * rng.normal(size=AGENTS) + 0.1 * rng.normal(size=(FRAMES, AGENTS))
    v = np.stack([np.cos(turn), np.sin(turn), 0.2 * rng.normal(size=turn.shape)], axis=2)
    x = rng.normal(size=(AGENTS, 3)) + 0.5 * np.cumsum(v, axis=0)
    agents = np.arange(100, 100 + AGENTS)
    present = np.ones((FRAMES, AGENTS, 1), bool)
    present[10:25, 2] = present[50:, 5] = present[:18, 6] = False
    known = present.copy()
    known[30:33, 4] = known[0, 1] = False
    paths: dict[str, Path] = {}
    for dimensions, where in ((3, ""), (2, ", plane")):
        flat = np.array([1.0, 1.0, float(dimensions == 3)])
        edges = np.array([SIDE, SIDE, SIDE] if dimensions == 3 else [SIDE, 0.0, 0.0])
        x, v, cell = x * flat, v * flat, np.tile(edges, (FRAMES, 1))
        wrapped = np.where(edges > 0, np.mod(x, SIDE), x)
        seen, moving = np.where(present, x, np.nan), np.where(known, v, np.nan)
        paths |= {
            f"open space{where}": Path(x, v, None, agents, dimensions),
            f"periodic cell{where}": Path(wrapped, v, cell, agents, dimensions),
            f"agents that come and go{where}": Path(seen, moving, None, agents, dimensions),
        }
    return paths


class AnalysisTrial(NamedTuple):
    """An analysis under test, with its parameters and the registry of the metrics that it needs."""

    analysis: Analysis
    parameters: Mapping[str, Any]
    registry: Registry

    def states(self, path: Path, cuts: Sequence[int]) -> list[State]:
        """Return the state of each window, whose own frames are those between successive cuts."""
        a, halo = self.analysis, self.analysis.lookahead(self.parameters)
        needs = self._needs(path)
        states = []
        for first, last in pairwise(cuts):
            end = min(last + halo, FRAMES)
            lengths = None if path.lengths is None else path.lengths[first:end].copy()
            window = Window(
                path.positions[first:end].copy(),
                path.velocities[first:end].copy(),
                times=path.times[first:end].copy(),
                lengths=lengths,
                own=last - first,
                agents=path.agents,
                dimensions=path.dimensions,
                attributes={"r_a": 2.0},
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", KaditaWarning)  # they are notes, and no fault
                states.append(a.function(window, *self._arguments(needs, first, end), **self.parameters))
            intact = same(window.positions, path.positions[first:end])
            if not (intact and same(window.velocities, path.velocities[first:end])):
                raise ValueError("read-only arrays were modified; work on a copy")
        return states

    def finish(self, path: Path, state: State) -> Result:
        """Return the result of a state."""
        names = [metric for metric, _ in self._needed()]
        labels = {name: self.registry[name].labels for name in names}
        facts = read_only(Facts(path.times, path.agents, {"r_a": 2.0}, labels, path.dimensions))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KaditaWarning)
            return finished(self.analysis, state, facts, self.parameters)

    def result(self, path: Path, cuts: Sequence[int]) -> Result:
        """Return the result of the merged states of the windows between successive cuts."""
        return self.finish(path, reduce(self.analysis.merge, self.states(path, cuts)))

    def _needs(self, path: Path) -> list[Floats]:
        chunk = Chunk(path.positions, path.velocities, path.times, path.lengths)
        memory = InMemoryTrajectory("path", chunk, path.agents, {"r_a": 2.0}, dimensions=path.dimensions)
        return [
            analyze(memory, name, parameters={f"{name}.{k}": v for k, v in own.items()}, registry=self.registry)[name]
            for name, own in self._needed()
        ]

    def _arguments(self, needs: Sequence[Floats], first: int, end: int) -> list[Any]:
        return self.analysis.arguments([n[first:end].copy() for n in needs], self.parameters)

    def _needed(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the metrics that the analysis needs, each with the parameters that it needs it with."""
        variants = self.analysis.variants
        return [(variants[n].metric, variants[n].parameters) if n in variants else (n, {}) for n in self.analysis.needs]


def same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Return whether two arrays are equal, with NaN in the same places."""
    return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
