"""The table that `kadita analyze` and `kadita run --analyze` print."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kadita.evaluation.results import Results
    from kadita.evaluation.statistics import Estimate

NAMED = 6  # metrics listed in the line below the table
ROWS = 20  # components of a metric in the table; metrics with more are for files and figures


def print_summary(results: Results, equilibration: str | float = "none") -> None:
    """Print mean, standard error, standard deviation, effective sample size and unit of every scalar series.

    A line below the table lists the metrics that are not equilibrated, among series long enough to tell.
    """
    from rich.table import Table

    from kadita.cli.terminal import console

    estimates = results.statistics(equilibration)
    table = Table(title=_frames(results, equilibration), title_justify="left", title_style="")
    table.add_column("metric", overflow="fold")
    starts = equilibration == "auto"
    for heading in ("mean", "SE", "std", "n_eff", *(["from"] if starts else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("unit")
    for name, s in results.series.items():
        unit = "" if s.units == "1" else s.units
        if "agent" in s.dims:
            _row(table, name, ["per agent"], unit)
        elif math.prod(s.values.shape[1:]) > ROWS or (s.labels and s.dims):
            _row(table, name, [f"{' x '.join(map(str, s.values.shape[1:]))} values"], unit)
        elif s.labels:
            shares = {label: estimates[f"{name}.{label}"] for label in s.labels}
            occurring = sorted((label for label in s.labels if shares[label].mean > 0), key=lambda k: -shares[k].mean)
            for label in occurring:
                e = shares[label]
                error = f"{_short(100 * e.error)} %" if e.error >= 0 else ""
                cells = [f"{label} {100 * e.mean:.0f} %", error, "", *_sample_size(e, starts)]
                _row(table, name if label == occurring[0] else "", cells, "")
            if not occurring:
                _row(table, name, ["undefined"], unit)
        else:
            for column, e in estimates.items():
                if column == name or column.startswith(f"{name}."):
                    cells = [f"{e.mean:.4g}", _short(e.error), f"{e.std:.3g}", *_sample_size(e, starts)]
                    _row(table, column, cells if e.count else ["undefined"], unit)
    for name, w in results.analyses.items():
        unit = "" if w.units == "1" else w.units
        cells = [f"{' x '.join(map(str, w.values.shape))} values"] if w.dims else [f"{float(w.values):.4g}"]
        _row(table, name, cells if w.dims or w.values == w.values else ["undefined"], unit)
    out = console(100)
    out.print(table)
    unsettled = [c.partition(".")[0] for c, e in estimates.items() if e.effective >= 0 and not e.settled]
    drifting = list(dict.fromkeys(unsettled))
    if drifting:
        others = f" and {len(drifting) - NAMED} more" if drifting[NAMED:] else ""
        advice = "; --equilibration auto leaves a transient out" if equilibration == "none" else ""
        names = ", ".join(drifting[:NAMED])
        out.print(f"not equilibrated (a drift, or n_eff below 10), SE too small: {names}{others}{advice}")


def _frames(results: Results, equilibration: str | float) -> str:
    frames = len(results.frames)
    unit = results.attributes.get("time_unit", "")
    span = f"{results.times[0]:g} to {results.times[-1]:g} {unit}".rstrip()
    means = {"none": "", "half": "; means of the second half", "auto": "; means of equilibrated frames"}
    if isinstance(equilibration, str):
        counted = means[equilibration]
    else:
        counted = f"; means from {equilibration:g} {unit}".rstrip()
        counted += ", which is after the last frame" if equilibration > results.times.max() else ""
    return f"{frames} frame{'s' if frames != 1 else ''}, time {span}{counted}"


def _row(table: Any, name: str, cells: list[str], unit: str) -> None:
    width = len(table.columns) - 2
    table.add_row(name, *("" if cell == "nan" else cell for cell in cells), *[""] * (width - len(cells)), unit)


def _sample_size(e: Estimate, starts: bool) -> list[str]:
    effective = f"{e.effective:.{1 if e.effective < 10 else 0}f}"
    return [effective, f"{e.start_time:g}"] if starts else [effective]


def _short(error: float) -> str:
    return f"{error:.0f}" if 10 <= error < 1e5 else f"{error:.2g}"
