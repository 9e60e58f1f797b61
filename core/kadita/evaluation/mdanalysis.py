"""Any metric as an analysis of MDAnalysis: `run`, with its frames and its backends, and the numbers of kadita."""

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
from kadita.evaluation.accumulator import Part, Pass
from kadita.evaluation.finalize import gather
from kadita.evaluation.plan import Plan, load_profile, make_plan
from kadita.io.readers.universe import UniverseTrajectory
from kadita.plugins.loading import load_registry, load_same
from kadita.plugins.registry import Registry
from kadita.school.neighbors import Integers


class Analysis(AnalysisBase):  # type: ignore[misc]
    """Metrics of some atoms: ``Analysis(universe.atoms, "rotation").run(step=10).results.rotation``.

    The numbers are those of `kadita.analyze(universe.atoms, ...)`, bit for bit, whatever the backend. Frames go through
    metrics in blocks, as there, so that MDAnalysis' one call for each frame is not made.

    Args:
        atoms: whose positions and velocities count; a fixed group, or a universe.
        metrics: a name or several; all default metrics of all installed plugins where there are none.
        parameters: ``{"metric.parameter": value}``, or ``{"parameter": value}`` for every metric that has it.
        profile: ``"published"``, or the path of a TOML file.
        plugins: plugin files to load beside those installed.
        verbose: show how far it is.

    Attributes:
        results: after `run`, the values of each metric by its name, (T, ...), and ``times`` and ``frames``, (T,).
        measured: the same as `kadita.Results`, with units and parameters, for `kadita.write` and ``to_xarray()``.

    Raises:
        KaditaError: unknown metrics or parameters, a metric asked for by name that needs velocities where there are
            none; in `run`, no frames, or frames that cannot be measured.
    """

    _analysis_algorithm_is_parallelizable = True

    @classmethod
    def get_supported_backends(cls) -> tuple[str, ...]:
        """Names of the backends that `run` takes."""
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
        registry = load_registry(plugins)
        self._parameters, self._files = dict(parameters or {}), tuple(registry.files.items())
        self._profile = load_profile(profile, registry) if profile is not None else None
        plan, _ = self._settled()
        if plan.analyses:
            raise KaditaError(
                f"{plan.analyses[0].name} looks across frames, which backends share out; expected metrics; "
                "kadita.analyze(universe, ...) computes it"
            )
        needing = [m.name for m in plan.order if m.needs_velocities and plan.named]
        if needing and not self._trajectory.ts.has_velocities:
            raise KaditaError(
                f"{needing[0]} needs velocities, and {self._trajectory.filename or 'this universe'} has none; "
                'kadita.analyze(universe, velocities="difference") takes them from positions'
            )

    def _settled(self) -> tuple[Plan, Registry]:
        """Settle what is computed; in every process anew, because metrics of plugin files cannot travel."""
        registry = load_same(self._files)
        return make_plan(registry, self._metrics, by_metric(self._parameters), self._profile), registry

    def _compute(
        self, indexed_frames: Integers, verbose: bool | None = None, *, progressbar_kwargs: Any = None
    ) -> Analysis:
        """Measure some frames; what MDAnalysis calls in each worker, with rows of indices and frame numbers."""
        asked = np.asarray(indexed_frames, dtype=np.int64)[:, 1]
        frames, rows = np.unique(asked, return_inverse=True)  # which may be asked for in any order
        school = UniverseTrajectory(self._atoms)
        if len(frames) == 0:
            raise KaditaError(f"{school.name}: the choice leaves no frame; there are {school.n_frames}")
        run = Pass(*self._settled(), school, len(frames))
        shown = self._verbose if verbose is None else verbose
        with ProgressBar(total=len(frames), verbose=shown, **(progressbar_kwargs or {})) as bar:
            for block in school.blocks_of(frames):
                run.take(block, np.searchsorted(frames, block.frames))
                bar.update(len(block))
        part = run.part(len(frames))
        self.frames, self.times = asked, part.times[rows]
        values = {name: series[rows] for name, series in part.values.items()}
        self.results = Results(parts=[(asked, part._replace(times=self.times, values=values))])
        return self

    def _get_aggregator(self) -> ResultsGroup:
        return ResultsGroup(lookup={"parts": ResultsGroup.flatten_sequence})

    def _conclude(self) -> None:
        parts: list[tuple[Integers, Part]] = self.results.parts
        frames = np.concatenate([asked for asked, _ in parts])
        run = Pass(*self._settled(), UniverseTrajectory(self._atoms), len(frames))
        done = 0
        for asked, part in parts:
            run.absorb(part, slice(done, done + len(asked)))
            done += len(asked)
        self.measured: kadita_results.Results = gather(run, frames, self._profile)
        self.frames, self.times = frames, self.measured.times
        self.results = Results(frames=frames, times=self.times, **self.measured)
        for note in (*self.measured.notes, *self.measured.failures.values()):
            warnings.warn(note, KaditaWarning, stacklevel=3)
