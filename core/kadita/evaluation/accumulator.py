"""One pass over a trajectory: every metric on every block, every analysis on every window, and what was left out."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError, KaditaWarning, NotApplicable, PluginError, said
from kadita.evaluation.declared import Axes, as_declared, numbers_along_axes
from kadita.evaluation.plan import Plan
from kadita.plugins.declaration.analysis import Analysis, State
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.registry import Registry
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.read_only import read_only
from kadita.school.trajectory import Trajectory
from kadita.school.window import Rolling, Seen


class Part(NamedTuple):
    """What was found in some frames of a pass, ready to travel and to be kept."""

    times: Floats  # (t,), NaN in frames that came in no block
    values: Mapping[str, Floats]  # (t, ...) by metric
    states: Mapping[str, State]  # by analysis
    left_out: Mapping[str, str]
    failures: Mapping[str, str]
    notes: tuple[str, ...]
    axes: Mapping[str, Axes]


class Pass:
    """Values of all metrics so far, and states of all analyses.

    Blocks go in by `take`, in the order of their frames, or parts by `absorb`; `gathering.gather` makes results of it.
    What cannot be computed from these data is left out with a note, and a metric or analysis that raises is named with
    its plugin; neither stops the others.
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
        self.notes: dict[str, None] = {}  # in order, each once
        for name, key in plan.unset.items():
            self.notes.setdefault(f"left out: {name}: it needs a {key} (--set {name}.{key}=VALUE)")
        self.states: dict[str, State] = {}
        self._rolling = Rolling(trajectory.agents, trajectory.attributes, plan.halo) if plan.analyses else None
        if not trajectory.has_velocities:
            for _, thing in plan.things:
                if thing.needs_velocities:
                    self._leave_out(thing, "needs velocities, and there are none (see --velocities)")

    def resize(self, total: int) -> None:
        """Make room for frames that came while others were measured, or leave the last ones out."""

        def resized(store: Floats) -> Floats:
            new = np.full((max(0, total - len(store)), *store.shape[1:]), np.nan)
            return np.concatenate([store[:total], new])

        self.times, self.total = resized(self.times), total
        self.values = {name: resized(store) for name, store in self.values.items()}

    def take(self, block: Block, rows: Integers, *, measured: bool = True) -> None:
        """Compute every metric on one block, whose frames are these rows of the results, and show it to analyses.

        A block that is not `measured` is only shown: it lies behind the last window.
        """
        self.times[rows] = block.times
        here: dict[str, Floats] = {}
        for m in self.plan.order if measured else ():
            if m.name in self.left_out or m.name in self.failures:
                continue
            if self._can_have(m, here):
                self._try(m, block, rows, here)
        if self._rolling is not None:
            for seen in self._rolling.add(block, rows):
                self._look(seen)

    def _can_have(self, thing: Metric | Analysis, here: Container[str]) -> bool:
        """Whether all is there that it needs; otherwise it is left out, or has failed."""
        missing = [need for need in thing.needs if need not in here]
        if missing and missing[0] in self.failures:
            self.failures[thing.name] = f"needs {missing[0]}, which failed"
        elif missing:
            self._leave_out(thing, f"needs {missing[0]}, which is left out")
        return not missing

    def _look(self, seen: Seen) -> None:
        """Have every analysis look at a window, and merge what it adds."""
        for a in self.plan.analyses:
            if a.name in self.left_out or a.name in self.failures:
                continue
            try:
                if self._can_have(a, {n for n in self.values if n not in self.left_out and n not in self.failures}):
                    halo = a.frames_behind(self.plan.parameters[a.name])
                    window = seen.window.of(halo)
                    first, last = seen.rows.start, seen.rows.start + window.shape[0]
                    needs = [read_only(self.values[need][first:last]) for need in a.needs]
                    self._merge(a, a.function(window, *needs, **self.plan.parameters[a.name]))
            except NotApplicable as error:
                self._leave_out(a, str(error))
            except KaditaError as error:
                raise KaditaError(f"{a.name}: {error}") from None
            except (Exception, SystemExit) as error:  # a stranger's analysis can raise anything at all
                self.fail(a, error)

    def _merge(self, a: Analysis, added: State) -> None:
        self.states[a.name] = a.merge(self.states[a.name], added) if a.name in self.states else added

    def part(self, own: int) -> Part:
        """Return what was found in the first `own` frames; those behind them are other parts'."""
        self.look_at_the_rest(own)
        values = {name: store[:own] for name, store in self.values.items()}
        return Part(self.times[:own], values, self.states, self.left_out, self.failures, tuple(self.notes), self.axes)

    def look_at_the_rest(self, own: int) -> None:
        """Show analyses the windows that are left, once no more blocks come."""
        if self._rolling is not None:
            for seen in self._rolling.rest(own, self.total):
                self._look(seen)
            self._rolling = None

    def absorb(self, part: Part, rows: slice) -> None:
        """Take what was found in the frames of these rows. Parts come in the order of their frames, and no blocks."""
        self._rolling = None
        self.times[rows] = part.times
        for name, values in part.values.items():
            self._put(name, values, rows)
        for name, axes in part.axes.items():
            self._put_axes(name, axes)
        for a in self.plan.analyses:
            if a.name in part.states:
                try:
                    self._merge(a, part.states[a.name])
                except Exception as error:
                    self.fail(a, error)
        self.left_out = {**part.left_out, **self.left_out}
        self.failures = {**part.failures, **self.failures}
        self.notes |= dict.fromkeys(part.notes)

    def _try(self, m: Metric, block: Block, rows: Integers, here: dict[str, Floats]) -> None:
        try:
            here[m.name], axes = self._compute(m, block, [here[need] for need in m.needs])
            if m.name in self.plan.kept:
                self._store(m, here[m.name], block, rows)
                self._put_axes(m.name, axes)
        except NotApplicable as error:
            self._leave_out(m, str(error))
        except PluginError as error:
            self.failures[m.name] = str(error)
        except KaditaError as error:  # what the user gave it is at fault
            raise KaditaError(f"{m.name}: {error}") from None
        except (Exception, SystemExit) as error:  # a stranger's metric can raise anything at all
            self.fail(m, error)

    def fail(self, thing: Metric | Analysis, error: BaseException) -> None:
        """Leave out what raised, and say where."""
        if os.environ.get("KADITA_DEBUG"):
            traceback.print_exc()
        self.failures[thing.name] = f"{said(error)}{_where(error, thing)}"

    def _compute(self, m: Metric, block: Block, needs: list[Floats]) -> tuple[Floats, Axes]:
        parameters = self.plan.parameters[m.name]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            values = as_declared(m, block, m.rows(block, needs, parameters))
            axes = numbers_along_axes(m, block, values.shape[1:], parameters)
        for w in caught:
            own = issubclass(w.category, KaditaWarning)
            where = "" if own else f" ({Path(w.filename).name}, line {w.lineno})"
            self.notes.setdefault(f"{m.name}: {'' if own else f'{w.category.__name__}: '}{w.message}{where}")
        return read_only((values, axes))  # which those that need it are given

    def _store(self, m: Metric, values: Floats, block: Block, rows: Integers) -> None:
        everyone = len(self.trajectory.agents)
        for axis, dim in enumerate(m.dims, start=1):
            if dim == "agent" and len(block.members) != everyone:  # absent agents get NaN
                full = np.full((*values.shape[:axis], everyone, *values.shape[axis + 1 :]), np.nan)
                np.moveaxis(full, axis, 0)[block.members] = np.moveaxis(values, axis, 0)
                values = full
        self._put(m.name, values, rows)

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


def _where(error: BaseException, m: Metric | Analysis) -> str:
    """Say where it went wrong: the last line in the metric's own file, rather than in a library it calls."""
    trace = traceback.extract_tb(error.__traceback__)
    own = [t for t in trace if t.filename == m.function.__code__.co_filename]
    place = (own or list(trace))[-1]
    return f" ({Path(place.filename).name}, line {place.lineno})"
