"""What an analysis found: one series a metric, with everything needed to say where it came from."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kadita.box import Floats
from kadita.errors import did_you_mean
from kadita.neighbors import Integers

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Series:
    """One metric over the frames: values (T, ...), and how they were made."""

    values: Floats
    dims: tuple[str, ...]
    units: str
    labels: tuple[str, ...]
    parameters: Mapping[str, Any]
    summary: str
    plugin: str
    plugin_version: str


@dataclass(frozen=True)
class Whole:
    """A result of a whole-trajectory analysis, and how it was made."""

    values: NDArray[Any]
    dims: tuple[str, ...]
    axes: Mapping[str, NDArray[Any]]  # the numbers along those axes that have some
    units: str
    parameters: Mapping[str, Any]
    summary: str
    plugin: str
    plugin_version: str


@dataclass(frozen=True, eq=False, repr=False)
class Results(Mapping[str, Floats]):
    """Series of metrics over the same frames, by name: ``results["rotation"]`` has shape (T, ...).

    Attributes:
        frames: (T,) frame numbers.
        times: (T,) times.
        agents: (N,) identities, the axis ``agent`` of per-agent metrics.
        series: by metric.
        notes: what a reader of these numbers should know, a line each.
        failures: metrics that raised, and a line that says what.
        provenance: versions, the input's fingerprint, the profile.
        wholes: results of whole-trajectory analyses, by analysis or ``analysis.output``.
    """

    frames: Integers
    times: Floats
    agents: NDArray[Any]
    series: Mapping[str, Series]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    wholes: Mapping[str, Whole] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Floats:
        """Values of one metric, (T, ...)."""
        try:
            return self.series[name].values
        except KeyError:
            raise KeyError(f"these results hold no '{name}'{did_you_mean(name, self.series)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.series)

    def __len__(self) -> int:
        return len(self.series)

    def __repr__(self) -> str:
        return f"<Results of {len(self.frames)} frames: {', '.join(self.series)}>"

    def columns(self) -> dict[str, tuple[Series, Floats]]:
        """Every scalar series by name, (T,): a metric's own, or ``drift.x`` for each component of one with axes."""
        columns: dict[str, tuple[Series, Floats]] = {}
        for name, s in self.series.items():
            axes = [self.axis(dim, size) for dim, size in zip(s.dims, s.values.shape[1:], strict=True)]
            flat = s.values.reshape(len(self.frames), -1)
            for i, component in enumerate(itertools.product(*axes)):
                columns[".".join((name, *map(str, component)))] = s, flat[:, i]
        return columns

    def axis(self, dim: str, size: int) -> list[Any]:
        """Names along an axis of a metric."""
        if dim == "agent":
            return list(self.agents.tolist())
        if dim == "space" and size == 3:
            return ["x", "y", "z"]
        return list(range(size))

    def to_xarray(self) -> xarray.Dataset:
        """Return an `xarray.Dataset` with the dimensions frame, agent, space and those that metrics declare."""
        import xarray

        # not "units": xarray would make time differences of plain "s", and kadita's times are numbers
        unit = {"time_unit": self.attributes["time_unit"]} if self.attributes.get("time_unit") else {}
        variables: dict[str, Any] = {}
        coords: dict[str, Any] = {"frame": self.frames, "time": ("frame", self.times, unit)}
        for name, s in self.series.items():
            sizes = s.values.shape[1:]
            for dim, size in zip(s.dims, sizes, strict=True):
                known = ("agent", "space")
                key = dim if dim in known else f"{name}_{dim}"
                coords.setdefault(key, self.axis(dim, size))
            dims = ("frame", *(d if d in ("agent", "space") else f"{name}_{d}" for d in s.dims))
            attributes: dict[str, Any] = {
                "units": s.units,
                "long_name": s.summary,
                "plugin": f"{s.plugin} {s.plugin_version}",
            }
            if s.labels:
                attributes |= {
                    "flag_values": np.arange(len(s.labels), dtype=float),
                    "flag_meanings": " ".join(s.labels),
                }
            attributes |= {f"parameter_{k}": _plain(v) for k, v in s.parameters.items()}
            variables[name] = (dims, s.values, attributes)
        record = {k: _plain(v) for k, v in self.provenance.items()}
        return xarray.Dataset(variables, coords=coords, attrs=record)


def _plain(value: Any) -> Any:
    """Return a value that a NetCDF attribute can hold."""
    import json

    from pydantic_core import to_jsonable_python

    value = to_jsonable_python(value)
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else json.dumps(value)
