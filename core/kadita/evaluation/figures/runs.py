"""The results that a figure compares: their names, and the columns that it needs of each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.files import distinct, has_suffix
from kadita.evaluation.curves import Curve, curves_of, with_unit
from kadita.evaluation.per_agent import components
from kadita.evaluation.result import Result
from kadita.evaluation.results import Results, Series
from kadita.school.box import Floats

PER_CHARACTER = 0.07  # inches of a label at 8 points
Runs = Results | Mapping[str, Results] | Iterable[Results]


def named(runs: Runs) -> dict[str, Results]:
    """Return results by the names of their runs: the shortest that differ of files, else as given.

    Raises:
        KaditaError: no results.
    """
    if isinstance(runs, Results):
        found = {"": runs}
    elif isinstance(runs, Mapping):
        by_name: Mapping[Any, Any] = runs
        names = [str(name) for name in by_name]
        if all(has_suffix(Path(name)) for name in names):
            names = distinct(names)
        found = dict(zip(names, by_name.values(), strict=True))
    else:
        several = list(runs)
        files = [str((r.provenance.get("input") or {}).get("name", i)) for i, r in enumerate(several, 1)]
        found = dict(zip(distinct(files), several, strict=True))
    if not found:
        raise KaditaError("expected results of at least one run to draw; got none")
    return found


def label_of(name: str, result: Result) -> str:
    """Return the text along an axis: ``polarization P``, ``spread R (m)``."""
    symbol = f" {result.symbol}" if result.symbol and "." not in name else ""
    return with_unit(name, "1") + symbol + (f" ({result.units})" if result.units != "1" else "")


def wrapped(axes: Any, text: str) -> str:
    """Return the text along y in as many lines as the height of axes asks for."""
    inches = axes.figure.get_figheight() * axes.get_position().height
    return "\n".join(textwrap.wrap(text, max(12, int(inches / PER_CHARACTER))))


def time_label(results: Results) -> str:
    """Return the text along an axis of time, with its unit if the file states it."""
    unit = results.attributes.get("time_unit")
    return f"time ({unit})" if unit else "time"


def only(results: Results, name: str) -> Results:
    """Return the results of one metric or analysis alone, which ``polarization``, ``pull.x`` or ``drift.2`` name.

    Raises:
        KaditaError: there is none.
    """
    heads = [name[:i] for i in range(len(name), 0, -1) if i == len(name) or name[i] == "."]
    for head in heads:
        if head in results.series:
            return replace(results, series={head: results.series[head]}, analyses={})
        if head in results.analyses:
            return replace(results, series={}, analyses={head: results.analyses[head]})
    if several := [key for key in results.analyses if key.partition(".")[0] == name]:
        raise KaditaError(f"{name} has several results; expected one of {', '.join(several)}")
    raise KaditaError(
        f"expected {name} among the results to draw{did_you_mean(name, results)}; "
        f"found {', '.join(results) or 'none'}; name it in kadita.analyze, or with -m"
    )


def column_of(results: Results, name: str) -> tuple[Series, Floats]:
    """Return a scalar series by name, (T,).

    Raises:
        KaditaError: there is none, or it has a value for every agent or along an axis of its own.
    """
    part = only(results, name)
    if part.analyses:
        raise KaditaError(f"{name}: expected a metric with a value in every frame; this is a result of all of them")
    (series,) = part.series.values()
    if "agent" in series.dims:
        raise KaditaError(f"{name}: expected one value in every frame; it has one for every agent: draw its quantiles")
    columns = part.columns()
    if name not in columns:
        some = ", ".join(list(columns)[:4])
        raise KaditaError(f"{name}: expected one value in every frame; it has {len(columns)}: {some}, ...")
    return columns[name]


def agents_of(results: Results, name: str) -> tuple[Series, Floats]:
    """Return a per-agent series by name, (T, C).

    Raises:
        KaditaError: there is none, or it has labels or several components.
    """
    part = only(results, name)
    (series,) = part.series.values() or (None,)
    if series is None or "agent" not in series.dims or series.labels:
        raise KaditaError(f"{name}: expected a metric that has a number for every agent")
    columns = components(part, next(iter(part.series)), series)
    if name not in columns:
        raise KaditaError(f"{name}: expected one number for every agent; it has {', '.join(list(columns)[:4])}")
    return series, columns[name]


def curve_of(results: Results, name: str, equilibration: str | float = "none") -> Curve:
    """Return a result along axes of its own, as the mean over the frames that count.

    Raises:
        KaditaError: there is none, or it has no coordinates along its axes.
    """
    found = curves_of(only(results, name), equilibration)
    if name not in found:
        others = f"; there are {', '.join(found)}" if found else ""
        raise KaditaError(f"{name}: expected a result with coordinates along one or two axes of its own{others}")
    return found[name]


def check_defined(name: str, values: Iterable[Any]) -> None:
    """Raise where there is nothing to draw.

    Raises:
        KaditaError: no value is defined.
    """
    if not any(np.isfinite(v).any() for v in values):
        raise KaditaError(f"{name} is undefined in all frames that count: there is nothing to draw")
