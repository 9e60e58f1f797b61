"""A metric is a function, and its signature is its declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints, overload

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from kadita.errors import KaditaError, PluginError, did_you_mean


@dataclass(frozen=True)
class Metric:
    """A declared metric: what it computes, from what, and what is worth knowing about it. Made by `metric`."""

    name: str
    function: Callable[..., Any]
    needs: tuple[str, ...]
    parameters: type[BaseModel]
    units: str
    dims: tuple[str, ...]
    per_frame: bool
    needs_velocities: bool
    default: bool
    formula: str
    range: tuple[float, float] | None
    source: str
    symmetries: tuple[str, ...]
    labels: tuple[str, ...]
    warning: str

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    def __call__(self, data: Any, *needs: Any, **parameters: Any) -> Any:
        """Call the function itself: parameters are not validated."""
        return self.function(data, *needs, **parameters)

    def validate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters, checked, with defaults for those that are not given.

        Raises:
            KaditaError: an unknown parameter, a value that does not fit, or a required one that is missing.
        """
        known = self.parameters.model_fields
        for key in values:
            if key not in known:
                there_are = f"there are: {', '.join(known)}" if known else "it has none"
                raise KaditaError(f"{self.name} has no parameter '{key}'{did_you_mean(key, known)}; {there_are}")
        try:
            model = self.parameters(**values)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in (self.name, *first["loc"]))
            if first["type"] == "missing":
                raise KaditaError(f"{key} is required: --set {key}=VALUE") from None
            raise KaditaError(f"{key}: {first['msg']}; got {first['input']!r}") from None
        return {key: getattr(model, key) for key in known}


@overload
def metric(function: Callable[..., Any], /) -> Metric: ...
@overload
def metric(
    *,
    units: str = ...,
    dims: tuple[str, ...] = ...,
    per_frame: bool = ...,
    needs_velocities: bool = ...,
    default: bool = ...,
    formula: str = ...,
    range: tuple[float, float] | None = ...,  # noqa: A002
    source: str = ...,
    symmetries: tuple[str, ...] = ...,
    labels: tuple[str, ...] = ...,
    warning: str = ...,
) -> Callable[[Callable[..., Any]], Metric]: ...
def metric(
    function: Callable[..., Any] | None = None,
    /,
    *,
    units: str = "1",
    dims: tuple[str, ...] = (),
    per_frame: bool = False,
    needs_velocities: bool = False,
    default: bool = True,
    formula: str = "",
    range: tuple[float, float] | None = None,  # noqa: A002 - the field's word for it
    source: str = "",
    symmetries: tuple[str, ...] = (),
    labels: tuple[str, ...] = (),
    warning: str = "",
) -> Metric | Callable[[Callable[..., Any]], Metric]:
    """Declare the decorated function as a metric of its own name.

    The function's first argument is the data: a Block, or a Frame with ``per_frame=True``. Further positional
    arguments are other metrics, by name. Keyword-only arguments are parameters; their annotations are checked
    with pydantic. It returns an array of shape (T, ...) for a Block and (...) for a Frame, one row a frame, and
    a frame's row depends on that frame alone.

    Args:
        function: the function, where the decorator is used without parentheses.
        units: ``"1"``, ``"length"``, ``"length/time"``, ...; the file's own units are put in their place.
        dims: names of the axes after T; ``"agent"`` stands for the agents present, ``"space"`` for x, y, z.
        per_frame: called once a frame instead of once a block.
        needs_velocities: left out where there are no velocities, refused where it was asked for by name.
        default: whether it is computed where no metric was named.
        formula: in plain text.
        range: least and greatest value.
        source: publication with DOI.
        symmetries: of ``translation``, ``rotation``, ``images``, ``scale``: what leaves the value as it is.
        labels: the value is an index into these words.
        warning: for a metric that flags frames with 1: what a flag means, said once with their number.

    Raises:
        PluginError: a signature that declares nothing meaningful, or an annotation that cannot be resolved.
    """

    def declare(function: Callable[..., Any]) -> Metric:
        needs, parameters = _read_signature(function)
        return Metric(
            name=function.__name__,
            function=function,
            needs=needs,
            parameters=parameters,
            units=units,
            dims=tuple(dims),
            per_frame=per_frame,
            needs_velocities=needs_velocities,
            default=default,
            formula=formula,
            range=range,
            source=source,
            symmetries=tuple(symmetries),
            labels=tuple(labels),
            warning=warning,
        )

    names = all(isinstance(d, str) and d.isidentifier() for d in dims) and len(set(dims)) == len(dims)
    if isinstance(dims, str) or not names or {"T", "frame", "time"} & set(dims):
        raise PluginError(f'dims: expected the axes after frames, such as ("agent",); got {dims!r}')
    if not all(isinstance(word, str) for word in (units, formula, source, warning, *labels, *symmetries)):
        raise PluginError("expected words for units, formula, source, warning, labels and symmetries; got others")
    if range is not None and len(range) != 2:
        raise PluginError(f"range: expected least and greatest value; got {range!r}")
    return declare if function is None else declare(function)


def _read_signature(function: Callable[..., Any]) -> tuple[tuple[str, ...], type[BaseModel]]:
    name = getattr(function, "__name__", "?")
    if not name.isidentifier() or name in ("frame", "time"):
        raise PluginError(f"expected a function whose name can be a metric's; got '{name}'")
    try:
        annotations = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise PluginError(
            f"metric {name}: annotation {error.name!r} cannot be resolved; import it at the top of the module"
        ) from None
    positional: list[str] = []
    fields: dict[str, Any] = {}
    for argument in inspect.signature(function).parameters.values():
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            raise PluginError(f"metric {name}: expected named arguments; got {argument}")
        if argument.kind is not argument.KEYWORD_ONLY:
            if argument.default is not argument.empty:
                raise PluginError(
                    f"metric {name}: {argument.name!r} has a default, so it seems to be a parameter; "
                    "put a * before the parameters"
                )
            positional.append(argument.name)
            continue
        required = argument.default is argument.empty
        fields[argument.name] = (annotations.get(argument.name, Any), ... if required else argument.default)
    if not positional:
        raise PluginError(f"metric {name}: expected a first argument for the data (a Block or a Frame); got none")
    config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    return tuple(positional[1:]), create_model(f"{name}_parameters", __config__=config, **fields)
