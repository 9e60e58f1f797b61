"""Parameters of plugin functions: their keyword-only arguments, validated by their annotations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, get_type_hints

from pydantic import BaseModel, ConfigDict, PydanticUserError, ValidationError, create_model
from pydantic_core import PydanticUndefined

from kadita.base.errors import KaditaError, PluginError, did_you_mean
from kadita.base.needs import ChosenBy, Needs
from kadita.base.tables import check_keys, with_key


class Signature(NamedTuple):
    """What the signature of a plugin's function declares.

    Attributes:
        needs: names of what its arguments after the first stand for: ``spread``, ``neighbor_distance(k=1)``.
        variants: by these names, those that have parameters of their own.
        parameters: its keyword-only arguments.
        chosen_by: the parameter that names further metrics, whose values its last positional argument takes; or "".
    """

    needs: tuple[str, ...]
    variants: Mapping[str, Needs]
    parameters: type[BaseModel]
    chosen_by: str = ""


def read_signature(function: Callable[..., Any], kind: str, data: str) -> Signature:
    """Return what the positional arguments after the first stand for, and the parameters as a pydantic model.

    Args:
        function: the function of a plugin.
        kind: its kind of plugin, for messages: ``"metric"``.
        data: description of its first argument, for messages.

    Raises:
        PluginError: if the signature is invalid, or an annotation cannot be resolved.
    """
    name = getattr(function, "__name__", "?")
    try:
        annotations = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise PluginError(
            f"{kind} {name}: annotation {error.name!r} cannot be resolved; import it at the top of the module"
        ) from None
    except (SyntaxError, TypeError) as error:
        raise PluginError(f"{kind} {name}: its annotations cannot be read: {error}") from None
    positional: list[Needs | ChosenBy] = []
    fields: dict[str, Any] = {}
    for argument in inspect.signature(function).parameters.values():
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            raise PluginError(f"{kind} {name}: expected named arguments; got {argument}")
        if argument.kind is not argument.KEYWORD_ONLY:
            if argument.default is not argument.empty:
                raise PluginError(
                    f"{kind} {name}: {argument.name!r} has a default, so it seems to be a parameter; "
                    "put a * before the parameters"
                )
            positional.append(_need(argument.name, annotations.get(argument.name), f"{kind} {name}"))
            continue
        if any(m is Needs or isinstance(m, Needs | ChosenBy) for m in _metadata(annotations.get(argument.name))):
            raise PluginError(f"{kind} {name}: {argument.name!r} is a metric that it needs; put it before the *")
        required = argument.default is argument.empty
        if argument.name not in annotations and not isinstance(argument.default, bool | int | float | str):
            raise PluginError(
                f"{kind} {name}: parameter {argument.name!r} has no annotation; add one, such as {argument.name}: float"
            )
        annotation = annotations.get(argument.name, type(argument.default))
        fields[argument.name] = (annotation, ... if required else argument.default)
    if not positional:
        raise PluginError(f"{kind} {name}: expected a first argument for the data ({data}); got none")
    config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)
    try:
        model = create_model(f"{name}_parameters", __config__=config, **fields)
        model()
    except PydanticUserError as error:  # an annotation that pydantic does not take
        raise PluginError(f"{kind} {name}: {str(error).splitlines()[0]}") from None
    except ValidationError as error:
        for first in error.errors():
            if first["type"] != "missing":
                key = ".".join(map(str, first["loc"]))
                raise PluginError(
                    f"{kind} {name}: default of {key!r}: {first['msg']}; it is {first['input']!r}"
                ) from None
    needs = [need for need in positional[1:] if isinstance(need, Needs)]
    chosen_by = _chosen_by(positional, model, f"{kind} {name}")
    return Signature(tuple(map(str, needs)), {str(need): need for need in needs if need.parameters}, model, chosen_by)


def _metadata(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__metadata__", ())


def _chosen_by(positional: Sequence[Needs | ChosenBy], model: type[BaseModel], where: str) -> str:
    """Return the parameter that names the metrics of the last positional argument; "" if that is one metric."""
    chosen = [n for n in positional if isinstance(n, ChosenBy)]
    if not chosen:
        return ""
    parameter = chosen[0].parameter
    if where.startswith("metric"):
        raise PluginError(f"{where}: ChosenBy({parameter!r}): only analyses take metrics that a parameter names")
    if positional[0] in chosen or positional[-1:] != chosen:
        raise PluginError(f"{where}: expected one ChosenBy({parameter!r}), of the last argument before the *")
    if parameter not in model.model_fields:
        raise PluginError(f"{where}: ChosenBy({parameter!r}): expected the name of one of its parameters")
    return parameter


def _need(argument: str, annotation: Any, where: str) -> Needs | ChosenBy:
    """Return what an argument stands for: the metric of its name, the one that its annotation names, or chosen ones."""
    metadata = _metadata(annotation)
    declared: list[Needs | ChosenBy] = [m for m in metadata if isinstance(m, Needs | ChosenBy)]
    if len(declared) > 1 or Needs in metadata:
        raise PluginError(f'{where}: {argument!r}: expected one Needs("metric", parameter=value); got {annotation}')
    return declared[0] if declared else Needs(argument)


def checked(name: str, parameters: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return all parameters, validated, with defaults for those that are not given.

    ``{"weights.order": 3}`` sets one key of the table `weights`: the other keys are those of its value, if that is
    given too, or of its default.

    Raises:
        KaditaError: if a parameter, or a key of a table, is unknown, a value is invalid, or a required parameter is
            missing.
    """
    known = parameters.model_fields
    given = {key: value for key, value in values.items() if "." not in key}
    for key, value in values.items():
        parameter, dot, inner = key.partition(".")
        if parameter not in known:
            available = f"there are: {', '.join(known)}" if known else "it has none"
            raise KaditaError(f"{name} has no parameter '{parameter}'{did_you_mean(parameter, known)}; {available}")
        if dot:
            default = known[parameter].get_default(call_default_factory=True)
            before = given.get(parameter, None if default is PydanticUndefined else default)
            given[parameter] = with_key(f"{name}.{parameter}", before, inner, value)
    for key, value in given.items():
        check_keys(f"{name}.{key}", known[key].annotation, value)
    try:
        model = parameters(**given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (name, *first["loc"]))
        if first["type"] == "missing":
            raise KaditaError(f"{key} is required: --set {key}=VALUE") from None
        raise KaditaError(f"{key}: {first['msg']}; got {first['input']!r}") from None
    return {key: getattr(model, key) for key in known}
