"""The state of a run, advanced by the model's own code: what that code does wrong is said in a line with its plugin."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np

from kadita.base.errors import PluginError
from kadita.models.engine import cell_list
from kadita.models.engine.integrator import steps_of
from kadita.models.engine.state import School, Space
from kadita.school.box import Floats
from kadita.school.frame import Frame
from kadita.simulation.checkpoint import Checkpoint
from kadita.simulation.checks import attributed, cutoff_of, model_error, rules_of, try_rules
from kadita.simulation.configuration import RunConfiguration

# a compiled call cannot be interrupted, so none takes more than a second or so
PAIRS_A_CALL, CELLS_PAIRS = 1_000_000_000, 1000


class Integration:
    """Positions and unit headings, both (N, 3), of a run after some steps.

    Args:
        configuration: the run.
        threads: the state does not depend on it.
        start: a frame to go on from, in the place of the model's initial state.

    Raises:
        PluginError: the model's code fails, or makes no positions and unit headings.
    """

    def __init__(self, configuration: RunConfiguration, threads: int, start: Frame | None) -> None:
        self.model = configuration.parameters
        self.models, self.species = configuration.models, configuration.species_indices
        self.seed = configuration.seed
        if start is not None:  # the noise of the first steps from the initial state must not come once more
            self.seed ^= int(checksum_of(start), 16)
        self.threads = threads
        self.step = 0
        with self._attributed("initial_state"):
            if start is None:
                state = self.model.initial_state(self.seed)
            else:
                state = self.model.space.wrap(start.positions), start.headings
            x, u = (np.array(a, dtype=np.float64) for a in state)
        shape = (self.model.agents, 3)
        if not x.shape == u.shape == shape:
            raise self._model_error(
                f"initial_state: expected positions and headings of shape {shape}; got {x.shape} and {u.shape}"
            )
        self._place(self.model.space.wrap(x), u)
        self.check()
        self.space = Space(self.model.space.array, cutoff_of(self.models))
        self.rules = rules_of(self.models)
        try_rules(self.model, self.rules, self.space.cutoff)

    def _place(self, positions: Floats, headings: Floats) -> None:
        """Take on a state, (N, 3) each, in the order of the agents."""
        agents = np.arange(self.model.agents, dtype=np.int32)
        self.school = School(positions.T.copy(), headings.T.copy(), agents, self.species)

    @property
    def positions(self) -> Floats:
        """Positions, (N, 3), in the order of the agents."""
        return self._in_order(self.school.positions, np.empty((self.model.agents, 3)))

    @property
    def headings(self) -> Floats:
        """Unit headings, (N, 3), in the order of the agents."""
        return self._in_order(self.school.headings, np.empty((self.model.agents, 3)))

    def write_to(self, positions: Floats, headings: Floats) -> None:
        """Write the state, (N, 3) each, in the order of the agents."""
        self._in_order(self.school.positions, positions)
        self._in_order(self.school.headings, headings)

    def _in_order(self, rows: Floats, ordered: Floats) -> Floats:
        ordered[self.school.agents] = rows.T
        return ordered

    def restore(self, state: Checkpoint) -> None:
        """Take on a state that was written earlier."""
        self.step = state.step
        self._place(state.positions, state.headings)

    def compile(self) -> None:
        """Compile the steps for this machine, or take them from disk, as the first step does otherwise."""
        self._call(0, self._by_cells())

    def advance(self, steps: int, pause: Callable[[], bool] = lambda: False) -> None:
        """Advance by some steps, or by fewer where `pause`, asked every second or so, says so."""
        last = self.step + steps
        while self.step < last:
            by_cells = self._by_cells()
            now = min(self._steps_a_call(by_cells), last - self.step)
            self._call(now, by_cells)
            self.step += now
            if pause():
                break

    def _call(self, steps: int, by_cells: bool) -> None:
        import numba

        if self.threads > 1:
            numba.set_num_threads(self.threads)
        with (
            self._attributed("pair, turn or displacement"),
            np.errstate(all="ignore"),
        ):  # which plain Python would warn of
            rules, parallel = (self.model.pair, self.model.turn, self.model.displacement), self.threads > 1
            advance = steps_of(*rules, by_cells=by_cells, parallel=parallel)
            seed = np.uint64(self.seed)
            advance(self.school, self.space, self.rules, steps, self.step, seed, self.threads)

    def _by_cells(self) -> bool:
        edges, x = self.space.edges, self.school.positions
        widths = edges if edges.any() else x.max(axis=1) - x.min(axis=1)
        return cell_list.pay(edges, widths, self.space.cutoff, self.model.agents)

    def _steps_a_call(self, by_cells: bool) -> int:
        n = self.model.agents
        return max(1, PAIRS_A_CALL // (n * (CELLS_PAIRS if by_cells else n + cell_list.WORTH)))

    def check(self) -> None:
        """Raise where a heading is no unit vector, or a position no number.

        Raises:
            PluginError: so it is.
        """
        x, u = self.school.positions, self.school.headings
        squares = np.einsum("an,an->n", u, u)
        if np.isfinite(x).all() and (np.abs(squares - 1) < 2e-6).all():
            return
        bad = ~(np.abs(squares - 1) < 2e-6) | ~np.isfinite(x).all(axis=0)
        agent = self.school.agents[bad].min()
        raise self._model_error(
            f"after {self.step} steps agent {agent} has heading {_said(self.headings[agent])} at "
            f"{_said(self.positions[agent])}; expected a unit vector and finite positions"
        )

    def _attributed(self, what: str) -> AbstractContextManager[None]:
        return attributed(self.model, what)

    def _model_error(self, what: str) -> PluginError:
        return model_error(self.model, what)


def checksum_of(start: Frame) -> str:
    """Checksum of a state that a run goes on from: 16 hexadecimal digits."""
    return hashlib.sha256(start.positions.tobytes() + start.velocities.tobytes()).hexdigest()[:16]


def _said(vector: Floats) -> str:
    return f"({', '.join(f'{v:.4g}' for v in vector)})"
