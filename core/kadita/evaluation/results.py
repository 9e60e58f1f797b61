"""Results of an analysis: one series per metric, with units, parameters and provenance."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kadita.base import renamed
from kadita.base.errors import did_you_mean
from kadita.evaluation.statistics import Estimate, estimate
from kadita.school.box import Floats
from kadita.school.neighbors import Integers

if TYPE_CHECKING:
    import xarray

SHARED = ("agent", "space", "species")  # axes that all results have in common


@dataclass(frozen=True)
class Result:
    """Values of a metric or an analysis, with units, parameters and plugin."""

    values: Floats
    dims: tuple[str, ...]
    units: str
    parameters: Mapping[str, Any]
    summary: str
    plugin: str
    plugin_version: str
    axes: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # coordinates, for axes that have them
    axis_units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Series(Result):
    """Values of one metric over the frames, (T, ...)."""

    labels: tuple[str, ...] = ()


class AnalysisResult(Result):
    """A result of a whole-trajectory analysis."""


@dataclass(frozen=True, eq=False, repr=False)
class Results(Mapping[str, Floats]):
    """Series of metrics over the same frames, by name: ``results["rotation"]`` has shape (T, ...).

    Attributes:
        frames: (T,) frame numbers.
        times: (T,) times.
        agents: (N,) identities, the axis ``agent`` of per-agent metrics.
        series: values with units and parameters, by metric.
        attributes: of the trajectory, such as its units and its model.
        notes: remarks on the results, one line each.
        failures: error messages of metrics that raised, one line each, by metric.
        provenance: versions, fingerprint of the input, profile; parameters of metrics that were computed for others.
        analyses: results of whole-trajectory analyses, by analysis or ``analysis.output``.
        counts: (T,) number of agents in each frame; None if unknown.
        identities: (T, C) index among `agents` of the agent in each column of per-agent metrics, -1 for nobody; None
            if column i is agent i.
        species: names along the axis ``species`` of an analysis by species.
    """

    frames: Integers
    times: Floats
    agents: NDArray[Any]
    series: Mapping[str, Series]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    analyses: Mapping[str, AnalysisResult] = field(default_factory=dict)
    counts: Integers | None = None
    identities: Integers | None = None
    species: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Floats:
        """Return the values of one metric, (T, ...)."""
        if name in renamed.METRICS and name not in self.series:
            name = renamed.new_name(name, renamed.METRICS)
        try:
            return self.series[name].values
        except KeyError:
            raise KeyError(f"these results have no '{name}'{did_you_mean(name, self.series)}") from None

    def __getattr__(self, name: str) -> Any:
        return renamed.old_attribute(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.series)

    def __len__(self) -> int:
        return len(self.series)

    def __repr__(self) -> str:
        return f"<Results of {len(self.frames)} frames: {', '.join(self.series)}>"

    def columns(self) -> dict[str, tuple[Series, Floats]]:
        """Return every scalar series by name, (T,): one per metric, or per component: ``drift.x``, ``distances.2``."""
        columns: dict[str, tuple[Series, Floats]] = {}
        for name, s in self.series.items():
            axes = [_names(self.axis_of(s, dim, size)) for dim, size in zip(s.dims, s.values.shape[1:], strict=True)]
            flat = s.values.reshape(len(self.frames), -1)
            for i, component in enumerate(itertools.product(*axes)):
                columns[".".join((name, *component))] = s, flat[:, i]
        return columns

    def statistics(self, equilibration: str | float = "none") -> dict[str, Estimate]:
        """Return mean, standard error and more of every column, by name; see `kadita.evaluation.statistics.estimate`.

        A column of labels has one estimate per label, of the fraction of frames with it: ``state.torus``. Per-agent
        metrics have none.

        Args:
            equilibration: which frames count: ``"none"``, all; ``"auto"``, those from where a series is equilibrated;
                ``"half"``, the second half; or the time of the first.

        Raises:
            KaditaError: unknown equilibration.
        """
        estimates: dict[str, Estimate] = {}
        for column, (s, values) in self.columns().items():
            if "agent" in s.dims:
                continue
            if not s.labels:
                estimates[column] = estimate(values, self.times, equilibration)
                continue
            known = ~np.isnan(values)
            shares = {f"{column}.{k}": np.where(known, values == i, np.nan) for i, k in enumerate(s.labels)}
            choice = equilibration
            if choice == "auto":  # one start for all labels, so that shares add up to 1
                latest = max(estimate(share, self.times, choice).start for share in shares.values())
                choice = float(self.times[latest]) if latest else "none"
            estimates |= {name: estimate(share, self.times, choice) for name, share in shares.items()}
        return estimates

    def axis_of(self, result: Result, dim: str, size: int) -> list[Any]:
        """Return the coordinates along an axis: numbers, or names."""
        if dim in result.axes:
            return list(result.axes[dim].tolist())
        if dim == "agent":
            return list(self.agents.tolist()) if size == len(self.agents) else list(range(size))
        if dim == "species":
            return list(self.species)
        if dim == "space" and size == 3:
            return ["x", "y", "z"]
        return list(range(size))

    def to_xarray(self) -> xarray.Dataset:
        """Return an `xarray.Dataset` with the dimensions frame, agent, space and those that metrics declare."""
        import xarray

        # not "units": xarray would decode "s" to timedelta, and kadita's times are plain numbers
        unit = {"time_unit": self.attributes["time_unit"]} if self.attributes.get("time_unit") else {}
        variables: dict[str, Any] = {}
        coords: dict[str, Any] = {"frame": self.frames, "time": ("frame", self.times, unit)}
        owners = dict.fromkeys((*coords, *self.series, *self.analyses), "")  # by dimension, the result it belongs to
        for name, r in (*self.series.items(), *self.analyses.items()):
            of_frames = ("frame",) if isinstance(r, Series) else ()
            dims = _distinct(name.partition(".")[0], r.dims, owners)
            for dim, key, size in zip(r.dims, dims, r.values.shape[len(of_frames) :], strict=True):
                coords.setdefault(key, (key, self.axis_of(r, dim, size), _unit(r, dim)))
            attributes: dict[str, Any] = {"units": r.units, "long_name": r.summary}
            attributes["plugin"] = f"{r.plugin} {r.plugin_version}"
            if isinstance(r, Series) and r.labels:
                attributes["flag_values"] = np.arange(len(r.labels), dtype=float)
                attributes["flag_meanings"] = " ".join(r.labels)
            attributes |= {f"parameter_{k}": plain(v) for k, v in r.parameters.items()}
            variables[name] = ((*of_frames, *dims), r.values, attributes)
        record = {k: plain(v) for k, v in self.provenance.items()}
        return xarray.Dataset(variables, coords=coords, attrs=record)


def _unit(result: Result, dim: str) -> dict[str, str]:
    """Return the attributes of a coordinate; not "units", which xarray would decode to timedelta."""
    return {"unit": result.axis_units[dim]} if dim in result.axes and dim in result.axis_units else {}


def _names(axis: list[Any]) -> list[str]:
    """Return the coordinates of an axis as text, with few digits where these tell all of them apart."""
    short = [f"{x:.6g}" if isinstance(x, float) else str(x) for x in axis]
    return short if len(set(short)) == len(axis) else [str(x) for x in axis]


def _distinct(name: str, dims: tuple[str, ...], owners: dict[str, str]) -> tuple[str, ...]:
    """Return unique names for the dimensions of a result: agent and space are shared, others start with its name.

    `owners` holds the names in use, so that axis c of a_b and axis b_c of a differ.
    """
    keys = []
    for d in dims:
        key = d if d in SHARED else f"{name}_{d}"
        while owners.setdefault(key, name) != name and d not in SHARED:
            key += "_"
        keys.append(key)
    return tuple(f"{d}_{keys[:i].count(d) + 1}" if d in keys[:i] else d for i, d in enumerate(keys))


def plain(value: Any) -> Any:
    """Return a value that a NetCDF attribute or a cell of a table can hold."""
    import json

    from pydantic_core import to_jsonable_python

    value = to_jsonable_python(value)
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else json.dumps(value)
