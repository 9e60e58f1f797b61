"""Results of whole-trajectory analyses as tables, one for every set of axes."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kadita.evaluation.results import AnalysisResult

if TYPE_CHECKING:
    from kadita.evaluation.results import Results


def table_names(dims_of_outputs: Mapping[str, Iterable[tuple[str, ...]]]) -> list[str]:
    """Return the names of the tables of analyses: one table for each set of axes that outputs of an analysis share.

    A table is named after its analysis, and after its axes too where the analysis has several tables. Outputs without
    axes are in no table.

    >>> table_names({"msd": [("lag",)], "delay": [("agent", "agent"), ("agent",), ()]})
    ['msd', 'delay_agent_agent', 'delay_agent']
    """
    names = []
    for analysis, outputs in dims_of_outputs.items():
        sets = [dims for dims in dict.fromkeys(outputs) if dims]
        names += [analysis if len(sets) == 1 else "_".join((analysis, *dims)) for dims in sets]
    return names


def tables(results: Results) -> Iterator[tuple[str, list[str], Iterator[list[Any]]]]:
    """Yield name, heading and rows of every table; a row holds the coordinates of a point, then the values at it."""
    by_analysis: dict[str, dict[str, AnalysisResult]] = {}
    for name, result in results.analyses.items():
        by_analysis.setdefault(name.partition(".")[0], {})[name] = result
    for analysis, analyses in by_analysis.items():
        sets = [dims for dims in dict.fromkeys(w.dims for w in analyses.values()) if dims]
        for name, dims in zip(table_names({analysis: [w.dims for w in analyses.values()]}), sets, strict=True):
            columns = {n: w for n, w in analyses.items() if w.dims == dims}
            yield name, _heading(dims, columns), _rows(results, columns)


def _heading(dims: tuple[str, ...], analyses: Mapping[str, AnalysisResult]) -> list[str]:
    """Return the names of the columns; an axis that occurs twice is numbered."""
    repeated = {d for d in dims if dims.count(d) > 1}
    axes = [f"{d}_{i + 1}" if d in repeated else d for i, d in enumerate(dims)]
    return [*axes, *(name.partition(".")[2] or name for name in analyses)]


def _rows(results: Results, analyses: Mapping[str, AnalysisResult]) -> Iterator[list[Any]]:
    first = next(iter(analyses.values()))
    axes = [results.axis_of(first, dim, size) for dim, size in zip(first.dims, first.values.shape, strict=True)]
    columns = [w.values.reshape(-1) for w in analyses.values()]
    for i, point in enumerate(itertools.product(*axes)):
        yield [*point, *("" if np.isnan(column[i]) else repr(float(column[i])) for column in columns)]


def write_csv(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    """Write rows to a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
