"""The table that `kadita analyze` and `kadita run --analyze` print."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from rich.console import Console
from rich.table import Column, Table

from kadita.base.numerals import in_full
from kadita.evaluation.per_agent import MEDIAN, components, per_agent, quantiles
from kadita.evaluation.results import Result, Results, Series
from kadita.evaluation.statistics import Estimate
from kadita.evaluation.statistics.equilibration import first_frame
from kadita.school.box import Floats

NAMED = 6  # metrics listed in the line below the table
FEWEST, MOST = 4, 10  # digits of a mean
ROWS = 20  # components of a metric in the table; metrics with more are for files and figures


def print_summary(results: Results, equilibration: str | float = "none") -> None:
    """Print mean, standard error, standard deviation, effective sample size and unit of every scalar series.

    A second table has median and quantiles of per-agent results.

    A line below the table lists the metrics that are not equilibrated, among series long enough to tell.
    """
    estimates = results.statistics(equilibration)
    starts = equilibration == "auto"
    title = _frames(results, equilibration)
    headings = ("mean", "SE", "std", "n_eff", *(["from"] if starts else []))
    numbers = [Column(heading, justify="right", no_wrap=True) for heading in headings]
    columns = Column("metric", overflow="fold"), *numbers, Column("unit")
    table = Table(*columns, title=title, title_justify="left", title_style="")
    for name, s in results.series.items():
        if "agent" in s.dims:
            continue
        if math.prod(s.values.shape[1:]) > ROWS or (s.labels and s.dims not in ((), ("species",))):
            _row(table, name, [f"{' x '.join(map(str, s.values.shape[1:]))} values"], s.units)
        elif s.labels:
            for column in [f"{name}.{species}" for species in results.species] if s.dims else [name]:
                _shares(table, column, s.labels, estimates, starts)
        else:
            for column, e in estimates.items():
                if column == name or column.startswith(f"{name}."):
                    cells = [_digits(e.mean, e.error), _short(e.error), f"{e.std:.3g}", *_sample_size(e, starts)]
                    _row(table, column, cells if e.count else ["undefined"], s.units)
    for name, w in results.analyses.items():
        if w.dims == ("agent",):
            continue
        if w.dims not in ((), ("species",)):
            _row(table, name, [f"{' x '.join(map(str, w.values.shape))} values"], w.units)
            continue
        of_species = [f"{name}.{species}" for species in results.species] if w.dims else [name]
        for row, number in zip(of_species, w.values.reshape(-1).tolist(), strict=True):
            _row(table, row, [_digits(number, 1.0) if number == number else "undefined"], w.units)
    console = Console(width=None if sys.stdout.isatty() else 100, markup=False, highlight=False)
    of_agents = _of_agents(results, equilibration, title if not table.rows else "")
    for printed in (table, of_agents):
        if printed.rows:
            console.print(printed)
    unsettled = [c.partition(".")[0] for c, e in estimates.items() if e.effective >= 0 and not e.settled]
    drifting = list(dict.fromkeys(unsettled))
    if drifting:
        others = f" and {len(drifting) - NAMED} more" if drifting[NAMED:] else ""
        advice = "; --equilibration auto leaves a transient out" if equilibration == "none" else ""
        names = ", ".join(drifting[:NAMED])
        console.print(f"not equilibrated (a drift, or n_eff below 10), SE too small: {names}{others}{advice}")


def series_rows(results: Results, estimates: Mapping[str, Estimate], most: int) -> Iterator[tuple[str, list[str], str]]:
    """Yield name, numbers and unit of every scalar series and whole-trajectory number, without those of agents.

    Metrics of more than `most` components are left out.
    """
    for name, s in results.series.items():
        if "agent" in s.dims or math.prod(s.values.shape[1:]) > most:
            continue
        for column, e in estimates.items():
            if column == name or column.startswith(f"{name}."):
                cells = [_digits(e.mean, e.error), _short(e.error), f"{e.std:.3g}", *_sample_size(e, False)]
                numbers = ["" if cell == "nan" else cell for cell in cells] if e.count else ["undefined"]
                yield column, numbers, "" if s.units == "1" else s.units
    for name, w in results.analyses.items():
        if not w.dims:
            number = float(w.values)
            yield name, [_digits(number, 1.0) if number == number else "undefined"], "" if w.units == "1" else w.units


def _of_agents(results: Results, equilibration: str | float, title: str) -> Table:
    """Return the table of per-agent results: median and quantiles over the agents in all frames that count.

    With ``"auto"`` these are the frames from where the median over the agents is equilibrated.
    """
    numbers = [Column(heading, justify="right", no_wrap=True) for heading in ("median", "5 %", "25 %", "75 %", "95 %")]
    columns = Column("of single agents", overflow="fold"), *numbers, Column("unit")
    table = Table(*columns, title=title or None, title_justify="left", title_style="")
    for name, s in per_agent(results).items():
        parts = components(results, name, s)
        if len(parts) > ROWS:
            _row(table, name, [f"{' x '.join(map(str, s.values.shape[1:]))} values"], s.units)
            continue
        for column, values in parts.items():
            counted = values[first_frame(quantiles(values, 1)[MEDIAN], results.times, equilibration) :]
            _quantiles(table, column, s, counted)
    for name, w in results.analyses.items():
        if w.dims == ("agent",):
            _quantiles(table, name, w, w.values)
    return table


def _quantiles(table: Table, name: str, result: Result, values: Floats) -> None:
    known = values[~np.isnan(values)]
    if not known.size:
        _row(table, name, ["undefined"], result.units)
    elif isinstance(result, Series) and result.labels:
        shares = {label: float(np.mean(known == i)) for i, label in enumerate(result.labels)}
        for i, label in enumerate(sorted(filter(shares.get, shares), key=lambda k: -shares[k])):
            _row(table, "" if i else name, [f"{label} {100 * shares[label]:.0f} %"], "")
    else:
        found = quantiles(known, 0).tolist()
        lowest, low, median, high, highest = (_digits(q, (found[-1] - found[0]) / 100) for q in found)
        _row(table, name, [median, lowest, low, high, highest], result.units)


def _shares(table: Table, column: str, labels: Sequence[str], estimates: Mapping[str, Estimate], starts: bool) -> None:
    """Add the share of frames with each label that occurs, most frequent first."""
    shares = {label: estimates[f"{column}.{label}"] for label in labels}
    occurring = sorted((label for label in labels if shares[label].mean > 0), key=lambda k: -shares[k].mean)
    for label in occurring:
        e = shares[label]
        error = f"{_short(100 * e.error)} %" if e.error >= 0 else ""
        cells = [f"{label} {100 * e.mean:.0f} %", error, "", *_sample_size(e, starts)]
        _row(table, column if label == occurring[0] else "", cells, "")
    if not occurring:
        _row(table, column, ["undefined"], "1")


def _frames(results: Results, equilibration: str | float) -> str:
    frames = len(results.frames)
    unit = results.attributes.get("time_unit", "")
    span = f"{in_full(results.times[0])} to {in_full(results.times[-1])} {unit}".rstrip()
    means = {"none": "", "half": "; means of the second half", "auto": "; means of equilibrated frames"}
    if isinstance(equilibration, str):
        counted = means[equilibration]
    else:
        counted = f"; means from {in_full(equilibration)} {unit}".rstrip()
        counted += ", which is after the last frame" if equilibration > results.times.max() else ""
    return f"{frames} frame{'s' if frames != 1 else ''}, time {span}{counted}"


def _row(table: Table, name: str, cells: list[str], units: str) -> None:
    empty = [""] * (len(table.columns) - 2 - len(cells))
    table.add_row(name, *("" if cell == "nan" else cell for cell in cells), *empty, "" if units == "1" else units)


def _sample_size(e: Estimate, starts: bool) -> list[str]:
    effective = f"{e.effective:.{1 if e.effective < 10 else 0}f}"
    return [effective, in_full(e.start_time)] if starts else [effective]


def _digits(number: float, certain: float) -> str:
    """Return a number in four digits, or in as many as lead to the first digit of `certain`."""
    digits = FEWEST
    if certain > 0 and math.isfinite(certain) and math.isfinite(number) and number:
        digits = 1 + math.floor(math.log10(abs(number))) - math.floor(math.log10(certain))
    return f"{number:.{min(max(FEWEST, digits), MOST)}g}"


def _short(error: float) -> str:
    return f"{error:.0f}" if 10 <= error < 1e5 else f"{error:.2g}"
