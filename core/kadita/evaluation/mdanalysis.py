"""Metrics as an MDAnalysis analysis, with MDAnalysis' `run` and its backends."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from MDAnalysis.analysis.base import AnalysisBase
from MDAnalysis.analysis.results import Results, ResultsGroup
from MDAnalysis.core.groups import UpdatingAtomGroup
from MDAnalysis.lib.log import ProgressBar

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.settings import by_metric
from kadita.evaluation import results as kadita_results
from kadita.evaluation.accumulator import Accumulator, PartialResult
from kadita.evaluation.evaluate import with_plane
from kadita.evaluation.finalize import finalize
from kadita.evaluation.plan import Plan, load_preset, make_plan
from kadita.io.readers.universe import UniverseTrajectory
from kadita.plugins.loading import load_registry, load_same
from kadita.plugins.registry import Registry
from kadita.school.neighbors import Integers


class Analysis(AnalysisBase):  # type: ignore[misc]
    """Metrics of a group of atoms: ``Analysis(universe.atoms, "rotation").run(step=10).results.rotation``.

    The numbers are those of `kadita.analyze(universe.atoms, ...)`, bit for bit, for every backend. Metrics are
    evaluated on blocks of frames, as there; MDAnalysis' hook for single frames is not called.

    Args:
        atoms: the atoms to measure: a fixed group, or a universe.
        metrics: one name or several; by default the default metrics of all installed plugins.
        parameters: ``{"metric.parameter": value}``, or ``{"parameter": value}`` for every metric that has it.
        profile: ``"published"``, or the path of a TOML file.
        plugins: plugin files to load in addition to the installed plugins.
        verbose: show a progress bar.

    Attributes:
        results: after `run`, the values of each metric by its name, (T, ...), and ``times`` and ``frames``, (T,).
        measured: the same as `kadita.Results`, with units and parameters, for `kadita.write` and ``to_xarray()``.

    Raises:
        KaditaError: unknown metrics or parameters, or a metric requested by name that needs velocities which are
            missing; in `run`, no frames, or frames that cannot be measured.
    """

    _analysis_algorithm_is_parallelizable = True

    @classmethod
    def get_supported_backends(cls) -> tuple[str, ...]:
        """Return the names of the backends that `run` supports."""
        return ("serial", "multiprocessing", "dask")

    def __init__(
        self,
        atoms: Any,
        metrics: str | Iterable[str] | None = None,
        *,
        parameters: Mapping[str, Any] | None = None,
        profile: str | None = None,
        plugins: Iterable[str | Path] = (),
        verbose: bool = False,
    ) -> None:
        if isinstance(atoms, UpdatingAtomGroup):
            raise KaditaError("expected a fixed group of atoms; got one that changes between frames")
        super().__init__(atoms.universe.trajectory, verbose=verbose)
        self._atoms = atoms.atoms
        self._metrics = [metrics] if isinstance(metrics, str) else list(metrics or ())
        self._parameters, self._files = dict(parameters or {}), tuple(load_registry(plugins).files.items())
        self._profile = load_preset(profile) if profile is not None else None
        plan, _ = self._resolve()
        if plan.analyses:
            raise KaditaError(
                f"{plan.analyses[0].name} needs the whole trajectory, which backends split; expected metrics; "
                "kadita.analyze(universe, ...) computes it"
            )
        needing = [m.name for m in plan.order if m.needs_velocities and plan.named]
        if needing and not self._trajectory.ts.has_velocities:
            raise KaditaError(
                f"{needing[0]} needs velocities, and {self._trajectory.filename or 'this universe'} has none; "
                'kadita.analyze(universe, velocities="difference") computes them from positions'
            )

    def _resolve(self) -> tuple[Plan, Registry]:
        """Return plan and registry; each process loads its own, as plugin functions cannot be pickled."""
        registry = load_same(self._files)
        return make_plan(registry, self._metrics, by_metric(self._parameters), self._profile), registry

    def _compute(
        self, indexed_frames: Integers, verbose: bool | None = None, *, progressbar_kwargs: Any = None
    ) -> Analysis:
        """Measure some frames; MDAnalysis calls this in each worker, with rows of (index, frame number)."""
        requested = np.asarray(indexed_frames, dtype=np.int64)[:, 1]
        frames, rows = np.unique(requested, return_inverse=True)  # they may come in any order
        school = UniverseTrajectory(self._atoms)
        if len(frames) == 0:
            raise KaditaError(f"{school.name}: no frames selected; there are {school.n_frames}")
        run = Accumulator(*self._resolve(), school, len(frames))
        shown = self._verbose if verbose is None else verbose
        with ProgressBar(total=len(frames), verbose=shown, **(progressbar_kwargs or {})) as bar:
            for block in school.blocks_of(frames):
                run.take(block, np.searchsorted(frames, block.frames))
                bar.update(len(block))
        part = run.part(len(frames))
        self.frames, self.times = requested, part.times[rows]
        values = {name: series[rows] for name, series in part.values.items()}
        part = part._replace(times=self.times, counts=part.counts[rows], values=values)
        self.results = Results(parts=[(requested, part)])
        return self

    def _get_aggregator(self) -> ResultsGroup:
        return ResultsGroup(lookup={"parts": ResultsGroup.flatten_sequence})

    def _conclude(self) -> None:
        parts: list[tuple[Integers, PartialResult]] = self.results.parts
        frames = np.concatenate([requested for requested, _ in parts])
        school = UniverseTrajectory(self._atoms)
        told = school.dimensions is not None
        run = Accumulator(*self._resolve(), school, len(frames))
        done = 0
        for requested, part in parts:
            run.absorb(part, slice(done, done + len(requested)))
            done += len(requested)
        self.measured: kadita_results.Results = with_plane(finalize(run, frames, self._profile), told)
        self.frames, self.times = frames, self.measured.times
        self.results = Results(frames=frames, times=self.times, **self.measured)
        for note in (*self.measured.notes, *self.measured.failures.values()):
            warnings.warn(note, KaditaWarning, stacklevel=3)
