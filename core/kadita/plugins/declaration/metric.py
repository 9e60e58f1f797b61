"""A metric is a function, and its signature is its declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal, overload

from pydantic import BaseModel, Field

from kadita.base.errors import KaditaError, PluginError
from kadita.base.signature import checked, read_signature
from kadita.plugins.declaration.axis import Axis, check_axis
from kadita.school.block import Block

Definition = Annotated[
    Literal["corrected", "published"], Field(description="well defined, or as dewi-kadita 0.0.4 computes it")
]


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
    undefined: str = ""
    axes: Mapping[str, Axis] = field(default_factory=dict, hash=False)
    published: Mapping[str, Any] = field(default_factory=dict, hash=False)
    plotted: bool = False

    @cached_property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    def __call__(self, data: Any, *needs: Any, **parameters: Any) -> Any:
        """Call the function itself: parameters are not validated."""
        return self.function(data, *needs, **parameters)

    def rows(self, block: Block, needs: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
        """Return what the function makes of a block, or of one frame after the other, from values of what it needs."""
        if not self.per_frame:
            return self.function(block, *needs, **parameters)
        return [self.function(frame, *(n[t] for n in needs), **parameters) for t, frame in enumerate(block)]

    def validate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters, checked, with defaults for those that are not given.

        Raises:
            KaditaError: an unknown parameter, a value that does not fit or that the published definition does not
                have, or a required one that is missing.
        """
        parameters = checked(self.name, self.parameters, values)
        if parameters.get("definition") == "published":
            for key, fixed in self.published.items():
                if key in values and parameters[key] != fixed:
                    has = "does not use it" if fixed is None else f"has {fixed}"
                    raise KaditaError(
                        f"{self.name}.{key}: the published definition {has}; got {values[key]!r}; leave it out, "
                        "or take definition=corrected"
                    )
                if key in parameters and fixed is not None:
                    parameters[key] = fixed
        return parameters

    def recorded(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return parameters as results record them: what the published definition has, and not what it does not use."""
        if parameters.get("definition") != "published":
            return dict(parameters)
        unused = {key for key, value in self.published.items() if value is None}
        return {key: value for key, value in {**parameters, **self.published}.items() if key not in unused}


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
    undefined: str = ...,
    axes: Mapping[str, Axis] = ...,
    published: Mapping[str, Any] = ...,
    plotted: bool = ...,
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
    undefined: str = "",
    axes: Mapping[str, Axis] | None = None,
    published: Mapping[str, Any] | None = None,
    plotted: bool = False,
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
        undefined: when it is NaN: ``"where fewer than two agents move"``.
        axes: by name of an axis, the numbers along it: ``{"distance": Axis(middles_of_bins, "length")}``.
        published: what ``definition="published"`` fixes: parameters, or facts to record; None is one it does not use.
        plotted: whether ``kadita plot`` draws it where no metric was named.

    Raises:
        PluginError: a signature that declares nothing meaningful, or an annotation that cannot be resolved.
    """

    def declare(function: Callable[..., Any]) -> Metric:
        needs, parameters = _declaration(function)
        if published and "definition" not in parameters.model_fields:
            raise PluginError(f"metric {function.__name__}: published: expected a parameter named definition; got none")
        for dim, axis in (axes or {}).items():
            check_axis(function.__name__, dim, axis, dims, parameters.model_fields)
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
            undefined=undefined,
            axes=dict(axes or {}),
            published=dict(published or {}),
            plotted=plotted,
        )

    names = all(isinstance(d, str) and d.isidentifier() for d in dims) and len(set(dims)) == len(dims)
    if isinstance(dims, str) or not names or {"T", "frame", "time"} & set(dims):
        raise PluginError(f'dims: expected the axes after frames, such as ("agent",); got {dims!r}')
    if not all(isinstance(word, str) for word in (units, formula, source, warning, undefined, *labels, *symmetries)):
        raise PluginError(
            "expected words for units, formula, source, warning, undefined, labels and symmetries; got others"
        )
    for word, given in (("axes", axes), ("published", published)):
        if given is not None and not isinstance(given, Mapping):
            raise PluginError(f"{word}: expected a mapping of names; got {given!r}")
    if range is not None and (not isinstance(range, tuple | list) or len(range) != 2):
        raise PluginError(f"range: expected least and greatest value; got {range!r}")
    return declare if function is None else declare(function)


def _declaration(function: Callable[..., Any]) -> tuple[tuple[str, ...], type[BaseModel]]:
    name = getattr(function, "__name__", "?")
    if not name.isidentifier() or name in ("frame", "time", "agent", "space"):
        raise PluginError(f"expected a function whose name can be a metric's; got '{name}'")
    arguments, parameters = read_signature(function, "metric", "a Block or a Frame")
    return arguments[1:], parameters
