"""Results as a dataset of xarray: series and whole-trajectory results along shared axes, with units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kadita.evaluation.result import COUNTS, Series, attributes_of, distinct_dims, plain, unit_along
from kadita.evaluation.statistics import check_equilibration

if TYPE_CHECKING:
    import xarray

    from kadita.evaluation.results import Results


def dataset_of(results: Results, equilibration: str | float | None = None) -> xarray.Dataset:
    """Return the dataset of `Results.to_xarray`.

    Raises:
        KaditaError: unknown equilibration.
    """
    import xarray

    # not "units": xarray would decode "s" to timedelta, and kadita's times are plain numbers
    unit = {"time_unit": results.attributes["time_unit"]} if results.attributes.get("time_unit") else {}
    variables: dict[str, Any] = {}
    coords: dict[str, Any] = {"frame": results.frames, "time": ("frame", results.times, unit)}
    owners = dict.fromkeys((*coords, *results), "")  # by dimension, the result it belongs to
    column, identity = results.unused("column"), results.unused("identity")
    for name, r in (*results.series.items(), *results.analyses.items()):
        of_frames = ("frame",) if isinstance(r, Series) else ()
        dims = distinct_dims(name.partition(".")[0], r.dims, owners)
        if results.reuses_columns(r):
            dims = tuple(column if d == "agent" else d for d in dims)
        for dim, key, size in zip(r.dims, dims, r.values.shape[len(of_frames) :], strict=True):
            coords.setdefault(key, (key, results.axis_of(r, dim, size), unit_along(r, dim)))
        variables[name] = ((*of_frames, *dims), r.values, attributes_of(r))
    if results.counts is not None:
        meaning = "number of agents present in the frame"
        variables[results.unused(COUNTS)] = ("frame", results.counts, {"long_name": meaning})
    if results.identities is not None and column in coords:
        meaning = "index along agent of the agent in this column, -1 for none"
        coords[identity] = (("frame", column), results.identities, {"long_name": meaning})
        coords["agent"] = ("agent", results.agents)
    if results.agent_species is not None and "agent" in coords:
        coords[results.unused("agent_species")] = (
            "agent",
            results.agent_species,
            {"long_name": "species of the agent"},
        )
    if equilibration is not None:
        _add_means(results, variables, equilibration)
    attributes = {f"attribute_{key}": plain(value) for key, value in results.attributes.items() if value is not None}
    record = {key: plain(value) for key, value in results.provenance.items()}
    return xarray.Dataset(variables, coords=coords, attrs=attributes | record)


def _add_means(results: Results, variables: dict[str, Any], equilibration: str | float) -> None:
    """Add mean and standard error of every series of numbers to the variables of a dataset."""
    estimates = results.statistics(check_equilibration(equilibration))
    for name, s in results.series.items():
        if s.labels or "agent" in s.dims:
            continue
        columns = [k for k in estimates if k == name or (s.dims and k.startswith(f"{name}."))]
        dims = variables[name][0][1:]
        for suffix, of in (("mean", "mean"), ("error", "standard error of the mean")):
            values = np.array([getattr(estimates[k], suffix) for k in columns]).reshape(s.values.shape[1:])
            described = {"units": s.units, "long_name": f"{of} of {name}"}
            variables[f"{name}_{suffix}"] = (dims, values, described)
        variables[name][2]["ancillary_variables"] = f"{name}_mean {name}_error"
