"""The rows of a table of results, as text: on the terminal, on a page and in a notebook the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kadita.base import html
from kadita.base.numerals import in_full
from kadita.evaluation.per_agent import components, counted, per_agent, quantiles
from kadita.evaluation.result import Series
from kadita.evaluation.statistics import Estimate
from kadita.school.box import Floats

if TYPE_CHECKING:
    from kadita.evaluation.result import Result
    from kadita.evaluation.results import Results

HEADINGS = ("mean", "SE", "std", "n_eff", "from")
HEADINGS_OF_AGENTS = ("median", "5 %", "25 %", "75 %", "95 %")
FEWEST, MOST = 4, 10  # digits of a mean
ROWS = 20  # components of a metric in the table; metrics with more are for files and figures


class Row(NamedTuple):
    """A row: a name, which is empty where the row belongs to the one above, its cells, and a unit.

    Attributes:
        metric: name of the result that the row is of.
        name: of a column, a component or a label's metric.
        cells: under the headings, from the left; fewer where there is nothing to say.
        unit: empty for pure numbers.
    """

    metric: str
    name: str
    cells: tuple[str, ...]
    unit: str


def rows(results: Results, estimates: Mapping[str, Estimate]) -> Iterator[Row]:
    """Yield the rows of all results that are not of single agents, with cells under `HEADINGS`."""
    for name, s in results.series.items():
        if "agent" in s.dims:
            continue
        if math.prod(s.values.shape[1:]) > ROWS or (s.labels and s.dims not in ((), ("species",))):
            yield _row(name, name, [f"{' x '.join(map(str, s.values.shape[1:]))} values"], s.units)
        elif s.labels:
            for column in [f"{name}.{species}" for species in results.species] if s.dims else [name]:
                yield from _shares(name, column, s.labels, estimates)
        else:
            for column, e in estimates.items():
                if column == name or column.startswith(f"{name}."):
                    yield _row(name, column, cells_of(e) if e.count else ["undefined"], s.units)
    for name, w in results.analyses.items():
        if w.dims == ("agent",):
            continue
        if not is_number(w):
            yield _row(name, name, [f"{' x '.join(map(str, w.values.shape))} values"], w.units)
            continue
        for row, number in numbers_of(results, name, w).items():
            yield _row(name, row, [number_cell(number)], w.units)


def is_number(result: Result) -> bool:
    """Return whether a whole-trajectory result is one number, or one for each species."""
    return result.dims in ((), ("species",))


def numbers_of(results: Results, name: str, result: Result) -> dict[str, float]:
    """Return the numbers of such a result by name, ``name.species`` where there is one for each."""
    names = [f"{name}.{species}" for species in results.species] if result.dims else [name]
    return dict(zip(names, result.values.reshape(-1).tolist(), strict=True))


def rows_of_agents(results: Results, equilibration: str | float = "none") -> Iterator[Row]:
    """Yield the rows of per-agent results: quantiles over the agents in all frames that count.

    With ``"auto"`` these are the frames from where the median over the agents is equilibrated. The cells are under
    `HEADINGS_OF_AGENTS`.
    """
    for name, s in per_agent(results).items():
        parts = components(results, name, s)
        if len(parts) > ROWS:
            yield _row(name, name, [f"{' x '.join(map(str, s.values.shape[1:]))} values"], s.units)
            continue
        for column, values in parts.items():
            yield from _quantiles(name, column, s, counted(values, results.times, equilibration))
    for name, w in results.analyses.items():
        if w.dims == ("agent",):
            yield from _quantiles(name, name, w, w.values)


def as_html(results: Results) -> str:
    """Return the tables that `kadita analyze` prints, with notes and failures, for a notebook."""
    estimates = results.statistics()
    title, parts = frames_line(results), []
    of_agents = "of single agents", HEADINGS_OF_AGENTS, rows_of_agents(results)
    for first, headings, found in (("metric", HEADINGS[:-1], rows(results, estimates)), of_agents):
        filled = [[r.name, *r.cells[: len(headings)], *[""] * (len(headings) - len(r.cells)), r.unit] for r in found]
        if filled:
            parts.append(html.table([first, *headings, "unit"], filled, title))
            title = ""
    lines = [*results.notes, *results.failures.values()]
    if drifting := not_equilibrated(estimates):
        lines.append(f"not equilibrated (a drift, or n_eff below 10), SE too small: {', '.join(drifting)}")
    return "".join((*parts, *(f"<p>{escape(line)}</p>" for line in lines))) or f"<p>{escape(title)}</p>"


def not_equilibrated(estimates: Mapping[str, Estimate]) -> list[str]:
    """Return the metrics with series that drift or have few independent values, among those long enough to tell."""
    return list(dict.fromkeys(c.partition(".")[0] for c, e in estimates.items() if e.effective >= 0 and not e.settled))


def frames_line(results: Results, equilibration: str | float = "none") -> str:
    """Return a line on the frames, their times, and those that count."""
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


def cells_of(e: Estimate) -> list[str]:
    """Return the cells of a series of numbers; empty where a number is not known."""
    return [_digits(e.mean, e.error), _short(e.error), f"{e.std:.3g}", *_sample_size(e)]


def number_cell(number: float) -> str:
    """Return a single number as text."""
    return _digits(number, 1.0) if number == number else "undefined"


def _row(metric: str, name: str, cells: Sequence[str], units: str) -> Row:
    return Row(metric, name, tuple("" if cell == "nan" else cell for cell in cells), "" if units == "1" else units)


def _quantiles(metric: str, name: str, result: Result, values: Floats) -> Iterator[Row]:
    known = values[~np.isnan(values)]
    if not known.size:
        yield _row(metric, name, ["undefined"], result.units)
    elif isinstance(result, Series) and result.labels:
        shares = {label: float(np.mean(known == i)) for i, label in enumerate(result.labels)}
        for i, label in enumerate(sorted(filter(shares.get, shares), key=lambda k: -shares[k])):
            yield _row(metric, "" if i else name, [f"{label} {100 * shares[label]:.0f} %"], "")
    else:
        found = quantiles(known, 0).tolist()
        lowest, low, median, high, highest = (_digits(q, (found[-1] - found[0]) / 100) for q in found)
        yield _row(metric, name, [median, lowest, low, high, highest], result.units)


def _shares(metric: str, column: str, labels: Sequence[str], estimates: Mapping[str, Estimate]) -> Iterator[Row]:
    """Yield the share of frames with each label that occurs, most frequent first."""
    shares = {label: estimates[f"{column}.{label}"] for label in labels}
    occurring = sorted((label for label in labels if shares[label].mean > 0), key=lambda k: -shares[k].mean)
    for label in occurring:
        e = shares[label]
        error = f"{_short(100 * e.error)} %" if e.error >= 0 else ""
        cells = [f"{label} {100 * e.mean:.0f} %", error, "", *_sample_size(e)]
        yield _row(metric, column if label == occurring[0] else "", cells, "")
    if not occurring:
        yield _row(metric, column, ["undefined"], "1")


def _sample_size(e: Estimate) -> list[str]:
    return [f"{e.effective:.{1 if e.effective < 10 else 0}f}", in_full(e.start_time)]


def _digits(number: float, certain: float) -> str:
    """Return a number in four digits, or in as many as lead to the first digit of `certain`."""
    digits = FEWEST
    if certain > 0 and math.isfinite(certain) and math.isfinite(number) and number:
        digits = 1 + math.floor(math.log10(abs(number))) - math.floor(math.log10(certain))
    return f"{number:.{min(max(FEWEST, digits), MOST)}g}"


def _short(error: float) -> str:
    return f"{error:.0f}" if 10 <= error < 1e5 else f"{error:.2g}"
