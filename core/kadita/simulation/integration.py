"""The state of a run, advanced by the model's compiled code; an error in that code is one line that names the model."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import numba
import numpy as np

from kadita.base.code_hash import checksum
from kadita.base.parallel.tasks import threads
from kadita.models.engine import cell_list
from kadita.models.engine.grid import WIDE
from kadita.models.engine.integrator import EXTREMES, steps_of
from kadita.models.engine.state import State
from kadita.models.model import Model
from kadita.school.block import Frame
from kadita.school.box import Floats
from kadita.simulation.checkpoint import Checkpoint
from kadita.simulation.checks import attributed, model_error
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.first_state import checksum_of, first_state
from kadita.simulation.preparation import check_interactions, prepare
from kadita.simulation.trial import try_rules

MOST_THREADS = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
# a compiled call cannot be interrupted, so each takes about a second at most
PAIRS_PER_CALL, PAIRS_PER_AGENT = 1_000_000_000, 1000


class Integration:
    """Positions and unit headings, both (N, 3), of a run after some steps.

    Args:
        configuration: the run.
        threads: the state does not depend on it.
        start: a frame to start from, instead of the model's initial state.
        by_cells: whether neighbours are searched by cells; None: if it is faster. The state does not depend on it.

    Raises:
        PluginError: the model's code fails, or does not return finite positions and unit headings.
    """

    def __init__(
        self, configuration: RunConfiguration, threads: int, start: Frame | None, by_cells: bool | None = None
    ) -> None:
        self.model = configuration.parameters
        self.models, self.species = configuration.models, configuration.species_indices
        self.seed = configuration.seed
        if start is not None:  # must not repeat the noise of the first steps
            self.seed ^= int(checksum_of(start), 16)
        self.threads, self.by_cells = threads, by_cells
        self.step = 0
        state = first_state(configuration, self.seed, start)
        check_interactions(configuration)
        self.prepared = prepare(self.models, configuration.models_of_pairs)
        self._set_state(*state)
        self.check()
        try_rules(self.model, self.prepared)

    def _set_state(self, positions: Floats, headings: Floats, variables: Floats) -> None:
        """Set the state, (N, 3), (N, 3) and (V, N), in the order of the agents."""
        n = self.model.agents
        agents, shifts = np.arange(n, dtype=np.int32), np.empty((3, 0))
        if self.prepared.method.keeps_shift:  # none yet: an agent moves with its speed along its heading
            shifts = np.ascontiguousarray(headings.T) * (speeds_of(self.models)[self.species] * self.model.time_step)
        self.school = State(
            positions.T.copy(), headings.T.copy(), agents, self.species, variables.reshape(-1).copy(), shifts
        )

    @property
    def positions(self) -> Floats:
        """Positions, (N, 3), in the order of the agents."""
        return self._in_order(self.school.positions, np.empty((self.model.agents, 3)))

    @property
    def headings(self) -> Floats:
        """Unit headings, (N, 3), in the order of the agents; velocities, where these are the state."""
        return self._in_order(self.school.headings, np.empty((self.model.agents, 3)))

    @property
    def variables(self) -> Floats:
        """Numbers that agents keep, (V, N), in the order of the agents."""
        rows = self.school.variables.reshape(-1, self.model.agents)
        return self._in_order(rows, np.empty((self.model.agents, len(rows)))).T

    def write_to(self, positions: Floats, velocities: Floats) -> None:
        """Write positions, and velocities as the model's `velocity_kind` says, (N, 3) each, in the order of agents."""
        self._in_order(self.school.positions, positions)
        if self.model.walls is not None:
            positions[:] = self.model.walls.inward(positions)  # inside as single precision in a file, too
        if self.prepared.method.keeps_shift:
            self._in_order(self.school.shifts, velocities)
            velocities /= self.model.time_step
        else:
            self._in_order(self.school.headings, velocities)
            if not self.prepared.method.inertial:
                velocities *= speeds_of(self.models)[self.species][:, None]

    def _in_order(self, rows: Floats, ordered: Floats) -> Floats:
        ordered[self.school.agents] = rows.T
        return ordered

    def restore(self, state: Checkpoint) -> None:
        """Set the state of a checkpoint."""
        self.step = state.step
        self._set_state(state.positions, state.headings, state.variables)

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
        several = threads(min(self.threads, MOST_THREADS)) if self.threads > 1 else nullcontext()
        method, space, scales, rules = self.prepared
        if method.by_interaction and not by_cells:
            self._sort_by_species()
        extremes = np.zeros((self.threads, EXTREMES))
        # plain Python would warn of overflows
        with several, attributed(self.model, "rules"), np.errstate(all="ignore"):
            advance = steps_of(method, by_cells=by_cells, parallel=self.threads > 1)
            advance(self.school, space, scales, rules, steps, self.step, np.uint64(self.seed), extremes)
        self._check_extremes(*extremes.max(axis=0))

    def _sort_by_species(self) -> None:
        """Put agents of one species side by side, as the sums over all pairs need them."""
        x, u, agents, species, variables, shifts = self.school
        order = np.argsort(species[agents], kind="stable")
        rows = variables.reshape(-1, len(agents)).take(order, axis=1)  # which keeps arrays contiguous
        x, u, shifts = (a.take(order, axis=1) if a.size else a for a in (x, u, shifts))
        self.school = State(x, u, agents[order], species, rows.reshape(-1), shifts)

    def _by_cells(self) -> bool:
        if self.by_cells is not None:
            return self.by_cells
        edges, x = self.prepared.space.edges, self.school.positions
        widths = np.where(edges > 0, edges, x.max(axis=1) - x.min(axis=1))
        return cell_list.cells_are_faster(edges, widths, self.prepared.space.cutoff, self.model.agents)

    def _steps_per_call(self, by_cells: bool) -> int:
        n = self.model.agents
        return max(1, PAIRS_PER_CALL // (n * (PAIRS_PER_AGENT if by_cells else n + cell_list.CELL_LIST_COST)))

    def _check_extremes(self, speed: float, displacement: float) -> None:
        """Check the largest squared speed and displacement of the last steps.

        Raises:
            PluginError: an agent was faster than the model's largest speed, or moved too far between walls.
        """
        walls = self.model.walls
        if walls is not None and not displacement <= walls.half_width**2 * WIDE:
            raise model_error(
                self.model,
                f"soon after {self.step} steps an agent moved by {math.sqrt(displacement):.4g} in a step; expected at "
                f"most half the width of {self.model.arena}, {walls.half_width:g}; reduce time_step",
            )
        largest = [model.largest_speed for model in self.models if model.largest_speed is not None]
        if self.prepared.method.inertial and not speed <= max(largest) ** 2:
            raise model_error(
                self.model,
                f"soon after {self.step} steps an agent reached the speed {math.sqrt(speed):.4g}; expected at most "
                f"largest_speed = {max(largest):g}, up to which sums of velocities are exact; "
                "raise it, or reduce time_step",
            )

    def check(self) -> None:
        """Check that all headings are unit vectors and all positions finite.

        Raises:
            PluginError: an agent for which this is not so.
        """
        x, u = self.school.positions, self.school.headings
        inertial = self.prepared.method.inertial
        what = "velocity" if inertial else "heading"
        outside = (abs(x[2]) > 0) | (abs(u[2]) > 0)  # NaN is not: it is said below
        if self.model.dimensions == 2 and outside.any():
            agent = self.school.agents[outside].min()
            raise model_error(
                self.model,
                f"after {self.step} steps agent {agent} has left the plane: {what} {_formatted(self.headings[agent])} "
                f"at {_formatted(self.positions[agent])}; its rules do not work in 2 dimensions",
            )
        valid = np.isfinite(u).all(axis=0) if inertial else np.abs(np.einsum("an,an->n", u, u) - 1) < 2e-6
        valid &= np.isfinite(x).all(axis=0)
        if not valid.all():
            agent = self.school.agents[~valid].min()
            expected = "finite velocities" if inertial else "a unit vector"
            raise model_error(
                self.model,
                f"after {self.step} steps agent {agent} has {what} {_formatted(self.headings[agent])} at "
                f"{_formatted(self.positions[agent])}; expected {expected} and finite positions",
            )
        walls = self.model.walls
        if walls is not None and not (inside := walls.inside(x.T)).all():
            agent = self.school.agents[~inside].min()
            raise model_error(
                self.model,
                f"after {self.step} steps agent {agent} is at {_formatted(self.positions[agent])}, outside "
                f"{self.model.arena}; expected a first state inside",
            )
        kept = self.school.variables
        if not np.isfinite(kept).all():
            place = int(np.argmin(np.isfinite(kept)))
            name, agent = self.model.variables[place // len(x[0])], self.school.agents[place % len(x[0])]
            raise model_error(
                self.model,
                f"after {self.step} steps agent {agent} has {name} = {kept[place]}; expected finite numbers",
            )


def checksum_of_rules(configuration: RunConfiguration) -> str:
    """Return a checksum of the code of a model's rules, and of their constants for all species and their pairs."""
    model = configuration.parameters
    prepared = prepare(configuration.models, configuration.models_of_pairs)
    method = prepared.method
    functions = (method.pair, method.turn, method.displacement, method.remember, method.sees)
    starts = (type(model).initial_state, type(model).initial_variables)
    facts = [*map(checksum, (*functions, *starts)), repr(method[len(functions) :])]
    numbers = [np.asarray(a) for a in (*prepared.space, *prepared.scales, *prepared.rules)]
    facts += [f"{a.dtype} {a.tobytes().hex()}" for a in numbers]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def speeds_of(models: Sequence[Model]) -> Floats:
    """Return the speed of each species, (S,)."""
    return np.array([model.speed for model in models])


def _formatted(vector: Floats) -> str:
    return f"({', '.join(f'{v:.4g}' for v in vector)})"
