"""Species of agents, and interactions: parameters of the model that differ from those of the other agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kadita.base.errors import did_you_mean
from kadita.models.model import Model

OTHERS = "others"  # name of the agents that belong to no declared species
Interactions = Mapping[str, Mapping[str, Mapping[str, Any]]]


class Species(BaseModel):
    """A species of agents: their number, and the parameters of the model that differ from those of the others."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z][\w.-]*$", description="name, a single word")]
    count: Annotated[int, Field(ge=1, description="number of agents")]

    def of(self, model: Model) -> Model:
        """Return the model with the parameters of this species.

        Raises:
            ValueError: a parameter that is unknown, common to all agents, or out of range.
        """
        return changed(model, self.model_extra or {}, f"species {self.name}")


def changed(model: Model, parameters: Mapping[str, Any], owner: str) -> Model:
    """Return a model with other values of some parameters, which belong to `owner`.

    Raises:
        ValueError: a parameter that is unknown, common to all agents, or out of range.
    """
    cls = type(model)
    for key in parameters:
        if key not in cls.model_fields:
            raise ValueError(f"{owner}: there is no parameter '{key}'{did_you_mean(key, cls.model_fields)}")
        if key in cls.shared:
            raise ValueError(f"{owner}: {key} is common to all agents; it belongs in [parameters]")
    try:
        return cls.model_validate(model.model_dump(exclude_unset=True) | dict(parameters))
    except ValidationError as error:
        raise ValueError(f"{owner}: {first_fault(error, cls)}") from None


def of_pairs(
    models: Sequence[Model], names: Sequence[str], interactions: Interactions
) -> tuple[tuple[Model, ...], ...]:
    """Return the models in force where an agent of one species sums over another, [of which][over which].

    Args:
        models: of all species.
        names: of all species.
        interactions: parameters by the two names: ``interactions["prey"]["predator"]`` are those with which a prey
            responds to predators; others are the prey's own.

    Raises:
        ValueError: an unknown species, no parameters, or a parameter that is unknown, of an agent, or out of range.
    """
    table = [[model] * len(models) for model in models]
    for a, responses in interactions.items():
        for b, parameters in responses.items():
            owner = f"interaction.{a}.{b}"
            for name in (a, b):
                if name not in names:
                    hint = did_you_mean(name, names) or f"; there are: {', '.join(names)}"
                    raise ValueError(f"{owner}: there is no species '{name}'{hint}")
            if not parameters:
                raise ValueError(f"{owner}: expected parameters of the model; found none")
            if "speed" in parameters:
                raise ValueError(f"{owner}: speed is an agent's own; it belongs in [[species]]")
            model = models[names.index(a)]
            table[names.index(a)][names.index(b)] = changed(model, parameters, owner)
    return tuple(map(tuple, table))


def first_fault(error: ValidationError, model: type[Model], others: type[BaseModel] | None = None) -> str:
    """Describe an error in one line: an unknown key first, then all missing keys, then the first invalid value."""
    in_parameters = error.title == model.__name__
    known = (model if in_parameters or others is None else others).model_fields
    faults = error.errors()
    for fault in faults:
        if fault["type"] == "extra_forbidden":
            key = str(fault["loc"][-1])
            if in_parameters and others is not None and key in others.model_fields:
                return f"'{key}' is not a parameter of the model; it belongs above [parameters], or use --{key}"
            return f"there is no parameter '{key}'{did_you_mean(key, known)}"
    absent = [fault["loc"][-1] for fault in faults if fault["type"] == "missing"]
    missing = [key for key in absent if isinstance(key, str)]  # not an index, as for the third of three lengths
    if missing:
        return f"missing{' in [parameters]' if in_parameters else ''}: {', '.join(missing)}"
    first = faults[0]
    if first["loc"][:1] == ("interaction",):
        got = f"{'.'.join(map(str, first['loc']))} = {first['input']!r}"
        return f"interaction: expected parameters in tables [interaction.A.B], A and B species; got {got}"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return message
    path = [str(part) for part in first["loc"] if part in known]
    key = path[-1] if path else ""
    match first["loc"]:
        case ("species", int(number), str(name)):
            key = f"species {number + 1}: {name}"
    if key == "box":
        return f'box: expected a length above 0, three of them, or "open"; got {first["input"]!r}'
    return f"{key}: {message[:1].lower()}{message[1:]}; got {first['input']!r}"
