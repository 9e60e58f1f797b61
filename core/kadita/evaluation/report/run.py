"""One run of a page: what was measured of it, and what its film is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.evaluate import analyze
from kadita.evaluation.plan import DEFAULT
from kadita.evaluation.report.packing import Film, pack
from kadita.evaluation.report.scalars import of_results
from kadita.evaluation.report.view import View, view_of
from kadita.evaluation.results import Results
from kadita.evaluation.source import Source, of_source
from kadita.evaluation.statistics import Estimate
from kadita.plugins.registry import Registry
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

OWN_COLORS = ("heading", "speed", "species", "plain")  # which need no metric
OF_FRAMES = frozenset(("start", "stop", "step", "begin", "end", "dt"))


@dataclass
class Run:
    """One run of a page: what was measured of it, and what its film is made of."""

    name: str
    data: Any
    source: Source
    results: Results
    estimates: Mapping[str, Estimate]
    curves: list[str]
    colors: list[str]
    frames: Integers
    view: View
    facts: dict[str, Any]
    configuration: Mapping[str, Any]

    def packed(self, trajectory: Trajectory, budget: float) -> Film:
        """Return its film of at most `budget` characters."""
        scalars = of_results(self.results, self.frames, self.colors)
        return pack(trajectory, self.frames, self.view, scalars, budget - 16 * len(self.frames))


def measured_run(
    name: str | None,
    data: Any,
    metrics: list[str],
    colors: list[str],
    equilibration: str | float,
    registry: Registry,
    progress: Callable[[int, int], None] | None,
    options: Mapping[str, Any],
) -> Run:
    """Measure a run, and look at what its film shows.

    Args:
        name: for the reader; None for that of its file.
        data: what `kadita.analyze` takes.
        metrics: names of metrics and analyses; none for the default ones.
        colors: per-agent metrics, which are measured, too.
        equilibration: of the means.
        registry: of the plugins.
        progress: called with the number of measured frames and their total.
        options: other keywords of `kadita.analyze`.

    Raises:
        KaditaError: as `kadita.analyze` does, or a colour that is no per-agent metric.
    """
    source = of_source(options)
    measured = [color for color in colors if color not in OWN_COLORS]
    asked = [*(metrics or [DEFAULT]), *measured]
    results = analyze(data, asked, registry=registry, progress=progress, **options)
    of_agents = [name for name, s in results.series.items() if "agent" in s.dims and name in (*metrics, *measured)]
    if missing := [color for color in measured if color not in of_agents]:
        raise KaditaError(f"--color: expected a metric with a number for each agent; got {missing[0]}")
    with source.open(data, registry) as trajectory:
        frames = trajectory.select(**{key: options[key] for key in OF_FRAMES & options.keys()})
        _check_colors(trajectory, colors)
        view = view_of(trajectory, frames)
        return Run(
            name=name or Path(trajectory.name).stem,
            data=data,
            source=source,
            results=results,
            estimates=results.statistics(equilibration),
            curves=[name for name in (list(results.series) if metrics else registry.plotted) if name in results.series],
            colors=[color for color in dict.fromkeys((*colors, *of_agents))],
            frames=frames,
            view=view,
            facts=_facts(trajectory, view),
            configuration=_configuration(trajectory),
        )


def _check_colors(trajectory: Trajectory, colors: list[str]) -> None:
    """Raise if agents cannot be coloured so.

    Raises:
        KaditaError: there are no velocities, or no species.
    """
    if not trajectory.has_velocities and (missing := [c for c in colors if c in ("heading", "speed")]):
        raise KaditaError(f"--color {missing[0]}: needs velocities (finite differences: --velocities difference)")
    if trajectory.species is None and "species" in colors:
        raise KaditaError(f"--color species: {trajectory.name} has no species")


def _facts(trajectory: Trajectory, view: View) -> dict[str, Any]:
    """Return what a page says of a trajectory and draws about it."""
    species = trajectory.species
    names = [] if species is None else list(dict.fromkeys(map(str, species)))
    return {
        "ids": [str(agent) for agent in trajectory.agents],
        "species": None if species is None else {"names": names, "of": [names.index(str(s)) for s in species]},
        "cell": view.cell.tolist() if view.cell.any() else None,
        "outline": [np.round(line, 9).tolist() for line in view.outline],
        "plane": trajectory.decide_dimensions() == 2,
        "attributes": dict(trajectory.attributes),
    }


def _configuration(trajectory: Any) -> Mapping[str, Any]:
    """Return the configuration of the run that made a trajectory; empty if it has none."""
    while hasattr(trajectory, "source"):
        trajectory = trajectory.source
    found = getattr(trajectory, "configuration", None)
    return found if isinstance(found, Mapping) else {}
