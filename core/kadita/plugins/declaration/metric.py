"""Metrics: functions of a block or a frame, whose signature declares what they need and their parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from inspect import signature
from typing import Annotated, Any, Literal, get_args, get_type_hints, overload

import numpy as np
from pydantic import Field

from kadita.base.errors import KaditaError, PluginError
from kadita.base.needs import Needs
from kadita.base.signature import Signature, read_signature
from kadita.plugins.declaration.axis import Axis, check_axis
from kadita.plugins.declaration.declared import BOTH, Declared, check_dimensions, check_figures
from kadita.plugins.declaration.regions import Regions
from kadita.school.block import Block, Frame

Definition = Annotated[
    Literal["corrected", "published"], Field(description="corrected, or as dewi-kadita 0.0.4 computes it")
]


@dataclass(frozen=True, repr=False)
class Metric(Declared):
    """A declared metric: its function, its needs and parameters, and its documentation. Made by `metric`."""

    needs: tuple[str, ...]
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
    variants: Mapping[str, Needs] = field(default_factory=dict, hash=False)  # needs with parameters of their own
    dimensions: tuple[int, ...] = BOTH
    figures: tuple[str, ...] = ()
    regions: Callable[..., Regions] | None = None

    def rows(self, block: Block, needs: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
        """Return what the function makes of a block, or of one frame after the other, from values of what it needs."""
        if not self.per_frame:
            return self.function(block, *needs, **parameters)
        rows = [tuple(None if n is None else n[t] for n in needs) for t in range(len(block))]
        return [self.function(frame, *row, **parameters) for frame, row in zip(block, rows, strict=True)]

    @cached_property
    def optional(self) -> frozenset[str]:
        """Needs with the annotation ``| None``: None stands for a metric that is left out, of a plane say."""
        hints = get_type_hints(self.function)
        arguments = list(signature(self.function).parameters)[1 : 1 + len(self.needs)]
        pairs = zip(self.needs, arguments, strict=True)
        return frozenset(need for need, argument in pairs if type(None) in get_args(hints.get(argument)))

    def __call__(self, data: Any, *needs: Any, **parameters: Any) -> Any:
        """Call the function on a Block, or on a Frame with ``per_frame=True``; parameters are not validated.

        Raises:
            KaditaError: the data are those of the other kind, or an array.
        """
        takes, others = (Frame, Block) if self.per_frame else (Block, Frame)
        if isinstance(data, others | np.ndarray):
            hint = f"kadita.analyze(data, {self.name}) computes all frames of a Block or a trajectory"
            raise KaditaError(f"{self.name}: expected a {takes.__name__}; got a {type(data).__name__}; {hint}")
        return super().__call__(data, *needs, **parameters)

    def validate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters, validated, with defaults for those that are not given.

        Raises:
            KaditaError: an unknown parameter, an invalid value or one that the published definition does not have, or
                a missing required parameter.
        """
        parameters = super().validate(values)
        if parameters.get("definition") == "published":
            given = {key.partition(".")[0] for key in values}
            for key, fixed in self.published.items():
                if key in given and parameters[key] != fixed:
                    has = "does not use it" if fixed is None else f"has {fixed}"
                    raise KaditaError(
                        f"{self.name}.{key}: the published definition {has}; got {values.get(key, parameters[key])!r}; "
                        "leave it out, or take definition=corrected"
                    )
                if key in parameters and fixed is not None:
                    parameters[key] = fixed
        return parameters

    def recorded(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters to record with results: the published values, without parameters that are not used."""
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
    figures: tuple[str, ...] = ...,
    regions: Callable[..., Regions] | None = ...,
    dimensions: tuple[int, ...] = ...,
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
    range: tuple[float, float] | None = None,  # noqa: A002 - the standard term
    source: str = "",
    symmetries: tuple[str, ...] = (),
    labels: tuple[str, ...] = (),
    warning: str = "",
    undefined: str = "",
    axes: Mapping[str, Axis] | None = None,
    published: Mapping[str, Any] | None = None,
    plotted: bool = False,
    figures: tuple[str, ...] = (),
    regions: Callable[..., Regions] | None = None,
    dimensions: tuple[int, ...] = BOTH,
) -> Metric | Callable[[Callable[..., Any]], Metric]:
    """Declare the decorated function as a metric; the metric has the name of the function.

    The function's first argument is the data: a Block, or a Frame with ``per_frame=True``. Further positional
    arguments are the values of other metrics, by their names, or with parameters of their own as `kadita.Needs` in
    their annotations says: ``near: Annotated[Floats, Needs("neighbor_distance", k=1)]``. Keyword-only arguments are
    parameters; pydantic validates them by their annotations. The function returns an
    array of shape (T, ...) for a Block and (...) for a Frame, one row per frame, and the row of a frame depends on that
    frame alone.

    Args:
        function: the function, if the decorator is used without parentheses.
        units: ``"1"``, ``"length"``, ``"length/time"``, ...; replaced by the units of the file.
        dims: names of the axes after T; ``"agent"`` stands for the agents present, ``"space"`` for x, y, z.
        per_frame: whether the function is called once per frame instead of once per block.
        needs_velocities: without velocities the metric is left out, or refused if it was requested by name.
        default: whether the metric is computed if no metric is requested by name.
        formula: formula in plain text.
        range: least and greatest value.
        source: publication with DOI.
        symmetries: those of ``translation``, ``rotation``, ``images``, ``scale`` under which the value is invariant.
        labels: strings; the value is an index into them.
        warning: for a metric that flags frames with 1: meaning of the flag, reported once with the number of frames.
        undefined: when the value is NaN: ``"where fewer than two agents move"``.
        axes: numbers along axes, by the name of the axis: ``{"distance": Axis(middles_of_bins, "length")}``.
        published: values that ``definition="published"`` fixes, of parameters or to be recorded; None for a parameter
            that it does not use.
        plotted: whether ``kadita plot``, the curves of ``kadita report`` and ``kadita run --live`` show it where no
            metric is named.
        figures: kinds of figures in which ``kadita plot --kind`` draws it where no metric is named: ``("states",)``.
        regions: for a metric with labels that two others decide: ``regions(**parameters)`` returns the `Regions` of
            their plane.
        dimensions: for which schools it is defined: 2 for a plane, 3 for space; for others it is left out, or refused
            if it was requested by name.

    Raises:
        PluginError: an argument or the signature of the function is not valid, or an annotation cannot be resolved.

    >>> import kadita
    >>> from kadita import Block, metric
    >>> @metric(units="length")
    ... def crowding(block: Block, *, k: int = 3):
    ...     '''Mean distance to the k nearest neighbours, (T,).'''
    ...     return block.neighbor_distances(k).mean(axis=(1, 2))
    >>> kadita.analyze("school.nc", crowding).crowding.shape
    (21,)
    """

    def declare(function: Callable[..., Any]) -> Metric:
        needs, variants, parameters, _ = _declaration(function)
        if published and "definition" not in parameters.model_fields:
            raise PluginError(f"metric {function.__name__}: published: expected a parameter named definition; got none")
        for dim, axis in (axes or {}).items():
            check_axis(function.__name__, dim, axis, dims, parameters.model_fields)
        return Metric(
            name=function.__name__,
            function=function,
            needs=needs,
            variants=variants,
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
            figures=tuple(figures),
            regions=regions,
            dimensions=tuple(dimensions),
        )

    are_names = all(isinstance(d, str) and d.isidentifier() for d in dims) and len(set(dims)) == len(dims)
    if isinstance(dims, str) or not are_names or {"T", "frame", "time"} & set(dims):
        raise PluginError(f'dims: expected the axes after frames, such as ("agent",); got {dims!r}')
    if not all(isinstance(text, str) for text in (units, formula, source, warning, undefined, *labels, *symmetries)):
        raise PluginError(
            "units, formula, source, warning, undefined, labels and symmetries: expected strings; got something else"
        )
    for name, mapping in (("axes", axes), ("published", published)):
        if mapping is not None and not isinstance(mapping, Mapping):
            raise PluginError(f"{name}: expected a mapping by names; got {mapping!r}")
    if range is not None and (not isinstance(range, tuple | list) or len(range) != 2):
        raise PluginError(f"range: expected least and greatest value; got {range!r}")
    if regions is not None and not (callable(regions) and labels):
        raise PluginError(f"regions: expected a function, of a metric with labels; got {regions!r}")
    check_dimensions(dimensions)
    check_figures(figures)
    return declare if function is None else declare(function)


def _declaration(function: Callable[..., Any]) -> Signature:
    name = getattr(function, "__name__", "?")
    if not name.isidentifier() or name in ("frame", "time", "agent", "space"):
        raise PluginError(f"expected a function with a name that a metric can have; got '{name}'")
    return read_signature(function, "metric", "a Block or a Frame")
