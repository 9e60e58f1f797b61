"""What a run is: a scenario that a plugin brings, or a TOML file of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError, model_validator

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.settings import parse_toml, read_toml, text_of
from kadita.models.model import Model
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry

OTHERS = "others"  # the species of agents that are in no group
SCHEMA_LINE = re.compile(r"\A#:schema .*$", re.MULTILINE)


class Group(BaseModel):
    """Agents that differ from the others: a number of them, and what parameters of the model they have instead."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z][\w.-]*$", description="a word")]
    count: Annotated[int, Field(ge=1, description="number of agents")]

    def of(self, model: Model) -> Model:
        """Return the model with this group's own parameters.

        Raises:
            ValueError: one that there is not, that all agents share, or that is impossible.
        """
        own = self.model_extra or {}
        kind = type(model)
        for key in own:
            if key not in kind.model_fields:
                raise ValueError(
                    f"group {self.name}: there is no parameter '{key}'{did_you_mean(key, kind.model_fields)}"
                )
            if key in kind.shared:
                raise ValueError(f"group {self.name}: {key} is that of all agents; it stands under [parameters]")
        try:
            return kind.model_validate(model.model_dump(exclude_unset=True) | own)
        except ValidationError as error:
            raise ValueError(f"group {self.name}: {_first_fault(error, kind)}") from None


class RunConfiguration(BaseModel):
    """Everything that determines a trajectory, byte by byte."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(description="what this run is, in a line")] = ""
    model: Annotated[str, Field(description="the model that is integrated")]
    steps: Annotated[int, Field(ge=0, lt=2**63, description="number of time steps")]
    every: Annotated[int, Field(ge=1, lt=2**63, description="steps from one frame to the next")] = 1
    seed: Annotated[int, Field(ge=0, lt=2**64, description="of the random numbers")] = 0
    parameters: SerializeAsAny[Model]
    group: Annotated[tuple[Group, ...], Field(description="agents with parameters of their own, the first ones")] = ()

    @model_validator(mode="after")
    def _is_of_one_model(self) -> Self:
        if self.model != self.parameters.name:
            raise ValueError(f"expected parameters of {self.model}; got those of {self.parameters.name}")
        return self

    @model_validator(mode="after")
    def _has_possible_groups(self) -> Self:
        for name in self.names:
            if self.names.count(name) > 1:
                taken = f"; agents in no group are called {OTHERS}" if name == OTHERS else " twice"
                raise ValueError(f"expected groups of different names; got {name}{taken}")
        if sum(group.count for group in self.group) > self.parameters.agents:
            counts = " + ".join(str(group.count) for group in self.group)
            raise ValueError(f"expected groups of at most {self.parameters.agents} agents together; got {counts}")
        _ = self.kinds
        return self

    @property
    def kinds(self) -> tuple[Model, ...]:
        """The model as it is for each species: those in no group first, then group by group."""
        return self.parameters, *(group.of(self.parameters) for group in self.group)

    @property
    def species(self) -> NDArray[np.int32]:
        """Each agent's species, (N,): 1 for the first group, whose agents come first; 0 for those in none."""
        species = np.zeros(self.parameters.agents, np.int32)
        counts = [group.count for group in self.group]
        species[: sum(counts)] = np.repeat(np.arange(1, 1 + len(counts)), counts)
        return species

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the species."""
        return OTHERS, *(group.name for group in self.group)

    @property
    def frames(self) -> int:
        """Number of frames: time 0, then one every so many steps."""
        return 1 + self.steps // self.every

    def stored(self) -> dict[str, Any]:
        """Return what a file keeps of it: plain values, without what was left to the model."""
        return self.model_dump(mode="json", exclude_none=True, exclude=None if self.group else {"group"})


def scenario_text(name: str, registry: Registry | None = None) -> str:
    """Configuration of a scenario as TOML, ready to edit; its first line names the schema for editors.

    Raises:
        KaditaError: there is none of that name.
    """
    scenarios = (registry or load_registry()).scenarios
    if name not in scenarios:
        hint = did_you_mean(name, scenarios) or f"; there are: {', '.join(scenarios)}, or a file NAME.toml"
        raise KaditaError(f"there is no scenario '{name}'{hint}")
    text = text_of(name, scenarios[name])
    schema = resources.files("kadita") / "schemas" / "run.schema.json"
    return SCHEMA_LINE.sub(lambda _: f"#:schema {schema}", text)


def load_configuration(
    scenario: str | Path | RunConfiguration,
    changes: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    registry: Registry | None = None,
) -> RunConfiguration:
    """Read a scenario by name or a TOML file by path, and change some of it.

    Args:
        scenario: a scenario's name, a path that ends in .toml, or a configuration.
        changes: of ``steps``, ``every``, ``seed``; None leaves a value as it is.
        parameters: of the model, by name.
        registry: of `kadita.plugins.loading.load_registry`, loaded anew where there is none.

    Raises:
        KaditaError: no such scenario or file, an unknown key, a value that is impossible.
    """
    registry = registry or load_registry()
    if isinstance(scenario, RunConfiguration):
        name, model = scenario.model, type(scenario.parameters)
        table = scenario.model_dump(exclude_unset=True)
    else:
        name = str(scenario)
        is_file = name.endswith(".toml")
        table = read_toml(Path(scenario)) if is_file else parse_toml(name, scenario_text(name, registry))
        model = _model(name, table.get("model"), registry)
        _check_keys(name, table, model)
    table |= {key: value for key, value in (changes or {}).items() if value is not None}
    own = table.get("parameters", {})
    try:
        if isinstance(own, dict):
            table["parameters"] = model.model_validate(own | dict(parameters or {}))
        return RunConfiguration.model_validate(table)
    except ValidationError as error:
        raise KaditaError(f"{name}: {_first_fault(error, model)}") from None


def _check_keys(name: str, table: Mapping[str, Any], model: type[Model]) -> None:
    for key in table:
        if key in model.model_fields:
            raise KaditaError(f"{name}: '{key}' is a parameter of the model; it stands under [parameters]")
        if key not in RunConfiguration.model_fields:
            hint = did_you_mean(key, RunConfiguration.model_fields)
            raise KaditaError(f"{name}: there is no parameter '{key}'{hint}")


def _model(name: str, model: Any, registry: Registry) -> type[Model]:
    there_are = f"; there are: {', '.join(registry.models)}"
    if model is None:
        raise KaditaError(f"{name}: missing: model{there_are}")
    if not isinstance(model, str) or model not in registry.models:
        hint = did_you_mean(str(model), registry.models) or there_are
        raise KaditaError(f"{name}: there is no model '{model}'{hint}; --plugin adds a file")
    return registry.models[model]


def _first_fault(error: ValidationError, model: type[Model]) -> str:
    """Say what is wrong in one line: unknown keys first, then all that are missing, then the first bad value."""
    in_parameters = error.title == model.__name__
    known = (model if in_parameters else RunConfiguration).model_fields
    faults = error.errors()
    for fault in faults:
        if fault["type"] == "extra_forbidden":
            key = str(fault["loc"][-1])
            if in_parameters and key in RunConfiguration.model_fields:
                return f"'{key}' is no parameter of the model; it stands above [parameters], or use --{key}"
            return f"there is no parameter '{key}'{did_you_mean(key, known)}"
    absent = [fault["loc"][-1] for fault in faults if fault["type"] == "missing"]
    missing = [key for key in absent if isinstance(key, str)]  # not the third of three lengths
    if missing:
        return f"missing{' in [parameters]' if in_parameters else ''}: {', '.join(missing)}"
    first = faults[0]
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return message
    place = [str(part) for part in first["loc"] if part in known]
    key = place[-1] if place else ""
    match first["loc"]:
        case ("group", int(number), str(name)):
            key = f"group {number + 1}: {name}"
    if key == "box":
        return f'box: expected a length above 0, three of them, or "open"; got {first["input"]!r}'
    return f"{key}: {message[:1].lower()}{message[1:]}; got {first['input']!r}"
