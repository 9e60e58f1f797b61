"""Results of single agents: quantiles over the school, and one long table with a row for each sighting."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from kadita.evaluation.result import Series
from kadita.evaluation.statistics.equilibration import first_frame
from kadita.school.box import Floats

if TYPE_CHECKING:
    from kadita.evaluation.result import Result
    from kadita.evaluation.results import Results

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MEDIAN = QUANTILES.index(0.5)


def per_agent(results: Results) -> dict[str, Series]:
    """Return the series that have a value for every agent, by metric."""
    return {name: s for name, s in results.series.items() if "agent" in s.dims}


def quantiles(values: Floats, axis: int) -> Floats:
    """Return the `QUANTILES` along an axis, (5, ...), of the values that are defined; NaN where none is.

    Quantile q of n values is at place q (n - 1) among them in order, by linear interpolation.
    """
    ordered = np.sort(np.moveaxis(values, axis, -1), axis=-1)  # NaN is last
    last = (~np.isnan(ordered)).sum(axis=-1) - 1
    if not ordered.shape[-1]:
        return np.full((len(QUANTILES), *last.shape), np.nan)

    def at(places: Any) -> Floats:
        taken: Floats = np.take_along_axis(ordered, np.clip(places, 0, None)[..., None], axis=-1)[..., 0]
        return taken

    found = []
    for q in QUANTILES:
        low = np.floor(q * last).astype(np.int64)
        below, above = at(low), at(np.minimum(low + 1, last))
        with np.errstate(invalid="ignore"):  # infinite values
            between = below + (q * last - low) * (above - below)
        found.append(np.where(q * last > low, between, below))
    return np.array(found)


def counted(values: Floats, times: Floats, equilibration: str | float) -> Floats:
    """Return the frames of a per-agent series that count, with ``"auto"`` those where its median is equilibrated."""
    return values[first_frame(quantiles(values, 1)[MEDIAN], times, equilibration) :]


def components(results: Results, name: str, result: Result) -> dict[str, Floats]:
    """Return the values of a per-agent result by component: ``pull.x``, (T, C); only one, if agents are its only axis.

    Those of an analysis are (N,).
    """
    at = result.dims.index("agent")
    series = isinstance(result, Series)
    values = np.moveaxis(result.values, at + series, -1)
    others = [(d, size) for d, size in zip(result.dims, result.values.shape[series:], strict=True) if d != "agent"]
    names = itertools.product(*(results.names_along(result, d, size) for d, size in others))
    flat = values.reshape(*values.shape[:series], -1, values.shape[-1])
    return {".".join((name, *part)): flat[..., i, :] for i, part in enumerate(names)}


def columns(results: Results) -> dict[str, tuple[Series, Floats]]:
    """Return every column of the long table by name, with its values (T, C)."""
    found: dict[str, tuple[Series, Floats]] = {}
    for name, s in per_agent(results).items():
        found |= {column: (s, values) for column, values in components(results, name, s).items()}
    return found


def sightings(results: Results) -> Iterator[tuple[int, int, Any]]:
    """Yield the frame's row, the column and the identity of every agent in every frame in which it is present."""
    agents, found = results.agents.tolist(), results.present
    if found is None:  # results that were put together by hand: who has a value was there
        found = np.any([~np.isnan(values) for _, values in columns(results).values()], axis=0)
    for row, present in enumerate(found):
        who = None if results.identities is None else results.identities[row]
        for column in np.flatnonzero(present).tolist():
            yield row, column, agents[column if who is None else who[column]]
