"""The state of a run, advanced by the model's compiled code; an error in that code is one line that names the model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import numpy as np

from kadita.base.code_hash import checksum
from kadita.base.parallel.tasks import threads
from kadita.models.engine import cell_list
from kadita.models.engine.integrator import steps_of
from kadita.models.engine.state import Space, State
from kadita.models.model import Model
from kadita.school.block import Frame
from kadita.school.box import Floats
from kadita.simulation.checkpoint import Checkpoint
from kadita.simulation.checks import attributed, cutoff_of, model_error, rules_of, try_rules
from kadita.simulation.configuration import RunConfiguration

# a compiled call cannot be interrupted, so each takes about a second at most
PAIRS_PER_CALL, PAIRS_PER_AGENT = 1_000_000_000, 1000


class Integration:
    """Positions and unit headings, both (N, 3), of a run after some steps.

    Args:
        configuration: the run.
        threads: the state does not depend on it.
        start: a frame to start from, instead of the model's initial state.

    Raises:
        PluginError: the model's code fails, or does not return finite positions and unit headings.
    """

    def __init__(self, configuration: RunConfiguration, threads: int, start: Frame | None) -> None:
        self.model = configuration.parameters
        self.models, self.species = configuration.models, configuration.species_indices
        self.seed = configuration.seed
        if start is not None:  # must not repeat the noise of the first steps
            self.seed ^= int(checksum_of(start), 16)
        self.threads = threads
        self.step = 0
        with attributed(self.model, "initial_state"):
            if start is None:
                state = self.model.initial_state(self.seed)
            else:
                state = self.model.space.wrap(start.positions), start.headings
            x, u = (np.array(a, dtype=np.float64) for a in state)
        shape = (self.model.agents, 3)
        if not x.shape == u.shape == shape:
            expected = f"initial_state: expected positions and headings of shape {shape}"
            raise model_error(self.model, f"{expected}; got {x.shape} and {u.shape}")
        self._set_state(self.model.space.wrap(x), u)
        self.check()
        # the engine knows cells with three edges or none: an edge along z that no agent of a plane reaches
        edges = self.model.space.closed(x[None])[0]
        self.space = Space(edges, cutoff_of(self.models))
        self.rules = rules_of(self.models)
        try_rules(self.model, self.rules, self.space.cutoff)

    def _set_state(self, positions: Floats, headings: Floats) -> None:
        """Set the state, (N, 3) each, in the order of the agents."""
        agents = np.arange(self.model.agents, dtype=np.int32)
        self.school = State(positions.T.copy(), headings.T.copy(), agents, self.species)

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
        """Set the state of a checkpoint."""
        self.step = state.step
        self._set_state(state.positions, state.headings)

    def compile(self) -> None:
        """Compile the steps for this machine, or load them from the cache; otherwise the first step does this."""
        self._call(0, self._by_cells())

    def advance(self, steps: int, pause: Callable[[], bool] = lambda: False) -> None:
        """Advance by some steps, or by fewer if `pause`, called about every second, returns True."""
        last = self.step + steps
        while self.step < last:
            by_cells = self._by_cells()
            n_steps = min(self._steps_per_call(by_cells), last - self.step)
            self._call(n_steps, by_cells)
            self.step += n_steps
            if pause():
                break

    def _call(self, steps: int, by_cells: bool) -> None:
        several = threads(self.threads) if self.threads > 1 else nullcontext()
        # plain Python would warn of overflows
        with several, attributed(self.model, "pair, turn or displacement"), np.errstate(all="ignore"):
            rules = self.model.pair, self.model.turn, self.model.displacement
            advance = steps_of(*rules, by_cells=by_cells, parallel=self.threads > 1)
            seed = np.uint64(self.seed)
            advance(self.school, self.space, self.rules, steps, self.step, seed, self.threads)

    def _by_cells(self) -> bool:
        edges, x = self.space.edges, self.school.positions
        widths = edges if edges.any() else x.max(axis=1) - x.min(axis=1)
        return cell_list.cells_are_faster(edges, widths, self.space.cutoff, self.model.agents)

    def _steps_per_call(self, by_cells: bool) -> int:
        n = self.model.agents
        return max(1, PAIRS_PER_CALL // (n * (PAIRS_PER_AGENT if by_cells else n + cell_list.CELL_LIST_COST)))

    def check(self) -> None:
        """Check that all headings are unit vectors and all positions finite.

        Raises:
            PluginError: an agent for which this is not so.
        """
        x, u = self.school.positions, self.school.headings
        if self.model.dimensions == 2 and (x[2].any() or u[2].any()):
            agent = self.school.agents[(x[2] != 0) | (u[2] != 0)].min()
            raise model_error(
                self.model,
                f"after {self.step} steps agent {agent} has left the plane: heading {_formatted(self.headings[agent])} "
                f"at {_formatted(self.positions[agent])}; its rules do not work in 2 dimensions",
            )
        valid = (np.abs(np.einsum("an,an->n", u, u) - 1) < 2e-6) & np.isfinite(x).all(axis=0)
        if not valid.all():
            agent = self.school.agents[~valid].min()
            raise model_error(
                self.model,
                f"after {self.step} steps agent {agent} has heading {_formatted(self.headings[agent])} at "
                f"{_formatted(self.positions[agent])}; expected a unit vector and finite positions",
            )


def checksum_of(start: Frame) -> str:
    """Return a checksum of the state from which a run starts: 16 hexadecimal digits."""
    return hashlib.sha256(start.positions.tobytes() + start.velocities.tobytes()).hexdigest()[:16]


def checksum_of_rules(models: Sequence[Model]) -> str:
    """Return a checksum of the code of a model's rules, and of their constants for all species."""
    model, constants = models[0], rules_of(models)
    functions = (model.pair, model.turn, model.displacement, type(model).initial_state)
    facts = [*map(checksum, functions), repr(cutoff_of(models)), *(table.tobytes().hex() for table in constants)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _formatted(vector: Floats) -> str:
    return f"({', '.join(f'{v:.4g}' for v in vector)})"
