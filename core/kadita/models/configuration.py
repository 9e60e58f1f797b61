"""What a run is: a scenario that kadita brings, or a TOML file of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kadita.errors import KaditaError, did_you_mean
from kadita.models.couzin import Couzin
from kadita.settings import parse_toml, read_toml


class RunConfiguration(BaseModel):
    """Everything that determines a trajectory, byte by byte."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(description="what this run is, in a line")] = ""
    model: Annotated[Literal["couzin"], Field(description="the model that is integrated")] = "couzin"
    steps: Annotated[int, Field(ge=0, lt=2**63, description="number of time steps")]
    every: Annotated[int, Field(ge=1, lt=2**63, description="steps from one frame to the next")] = 1
    seed: Annotated[int, Field(ge=0, lt=2**64, description="of the random numbers")] = 0
    parameters: Couzin


def scenario_names() -> list[str]:
    """Names of the scenarios that kadita brings."""
    return sorted(f.name.removesuffix(".toml") for f in _folder().iterdir() if f.name.endswith(".toml"))


def scenario_text(name: str) -> str:
    """Configuration of a scenario as TOML, ready to edit.

    Raises:
        KaditaError: there is none of that name.
    """
    names = scenario_names()
    if name not in names:
        hint = did_you_mean(name, names) or f"; there are: {', '.join(names)}"
        raise KaditaError(f"there is no scenario '{name}'{hint}")
    return (_folder() / f"{name}.toml").read_text(encoding="utf-8")


def load_configuration(
    scenario: str | Path,
    changes: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> RunConfiguration:
    """Read a scenario by name or a TOML file by path, and change some of it.

    Args:
        scenario: a scenario's name, or a path that ends in .toml.
        changes: of ``steps``, ``every``, ``seed``; None leaves a value as it is.
        parameters: of the model, by name.

    Raises:
        KaditaError: no such scenario or file, an unknown key, a value that is impossible.
    """
    name = str(scenario)
    table = read_toml(Path(scenario)) if name.endswith(".toml") else parse_toml(name, scenario_text(name))
    table |= {key: value for key, value in (changes or {}).items() if value is not None}
    own = table.get("parameters", {})
    if isinstance(own, dict):
        table["parameters"] = own | dict(parameters or {})
    try:
        return RunConfiguration.model_validate(table)
    except ValidationError as error:
        raise KaditaError(f"{name}: {_first_fault(error)}") from None


def _first_fault(error: ValidationError) -> str:
    """Say what is wrong in one line: unknown keys first, then all that are missing, then the first bad value."""
    faults = error.errors()
    for fault in faults:
        if fault["type"] == "extra_forbidden":
            key, nested = str(fault["loc"][-1]), len(fault["loc"]) > 1
            if nested and key in RunConfiguration.model_fields:
                return f"'{key}' is no parameter of the model; it stands above [parameters], or use --{key}"
            known = Couzin.model_fields if nested else RunConfiguration.model_fields
            return f"there is no parameter '{key}'{did_you_mean(key, known)}"
    absent = [fault["loc"][-1] for fault in faults if fault["type"] == "missing"]
    missing = [key for key in absent if isinstance(key, str)]  # not the third of three lengths
    if missing:
        where = " in [parameters]" if any(key in Couzin.model_fields for key in missing) else ""
        return f"missing{where}: {', '.join(missing)}"
    first = faults[0]
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return message
    place = [str(part) for part in first["loc"] if part in RunConfiguration.model_fields or part in Couzin.model_fields]
    key = place[-1] if place else ""
    if key == "box":
        return f'box: expected a length above 0, three of them, or "open"; got {first["input"]!r}'
    return f"{key}: {message[:1].lower()}{message[1:]}; got {first['input']!r}"


def _folder() -> Any:
    return resources.files("kadita.models") / "scenarios"
