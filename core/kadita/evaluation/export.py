"""Write results to files: CSV, JSON, NetCDF and xvg."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic_core import to_json

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.evaluation.results import Result, Results, Series
from kadita.evaluation.tables import tables as tables_of
from kadita.evaluation.tables import write_csv

if TYPE_CHECKING:
    from kadita.evaluation.statistics import Estimate

Equilibration = str | float
Writer = Callable[[Results, Equilibration, Path], None]


def write(results: Results, path: str | Path, *, force: bool = False, equilibration: Equilibration = "none") -> None:
    """Write results to `path`, in the format of its suffix: .csv, .json, .nc or .xvg.

    With a CSV come a table NAME_analysis.csv for every set of axes of whole-trajectory results, and a .json with
    parameters, units, provenance, and the mean and standard error of every column over the frames that `equilibration`
    selects (`Results.statistics`). A file is written completely or not at all; `force` replaces existing files.

    Raises:
        KaditaError: an unknown suffix, a file that exists, a folder that cannot be written to.
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

    With a CSV come the tables of whole-trajectory results, named by `tables`.

    Raises:
        KaditaError: a file that cannot be written, or a path that was given twice.
    """
    targets: dict[Path, Writer] = {}
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
        targets |= {path.with_name(f"{path.stem}_{name}.csv"): partial(_table, name) for name in tables}
    for path in targets:
        check_writable(path, force=force, source=source)
    return targets


def _holds_results(path: Path) -> bool:
    """Return whether a file is JSON with values of frames, unlike the record of a CSV."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and {"provenance", "time"} <= document.keys()


def _cell(series: Series, value: float) -> str:
    if np.isnan(value):
        return ""
    return series.labels[int(value)] if series.labels else repr(float(value))


def _csv(results: Results, _equilibration: Equilibration, path: Path) -> None:
    columns = results.columns()
    rows = (
        [frame, repr(float(time)), *(_cell(s, v[row]) for s, v in columns.values())]
        for row, (frame, time) in enumerate(zip(results.frames, results.times, strict=True))
    )
    write_csv(path, chain([["frame", "time", *columns]], rows))


def _table(name: str, results: Results, _equilibration: Equilibration, path: Path) -> None:
    heading, rows = next((heading, rows) for table, heading, rows in tables_of(results) if table == name)
    write_csv(path, chain([heading], rows))


def _record(results: Results, equilibration: Equilibration, path: Path) -> None:
    path.write_text(_dump(_describe(results, equilibration)), encoding="utf-8")


def _json(results: Results, equilibration: Equilibration, path: Path) -> None:
    document = _describe(results, equilibration)
    document["frame"] = results.frames.tolist()
    document["time"] = results.times.tolist()
    for name, w in results.analyses.items():
        document["analyses"][name]["values"] = w.values.tolist()
        document["analyses"][name]["axes"] = {d: axis.tolist() for d, axis in w.axes.items()}
    for name, s in results.series.items():
        document["metrics"][name]["values"] = s.values.tolist()  # NaN becomes null
    path.write_text(_dump(document), encoding="utf-8")


def _netcdf(results: Results, _equilibration: Equilibration, path: Path) -> None:
    results.to_xarray().to_netcdf(path, engine="netcdf4")


def _xvg(results: Results, _equilibration: Equilibration, path: Path) -> None:
    columns = results.columns()
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
    path.write_text(text.getvalue(), encoding="utf-8")


def _describe(results: Results, equilibration: Equilibration) -> dict[str, Any]:
    metrics = {}
    for name, s in results.series.items():
        axes = {"axes": {d: n.tolist() for d, n in s.axes.items()}, "axis_units": dict(s.axis_units)} if s.axes else {}
        metrics[name] = _described(s, ["frame", *s.dims], **axes, labels=list(s.labels))
    analyses = {}
    for name, w in results.analyses.items():
        units = {d: unit for d, unit in w.axis_units.items() if d in w.dims}
        analyses[name] = _described(w, list(w.dims), axis_units=units) | ({} if w.dims else {"value": float(w.values)})
    return {
        "provenance": dict(results.provenance),
        "attributes": dict(results.attributes),
        "notes": list(results.notes),
        "metrics": metrics,
        "analyses": analyses,
        "statistics": {
            "equilibration": equilibration,
            "columns": {c: _estimated(results, e) for c, e in results.statistics(equilibration).items()},
        },
    }


def _described(result: Result, dims: list[str], **axes: Any) -> dict[str, Any]:
    plugin = {"plugin": result.plugin, "plugin_version": result.plugin_version}
    facts = {"summary": result.summary, "units": result.units, "dims": dims}
    return {**facts, **axes, "parameters": dict(result.parameters), **plugin}


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


def _dump(document: Any) -> str:
    return to_json(document, indent=2, inf_nan_mode="null", bytes_mode="base64", fallback=str).decode() + "\n"


WRITERS: dict[str, Writer] = {
    ".csv": _csv,
    ".json": _json,
    ".nc": _netcdf,
    ".xvg": _xvg,
}
