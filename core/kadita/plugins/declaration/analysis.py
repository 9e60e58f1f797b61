"""Whole-trajectory analyses: windows of frames are reduced to states, states are merged, the last gives the results."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.base import renamed
from kadita.base.errors import KaditaError, PluginError
from kadita.base.needs import Needs
from kadita.base.signature import read_signature
from kadita.plugins.declaration.declared import BOTH, Declared, check_dimensions, check_figures
from kadita.school.block import Block, Frame
from kadita.school.box import Floats

State = Any  # numbers, arrays, or mappings of them


class Output(NamedTuple):
    """One result of an analysis.

    Attributes:
        units: ``"1"``, ``"length"``, ``"length/time"``, ...; replaced by the units of the trajectory.
        dims: names of its axes; ``"agent"`` stands for all agents, ``"space"`` for x, y, z.
    """

    units: str = "1"
    dims: tuple[str, ...] = ()


class Facts(NamedTuple):
    """Facts about the whole trajectory, for `finish`.

    Attributes:
        times: (T,), of all analysed frames.
        agents: (N,) identities.
        attributes: attributes of the trajectory, such as ``r_a``.
        labels: labels of the values of metrics, by metric, for those that have labels.
        dimensions: 2 for a plane, 3 for space.
    """

    times: Floats
    agents: NDArray[Any]
    attributes: Mapping[str, Any]
    labels: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    dimensions: int = 3


@dataclass(frozen=True, repr=False)
class Analysis(Declared):
    """A declared analysis. Made by `analysis`."""

    finish: Callable[..., Any]
    merge: Callable[[State, State], State]
    needs: tuple[str, ...]
    outputs: Mapping[str, Output]
    halo: int | str
    needs_velocities: bool
    default: bool
    formula: str
    source: str
    axis_units: Mapping[str, str] = field(default_factory=dict, hash=False)
    variants: Mapping[str, Needs] = field(default_factory=dict, hash=False)
    dimensions: tuple[int, ...] = BOTH
    needs_rates: bool = False
    compact: bool = False
    figures: tuple[str, ...] = ()
    chosen_by: str = ""  # the parameter that names further metrics that it needs

    @property
    def per_agent(self) -> bool:
        """Whether a result has a value for each agent."""
        return any("agent" in output.dims for output in self.outputs.values())

    def __getattr__(self, name: str) -> Any:
        return renamed.old_attribute(self, name)

    def __call__(self, data: Any, *needs: Any, **parameters: Any) -> Any:
        """Call the function on a Window; parameters are not validated.

        Raises:
            KaditaError: the data are a Block, a Frame or an array.
        """
        if isinstance(data, Block | Frame | np.ndarray):
            hint = f"kadita.analyze(data, {self.name}) computes it from a Block or a trajectory"
            raise KaditaError(f"{self.name}: expected a Window; got a {type(data).__name__}; {hint}")
        return super().__call__(data, *needs, **parameters)

    def chosen(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the metrics that a parameter names; none if the analysis has no such parameter."""
        names = parameters[self.chosen_by] if self.chosen_by else ()
        return (names,) if isinstance(names, str) else tuple(names)

    def needing_chosen(self, parameters: Mapping[str, Any]) -> Analysis:
        """Return the same analysis, which also needs the metrics that its parameter names."""
        return replace(self, needs=(*self.needs, *renamed.new_names(self.chosen(parameters), renamed.METRICS)))

    def arguments(self, values: Sequence[Floats], parameters: Mapping[str, Any]) -> list[Any]:
        """Return its arguments after the window, from the values of all metrics that it needs, chosen ones last."""
        chosen = self.chosen(parameters)
        single = len(values) - len(chosen)
        rest = [dict(zip(chosen, values[single:], strict=True))] if self.chosen_by else []
        return [*values[:single], *rest]

    def key(self, output: str) -> str:
        """Return the name of an output in results: ``analysis.output``; an only one has the analysis's name."""
        return self.name if len(self.outputs) == 1 else f"{self.name}.{output}"

    def lookahead(self, parameters: Mapping[str, Any]) -> int:
        """Return the number of frames that a window needs after its own, with these parameters."""
        return int(parameters[self.halo] if isinstance(self.halo, str) else self.halo) + self.needs_rates


def added(a: State, b: State) -> State:
    """Return the sum of two states, key by key and element by element."""
    if isinstance(a, Mapping):
        return {key: added(value, b[key]) for key, value in a.items()}
    return a + b


def analysis(
    *,
    finish: Callable[..., Any],
    merge: Callable[[State, State], State] = added,
    units: str = "1",
    dims: tuple[str, ...] = (),
    outputs: Mapping[str, Output] | None = None,
    axis_units: Mapping[str, str] | None = None,
    halo: int | str = 0,
    needs_velocities: bool = False,
    needs_rates: bool = False,
    default: bool = False,
    formula: str = "",
    source: str = "",
    dimensions: tuple[int, ...] = BOTH,
    compact: bool = False,
    figures: tuple[str, ...] = (),
) -> Callable[[Callable[..., State]], Analysis]:
    """Declare the decorated function as a whole-trajectory analysis; the analysis has the name of the function.

    The function's first argument is a `kadita.Window`. Further positional arguments are the values of metrics in the
    window's frames, (T, ...), by the names of the metrics, or as `kadita.Needs` in their annotations says; a last one
    annotated with `kadita.plugins.analyses.ChosenBy` takes the values of the metrics that a parameter names.
    Keyword-only arguments are parameters. The function returns the contribution of the window's own frames to the
    state. States are merged in the order of the frames; the last state goes to `finish`.

    Args:
        finish: ``finish(state, facts, **parameters)`` returns the result; or a mapping with the result under the name
            of the analysis, and the numbers along its axes under the names of the axes: ``{"msd": values, "lag":
            times}``. With `outputs` the mapping has one result for each. `facts` are `Facts` of the whole trajectory.
        merge: ``merge(a, b)`` of neighbouring states, associative; by default it adds them element by element.
        units: units of the result; ``length`` and ``time`` are replaced by the units of the trajectory.
        dims: names of the axes of the result; ``"agent"`` stands for all agents, ``"space"`` for x, y, z.
        outputs: units and axes by name, where there are several results; results hold them as ``analysis.output``.
        axis_units: units of the numbers along axes, by the name of the axis: ``{"lag": "time"}``.
        halo: number of frames that a window needs after its own, or the name of the parameter that gives this number.
        needs_velocities: whether trajectories without velocities are refused.
        needs_rates: whether it uses `Window.rates`, dr/dt, which needs one more frame after the window's own.
        default: whether the analysis is computed if nothing is requested by name.
        formula: formula in plain text.
        source: publication with DOI.
        dimensions: for which schools it is defined: 2 for a plane, 3 for space.
        compact: whether an analysis with results for each agent takes windows of only some agents, those that occur in
            them: where later agents reuse the columns of earlier ones, there may be many more agents than in any
            window. Its state then says which agents it is of, by `Window.members`, and `finish` returns all of them.
        figures: the kinds of figures in which ``kadita plot --kind`` draws it where nothing is named.

    Raises:
        PluginError: an argument or the signature of the function is not valid.

    >>> import numpy as np
    >>> from kadita import Output, Window, analysis
    >>> @analysis(finish=lambda total: {"distance": total}, outputs={"distance": Output(units="length")})
    ... def path_length(window: Window):
    ...     '''Sum of the distances between frames, of all agents.'''
    ...     return float(np.linalg.norm(np.diff(window.unwrapped, axis=0), axis=-1).sum())
    >>> path_length.name
    'path_length'
    """

    def declare(function: Callable[..., State]) -> Analysis:
        name = getattr(function, "__name__", "?")
        check_dimensions(dimensions)
        check_figures(figures)
        needs, variants, parameters, chosen_by = read_signature(function, "analysis", "a Window")
        if isinstance(halo, str) and halo not in parameters.model_fields:
            raise PluginError(f"analysis {name}: halo: expected a number or the name of a parameter; got {halo!r}")
        _check_finish(name, finish, parameters.model_fields)
        declared = outputs if outputs is not None else {name: Output(units, tuple(dims))}
        results = {key or name: output for key, output in declared.items()}  # "": the only one
        if not results or not all(isinstance(o, Output) for o in results.values()):
            raise PluginError(f"analysis {name}: outputs: expected a mapping of names to Output(units, dims)")
        if unknown := [d for d in axis_units or {} if not any(d in o.dims for o in results.values())]:
            raise PluginError(f"analysis {name}: axis_units: expected names of axes; got {unknown[0]!r}")
        if clash := [d for o in results.values() for d in o.dims if d in results]:
            raise PluginError(f"analysis {name}: expected axes with other names than its results; got {clash[0]!r}")
        return Analysis(
            name=name,
            function=function,
            finish=finish,
            merge=merge,
            needs=needs,
            variants=variants,
            parameters=parameters,
            outputs=results,
            halo=halo,
            needs_velocities=needs_velocities,
            default=default,
            formula=formula,
            source=source,
            axis_units=dict(axis_units or {}),
            dimensions=tuple(dimensions),
            needs_rates=needs_rates,
            compact=compact,
            figures=tuple(figures),
            chosen_by=chosen_by,
        )

    return declare


def _check_finish(name: str, finish: Any, parameters: Iterable[str]) -> None:
    if not callable(finish):
        raise PluginError(f"analysis {name}: finish: expected a function; got {finish!r}")
    try:
        arguments = inspect.signature(finish).parameters
    except ValueError:  # a function that is not written in Python may have no signature
        return
    if any(p.kind is p.VAR_KEYWORD for p in arguments.values()):
        return
    if missing := [key for key in parameters if key not in arguments]:
        raise PluginError(
            f"analysis {name}: finish must take the parameters, too: finish(state, facts, *, {', '.join(parameters)}); "
            f"it lacks {', '.join(missing)}"
        )


def finished(
    a: Analysis, state: State, facts: Facts, parameters: Mapping[str, Any]
) -> dict[str, dict[str, NDArray[Any]]]:
    """Return the results of an analysis: ``"values"`` by output, and ``"axes"`` by the names of axes.

    Raises:
        PluginError: `finish` returns something that the analysis does not declare.
    """
    returned = a.finish(state, facts, **parameters)
    table = dict(returned) if isinstance(returned, Mapping) else {a.name: returned}
    if "" in table:
        table.setdefault(a.name, table.pop(""))
    axes = {d for o in a.outputs.values() for d in o.dims}
    missing = [name for name in a.outputs if name not in table]
    unknown = [str(name) for name in table if name not in a.outputs and name not in axes]
    if missing or unknown:
        expected = "its result" if list(a.outputs) == [a.name] else ", ".join(a.outputs)
        raise PluginError(f"expected {expected}; got {', '.join(map(str, table)) or 'nothing'}")
    values: dict[str, NDArray[Any]] = {}
    for name, output in a.outputs.items():
        try:
            array = np.asarray(table[name], dtype=np.float64)
        except (TypeError, ValueError):
            raise PluginError(f"expected real numbers; got {type(table[name]).__name__}") from None
        if array.ndim != len(output.dims):
            raise PluginError(f"expected axes ({', '.join(output.dims)}); got shape {array.shape}")
        values[name] = array
    return {"values": values, "axes": {d: np.asarray(table[d]) for d in axes if d in table}}
