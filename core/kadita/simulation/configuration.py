"""The configuration of a run: a scenario from a plugin, or a TOML file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError, model_validator

from kadita.base import html, renamed
from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.settings import parse_toml, read_toml
from kadita.models.model import Model
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.simulation.species import OTHERS, Species, first_fault, of_pairs

STORED = {"species": "group"}  # keys of trajectory files that differ from those of TOML files
SCHEMA_LINE = re.compile(r"\A#:schema .*$", re.MULTILINE)


class RunConfiguration(BaseModel):
    """Everything that determines a trajectory, byte for byte."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(description="one line that describes the run")] = ""
    model: Annotated[str, Field(description="the model to integrate")]
    steps: Annotated[int, Field(ge=0, lt=2**63, description="number of time steps")]
    every: Annotated[int, Field(ge=1, lt=2**63, description="time steps between frames")] = 1
    seed: Annotated[int, Field(ge=0, lt=2**64, description="seed of the random numbers")] = 0
    parameters: SerializeAsAny[Model]
    species: Annotated[
        tuple[Species, ...], Field(description="agents with other parameters: the first agents, in this order")
    ] = ()
    interaction: Annotated[
        dict[str, dict[str, dict[str, Any]]],
        Field(description="interaction.A.B: parameters with which agents of species A respond to those of species B"),
    ] = {}
    variables: Annotated[
        tuple[str, ...], Field(description="numbers that agents keep, to be stored in the trajectory")
    ] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.model != self.parameters.name:
            raise ValueError(f"expected parameters of {self.model}; got parameters of {self.parameters.name}")
        for name in self.species_names:
            if self.species_names.count(name) > 1:
                reason = f"; agents of no species are called {OTHERS}" if name == OTHERS else " twice"
                raise ValueError(f"expected species of different names; got {name}{reason}")
        if sum(s.count for s in self.species) > self.parameters.agents:
            counts = " + ".join(str(s.count) for s in self.species)
            raise ValueError(f"expected species of at most {self.parameters.agents} agents together; got {counts}")
        kept = self.parameters.variables
        for name in self.variables:
            if name not in kept:
                hint = did_you_mean(name, kept) or (f"; it keeps: {', '.join(kept)}" if kept else "; it keeps none")
                raise ValueError(f"variables: agents of the model {self.model} keep no '{name}'{hint}")
            if self.variables.count(name) > 1:
                raise ValueError(f"variables: expected different names; got {name} twice")
        _ = self.models_of_pairs
        return self

    @property
    def models(self) -> tuple[Model, ...]:
        """The model with the parameters of each species; the first is for agents of no declared species."""
        return self.parameters, *(s.of(self.parameters) for s in self.species)

    @property
    def models_of_pairs(self) -> tuple[tuple[Model, ...], ...]:
        """The models with which a species responds to another, [of which][over which]; empty without interactions."""
        table = of_pairs(self.models, self.species_names, self.interaction)
        return table if self.interaction else ()

    @property
    def species_indices(self) -> NDArray[np.int32]:
        """Index of each agent's species, (N,): 1, 2, ... in the order of the agents, then 0 for agents of none."""
        indices = np.zeros(self.parameters.agents, np.int32)
        counts = [s.count for s in self.species]
        indices[: sum(counts)] = np.repeat(np.arange(1, 1 + len(counts)), counts)
        return indices

    @property
    def species_names(self) -> tuple[str, ...]:
        """Names of the species, by index."""
        return OTHERS, *(s.name for s in self.species)

    @property
    def frames(self) -> int:
        """Number of frames: one at time 0, then one after every `every` steps."""
        return 1 + self.steps // self.every

    def __repr__(self) -> str:
        agents = f"{self.parameters.agents} agents"
        return f"<RunConfiguration of {self.model}: {agents}, {self.steps} steps, a frame every {self.every}>"

    def _repr_html_(self) -> str:
        own = {key: getattr(self, key) for key in ("title", "model", "steps", "every", "seed")}
        species = {f"species {s.name}": f"{s.count} agents" for s in self.species}
        facts = {**own, **self.parameters.model_dump(exclude_none=True), **species}
        return html.named("RunConfiguration", facts.items())

    def stored(self) -> dict[str, Any]:
        """Return the configuration as stored in files: plain values, without those that are None."""
        empty = {key for key in ("species", "interaction", "variables") if not getattr(self, key)}
        content = self.model_dump(mode="json", exclude_none=True, exclude=empty)
        if content["parameters"].get("dimensions") == 3:  # as files had it before there were planes
            del content["parameters"]["dimensions"]
        return {STORED.get(key, key): value for key, value in content.items()}


def scenario_text(name: str, registry: Registry | None = None) -> str:
    """Return the configuration of a scenario as TOML, ready to edit; its first line names the schema for editors.

    Raises:
        KaditaError: an unknown scenario, or a file that cannot be read.
    """
    scenarios = (registry or load_registry()).scenarios
    if name not in scenarios:
        hint = did_you_mean(name, scenarios) or f"; there are: {', '.join(scenarios)}, or a file NAME.toml"
        raise KaditaError(f"there is no scenario '{name}'{hint}")
    try:
        text = scenarios[name].read_text(encoding="utf-8")
    except OSError as error:
        raise KaditaError(f"{name}: {scenarios[name]} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise KaditaError(f"{name}: expected TOML in UTF-8; found other bytes") from None
    schema = resources.files("kadita") / "schemas" / "run.schema.json"
    return SCHEMA_LINE.sub(lambda _: f"#:schema {schema}", text)


def load_configuration(
    scenario: str | Path | RunConfiguration | Mapping[str, Any],
    changes: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    registry: Registry | None = None,
) -> RunConfiguration:
    """Read a scenario by name or a TOML file by path, with changes.

    Args:
        scenario: a scenario's name, a path that ends in .toml, a configuration, or its content as in a file.
        changes: new values of ``steps``, ``every``, ``seed``; None leaves a value unchanged.
        parameters: new parameters of the model, by name.
        registry: from `kadita.plugins.loading.load_registry`, which is called if it is None.

    Raises:
        KaditaError: an unknown scenario, a missing file, an unknown key, an invalid value.

    >>> import kadita
    >>> configuration = kadita.load_configuration("torus", {"steps": 200}, {"agents": 40})
    >>> configuration.steps, configuration.parameters.agents
    (200, 40)
    """
    registry = registry or load_registry()
    if isinstance(scenario, RunConfiguration):
        name, model = scenario.model, type(scenario.parameters)
        table = scenario.model_dump(exclude_unset=True)
    else:
        name = str(scenario.get("model") if isinstance(scenario, Mapping) else scenario)
        if isinstance(scenario, Mapping):
            table = dict(scenario)
        elif name.endswith(".toml"):
            table = read_toml(Path(scenario))
        else:
            table = parse_toml(name, scenario_text(name, registry))
        table = renamed.new_keys(table, renamed.CONFIGURATION)
        model = _model(name, table.get("model"), registry)
        _check_keys(name, table, model)
    table |= {key: value for key, value in (changes or {}).items() if value is not None}
    from_file = table.get("parameters", {})
    try:
        if isinstance(from_file, dict):
            table["parameters"] = model.model_validate(from_file | dict(parameters or {}))
        return RunConfiguration.model_validate(table)
    except ValidationError as error:
        raise KaditaError(f"{name}: {first_fault(error, model, RunConfiguration)}") from None


def _check_keys(name: str, table: Mapping[str, Any], model: type[Model]) -> None:
    for key in table:
        if key in model.model_fields:
            raise KaditaError(f"{name}: '{key}' is a parameter of the model; it belongs in [parameters]")
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
