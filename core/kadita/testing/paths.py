"""An analysis on trial: known paths of agents, and what it makes of them, however they are cut into windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.evaluation.evaluate import analyze
from kadita.plugins.declaration.analysis import Analysis, Facts, State, finished
from kadita.plugins.registry import Registry
from kadita.school.box import Floats
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.read_only import read_only
from kadita.school.trajectory import Chunk
from kadita.school.window import Window

FRAMES, AGENTS, SIDE = 65, 8, 10.0
Result = dict[str, dict[str, NDArray[Any]]]


class Path(NamedTuple):
    """A trajectory in memory, whole: (T, N, 3), NaN where an agent is absent."""

    positions: Floats
    velocities: Floats
    lengths: Floats | None
    agents: NDArray[Any]

    @property
    def times(self) -> Floats:
        """Half a unit of time apart."""
        return np.arange(len(self.positions), dtype=np.float64) / 2


def known_paths() -> dict[str, Path]:
    """Return schools that swim: a turning one in open space, one through a periodic cell, one whose agents come and go.

    All are 65 frames of 8 agents, half a unit of time apart.
    """
    rng = np.random.default_rng(12)
    turn = 0.1 * np.arange(FRAMES)[:, None] + 0.3 * rng.normal(size=AGENTS) + 0.1 * rng.normal(size=(FRAMES, AGENTS))
    v = np.stack([np.cos(turn), np.sin(turn), 0.2 * rng.normal(size=turn.shape)], axis=2)
    x = rng.normal(size=(AGENTS, 3)) + 0.5 * np.cumsum(v, axis=0)
    agents = np.arange(100, 100 + AGENTS)
    there = np.ones((FRAMES, AGENTS, 1), bool)
    there[10:25, 2] = there[50:, 5] = there[:18, 6] = False
    cell = np.full((FRAMES, 3), SIDE)
    return {
        "open space": Path(x, v, None, agents),
        "periodic cell": Path(np.mod(x, SIDE), v, cell, agents),
        "agents that come and go": Path(np.where(there, x, np.nan), np.where(there, v, np.nan), None, agents),
    }


class AnalysisTrial(NamedTuple):
    """An analysis, and what it makes of a path that is cut into windows."""

    analysis: Analysis
    parameters: Mapping[str, Any]
    registry: Registry

    def states(self, path: Path, cuts: Sequence[int]) -> list[State]:
        """Return what each window adds, of the own frames between successive cuts."""
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
                attributes={"r_a": 2.0},
            )
            states.append(a.function(window, *(n[first:end].copy() for n in needs), **self.parameters))
            moved = same(window.positions, path.positions[first:end])
            if not (moved and same(window.velocities, path.velocities[first:end])):
                raise ValueError("read-only arrays were written to all the same; work on a copy")
        return states

    def finish(self, path: Path, state: State) -> Result:
        """Return the result of a state."""
        labels = {n: self.registry.metrics[n].labels for n in self.analysis.needs}
        facts = read_only(Facts(path.times, path.agents, {"r_a": 2.0}, labels))
        return finished(self.analysis, state, facts, self.parameters)

    def result(self, path: Path, cuts: Sequence[int]) -> Result:
        """Return the result of what the windows between successive cuts add, merged in their order."""
        state, *others = self.states(path, cuts)
        for other in others:
            state = self.analysis.merge(state, other)
        return self.finish(path, state)

    def _needs(self, path: Path) -> list[Floats]:
        if not self.analysis.needs:
            return []
        chunk = Chunk(path.positions, path.velocities, path.times, path.lengths)
        memory = InMemoryTrajectory("path", chunk, path.agents, {"r_a": 2.0})
        found = analyze(memory, self.analysis.needs, registry=self.registry)
        return [found[name] for name in self.analysis.needs]


def same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether two arrays are equal, NaN where the other is."""
    return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
