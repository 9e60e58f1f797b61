"""Results of an analysis: metrics and whole-trajectory results by name, with units, parameters and provenance."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kadita.base import renamed
from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.numerals import along_axis
from kadita.evaluation.result import COUNTS as COUNTS
from kadita.evaluation.result import AnalysisResult as AnalysisResult
from kadita.evaluation.result import Result as Result
from kadita.evaluation.result import Series as Series
from kadita.evaluation.result import plain as plain
from kadita.evaluation.statistics import Estimate, check_equilibration, estimate
from kadita.school.box import Floats
from kadita.school.neighbors import Integers

if TYPE_CHECKING:
    from pathlib import Path

    import pandas
    import xarray


@dataclass(frozen=True, eq=False, repr=False)
class Results(Mapping[str, Floats]):
    """Values of metrics and of whole-trajectory analyses, by name, in this order.

    ``results["rotation"]`` or ``results.rotation`` is a series over the frames, (T, ...);
    ``results["mean_squared_displacement"]`` is a result of the whole trajectory, and so is
    ``results["heading_autocorrelation.correlation"]`` or ``results.heading_autocorrelation.correlation``, one of
    several results of an analysis. `series` and `analyses` have their units, parameters and axes.
    A notebook shows the table that `kadita analyze` prints.

    >>> import kadita
    >>> results = kadita.analyze("school.nc", ["polarization", "rotation"])
    >>> results
    <Results of 21 frames: polarization, rotation>
    >>> results.polarization.shape
    (21,)
    >>> results.to_dataframe().columns.tolist()
    ['frame', 'time', 'polarization', 'rotation', 'agents']

    Attributes:
        frames: (T,) frame numbers.
        times: (T,) times.
        agents: (N,) identities, the axis ``agent`` of per-agent results.
        series: values with units and parameters, by metric.
        attributes: of the trajectory, such as its units and its model.
        notes: remarks on the results, one line each.
        failures: error messages of metrics that raised, one line each, by metric.
        provenance: versions, fingerprint of the input, profile; parameters of metrics that were computed for others.
        analyses: results of whole-trajectory analyses, by analysis or ``analysis.output``.
        counts: (T,) number of agents present in each frame; None if it is not known.
        agent_species: (N,) name of each agent's species; None without species.
        identities: (T, C) index in `agents` of the agent in each column of per-agent series, -1 for none; None if
            column i is agent i in all frames.
        present: (T, C) whether an agent is present, where there are per-agent series; otherwise None.
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
    agent_species: NDArray[Any] | None = None
    present: NDArray[np.bool_] | None = None
    species: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Floats:
        """Return the values of a metric, (T, ...), or a result of the whole trajectory.

        Raises:
            KeyError: there is no such result, or the analysis has several, which are named.
        """
        if name in renamed.METRICS and name not in self.series:
            name = renamed.new_name(name, renamed.METRICS)
        if (found := self.series.get(name) or self.analyses.get(name)) is not None:
            return found.values
        if several := [key for key in self.analyses if key.partition(".")[0] == name]:
            raise KeyError(f"{name} has several results; expected one of {', '.join(several)}")
        raise KeyError(f"these results have no '{name}'{did_you_mean(name, self)}")

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name not in self.__dataclass_fields__:  # which a copy in the making lacks
            if name in self.series or name in self.analyses or name in renamed.METRICS:
                return self[name]
            if several := {k.partition(".")[2]: a.values for k, a in self.analyses.items() if k.startswith(f"{name}.")}:
                return SimpleNamespace(**several)
        return renamed.old_attribute(self, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name.partition(".")[0] for name in self)})

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __iter__(self) -> Iterator[str]:
        return iter((*self.series, *self.analyses))

    def __len__(self) -> int:
        return len(self.series) + len(self.analyses)

    def __repr__(self) -> str:
        return f"<Results of {len(self.frames)} frames: {', '.join(self) or 'none'}>"

    def _repr_html_(self) -> str:
        from kadita.evaluation import summary

        return summary.as_html(self)

    def summary(self, equilibration: str | float = "none", *, agents: bool = False) -> pandas.DataFrame:
        """Return the table that `kadita analyze` prints, a row for each scalar; of a label, the share of its frames.

        The columns are mean, SE (the standard error of the mean, corrected for autocorrelation), std, n_eff (the
        effective sample size), from (the time of the first frame that counts), equilibrated and unit. Results of the
        whole trajectory have a mean alone.

        Args:
            equilibration: which frames count, as in `statistics`.
            agents: return median and quantiles of per-agent metrics instead, over agents and frames.

        Raises:
            KaditaError: unknown equilibration.

        >>> import kadita
        >>> results = kadita.analyze("school.nc", ["polarization", "rotation"])
        >>> results.summary("half").index.tolist()
        ['polarization', 'rotation']
        """
        from kadita.evaluation import dataframes

        counted = check_equilibration(equilibration)
        return dataframes.of_quantiles(self, counted) if agents else dataframes.of_statistics(self, counted)

    def to_dataframe(self, table: str | None = None, *, long: bool = False) -> pandas.DataFrame:
        """Return a table of pandas with the columns of the CSV files; units are in its ``attrs["units"]``.

        Args:
            table: None for a row per frame and a column per scalar; ``"agents"``, or the name of a per-agent metric,
                for a row per agent and frame; the name of a whole-trajectory analysis for its values along its axes.
            long: return one row per value instead, with the columns frame, time, agent, species, metric, value, label
                and unit, as far as there are any; of all series.

        Raises:
            KaditaError: there is no such table, or a table is named with `long`.

        >>> import kadita
        >>> results = kadita.analyze("school.nc", ["polarization", "mean_squared_displacement"])
        >>> results.to_dataframe("mean_squared_displacement").columns.tolist()
        ['lag', 'mean_squared_displacement']
        >>> results.to_dataframe(long=True).columns.tolist()
        ['frame', 'time', 'metric', 'value', 'unit']
        """
        from kadita.evaluation import dataframes

        if long and table is not None:
            raise KaditaError(f"expected a table or long=True, which holds all series; got both: '{table}'")
        if long:
            return dataframes.in_rows(self)
        return dataframes.of_frames(self) if table is None else dataframes.of_table(self, table)

    def write(self, path: str | Path, *, force: bool = False, equilibration: str | float = "none") -> None:
        """Write results to a .csv, .json, .nc or .xvg file; see `kadita.write`."""
        from kadita.evaluation.export import write

        write(self, path, force=force, equilibration=equilibration)

    def columns(self) -> dict[str, tuple[Series, Floats]]:
        """Return every scalar series by name, (T,): one per metric, or per component: ``drift.x``, ``distances.2``."""
        columns: dict[str, tuple[Series, Floats]] = {}
        for name, s in self.series.items():
            axes = [self.names_along(s, dim, size) for dim, size in zip(s.dims, s.values.shape[1:], strict=True)]
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
        if dim == "agent" and size == len(self.agents) and not self.reuses_columns(result):
            return list(self.agents.tolist())
        if dim == "species":
            return list(self.species)
        if dim == "space" and size == 3:
            return ["x", "y", "z"]
        return list(range(size))

    def unused(self, name: str) -> str:
        """Return this name, or with underscores after it if a result has it already."""
        while name in (*self.series, *self.analyses):
            name += "_"
        return name

    def names_along(self, result: Result, dim: str, size: int) -> list[str]:
        """Return the coordinates along an axis as text."""
        return along_axis(self.axis_of(result, dim, size))

    def reuses_columns(self, result: Result) -> bool:
        """Return whether the columns of a per-agent result belong to different agents in different frames."""
        return self.identities is not None and isinstance(result, Series)

    def to_xarray(self, equilibration: str | float | None = None) -> xarray.Dataset:
        """Return an `xarray.Dataset` with the dimensions frame, agent, space and those that metrics declare.

        The numbers of agents are the variable ``agents``, and ``agent_species`` stands along ``agent``. Where columns
        are reused by other agents, per-agent series have the dimension ``column``, and ``identity`` is the index along
        ``agent`` of the agent in each.

        Args:
            equilibration: which frames count, as in `statistics`: with it, the mean of every series of numbers and its
                standard error are the variables NAME_mean and NAME_error, without those of single agents.

        Raises:
            KaditaError: unknown equilibration.

        >>> import kadita
        >>> dataset = kadita.analyze("school.nc", ["polarization"]).to_xarray(equilibration="half")
        >>> list(dataset.data_vars)
        ['polarization', 'agents', 'polarization_mean', 'polarization_error']
        """
        from kadita.evaluation.dataset import dataset_of

        return dataset_of(self, equilibration)
