"""The table that `kadita analyze` and `kadita run --analyze` print."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from kadita.cli.log import record
from kadita.cli.tables import Column, print_table, width_of_stdout, wrapped
from kadita.evaluation import summary
from kadita.evaluation.results import Results
from kadita.evaluation.statistics import Estimate

NAMED = 6  # metrics listed in the line below the table


def print_summary(results: Results, equilibration: str | float = "none") -> None:
    """Print mean, standard error, standard deviation, effective sample size and unit of every scalar series.

    A second table has median and quantiles of per-agent results.

    A line below the table lists the metrics that are not equilibrated, among series long enough to tell.
    """
    estimates = results.statistics(equilibration)
    headings = summary.HEADINGS if equilibration == "auto" else summary.HEADINGS[:-1]
    title = summary.frames_line(results, equilibration)
    of_school = [*summary.rows(results, estimates)]
    _print("metric", headings, title, of_school)
    of_agents = [*summary.rows_of_agents(results, equilibration)]
    _print("of single agents", summary.HEADINGS_OF_AGENTS, "" if of_school else title, of_agents)
    if drifting := summary.not_equilibrated(estimates):
        others = f" and {len(drifting) - NAMED} more" if drifting[NAMED:] else ""
        advice = "; --equilibration auto leaves a transient out" if equilibration == "none" else ""
        names = ", ".join(drifting[:NAMED])
        text = f"not equilibrated (a drift, or n_eff below 10), SE too small: {names}{others}{advice}"
        print(*wrapped(text, width_of_stdout()), sep="\n")
        record(text)


def series_rows(results: Results, estimates: Mapping[str, Estimate], most: int) -> Iterator[tuple[str, list[str], str]]:
    """Yield name, numbers and unit of every scalar series and whole-trajectory number, without those of agents.

    Metrics of more than `most` components are left out.
    """
    for name, s in results.series.items():
        if "agent" in s.dims or math.prod(s.values.shape[1:]) > most:
            continue
        for column, e in estimates.items():
            if column == name or column.startswith(f"{name}."):
                numbers = ["" if cell == "nan" else cell for cell in summary.cells_of(e)[:-1]]
                yield column, numbers if e.count else ["undefined"], "" if s.units == "1" else s.units
    for name, w in results.analyses.items():
        if not w.dims:
            yield name, [summary.number_cell(float(w.values))], "" if w.units == "1" else w.units


def _print(first: str, headings: Sequence[str], title: str, rows: Sequence[summary.Row]) -> None:
    if not rows:
        return
    columns = Column(first), *(Column(heading, right=True) for heading in headings), Column("unit")
    short = [row.cells[: len(headings)] for row in rows]
    cells = [
        (row.name, *numbers, *[""] * (len(headings) - len(numbers)), row.unit)
        for row, numbers in zip(rows, short, strict=True)
    ]
    print_table(columns, cells, title)
