"""One pass over a trajectory: every metric on every block, and what had to be left out."""

from __future__ import annotations

import os
import platform
import traceback
import warnings
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from kadita.block import Block
from kadita.box import Floats
from kadita.errors import KaditaError, KaditaWarning, NotApplicable, PluginError, said
from kadita.metrics import Metric
from kadita.neighbors import Integers
from kadita.plan import Plan
from kadita.registry import Registry
from kadita.results import Results, Series
from kadita.trajectory import Trajectory

version = cache(metadata.version)  # which reads and parses a file each time


class Pass:
    """Values of all metrics so far. Blocks go in by `take`, results come out of `finish`.

    A metric that cannot be computed from these data is left out with a note, and one that raises is named with its
    plugin; neither stops the others.
    """

    def __init__(self, plan: Plan, registry: Registry, trajectory: Trajectory, total: int) -> None:
        self.plan = plan
        self.registry = registry
        self.trajectory = trajectory
        self.total = total
        self.times = np.full(total, np.nan)
        self.values: dict[str, Floats] = {}
        self.left_out: dict[str, str] = {}
        self.failures: dict[str, str] = {}
        self.notes: dict[str, None] = {}  # in order, each once
        if not trajectory.has_velocities:
            for m in plan.order:
                if m.needs_velocities:
                    self._leave_out(m, "needs velocities, and there are none (see --velocities)")

    def resize(self, total: int) -> None:
        """Make room for frames that came while others were measured, or leave the last ones out."""

        def resized(store: Floats) -> Floats:
            new = np.full((max(0, total - len(store)), *store.shape[1:]), np.nan)
            return np.concatenate([store[:total], new])

        self.times, self.total = resized(self.times), total
        self.values = {name: resized(store) for name, store in self.values.items()}

    def take(self, block: Block, rows: Integers) -> None:
        """Compute every metric on one block, whose frames are these rows of the results."""
        self.times[rows] = block.times
        here: dict[str, Floats] = {}
        for m in self.plan.order:
            if m.name in self.left_out or m.name in self.failures:
                continue
            missing = [need for need in m.needs if need not in here]
            if missing and missing[0] in self.failures:
                self.failures[m.name] = f"needs {missing[0]}, which failed"
            elif missing:
                self._leave_out(m, f"needs {missing[0]}, which is left out")
            else:
                self._try(m, block, rows, here)

    def _try(self, m: Metric, block: Block, rows: Integers, here: dict[str, Floats]) -> None:
        try:
            here[m.name] = self._compute(m, block, [here[need] for need in m.needs])
            if m.name in self.plan.wanted:
                self._store(m, here[m.name], block, rows)
        except NotApplicable as error:
            self._leave_out(m, str(error))
        except PluginError as error:
            self.failures[m.name] = str(error)
        except KaditaError as error:  # what the user gave it is at fault
            raise KaditaError(f"{m.name}: {error}") from None
        except (Exception, SystemExit) as error:  # a stranger's metric can raise anything at all
            if os.environ.get("KADITA_DEBUG"):
                traceback.print_exc()
            self.failures[m.name] = f"{said(error)}{_where(error, m)}"

    def _compute(self, m: Metric, block: Block, needs: list[Floats]) -> Floats:
        parameters = self.plan.parameters[m.name]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            returned: Any
            if m.per_frame:
                returned = [m.function(frame, *(n[t] for n in needs), **parameters) for t, frame in enumerate(block)]
            else:
                returned = m.function(block, *needs, **parameters)
        for w in caught:
            what = "" if issubclass(w.category, KaditaWarning) else f"{w.category.__name__}: "
            self.notes.setdefault(f"{m.name}: {what}{w.message}")
        return _as_declared(m, block, returned)

    def _store(self, m: Metric, values: Floats, block: Block, rows: Integers) -> None:
        everyone = len(self.trajectory.agents)
        for axis, dim in enumerate(m.dims, start=1):
            if dim == "agent" and len(block.members) != everyone:  # absent agents get NaN
                full = np.full((*values.shape[:axis], everyone, *values.shape[axis + 1 :]), np.nan)
                np.moveaxis(full, axis, 0)[block.members] = np.moveaxis(values, axis, 0)
                values = full
        if m.name not in self.values:
            self.values[m.name] = np.full((self.total, *values.shape[1:]), np.nan)
        store = self.values[m.name]
        if store.shape[1:] != values.shape[1:]:
            raise PluginError(f"its shape changes between frames: {store.shape[1:]}, then {values.shape[1:]}")
        store[rows] = values

    def _leave_out(self, m: Metric, reason: str) -> None:
        if m.name in self.plan.named:
            raise KaditaError(f"{self.trajectory.name}: {m.name} {reason}")
        self.left_out[m.name] = reason

    def finish(self, frames: Integers, profile: str | None) -> Results:
        """Gather the results.

        Raises:
            PluginError: nothing is left, because what was wanted failed.
        """
        failures = {
            name: f"{name} (plugin {self.registry.plugin_of('metric', name)}) failed: {why}"
            for name, why in self.failures.items()
        }
        kept = [name for name in self.plan.wanted if name not in self.left_out and name not in failures]
        if failures and not kept:
            raise PluginError(next(iter(failures.values())))
        for reason in dict.fromkeys(self.left_out.values()):
            names = ", ".join(name for name in self.plan.wanted if self.left_out.get(name) == reason)
            if names:
                self.notes.setdefault(f"left out: {names}: {reason}")
        if self.trajectory.complete is False:
            self.notes.setdefault(
                f"{self.trajectory.name}: the run that writes it goes on, or ended early; "
                f"there are {self.trajectory.n_frames} frames so far"
            )
        series = {name: self._series(self.registry[name]) for name in kept}
        empty = np.isnan(self.times)  # frames without agents, which came in no block
        if empty.any():
            self.times[empty] = self.trajectory.times[frames[empty]]
        return Results(
            frames=frames,
            times=self.times,
            agents=self.trajectory.agents,
            series=series,
            attributes=self.trajectory.attributes,
            notes=tuple(self.notes),
            failures=failures,
            provenance={
                "kadita": version("kadita"),
                "numpy": version("numpy"),
                "python": platform.python_version(),
                "input": self.trajectory.fingerprint(),
                "profile": profile or "corrected",
            },
        )

    def _series(self, m: Metric) -> Series:
        # where no frame holds an agent nothing was stored, and all is NaN
        values = self.values.get(m.name, np.full((self.total, *(0 for _ in m.dims)), np.nan))
        flagged = int((values > 0).sum()) if m.warning else 0
        if flagged:
            self.notes.setdefault(f"{m.warning} in {flagged} of {self.total} frames ({m.name})")
        plugin = self.registry.plugin_of("metric", m.name)
        return Series(
            values=values,
            dims=m.dims,
            units=_in_units(m.units, self.trajectory.attributes),
            labels=m.labels,
            parameters=self.plan.parameters[m.name],
            summary=m.summary,
            plugin=f"{plugin.distribution}:{plugin.name}",
            plugin_version=plugin.version,
        )


def _as_declared(m: Metric, block: Block, returned: Any) -> Floats:
    """Return what a metric returned as an array (T, ...) of the shape it declares."""
    example = returned[0] if m.per_frame else returned
    if example is None:
        raise PluginError("it returned None; is a return missing?")
    try:
        array = np.asarray(returned)
    except ValueError:
        raise PluginError("expected an array; got rows of unequal length") from None
    if array.dtype.kind not in "biuf":
        raise PluginError(f"expected real numbers; got {type(example).__name__} of {array.dtype}")
    sizes = [block.shape[1] if d == "agent" else s for d, s in zip(m.dims, array.shape[1:], strict=False)]
    if array.ndim != 1 + len(m.dims) or array.shape != (len(block), *sizes):
        axes = ", ".join(("T", *m.dims)) + ("" if m.dims else ",")
        raise PluginError(
            f"expected shape ({axes}) with T = {len(block)} and {block.shape[1]} agents; got {array.shape}"
            + (", T added for frames" if m.per_frame else "")
        )
    values = array.astype(np.float64)
    known = values[~np.isnan(values)]
    if m.labels and not np.isin(known, np.arange(len(m.labels))).all():
        raise PluginError(f"expected indices of its {len(m.labels)} labels; got {known.min():g} to {known.max():g}")
    return values


def _where(error: BaseException, m: Metric) -> str:
    """Say where it went wrong: the last line in the metric's own file, rather than in a library it calls."""
    trace = traceback.extract_tb(error.__traceback__)
    own = [t for t in trace if t.filename == m.function.__code__.co_filename]
    place = (own or list(trace))[-1]
    return f" ({Path(place.filename).name}, line {place.lineno})"


def _in_units(units: str, attributes: Mapping[str, object]) -> str:
    """Put the file's own units in the place of the words length and time."""
    for word in ("length", "time"):
        if unit := attributes.get(f"{word}_unit"):
            units = units.replace(word, str(unit))
    return units
