"""Results as tables of pandas: the columns of the CSV files, or one row for every value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from kadita.base.errors import KaditaError, did_you_mean
from kadita.evaluation import summary
from kadita.evaluation.per_agent import columns, components, counted, per_agent, quantiles, sightings
from kadita.evaluation.result import COUNTS, Series
from kadita.evaluation.tables import AGENTS, analyses_by_table, columns_of_frames, points_of
from kadita.school.box import Floats

if TYPE_CHECKING:
    import pandas

    from kadita.evaluation.results import Results


def of_frames(results: Results) -> pandas.DataFrame:
    """Return the table of series, as ``results.csv`` has it: frame, time, one column a scalar, number of agents."""
    import pandas

    scalars = columns_of_frames(results)
    data: dict[str, Any] = {"frame": results.frames, "time": results.times}
    data |= {name: _labelled(s, values) for name, (s, values) in scalars.items()}
    if results.counts is not None:
        data[results.unused(COUNTS)] = results.counts
    return _with_units(pandas.DataFrame(data), {name: s.units for name, (s, _) in scalars.items()})


def of_agents(results: Results, metric: str | None = None) -> pandas.DataFrame:
    """Return the table of per-agent series: a row for every agent in every frame in which it is present.

    With a metric, its columns alone.
    """
    import pandas

    found = {k: c for k, c in columns(results).items() if metric in (None, k.partition(".")[0])}
    seen = list(sightings(results))
    rows, places = (np.array([s[i] for s in seen], dtype=np.int64) for i in range(2))
    data: dict[str, Any] = {"frame": results.frames[rows], "time": results.times[rows], "agent": [s[2] for s in seen]}
    if results.agent_species is not None:
        who = places if results.identities is None else results.identities[rows, places]
        data["species"] = results.agent_species[who]
    data |= {name: _labelled(s, values[rows, places]) for name, (s, values) in found.items()}
    return _with_units(pandas.DataFrame(data), {name: s.units for name, (s, _) in found.items()})


def of_analysis(results: Results, table: str) -> pandas.DataFrame:
    """Return the table of whole-trajectory results with the same axes, as ``results_TABLE.csv`` has it."""
    import pandas

    heading, analyses = analyses_by_table(results)[table]
    first = next(iter(analyses.values()))
    names, values = heading[: len(first.dims)], heading[len(first.dims) :]
    data: dict[str, Any] = dict(zip(names, zip(*points_of(results, first), strict=True), strict=True))
    data |= {name: w.values.reshape(-1) for name, w in zip(values, analyses.values(), strict=True)}
    units = {n: first.axis_units.get(d, "") for n, d in zip(names, first.dims, strict=True)}
    return _with_units(
        pandas.DataFrame(data), units | {n: w.units for n, w in zip(values, analyses.values(), strict=True)}
    )


def of_table(results: Results, table: str) -> pandas.DataFrame:
    """Return a table by its name: ``"agents"``, a per-agent metric, or a whole-trajectory analysis.

    Raises:
        KaditaError: there is no table of this name.
    """
    of_analyses = analyses_by_table(results)
    if table in of_analyses:
        return of_analysis(results, table)
    single = per_agent(results)
    if table in single or (table == AGENTS and single):
        return of_agents(results, None if table == AGENTS else table)
    known = [*of_analyses, *([AGENTS] if single else []), *single]
    several = [name for name in of_analyses if name.startswith(f"{table}_")]
    hint = f"; it has several: {', '.join(several)}" if several else did_you_mean(table, known)
    hint = hint or f"; there are: {', '.join(known) or 'none'}"
    raise KaditaError(f"there is no table '{table}'{hint}; to_dataframe() without a name is that of the frames")


def in_rows(results: Results) -> pandas.DataFrame:
    """Return one row for every value of a series: frame, time, metric, agent and species, value or label, and unit."""
    import pandas

    frames = of_frames(results).drop(columns=results.unused(COUNTS), errors="ignore")
    agents = of_agents(results) if per_agent(results) else None
    parts = [_melted(table, results) for table in (frames, agents) if table is not None]
    found = pandas.concat([p for p in parts if len(p)], ignore_index=True) if any(map(len, parts)) else parts[0]
    order = ["frame", "time", "agent", "species", "metric", "value", "label", "unit"]
    return found[[name for name in order if name in found]]


def _melted(table: pandas.DataFrame, results: Results) -> pandas.DataFrame:
    ids = [name for name in ("frame", "time", "agent", "species") if name in table]
    units = table.attrs["units"]
    labelled = {name for name in units if results.series[name.partition(".")[0]].labels}
    numbers = table.astype({name: object for name in labelled}) if labelled else table
    melted = numbers.melt(ids, var_name="metric", value_name="value")
    if labelled:
        is_label = melted["metric"].isin(labelled)
        melted["label"] = melted["value"].where(is_label)
        melted["value"] = melted["value"].where(~is_label).astype(float)
    return melted.assign(unit=melted["metric"].map(units))


def of_statistics(results: Results, equilibration: str | float) -> pandas.DataFrame:
    """Return mean, standard error and more of every scalar; of a label, of the share of frames with it."""
    import pandas

    rows: dict[str, tuple[Any, ...]] = {}
    for name, e in results.statistics(equilibration).items():
        s = results.series[name if name in results.series else name.partition(".")[0]]
        numbers = (e.mean, e.error, e.std, e.effective, e.start_time, e.settled)
        rows[name] = (*numbers, "1" if s.labels else s.units)
    for name, w in results.analyses.items():
        if summary.is_number(w):
            unknown = (np.nan,) * 4
            rows |= {n: (x, *unknown, None, w.units) for n, x in summary.numbers_of(results, name, w).items()}
    columns_ = [*summary.HEADINGS, "equilibrated", "unit"]
    table = pandas.DataFrame.from_dict(rows, orient="index", columns=columns_).rename_axis("metric")
    table["equilibrated"] = table["equilibrated"].astype("boolean")
    return table


def of_quantiles(results: Results, equilibration: str | float) -> pandas.DataFrame:
    """Return median and quantiles of per-agent results over the agents and the frames that count."""
    import pandas

    rows = {name: (*found, units) for name, found, units in _quantiles(results, equilibration)}
    return pandas.DataFrame.from_dict(rows, orient="index", columns=[*summary.HEADINGS_OF_AGENTS, "unit"]).rename_axis(
        "metric"
    )


def _quantiles(results: Results, equilibration: str | float) -> Iterator[tuple[str, list[float], str]]:
    for name, s in per_agent(results).items():
        if s.labels:
            continue
        for column, values in components(results, name, s).items():
            yield column, _in_order(counted(values, results.times, equilibration)), s.units
    for name, w in results.analyses.items():
        if w.dims == ("agent",):
            yield name, _in_order(w.values), w.units


def _in_order(values: Floats) -> list[float]:
    lowest, low, median, high, highest = quantiles(values.reshape(-1), 0).tolist()
    return [median, lowest, low, high, highest]


def _labelled(series: Series, values: Floats) -> Any:
    if not series.labels:
        return values
    import pandas

    codes = np.where(np.isnan(values), -1, values).astype(int)
    return pandas.Categorical.from_codes(codes.tolist(), categories=list(series.labels))


def _with_units(table: pandas.DataFrame, units: dict[str, str]) -> pandas.DataFrame:
    table.attrs["units"] = units
    return table
