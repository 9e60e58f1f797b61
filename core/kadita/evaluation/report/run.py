"""One run of a page: what was measured of it, and what its film is made of."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.base.progress import Progress
from kadita.evaluation.evaluate import analyze
from kadita.evaluation.film.coloring import BUILT_IN, check_color
from kadita.evaluation.plan import DEFAULT, with_default
from kadita.evaluation.report.numbers import MOST_POINTS
from kadita.evaluation.report.packing import Film, pack
from kadita.evaluation.report.scalars import of_results
from kadita.evaluation.report.view import View, view_of
from kadita.evaluation.results import Results
from kadita.evaluation.source import FRAMES, of_source
from kadita.evaluation.statistics import Estimate
from kadita.plugins.registry import Registry
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

OF_FRAME, OF_NUMBER = 42, 22  # characters, at most: number, time, state and reach of a frame; a number with its comma


@dataclass
class Run:
    """One run of a page: what was measured of it, and what its film is made of."""

    name: str
    trajectory: Trajectory
    results: Results
    estimates: Mapping[str, Estimate]
    curves: list[str]
    colors: list[str]
    frames: Integers
    view: View
    facts: dict[str, Any]
    configuration: Mapping[str, Any]

    def packed(self, budget: float, *, alone: bool) -> Film:
        """Return its film, which with what the page says of its frames takes at most `budget` characters.

        Raises:
            KaditaError: not even two frames fit.
        """
        thinned = len(self.frames) > MOST_POINTS
        in_diagram = 3 if any(s.regions is not None for s in self.results.series.values()) else 0
        counts = self.results.counts
        return pack(
            self.trajectory,
            self.frames,
            self.view,
            of_results(self.results, self.frames, self.colors),
            budget=budget,
            each=OF_FRAME + (OF_NUMBER * (in_diagram + len(self.curves)) if thinned else 0),
            sightings=None if counts is None else float(counts.sum()),
            speed="speed" in self.colors,
            labelled=alone,
        )


def measured_run(
    name: str | None,
    data: Any,
    metrics: list[str],
    colors: list[str],
    equilibration: str | float,
    registry: Registry,
    progress: Progress,
    options: Mapping[str, Any],
    opened: ExitStack,
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
        opened: closes the trajectory, which is read again for the film.

    Raises:
        KaditaError: as `kadita.analyze` does, or a colour that is no per-agent metric.
    """
    measured = [color for color in colors if color not in BUILT_IN]
    asked = [*(metrics or [DEFAULT]), *measured]
    results = analyze(data, asked, registry=registry, progress=progress, **options)
    of_agents = [name for name, s in results.series.items() if "agent" in s.dims and name in (*metrics, *measured)]
    if missing := [color for color in measured if color not in of_agents]:
        raise KaditaError(f"--color: expected a metric with a number for each agent; got {missing[0]}")
    trajectory = opened.enter_context(of_source(options).open(data, registry))
    frames = trajectory.frame_numbers(**{key: options[key] for key in FRAMES & options.keys()})
    _check_times(trajectory, frames)
    for color in colors:
        check_color(color, trajectory, measured)
    view = view_of(trajectory, frames)
    return Run(
        name=Path(trajectory.name).stem if name is None else str(name),
        trajectory=trajectory,
        results=results,
        estimates=results.statistics(equilibration),
        curves=[n for n in with_default(metrics or [DEFAULT], registry.plotted) if n in results.series],
        colors=[color for color in dict.fromkeys((*colors, *of_agents))],
        frames=frames,
        view=view,
        facts=_facts(trajectory, view),
        configuration=_configuration(trajectory),
    )


def _check_times(trajectory: Trajectory, frames: Integers) -> None:
    """Raise if times do not increase, so that a time is no place in the film.

    Raises:
        KaditaError: they do not.
    """
    times = trajectory.times[frames]
    back = np.flatnonzero(np.diff(times) <= 0)
    if len(back):
        i = int(back[0])
        raise KaditaError(
            f"{trajectory.name}: expected times that increase; frame {frames[i + 1]} at {times[i + 1]:g} follows frame "
            f"{frames[i]} at {times[i]:g}; choose frames with --start and --stop"
        )


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
