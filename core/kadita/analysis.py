"""Metrics over trajectories: one pass, block by block."""

from __future__ import annotations

import platform
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from kadita.block import Block
from kadita.box import Floats
from kadita.errors import KaditaError, KaditaWarning, NotApplicable, PluginError
from kadita.formats import open as open_trajectory
from kadita.metrics import Metric
from kadita.plan import Plan, load_profile, make_plan
from kadita.registry import Registry, load_registry
from kadita.results import Results, Series
from kadita.settings import by_metric
from kadita.trajectory import Memory, Trajectory

Progress = Callable[[int, int], None]


def analyze(
    data: Any,
    metrics: Iterable[str] | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    profile: str | None = None,
    plugins: Iterable[str | Path] = (),
    topology: str | Path | None = None,
    velocities: str | None = None,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    begin: float | None = None,
    end: float | None = None,
    dt: float | None = None,
    registry: Registry | None = None,
    progress: Progress | None = None,
) -> Results:
    """Compute metrics on every frame of a trajectory, in one pass whatever its length.

    Args:
        data: a path, a Block, an open Trajectory or an `MDAnalysis.Universe`.
        metrics: names; all default metrics of all installed plugins where there are none.
        parameters: ``{"metric.parameter": value}``.
        profile: ``"published"``, or the path of a TOML file.
        plugins: plugin files to load beside those installed.
        topology: for formats that MDAnalysis reads with one.
        velocities: ``"difference"`` takes them from finite differences of positions.
        start, stop, step: frames, as a slice.
        begin, end, dt: times.
        registry: of `kadita.registry.load_registry`, loaded anew where there is none.
        progress: called with the number of frames done and their total.

    Raises:
        KaditaError: input that cannot be read, unknown metrics or parameters, or a metric asked for by name
            that cannot be computed.

    Metrics that no one asked for by name and that cannot be computed (they need velocities, say) are left out
    with a `KaditaWarning`, as is one that raises while others can go on.
    """
    registry = load_registry(plugins) if registry is None else registry
    plan = make_plan(
        registry, metrics, by_metric(parameters or {}), load_profile(profile) if profile is not None else None
    )
    with _opened(data, topology, velocities) as trajectory:
        frames = trajectory.select(start, stop, step, begin=begin, end=end, dt=dt)
        run = _Pass(plan, registry, trajectory, len(frames))
        rows = np.full(trajectory.n_frames, -1)
        rows[frames] = np.arange(len(frames))
        done = 0
        for block in trajectory.blocks_of(frames):
            run.take(block, rows[block.frames])
            done += len(block)
            if progress is not None:
                progress(done, len(frames))
        results = run.finish(frames, trajectory, profile)
    for note in results.notes:
        warnings.warn(note, KaditaWarning, stacklevel=2)
    return results


def _opened(data: Any, topology: str | Path | None, velocities: str | None) -> Any:
    if isinstance(data, Block):
        return Memory.of_block(data)
    if isinstance(data, Trajectory):
        return nullcontext(data)  # whoever opened it closes it
    return open_trajectory(data, topology=topology, velocities=velocities)


class _Pass:
    """One pass over a trajectory: the values so far, and what had to be left out."""

    def __init__(self, plan: Plan, registry: Registry, trajectory: Trajectory, total: int) -> None:
        self.plan = plan
        self.registry = registry
        self.agents = len(trajectory.agents)
        self.name = trajectory.name
        self.total = total
        self.values: dict[str, Floats] = {}
        self.left_out: dict[str, str] = {}
        self.failures: dict[str, str] = {}
        self.notes: dict[str, None] = {}  # in order, each once
        if not trajectory.has_velocities:
            for m in plan.order:
                if m.needs_velocities:
                    self._leave_out(m, NotApplicable("needs velocities, and there are none (see --velocities)"))

    def take(self, block: Block, rows: Any) -> None:
        """Compute every metric on one block."""
        here: dict[str, Floats] = {}
        for m in self.plan.order:
            if m.name in self.left_out:
                continue
            missing = [need for need in m.needs if need in self.left_out]
            if missing:
                self._leave_out(m, NotApplicable(f"needs {missing[0]}, which is left out"))
                continue
            try:
                here[m.name] = self._compute(m, block, [here[need] for need in m.needs])
            except NotApplicable as error:
                self._leave_out(m, error)
            except KaditaError as error:
                self.left_out[m.name] = self.failures[m.name] = str(error)
            except Exception as error:  # a plugin's metric can raise anything, and must not take the others down
                where = traceback.extract_tb(error.__traceback__)[-1]
                reason = f"{type(error).__name__}: {error} ({Path(where.filename).name}, line {where.lineno})"
                self.left_out[m.name] = self.failures[m.name] = reason.replace("\n", " ")
        for name in self.plan.wanted & here.keys():
            self._store(self.registry[name], here[name], block, rows)

    def _compute(self, m: Metric, block: Block, needs: list[Floats]) -> Floats:
        parameters = self.plan.parameters[m.name]
        with warnings.catch_warnings(record=True) as caught:
            warnings.filterwarnings("always", category=KaditaWarning)
            if m.per_frame:
                rows = [m.function(frame, *(n[t] for n in needs), **parameters) for t, frame in enumerate(block)]
                values = np.asarray(rows, dtype=np.float64)
            else:
                values = np.asarray(m.function(block, *needs, **parameters), dtype=np.float64)
        for w in caught:
            if issubclass(w.category, KaditaWarning):
                self.notes.setdefault(f"{m.name}: {w.message}")
            else:
                warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)
        sizes = [block.shape[1] if d == "agent" else s for d, s in zip(m.dims, values.shape[1:], strict=False)]
        if values.ndim != 1 + len(m.dims) or values.shape != (len(block), *sizes):
            axes = ", ".join(("T", *m.dims))
            raise PluginError(
                f"expected shape ({axes}) with T = {len(block)} and {block.shape[1]} agents; got {values.shape}"
            )
        return values

    def _store(self, m: Metric, values: Floats, block: Block, rows: Any) -> None:
        for axis, dim in enumerate(m.dims, start=1):
            if dim == "agent" and len(block.members) != self.agents:  # absent agents get NaN
                full = np.full((*values.shape[:axis], self.agents, *values.shape[axis + 1 :]), np.nan)
                np.moveaxis(full, axis, 0)[block.members] = np.moveaxis(values, axis, 0)
                values = full
        store = self.values.setdefault(m.name, np.full((self.total, *values.shape[1:]), np.nan))
        if store.shape[1:] != values.shape[1:]:
            reason = f"its shape changes between frames: {store.shape[1:]}, then {values.shape[1:]}"
            self.left_out[m.name] = self.failures[m.name] = reason
            return
        store[rows] = values

    def _leave_out(self, m: Metric, error: NotApplicable) -> None:
        if m.name in self.plan.named:
            raise KaditaError(f"{self.name}: {m.name} {error}")
        self.left_out[m.name] = str(error)
        if m.name in self.plan.wanted:
            self.notes.setdefault(f"{m.name} left out: {error}")

    def finish(self, frames: Any, trajectory: Trajectory, profile: str | None) -> Results:
        """Gather the results."""
        for name, reason in self.failures.items():
            self.notes.setdefault(f"{name} (plugin {self.registry.plugins[name]}) failed and is left out: {reason}")
        if self.failures and self.plan.wanted <= self.left_out.keys():
            name, reason = next(iter(self.failures.items()))
            raise PluginError(f"{name} (plugin {self.registry.plugins[name]}) failed: {reason}")
        units = {
            "length": trajectory.attributes.get("length_unit"),
            "time": trajectory.attributes.get("time_unit"),
        }
        series: dict[str, Series] = {}
        for m in sorted(self.plan.order, key=lambda m: list(self.registry.metrics).index(m.name)):
            if m.name not in self.plan.wanted or m.name in self.left_out or m.name in self.failures:
                continue
            values = self.values.get(m.name, np.full((self.total, *(0 for _ in m.dims)), np.nan))
            if m.warning and (flagged := int(np.nansum(values))):
                self.notes.setdefault(f"{m.warning} in {flagged} of {self.total} frames ({m.name})")
            plugin = self.registry.plugins[m.name]
            series[m.name] = Series(
                values=values,
                dims=m.dims,
                units=_in_units(m.units, units),
                labels=m.labels,
                parameters=self.plan.parameters[m.name],
                summary=m.summary,
                plugin=f"{plugin.distribution}:{plugin.name}",
                plugin_version=plugin.version,
            )
        provenance = {
            "kadita": version("kadita"),
            "numpy": version("numpy"),
            "python": platform.python_version(),
            "input": trajectory.fingerprint(),
            "profile": profile or "corrected",
        }
        return Results(
            frames=frames,
            times=trajectory.times[frames],
            agents=trajectory.agents,
            series=series,
            attributes=trajectory.attributes,
            notes=tuple(self.notes),
            failures=self.failures,
            provenance=provenance,
        )


def _in_units(units: str, known: Mapping[str, str | None]) -> str:
    """Put the file's own units in the place of the words length and time."""
    for word, unit in known.items():
        if unit:
            units = units.replace(word, unit)
    return units
