"""What is measured for a film: the curves below the school and the colours of agents, in one reading of its frames."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from kadita.base import renamed
from kadita.base.errors import KaditaError, KaditaWarning
from kadita.evaluation.curves import with_unit
from kadita.evaluation.evaluate import analyze
from kadita.evaluation.film.coloring import BUILT_IN
from kadita.evaluation.film.stage import Curve
from kadita.evaluation.plan import DEFAULT, with_default
from kadita.evaluation.results import Results, Series
from kadita.evaluation.tables import columns_of_frames
from kadita.plugins.registry import Registry
from kadita.school.trajectory import Trajectory

MOST_CURVES = 4


class Wanted(NamedTuple):
    """Metrics of which curves are drawn, and what agents are coloured by; None where nobody says it."""

    metrics: list[str]
    color: str | None

    @property
    def measured(self) -> list[str]:
        """Names of all metrics that are measured."""
        return [*self.metrics, *([self.color] if self.color not in (None, *BUILT_IN) else ())]

    def check(self, **measuring: Any) -> None:
        """Raise where parameters, a profile or species of metrics are given, and nothing is measured.

        Raises:
            KaditaError: one of them is given; they are named as options of the command line.
        """
        given = [option for option, value in measuring.items() if value]
        if given and not self.measured:
            raise KaditaError(
                f"--{given[0]}: expected a metric that is measured; name one with -m, or with --color; got none"
            )


def wanted(metrics: str | Iterable[str], color: str | None, registry: Registry) -> Wanted:
    """Return what a film shows; `DEFAULT` among the metrics stands for those that are declared as plotted.

    Raises:
        KaditaError: none is declared as plotted.
    """
    names = [metrics] if isinstance(metrics, str) else list(metrics)
    found = with_default(names, registry.plotted)
    if names and not found:
        raise KaditaError(f"--metric {DEFAULT}: no metric is declared as plotted; name one (see kadita metrics)")
    return Wanted(found, None if color is None else renamed.new_name(color, renamed.METRICS))


def measured(
    trajectory: Trajectory, want: Wanted, notes: list[str], **measuring: Any
) -> tuple[list[Curve], Series | None]:
    """Return the curves and the series of the metric that agents are coloured by, if it is one.

    Args:
        trajectory: it is read once, and not if nothing is measured.
        want: what is measured.
        notes: to which those of the results are added.
        measuring: keywords of `kadita.analyze`.

    Raises:
        KaditaError: a metric that cannot be measured, that has no curve of numbers in time, or too many curves.
    """
    if not want.measured:
        return [], None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KaditaWarning)  # the results carry them as notes
        results = analyze(trajectory, want.measured, **measuring)
    if results.failures:
        raise KaditaError("; ".join(results.failures.values()))
    notes += [note for note in results.notes if note not in notes]
    of_color = None if want.color is None else results.series.get(want.color)
    series = {name: s for name, s in results.series.items() if name in want.metrics}
    return _curves(replace(results, series=series)), of_color


def _curves(results: Results) -> list[Curve]:
    """Return the series that are drawn below the school.

    Raises:
        KaditaError: a result that is no series of numbers in time, or too many.
    """
    columns = columns_of_frames(results)
    drawn = {name.partition(".")[0] for name in columns}
    if missing := [name for name in results if name not in drawn]:
        raise KaditaError(
            f"--metric {missing[0]}: expected a metric of the school in time; --color shows one of agents"
        )
    if len(columns) > MOST_CURVES:
        raise KaditaError(f"--metric: expected at most {MOST_CURVES} curves; got {', '.join(columns)}")
    return [Curve(with_unit(name, s.units), v, s.units == "1", s.labels) for name, (s, v) in columns.items()]
