"""Write results to files: CSV, JSON, NetCDF and xvg."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic_core import to_json

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.evaluation.result import COUNTS, Result, as_json
from kadita.evaluation.statistics import Estimate
from kadita.evaluation.tables import cell, columns_of_frames
from kadita.evaluation.tables import tables as tables_of

if TYPE_CHECKING:
    from kadita.evaluation.results import Results

Equilibration = str | float
Writer = Callable[["Results", Equilibration, Path], None]


def write(results: Results, path: str | Path, *, force: bool = False, equilibration: Equilibration = "none") -> None:
    """Write results to `path`, in the format of its suffix: .csv, .json, .nc or .xvg.

    The last column of a CSV is the number of agents in each frame. With it come a table NAME_agents.csv of per-agent
    metrics, with a row for every agent in every frame in which it is present, a table NAME_analysis.csv for every set
    of axes of whole-trajectory results, and a .json with parameters, units, provenance, and the mean and standard error
    of every column over the frames that `equilibration` selects (`Results.statistics`). A file is written completely or
    not at all; `force` replaces existing files.

    Raises:
        KaditaError: an unknown suffix, a file that exists, a folder that cannot be written to.

    >>> import kadita
    >>> results = kadita.analyze("school.nc", ["polarization"])
    >>> kadita.write(results, "school.csv")
    """
    write_all(results, [Path(path)], force=force, equilibration=equilibration)


def write_all(
    results: Results, paths: Iterable[Path], *, force: bool, equilibration: Equilibration = "none"
) -> list[Path]:
    """Write results to several files, and return all that were written; see `write`."""
    targets = check_targets(paths, force=force, tables=[name for name, *_ in tables_of(results)])
    for path, writer in targets.items():
        replace_whole(path, partial(writer, results, equilibration))
    return list(targets)


def check_targets(
    paths: Iterable[Path], *, force: bool, source: Path | None = None, tables: Iterable[str] = ()
) -> dict[Path, Writer]:
    """Return every file that writing to `paths` will create, with its writer; check them before anything is computed.

    With a CSV come the tables of agents and of whole-trajectory results, named by `tables`.

    Raises:
        KaditaError: a file that cannot be written, or a path that was given twice.
    """
    targets: dict[Path, Writer] = {}
    names = list(tables)
    for path in paths:
        if path.suffix not in WRITERS and not path.is_dir():
            raise KaditaError(f"{path}: expected an ending of {', '.join(WRITERS)}; got '{path.suffix}'")
        if path in targets:
            raise KaditaError(f"{path} was given twice as an output")
        targets[path] = WRITERS.get(path.suffix, _json)
    for path in [p for p in targets if p.suffix == ".csv"]:  # a requested .json holds the record and more
        record = path.with_suffix(".json")
        if record not in targets and _holds_results(record):
            raise KaditaError(
                f"{record} holds results, which the record of {path.name} would replace; choose another name, or write "
                f"both: -o {path.name} -o {record.name}"
            )
        targets.setdefault(record, _record)
        for name in names:
            table = path.with_name(f"{path.stem}_{name}.csv")
            if str(table).casefold() in {str(target).casefold() for target in targets}:  # some systems see no case
                raise KaditaError(f"{table} is also the table {name} of {path.name}; choose another name")
            targets[table] = partial(_table, name)
    for path in targets:
        check_writable(path, force=force, source=source)
    return targets


def read_json(path: Path) -> Any:
    """Read a document; None if there is no file, or it is not JSON."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _holds_results(path: Path) -> bool:
    """Return whether a file is JSON with values of frames, unlike the record of a CSV."""
    document = read_json(path)
    return isinstance(document, dict) and {"provenance", "time"} <= document.keys()


def write_csv(path: Path, heading: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(itertools.chain([heading], rows))


def table_of_frames(results: Results) -> tuple[list[str], Iterator[list[Any]]]:
    """Return heading and rows of the table of series: a row for each frame."""
    columns = columns_of_frames(results)
    counts = [[]] * len(results.frames) if results.counts is None else results.counts[:, None].tolist()
    rows = (
        [frame, repr(float(time)), *(cell(s, v[row]) for s, v in columns.values()), *counts[row]]
        for row, (frame, time) in enumerate(zip(results.frames, results.times, strict=True))
    )
    last = [] if results.counts is None else [results.unused(COUNTS)]
    return ["frame", "time", *columns, *last], rows


def _csv(results: Results, _equilibration: Equilibration, path: Path) -> None:
    write_csv(path, *table_of_frames(results))


def _table(name: str, results: Results, _equilibration: Equilibration, path: Path) -> None:
    heading, rows = next((heading, rows) for table, heading, rows in tables_of(results) if table == name)
    write_csv(path, heading, rows)


def _record(results: Results, equilibration: Equilibration, path: Path) -> None:
    write_json(path, describe(results, equilibration))


def _json(results: Results, equilibration: Equilibration, path: Path) -> None:
    write_json(path, document_of(results, equilibration))


def document_of(results: Results, equilibration: Equilibration) -> dict[str, Any]:
    """Return all that results hold as a document."""
    document = describe(results, equilibration)
    document["frame"] = results.frames.tolist()
    document["time"] = results.times.tolist()
    if results.counts is not None:
        document["agents"] = results.counts.tolist()
    if any("agent" in r.dims for r in (*results.series.values(), *results.analyses.values())):
        document["agent"] = results.agents.tolist()
    if results.identities is not None:
        document["identity"] = results.identities.tolist()
    for name, w in results.analyses.items():
        document["analyses"][name]["values"] = w.values.tolist()
        document["analyses"][name]["axes"] = {d: axis.tolist() for d, axis in w.axes.items()}
    for name, s in results.series.items():
        document["metrics"][name]["values"] = s.values.tolist()  # NaN becomes null
    return document


def _netcdf(results: Results, _equilibration: Equilibration, path: Path) -> None:
    results.to_xarray().to_netcdf(path, engine="netcdf4")


def _xvg(results: Results, _equilibration: Equilibration, path: Path) -> None:
    # columns of several agents are no series
    columns = results.columns() if results.identities is None else columns_of_frames(results)
    text = io.StringIO()
    unit = results.attributes.get("time_unit")
    text.write(f"# kadita {results.provenance['kadita']}, {results.provenance['input'].get('name', '')}\n")
    for name, s in results.series.items():
        if s.parameters:
            text.write(f"# {name}: {', '.join(f'{key} = {value}' for key, value in s.parameters.items())}\n")
    text.write(f'@    xaxis  label "Time{f" ({unit})" if unit else ""}"\n@TYPE xy\n@ legend on\n')
    for i, (name, (s, _)) in enumerate(columns.items()):
        units = f" ({s.units})" if s.units != "1" else ""
        labels = f" {', '.join(f'{k}: {label}' for k, label in enumerate(s.labels))}" if s.labels else ""
        text.write(f'@ s{i} legend "{name}{units}{labels}"\n')
    table = np.column_stack([results.times, *(values for _, values in columns.values())])
    np.savetxt(text, table, fmt="%.10g")
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def describe(results: Results, equilibration: Equilibration) -> dict[str, Any]:
    """Return parameters, units, provenance and statistics of results as a document."""
    metrics, analyses = {}, {}
    for name, s in results.series.items():
        axes = {"axes": {d: n.tolist() for d, n in s.axes.items()}, "axis_units": dict(s.axis_units)} if s.axes else {}
        metrics[name] = _described(s, ["frame", *s.dims], **axes, labels=list(s.labels))
    for name, w in results.analyses.items():
        analyses[name] = _described(w, list(w.dims), axis_units={d: u for d, u in w.axis_units.items() if d in w.dims})
        if not w.dims:
            analyses[name]["value"] = float(w.values)
    return {
        "provenance": dict(results.provenance),
        "attributes": dict(results.attributes),
        **({"species": list(results.species)} if results.species else {}),
        "notes": list(results.notes),
        "metrics": metrics,
        "analyses": analyses,
        "statistics": {
            "equilibration": equilibration,
            "columns": {c: _estimated(results, e) for c, e in results.statistics(equilibration).items()},
        },
    }


def _described(result: Result, dims: list[str], **more: Any) -> dict[str, Any]:
    return {
        "summary": result.summary,
        "units": result.units,
        "dims": dims,
        **more,
        "parameters": dict(result.parameters),
        "plugin": result.plugin,
        "plugin_version": result.plugin_version,
    }


def _estimated(results: Results, e: Estimate) -> dict[str, Any]:
    return {
        "mean": e.mean,
        "error": e.error,
        "interval": e.interval,
        "std": e.std,
        "start_frame": int(results.frames[e.start]) if e.start < len(results.frames) else None,
        "start_time": e.start_time,
        "frames": e.count,
        "inefficiency": e.inefficiency,
        "effective": e.effective,
        "settled": e.settled,
    }


def write_json(path: Path, document: Any) -> None:
    """Write a document; NaN becomes null."""
    text = to_json(document, indent=2, inf_nan_mode="null", bytes_mode="base64", fallback=as_json).decode()
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


WRITERS: dict[str, Writer] = {
    ".csv": _csv,
    ".json": _json,
    ".nc": _netcdf,
    ".xvg": _xvg,
}
