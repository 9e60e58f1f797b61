"""Tables beside the CSV of series: one of all agents, and one for every set of axes of whole-trajectory results."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kadita.base import renamed
from kadita.evaluation.per_agent import columns, sightings
from kadita.evaluation.plan import DEFAULT, load_preset
from kadita.school.box import Floats

if TYPE_CHECKING:
    from kadita.evaluation.result import AnalysisResult, Series
    from kadita.evaluation.results import Results
    from kadita.plugins.registry import Registry

AGENTS = "agents"  # the table of per-agent series


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


def tables_of_request(
    registry: Registry, names: Iterable[str] | None, profile: str | None, by: str | None = None
) -> list[str]:
    """Return the names of the tables of a request, before anything is computed: see `table_names` and `tables`.

    Args:
        registry: of the metrics and analyses.
        names: those requested; None for the metrics of the profile, or for the default ones.
        profile: its name, if there is one.
        by: ``"species"``, an axis of all results that are not of single agents.
    """
    default = [m.name for m in registry.metrics.values() if m.default]
    default += [a.name for a in registry.analyses.values() if a.default]
    preset = load_preset(profile).metrics if profile is not None else ()
    asked = [renamed.METRICS.get(name, name) for name in names or [DEFAULT]]
    usual = [*(preset or default)] if DEFAULT in asked else []
    requested = list(dict.fromkeys([*usual, *(name for name in asked if name != DEFAULT)]))
    analyses = [registry.analyses[name] for name in requested if name in registry.analyses]
    lead = () if by is None else (by,)
    of_analyses = table_names(
        {a.name: [o.dims if "agent" in o.dims else (*lead, *o.dims) for o in a.outputs.values()] for a in analyses}
    )
    metrics = [registry.metrics[name] for name in requested if name in registry.metrics]
    return [*of_analyses, *([_of_agents(of_analyses)] if any("agent" in m.dims for m in metrics) else [])]


def _of_agents(others: Iterable[str]) -> str:
    """Return the name of the table of per-agent series, which no other table has."""
    name, taken = AGENTS, set(others)
    while name in taken:
        name += "_"
    return name


def tables(results: Results) -> Iterator[tuple[str, list[str], Iterator[list[Any]]]]:
    """Yield name, heading and rows of every table; a row holds the coordinates of a point, then the values at it.

    The table of per-agent series has a row for every agent in every frame in which it is present.
    """
    for name, (heading, analyses) in analyses_by_table(results).items():
        yield name, heading, _rows(results, analyses)
    if of_agents := columns(results):
        yield (
            _of_agents(analyses_by_table(results)),
            ["frame", "time", "agent", *of_agents],
            _sightings(results, of_agents),
        )


def analyses_by_table(results: Results) -> dict[str, tuple[list[str], dict[str, AnalysisResult]]]:
    """Return the heading of every table of whole-trajectory results, and the results in it, by the table's name."""
    by_analysis: dict[str, dict[tuple[str, ...], dict[str, AnalysisResult]]] = {}
    for name, result in results.analyses.items():
        by_analysis.setdefault(name.partition(".")[0], {}).setdefault(result.dims, {})[name] = result
    sets = itertools.chain.from_iterable(by.items() for by in by_analysis.values())
    with_axes = [(_heading(dims, analyses), analyses) for dims, analyses in sets if dims]
    return dict(zip(table_names(by_analysis), with_axes, strict=True))


def _heading(dims: tuple[str, ...], analyses: Mapping[str, AnalysisResult]) -> list[str]:
    """Return the names of the columns; an axis that occurs twice is numbered."""
    axes = [f"{d}_{i + 1}" if dims.count(d) > 1 else d for i, d in enumerate(dims)]
    return [*axes, *(name.partition(".")[2] or name for name in analyses)]


def points_of(results: Results, result: AnalysisResult) -> Iterator[tuple[Any, ...]]:
    """Return the coordinates of every value of a result, in the order of its values."""
    shape = zip(result.dims, result.values.shape, strict=True)
    return itertools.product(*(results.axis_of(result, dim, size) for dim, size in shape))


def columns_of_frames(results: Results) -> dict[str, tuple[Series, Floats]]:
    """Return every scalar series by name, without those of single agents; see `Results.columns`."""
    return {name: column for name, column in results.columns().items() if "agent" not in column[0].dims}


def _rows(results: Results, analyses: Mapping[str, AnalysisResult]) -> Iterator[list[Any]]:
    first = next(iter(analyses.values()))
    columns = [w.values.reshape(-1) for w in analyses.values()]
    for i, point in enumerate(points_of(results, first)):
        yield [*point, *("" if np.isnan(column[i]) else repr(float(column[i])) for column in columns)]


def _sightings(results: Results, columns: Mapping[str, tuple[Series, Floats]]) -> Iterator[list[Any]]:
    frames, times = results.frames.tolist(), [repr(t) for t in results.times.tolist()]
    for row, column, agent in sightings(results):
        yield [frames[row], times[row], agent, *(cell(s, values[row, column]) for s, values in columns.values())]


def cell(series: Series, value: float) -> str:
    """Return a value of a series as written in a table: a label, a number, or nothing where it is undefined."""
    if np.isnan(value):
        return ""
    return series.labels[int(value)] if series.labels else repr(float(value))
