"""Results of whole-trajectory analyses as tables, one for every set of axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from kadita.evaluation.results import AnalysisResult, Results


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
    by_analysis: dict[str, dict[tuple[str, ...], dict[str, AnalysisResult]]] = {}
    for name, result in results.analyses.items():
        by_analysis.setdefault(name.partition(".")[0], {}).setdefault(result.dims, {})[name] = result
    names = iter(table_names(by_analysis))
    for dims, analyses in itertools.chain.from_iterable(sets.items() for sets in by_analysis.values()):
        if dims:
            yield next(names), _heading(dims, analyses), _rows(results, analyses)


def _heading(dims: tuple[str, ...], analyses: Mapping[str, AnalysisResult]) -> list[str]:
    """Return the names of the columns; an axis that occurs twice is numbered."""
    axes = [f"{d}_{i + 1}" if dims.count(d) > 1 else d for i, d in enumerate(dims)]
    return [*axes, *(name.partition(".")[2] or name for name in analyses)]


def _rows(results: Results, analyses: Mapping[str, AnalysisResult]) -> Iterator[list[Any]]:
    first = next(iter(analyses.values()))
    axes = [results.axis_of(first, dim, size) for dim, size in zip(first.dims, first.values.shape, strict=True)]
    columns = [w.values.reshape(-1) for w in analyses.values()]
    for i, point in enumerate(itertools.product(*axes)):
        yield [*point, *("" if np.isnan(column[i]) else repr(float(column[i])) for column in columns)]
