"""Results of a sweep as one table: a row per point in CSV, the parameters as dimensions in NetCDF."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic_core import to_json

from kadita.base.errors import KaditaError, KaditaWarning, describe_error
from kadita.base.files import replace_whole
from kadita.evaluation.export import write_csv
from kadita.evaluation.results import Results, Series, plain
from kadita.simulation.sweep.points import Points, Setting
from kadita.simulation.sweep.work import files_of

ERROR, SETTLED = "_error", "_settled"

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Row:
    """A finished point and the values of its columns."""

    setting: Setting
    seed: int
    values: Mapping[str, float]
    metrics: Mapping[str, Any]  # as described in the record of the results


def write_tables(folder: Path, points: Points) -> list[Path]:
    """Write table.csv and table.nc of the finished points; return their paths.

    Raises:
        KaditaError: no finished point, or damaged results.
    """
    rows = list(_rows(folder, points))
    if not rows:
        raise KaditaError(f"{folder}: no point of this sweep is finished; there is nothing to tabulate")
    columns = list(dict.fromkeys(name for row in rows for name in row.values))
    settled = [value for row in rows for name, value in row.values.items() if name.endswith(SETTLED)]
    drifting = settled.count(0.0)
    if drifting:
        warnings.warn(
            f"{drifting} of {len(settled)} series are not equilibrated (columns *{SETTLED}); use longer runs",
            KaditaWarning,
            stacklevel=5,
        )
    writers = {"table.csv": _write_csv, "table.nc": _write_netcdf}
    for name, writer in writers.items():
        replace_whole(folder / name, partial(writer, points, rows, columns))
    return [folder / name for name in writers]


def finished(folder: Path, points: Points) -> Iterator[tuple[Setting, int]]:
    """Yield the finished points, whose files all exist, in the order of the table."""
    for line in points.lines:
        for setting in line:
            for seed in points.sweep.seeds:
                path = folder / setting.folder
                files = files_of(path, seed, chained=len(line) > 1, trajectories=points.sweep.trajectories)
                if all(file.exists() for file in files):
                    yield setting, seed


def _rows(folder: Path, points: Points) -> Iterator[Row]:
    for setting, seed in finished(folder, points):
        path = folder / setting.folder / f"seed-{seed}.json"
        try:
            record = json.loads(path.read_bytes())
            statistics = record["statistics"]
            if statistics["equilibration"] != points.sweep.counted:  # changed after the run
                statistics = {"columns": _estimated(path.with_suffix(".csv"), record["metrics"], points.sweep.counted)}
            analyses = {name: result["value"] for name, result in record["analyses"].items() if "value" in result}
            numbers = [*_columns(statistics["columns"]), *analyses.items()]
            columns = {k: np.nan if v is None else float(v) for k, v in numbers}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KaditaError(
                f"{path}: expected the results of a point ({describe_error(error)}); remove it and sweep again"
            ) from None
        yield Row(setting, seed, columns, record["metrics"] | record["analyses"])


def _columns(statistics: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, float | None]]:
    """Yield mean over time, standard error, and whether it is equilibrated (1 or 0), of each column of results."""
    for column, e in statistics.items():
        yield column, e["mean"]
        yield f"{column}{ERROR}", e["error"]
        yield f"{column}{SETTLED}", e["settled"] if e["frames"] else None


def _estimated(path: Path, metrics: Mapping[str, Any], equilibration: float | str) -> dict[str, dict[str, Any]]:
    """Return the statistics of results that were written with another equilibration."""
    with path.open(newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    series: dict[str, Series] = {}
    for name, cells in zip(names[2:], list(zip(*rows, strict=True))[2:], strict=True):
        metric = metrics.get(name) or metrics.get(name.partition(".")[0])
        if metric is not None and "agent" not in metric["dims"]:  # the last column is the number of agents
            labels = tuple(metric["labels"])
            numbers = [np.nan if c == "" else labels.index(c) if labels else float(c) for c in cells]
            series[name] = Series(np.array(numbers), (), "1", {}, "", "", "", labels=labels)
    times = np.array([float(row[1]) for row in rows])
    stats = Results(np.arange(len(times)), times, np.empty(0), series).statistics(equilibration)
    return {k: {"mean": e.mean, "error": e.error, "settled": e.settled, "frames": e.count} for k, e in stats.items()}


def _write_csv(points: Points, rows: Iterable[Row], columns: Iterable[str], path: Path) -> None:
    sweep = points.sweep
    varied = (*sweep.grid, *sweep.zip)
    lines = []
    for row in rows:
        values = [plain(row.setting.values[key]) for key in varied]
        direction = [row.setting.direction] if sweep.chain else []
        numbers = [row.values.get(name, np.nan) for name in columns]
        cells = ["" if np.isnan(x) else f"{x:g}" if x.is_integer() else repr(x) for x in numbers]
        lines.append([*values, *direction, row.seed, *cells, row.setting.folder])
    write_csv(path, [*varied, *(["direction"] if sweep.chain else []), "seed", *columns, "folder"], lines)


def _write_netcdf(points: Points, rows: Iterable[Row], columns: Iterable[str], path: Path) -> None:
    _dataset(points, list(rows), list(columns)).to_netcdf(path, engine="netcdf4")


def _dataset(points: Points, rows: list[Row], columns: list[str]) -> xarray.Dataset:
    import xarray

    sweep = points.sweep
    coordinates: dict[str, Any] = {key: _axis(values) for key, values in sweep.grid.items()}
    sizes = {key: len(values) for key, values in sweep.grid.items()}
    if sweep.zip:
        together = next(iter(sweep.zip)) if len(sweep.zip) == 1 else "zip"
        sizes[together] = len(next(iter(sweep.zip.values())))
        coordinates |= {key: (together, _axis(values)) for key, values in sweep.zip.items()}
    if sweep.chain:
        sizes["direction"], coordinates["direction"] = 2, ["up", "down"]
    sizes["seed"], coordinates["seed"] = len(sweep.seeds), _axis(sweep.seeds)

    indices = {id(setting): _index(setting, points) for setting in points.settings}
    arrays = {name: np.full(tuple(sizes.values()), np.nan) for name in columns}
    for row in rows:
        index = (*indices[id(row.setting)], sweep.seeds.index(row.seed))
        for name, value in row.values.items():
            arrays[name][index] = value
    first = rows[0].setting
    variables = {name: (tuple(sizes), a, _described(name, rows[0].metrics)) for name, a in arrays.items()}
    fixed = {k: v for k, v in first.run.stored()["parameters"].items() if k not in (*sweep.grid, *sweep.zip)}
    attributes = {
        "title": sweep.title or first.run.title,
        "kadita": version("kadita"),
        "model": first.run.model,
        "parameters": json.dumps(fixed),
        "steps": first.run.steps,
        "every": first.run.every,
        "equilibration": sweep.counted,
        "largest_group": str(sweep.largest_cluster or ""),
        "profile": sweep.definitions,
        "metric_parameters": to_json(points.plan.records).decode(),
    }
    return xarray.Dataset(variables, coords=coordinates, attrs=attributes)


def _index(setting: Setting, points: Points) -> tuple[int, ...]:
    """Return the index of a setting along each dimension."""
    sweep = points.sweep
    index = [values.index(setting.values[key]) for key, values in sweep.grid.items()]
    if sweep.zip:
        rows = list(zip(*sweep.zip.values(), strict=True))
        index.append(rows.index(tuple(setting.values[key] for key in sweep.zip)))
    return (*index, *([("up", "down").index(setting.direction)] if sweep.chain else []))


def _described(column: str, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the units and long name of a column of the table."""
    name = column.removesuffix(ERROR).removesuffix(SETTLED)
    if "value" in metrics.get(column, ()):
        return {"units": metrics[column]["units"], "long_name": metrics[column]["summary"]}
    metric = metrics.get(name) or metrics.get(name.partition(".")[0])
    if metric is None:
        return {}
    if column.endswith(SETTLED):
        return {"units": "1", "long_name": f"whether {name} is equilibrated (1) or not (0)"}
    meaning = f"share of frames in which {name.replace('.', ' is ', 1)}" if metric["labels"] else metric["summary"]
    statistic = " (standard error of the mean over time)" if column != name else " (mean over time)"
    return {"units": metric["units"], "long_name": meaning.rstrip(".") + statistic}


def _axis(values: Iterable[Any]) -> list[Any]:
    """Return the coordinates of a dimension: numbers, or text if a value is not a number."""
    values = list(values)
    if all(isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < 2**63 for v in values):
        return values
    return [str(plain(v)) for v in values]
