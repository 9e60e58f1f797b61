"""One pass over a trajectory: evaluate every metric on every block, and every analysis on every window."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError, KaditaWarning, NotApplicable, PluginError, describe_error
from kadita.evaluation.declared import Axes, as_declared, numbers_along_axes
from kadita.evaluation.plan import Plan
from kadita.plugins.declaration.analysis import Analysis, State
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.registry import Registry
from kadita.school.agent_axis import along_all
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.school.dimensions import PLANE
from kadita.school.neighbors import Integers
from kadita.school.read_only import read_only
from kadita.school.trajectory import Trajectory
from kadita.school.window import LocatedWindow, RollingWindows

PRESENT = "agent"  # the key of presence among the values, 1 where an agent is present; no metric has this name


SPACE_ALONE = "is defined only in space, and the school is in a plane"
PLANE_ALONE = "is defined only in a plane, and the school is in space"


class PartialResult(NamedTuple):
    """Results of some frames of a pass, which can be pickled, sent to other processes and stored."""

    times: Floats  # (t,), NaN for frames without agents, which are in no block
    values: Mapping[str, Floats]  # (t, ...) by metric
    states: Mapping[str, State]  # by analysis
    left_out: Mapping[str, str]  # reason by metric or analysis
    failures: Mapping[str, str]  # error message by metric or analysis
    notes: tuple[str, ...]
    axes: Mapping[str, Axes]
    counts: Integers  # (t,), number of agents in each frame
    identities: Integers | None  # (t, C), of the agent in each column, where later agents reuse columns


class Accumulator:
    """Accumulate the values of all metrics and the states of all analyses.

    Add blocks with `take`, in the order of their frames, or partial results with `absorb`; `finalize` returns the
    results. A metric or analysis that cannot be computed from these data is left out with a note, and one that raises
    is reported with its plugin; neither stops the others.
    """

    def __init__(self, plan: Plan, registry: Registry, trajectory: Trajectory, total: int) -> None:
        self.plan = plan
        self.registry = registry
        self.trajectory = trajectory
        self.total = total
        self.times = np.full(total, np.nan)
        self.values: dict[str, Floats] = {}
        self.axes: dict[str, Axes] = {}
        self.left_out: dict[str, str] = {}
        self.failures: dict[str, str] = {}
        self.notes: dict[str, None] = {}  # an ordered set
        for name, key in plan.unset.items():
            self.notes.setdefault(f"left out: {name}: it needs a {key} (--set {name}.{key}=VALUE)")
        for metric, definition, others in plan.mixed_definitions:
            self.notes.setdefault(
                f"{metric} is computed by its {definition} definition, but {', '.join(others)} by another; "
                f"--set definition={definition} sets it for all"
            )
        self.states: dict[str, State] = {}
        self._rolling = RollingWindows(trajectory, plan.halo) if plan.analyses else None
        self.counts: Integers = np.zeros(total, np.int64)
        self.identities = np.full((total, trajectory.n_columns), -1) if trajectory.reuses_columns else None
        self.dimensions = trajectory.decide_dimensions()
        for observable in plan.observables:
            if self.dimensions not in observable.dimensions:
                self._leave_out(observable, SPACE_ALONE if self.dimensions == PLANE else PLANE_ALONE)
        if not trajectory.has_velocities:
            for observable in plan.observables:
                if observable.needs_velocities:
                    self._leave_out(observable, "needs velocities, and there are none (see --velocities)")

    def resize(self, total: int) -> None:
        """Change the number of frames: append those written in the meantime, or drop the last ones."""

        def resized(store: Any, fill: float = np.nan) -> Any:
            new = np.full((max(0, total - len(store)), *store.shape[1:]), fill, store.dtype)
            return np.concatenate([store[:total], new])

        self.times, self.total = resized(self.times), total
        self.values = {name: resized(store) for name, store in self.values.items()}
        self.counts = resized(self.counts, 0)
        self.identities = None if self.identities is None else resized(self.identities, -1)

    def take(self, block: Block, rows: Integers, *, measured: bool = True) -> None:
        """Evaluate every metric on a block, whose frames are these rows of the results, and pass it to the analyses.

        A block with ``measured=False`` is passed to the analyses only: its frames come after the last window's own.
        """
        self.times[rows] = block.times
        self.counts[rows] = block.shape[1]
        if self.identities is not None:
            self.identities[np.ix_(rows, block.columns)] = block.members
        computed: dict[str, Floats] = {}
        for m in self.plan.order if measured else ():
            if self.lacks(m.name) or not self._has_needs(m, computed):
                continue
            try:
                computed[m.name], axes = self._compute(m, block, [computed.get(need) for need in m.needs])
                if m.name in self.plan.kept:
                    self._store(m, computed[m.name], block, rows)
                    self._put_axes(m.name, axes)
            except (Exception, SystemExit) as error:
                self.report(m, error)
        if self._rolling is not None:
            for placed in self._rolling.add(block, rows):
                self._evaluate_window(placed)

    def _has_needs(self, observable: Metric | Analysis, computed: Container[str]) -> bool:
        """Return whether all metrics that it needs were computed; otherwise record it as failed or left out."""
        optional = observable.optional if isinstance(observable, Metric) else frozenset[str]()
        dispensable = {need for need in optional if need in self.left_out}
        missing = [need for need in observable.needs if need not in computed and need not in dispensable]
        if missing and missing[0] in self.failures:
            self.failures[observable.name] = f"needs {missing[0]}, which failed"
        elif missing:
            self._leave_out(observable, f"needs {missing[0]}, which is left out")
        return not missing

    def _evaluate_window(self, placed: LocatedWindow) -> None:
        """Apply every analysis to a window, and merge the state that it returns."""
        for a in self.plan.analyses:
            if self.lacks(a.name) or not self._has_needs(a, {n for n in self.values if not self.lacks(n)}):
                continue
            try:
                window = placed.window.of(a.lookahead(self.plan.parameters[a.name]))
                if a.per_agent and not a.compact:
                    window = window.of_all(self.trajectory.agents, self.trajectory.species)
                first, last = placed.rows.start, placed.rows.start + window.shape[0]
                needs = [read_only(self.values[need][first:last]) for need in a.needs]
                parameters = self.plan.parameters[a.name]
                with self.noting(a):
                    state = a.function(window, *a.arguments(needs, parameters), **parameters)
                self._merge(a, state)
            except (Exception, SystemExit) as error:
                self.report(a, error)

    def _merge(self, a: Analysis, added: State) -> None:
        self.states[a.name] = a.merge(self.states[a.name], added) if a.name in self.states else added

    def part(self, n_own: int) -> PartialResult:
        """Return the partial result of the first `n_own` frames; the frames after them belong to other tasks."""
        self.finish_windows(n_own)
        values = {name: store[:n_own] for name, store in self.values.items()}
        return PartialResult(
            self.times[:n_own],
            values,
            self.states,
            self.left_out,
            self.failures,
            tuple(self.notes),
            self.axes,
            self.counts[:n_own],
            None if self.identities is None else self.identities[:n_own],
        )

    def finish_windows(self, n_own: int) -> None:
        """Apply the analyses to the remaining windows, once all blocks were added."""
        if self._rolling is not None:
            for placed in self._rolling.rest(n_own, self.total):
                self._evaluate_window(placed)
            self._rolling = None

    def absorb(self, part: PartialResult, rows: slice) -> None:
        """Add the partial result of the frames of these rows, in the order of the frames; then add no more blocks."""
        self._rolling = None
        self.times[rows], self.counts[rows] = part.times, part.counts
        if self.identities is not None:
            self.identities[rows] = part.identities
        for name, values in part.values.items():
            self._put(name, values, rows)
        for name, axes in part.axes.items():
            self._put_axes(name, axes)
        for a in self.plan.analyses:
            if a.name in part.states:
                try:
                    self._merge(a, part.states[a.name])
                except (Exception, SystemExit) as error:
                    self.report(a, error)
        self.left_out = {**part.left_out, **self.left_out}
        self.failures = {**part.failures, **self.failures}
        self.notes |= dict.fromkeys(part.notes)

    def lacks(self, name: str) -> bool:
        """Return whether a metric or analysis was left out or has failed."""
        return name in self.left_out or name in self.failures

    def report(self, observable: Metric | Analysis, error: BaseException) -> None:
        """Record that a metric or analysis cannot be computed, or that it raised, and where.

        Raises:
            KaditaError: the user's input is invalid.
        """
        if isinstance(error, NotApplicable):
            self._leave_out(observable, str(error))
        elif isinstance(error, PluginError):
            self.failures[observable.name] = str(error)
        elif isinstance(error, KaditaError):
            raise KaditaError(f"{observable.name}: {error}") from None
        else:  # a third-party plugin can raise anything
            if os.environ.get("KADITA_DEBUG"):
                traceback.print_exc()
            self.failures[observable.name] = f"{describe_error(error)}{_location(error, observable)}"

    @contextmanager
    def noting(self, observable: Metric | Analysis) -> Iterator[None]:
        """Turn what a metric or analysis warns of into notes."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        for w in caught:
            plain = issubclass(w.category, KaditaWarning)
            location = "" if plain else f" ({Path(w.filename).name}, line {w.lineno})"
            kind = "" if plain else f"{w.category.__name__}: "
            self.notes.setdefault(f"{observable.name}: {kind}{w.message}{location}")

    def _compute(self, m: Metric, block: Block, needs: list[Floats | None]) -> tuple[Floats, Axes]:
        parameters = self.plan.parameters[m.name]
        with self.noting(m):
            values = as_declared(m, block, m.rows(block, needs, parameters))
            axes = numbers_along_axes(m, block, values.shape[1:], parameters)
        values.flags.writeable = False  # metrics that need them get this array
        return values, read_only(axes) if axes else axes

    def _store(self, m: Metric, values: Floats, block: Block, rows: Integers) -> None:
        n_columns = self.trajectory.n_columns
        for axis, dim in enumerate(m.dims, start=1):
            if dim == "agent" and len(block.columns) != n_columns:  # absent agents get NaN
                values = along_all(values, axis, block.columns, n_columns)
        self._put(m.name, values, rows)
        if "agent" in m.dims:
            present = np.zeros((len(block), n_columns))
            present[:, block.columns] = 1.0
            self._put(PRESENT, present, rows)

    def _put(self, name: str, values: Floats, rows: Any) -> None:
        if name not in self.values:
            self.values[name] = np.full((self.total, *values.shape[1:]), np.nan)
        store = self.values[name]
        if store.shape[1:] != values.shape[1:]:
            raise PluginError(f"its shape changes between frames: {store.shape[1:]}, then {values.shape[1:]}")
        store[rows] = values

    def _put_axes(self, name: str, axes: Axes) -> None:
        known = self.axes.setdefault(name, axes)
        same = {dim: n for dim, n in known.items() if dim in axes and np.array_equal(n, axes[dim])}
        for dim in [d for d in known if d in axes and d not in same]:
            self.notes.setdefault(f"{name}: the numbers along {dim} differ between frames, and are left out")
        self.axes[name] = same

    def _leave_out(self, m: Metric | Analysis, reason: str) -> None:
        if m.name in self.plan.named:
            raise KaditaError(f"{self.trajectory.name}: {m.name} {reason}")
        self.left_out[m.name] = reason


def _location(error: BaseException, m: Metric | Analysis) -> str:
    """Return where it was raised: the last line in the metric's own file, rather than in a library that it calls."""
    trace = traceback.extract_tb(error.__traceback__)
    in_file = [t for t in trace if t.filename == m.function.__code__.co_filename]
    line = (in_file or list(trace))[-1]
    return f" ({Path(line.filename).name}, line {line.lineno})"
