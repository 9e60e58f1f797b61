"""The numbers of a page: curves, states over time, and the rows of its tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from kadita.evaluation import summary
from kadita.evaluation.curves import has_axes
from kadita.evaluation.figures.thinning import extremes_kept
from kadita.evaluation.results import Results
from kadita.evaluation.statistics import Estimate
from kadita.plugins.declaration.regions import Regions
from kadita.school.box import Floats
from kadita.school.neighbors import Integers

MOST_POINTS = 4000  # of a curve


def curves(
    results: Results, estimates: Mapping[str, Estimate], names: Sequence[str], frames: Integers
) -> list[dict[str, Any]]:
    """Return what a page draws of these scalar series, without those that have an axis of numbers; NaN becomes None.

    Of long series the extremes are kept, and beside them the values in `frames`, which are those of the film: they are
    what the page shows as the value at a time.
    """
    found, columns, rows = [], results.columns(), np.searchsorted(results.frames, frames)
    for column in (c for name in names for c in columns if c.partition(".")[0] == name):
        series, values = columns[column]
        if (
            "agent" in series.dims
            or series.labels
            or has_axes(series)
            or math.prod(series.values.shape[1:]) > summary.ROWS
        ):
            continue
        kept, e = extremes_kept(values, MOST_POINTS), estimates[column]
        defined = values[np.isfinite(values)]
        share = series.units == "1" and defined.size and defined.min() >= 0 and defined.max() <= 1
        found.append(
            {
                "name": column,
                "title": column.replace("_", " "),
                "symbol": series.symbol,
                "unit": "" if series.units == "1" else series.units,
                "times": results.times[kept].tolist(),
                "values": numbers(values[kept]),
                "sampled": numbers(values[rows]) if len(kept) < len(values) else None,
                "start": int(np.searchsorted(kept, e.start)),
                "mean": number(e.mean),
                "error": number(e.error),
                "range": [0, 1] if share else None,
            }
        )
    return found


def diagram(results: Results, frames: Integers) -> dict[str, Any] | None:
    """Return the two metrics by which the first metric with regions labels frames, with its regions; None without.

    They are those of all frames, or if these are many, of `frames`, which are those of the film.
    """
    for series in results.series.values():
        r = series.regions
        if r is None or series.dims or not {r.x, r.y} <= results.series.keys():
            continue
        rows = np.arange(len(results.frames))
        if len(rows) > MOST_POINTS:
            rows = np.searchsorted(results.frames, frames)
        axes = {
            axis: {
                "title": name.replace("_", " "),
                "symbol": results.series[name].symbol,
                "unit": "",
                "range": [float(edges[0]), float(edges[-1])],
            }
            for axis, name, edges in (("x", r.x, r.x_edges), ("y", r.y, r.y_edges))
        }
        x, y = numbers(results[r.x][rows]), numbers(results[r.y][rows])
        return {**axes, "times": results.times[rows].tolist(), "xs": x, "ys": y, "regions": _cells(r, series.labels)}
    return None


def _cells(regions: Regions, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return the cells of a plane that have a label, and which is the largest of each."""
    area = np.diff(regions.x_edges)[:, None] * np.diff(regions.y_edges)[None]
    largest = {code: int(np.argmax(np.where(regions.codes == code, area, 0.0))) for code in np.unique(regions.codes)}
    return [
        {
            "label": labels[int(code)],
            "x": regions.x_edges[[i, i + 1]].tolist(),
            "y": regions.y_edges[[j, j + 1]].tolist(),
            "largest": largest[code] == i * area.shape[1] + j,
        }
        for (i, j), code in np.ndenumerate(regions.codes)
        if np.isfinite(code)
    ]


def states(results: Results, frames: Integers) -> dict[str, Any] | None:
    """Return the labels of the first series that has some, in these frames; None if there is none."""
    for name, series in results.series.items():
        if series.labels and not series.dims:
            codes = series.values[np.searchsorted(results.frames, frames)]
            shown = [None if math.isnan(code) else int(code) for code in codes.tolist()]
            return {"name": name.replace("_", " "), "labels": list(series.labels), "codes": shown}
    return None


def table_rows(
    runs: Mapping[str, tuple[Results, Mapping[str, Estimate]]], equilibration: str | float
) -> tuple[str, str, str]:
    """Return the headings and rows of the table, and a table of single agents, which is empty without any, as HTML."""
    several = len(runs) > 1
    lines: list[tuple[str, summary.Row, str]] = []
    of_agents: list[tuple[str, summary.Row, str]] = []
    for run, (results, estimates) in runs.items():
        meant = {name: r.summary for name, r in (*results.series.items(), *results.analyses.items())}
        lines += [(run, row, meant[row.metric]) for row in summary.rows(results, estimates)]
        of_agents += [(run, row, meant[row.metric]) for row in summary.rows_of_agents(results, equilibration)]
    if several:  # what is compared stands together
        order = {metric: i for i, metric in enumerate(dict.fromkeys(row.metric for _, row, _ in [*lines, *of_agents]))}
        for table in (lines, of_agents):
            table.sort(key=lambda line: order[line[1].metric])
    unit = next(iter(runs.values()))[0].attributes.get("time_unit", "")
    headings = [*summary.HEADINGS[:-1], f"from ({unit})" if unit else "from"]
    agents = ""
    if of_agents:
        head, body = _table("of single agents", summary.HEADINGS_OF_AGENTS, of_agents, several)
        agents = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    return *_table("metric", headings, lines, several), agents


def tree(value: Any) -> str:
    """Return nested mappings as nested lists of names and values, as HTML."""
    if isinstance(value, Mapping):
        if not value:
            return "none"
        items = (f"<div><dt>{words(k)}</dt><dd>{tree(v)}</dd></div>" for k, v in value.items())
        return f"<dl>{''.join(items)}</dl>"
    if isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value):
        return "".join(map(tree, value))
    if isinstance(value, list | tuple | np.ndarray):
        return escape(", ".join(map(str, value)))
    return escape(str(value))


def words(name: Any) -> str:
    """Return a name as it is read, as HTML."""
    return escape(str(name).replace("_", " "))


def numbers(values: Floats) -> list[float | None]:
    """Return numbers as JSON has them."""
    return [number(x) for x in values.tolist()]


def number(x: float) -> float | None:
    """Return a number as JSON has it: None where it is undefined."""
    return x if math.isfinite(x) else None


def equilibration_line(estimates: Iterable[Mapping[str, Estimate]]) -> str:
    """Return a sentence on the metrics whose standard errors are too small; an empty string if there are none."""
    drifting = dict.fromkeys(name for found in estimates for name in summary.not_equilibrated(found))
    if not drifting:
        return ""
    return f"Not equilibrated (a drift, or n_eff below 10), SE too small: {', '.join(drifting)}."


def _table(
    first: str, headings: Sequence[str], lines: list[tuple[str, summary.Row, str]], several: bool
) -> tuple[str, str]:
    columns = [first, *(["run"] if several else []), *headings, "unit"]
    head = "".join(f'<th scope="col">{escape(column).replace("n_eff", "n<sub>eff</sub>")}</th>' for column in columns)
    body = []
    for run, row, meaning in lines:
        cells = [*row.cells, *[""] * (len(headings) - len(row.cells))]
        th = f'<th scope="row" title="{escape(meaning)}">{words(row.name)}</th>'
        name = th if row.name else "<td></td>"  # a further label of the row above
        of_run = f'<td class="word">{escape(run)}</td>' if several else ""
        numbers = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        body.append(f'<tr>{name}{of_run}{numbers}<td class="word">{escape(row.unit)}</td></tr>')
    return f"<tr>{head}</tr>", "".join(body)
