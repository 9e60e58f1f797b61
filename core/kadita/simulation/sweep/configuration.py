"""The configuration of a sweep: that of a run, and the parameters to vary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kadita.base import renamed
from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.settings import check_once, read_toml
from kadita.models.model import Model
from kadita.plugins.registry import Registry
from kadita.simulation.configuration import RunConfiguration, load_configuration
from kadita.simulation.sweep.values import Seeds, Values


class SweepConfiguration(BaseModel):
    """A sweep, as configured by a TOML file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(description="one line that describes the sweep")] = ""
    scenario: Annotated[str | None, Field(description="a scenario, or the configuration of a run, NAME.toml")] = None
    model: Annotated[str | None, Field(description="the model, if there is no scenario")] = None
    steps: Annotated[int | None, Field(ge=0, lt=2**63, description="number of time steps per run")] = None
    every: Annotated[int | None, Field(ge=1, lt=2**63, description="time steps between measured frames")] = None
    seeds: Annotated[Seeds, Field(description='number of seeds, a list, or a range "1..20"')] = (1,)
    parameters: Annotated[dict[str, Any], Field(description="parameters of the model, the same in all runs")] = {}
    species: Annotated[list[dict[str, Any]], Field(description="species of agents, as for a run")] = []
    interaction: Annotated[dict[str, Any], Field(description="interactions between species, as for a run")] = {}
    grid: Annotated[dict[str, Values], Field(description="parameters to run in every combination")] = {}
    zip: Annotated[dict[str, Values], Field(description="parameters to vary together, value by value")] = {}
    chain: Annotated[
        str | None,
        Field(description="a parameter of the grid: each run starts where the run before it ended, up and then down"),
    ] = None
    metrics: Annotated[tuple[str, ...] | None, Field(min_length=1, description="default: those of kadita analyze")] = (
        None
    )
    metric_parameters: Annotated[dict[str, Any], Field(description="by metric, or for all metrics that have them")] = {}
    profile: Annotated[str | None, Field(description="named parameter values of metrics: published, or a file")] = None
    largest_cluster: Annotated[
        float | str | None, Field(description="measure only the largest cluster, linked within r_a or within a length")
    ] = None
    begin: Annotated[
        float | None, Field(ge=0, allow_inf_nan=False, description="time from which frames count for means")
    ] = None
    equilibration: Annotated[
        Literal["auto", "half", "none"], Field(description="frames that means leave out, if there is no begin")
    ] = "auto"
    trajectories: Annotated[bool, Field(description="keep every run's trajectory")] = False

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.scenario is None) == (self.model is None):
            raise ValueError("expected a scenario or a model; got " + ("both" if self.model else "neither"))
        if self.scenario is not None and (self.species or self.interaction):
            raise ValueError("species and interactions belong in the configuration of the scenario")
        if self.model is not None and self.steps is None:
            raise ValueError("missing: steps")
        if self.begin is not None and "equilibration" in self.model_fields_set:
            raise ValueError("begin and equilibration exclude each other; leave out one")
        for key in self.grid:
            if key in self.zip:
                raise ValueError(f"{key} is both in [grid] and in [zip]; leave out one")
        for key in (*self.grid, *self.zip):
            if key in self.parameters:
                raise ValueError(f"{key} is both fixed in [parameters] and varied; leave out one")
        if len({len(values) for values in self.zip.values()}) > 1:
            lengths = ", ".join(f"{key} {len(values)}" for key, values in self.zip.items())
            raise ValueError(f"[zip]: expected lists of equal length; got {lengths}")
        return self

    @model_validator(mode="after")
    def _has_possible_chain(self) -> Self:
        if self.chain is None:
            return self
        if self.chain not in self.grid:
            raise ValueError(f"chain: expected a parameter of [grid]; got {self.chain!r}")
        if self.chain in Model.shared - {"time_step"}:
            raise ValueError(f"chain: expected a parameter that can change during a run; got {self.chain}")
        values = self.grid[self.chain]
        if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            raise ValueError(f"chain: expected numbers of {self.chain}; got {list(values)}")
        if list(values) != sorted(values):
            raise ValueError(f"chain: expected increasing values of {self.chain}; got {list(values)}")
        return self

    @property
    def counted(self) -> float | str:
        """Which frames count, as `kadita.evaluation.statistics.estimate` takes it."""
        return self.equilibration if self.begin is None else self.begin

    @property
    def definitions(self) -> str:
        """Name of the profile, without its folder."""
        return Path(self.profile).name if self.profile else "corrected"

    @property
    def settings(self) -> dict[str, Any]:
        """Parameters of metrics as `kadita.analyze` takes them: ``{"metric.parameter": value}``.

        Raises:
            KaditaError: a parameter is set twice.
        """
        check_once(self.metric_parameters)
        flat: dict[str, Any] = {}
        for key, value in self.metric_parameters.items():
            flat |= {f"{key}.{name}": v for name, v in value.items()} if isinstance(value, dict) else {key: value}
        return flat


def read_sweep(path: Path) -> SweepConfiguration:
    """Read the configuration of a sweep; paths in it are relative to its folder.

    Raises:
        KaditaError: a missing file, or an invalid configuration.
    """
    return sweep_of(read_toml(path), str(path), path.parent)


def sweep_of(content: Mapping[str, Any], name: str, folder: Path) -> SweepConfiguration:
    """Return the configuration of a sweep from its content; paths in it are relative to `folder`.

    Raises:
        KaditaError: an invalid configuration, which is called `name`.
    """
    table = renamed.new_keys(dict(content), renamed.CONFIGURATION)
    try:
        sweep = SweepConfiguration.model_validate(table)
    except ValidationError as error:
        raise KaditaError(f"{name}: {_fault(error)}") from None
    named = {"scenario": sweep.scenario, "profile": sweep.profile}
    files = {key: file for key, file in named.items() if file and file.endswith(".toml")}
    return sweep.model_copy(update={key: str((folder / file).resolve()) for key, file in files.items()})


def runs_of(
    name: str, sweep: SweepConfiguration, choices: Iterable[Mapping[str, Any]], registry: Registry
) -> list[RunConfiguration]:
    """Return the configuration of a run for each choice of the varied parameters.

    Raises:
        KaditaError: an unknown parameter or an invalid value.
    """
    runs: list[RunConfiguration] = []
    table = {"model": sweep.model} | {k: v for k in ("species", "interaction") if (v := getattr(sweep, k))}
    changes = {"steps": sweep.steps, "every": sweep.every}
    for choice in choices:
        try:
            if runs:
                runs.append(load_configuration(runs[0], parameters=choice, registry=registry))
            else:
                values = sweep.parameters | dict(choice)
                runs.append(load_configuration(sweep.scenario or table, changes, values, registry=registry))
        except KaditaError as error:
            raise KaditaError(f"{name}: {error}") from None
    return runs


def _fault(error: ValidationError) -> str:
    """Describe an error in one line: an unknown key first, then the first invalid value."""
    first = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    path = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    match first["type"]:
        case "extra_forbidden":
            hint = did_you_mean(path, SweepConfiguration.model_fields)
            return f"there is no '{path}'{hint or '; parameters belong in [parameters] or [grid]'}"
        case "value_error":
            section = {"grid": "[grid] ", "zip": "[zip] "}.get(str(first["loc"][0]), "") if first["loc"] else ""
            return f"{section}{first['loc'][-1]}: {message}" if first["loc"] else message
    return f"{path}: {message[:1].lower()}{message[1:]}; got {first['input']!r}"
