"""A whole-trajectory analysis: what a window adds to a state, how states merge, and what the last one tells."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from kadita.base import renamed
from kadita.base.errors import PluginError
from kadita.base.signature import checked, read_signature
from kadita.school.box import Floats

State = Any  # numbers, arrays, or mappings of them


class Output(NamedTuple):
    """One result of an analysis.

    Attributes:
        units: ``"1"``, ``"length"``, ``"length/time"``, ...; the trajectory's own are put in their place.
        dims: names of its axes; ``"agent"`` stands for all agents, ``"space"`` for x, y, z.
    """

    units: str = "1"
    dims: tuple[str, ...] = ()


class Facts(NamedTuple):
    """What an analysis may know of the whole when it finishes.

    Attributes:
        times: (T,), of all frames that were looked at.
        agents: (N,) identities.
        attributes: what the trajectory knows of the school.
        labels: words that values stand for, by metric, of those metrics that have some.
    """

    times: Floats
    agents: NDArray[Any]
    attributes: Mapping[str, Any]
    labels: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True)
class Analysis:
    """A declared analysis. Made by `analysis`."""

    name: str
    function: Callable[..., State]
    finish: Callable[..., Any]
    merge: Callable[[State, State], State]
    needs: tuple[str, ...]
    parameters: type[BaseModel]
    outputs: Mapping[str, Output]
    halo: int | str
    needs_velocities: bool
    default: bool
    formula: str
    source: str
    axis_units: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    def validate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters, checked, with defaults for those that are not given.

        Raises:
            KaditaError: an unknown parameter, a value that does not fit, or a required one that is missing.
        """
        return checked(self.name, self.parameters, values)

    def __getattr__(self, name: str) -> Any:
        return renamed.old_attribute(self, name)

    def lookahead(self, parameters: Mapping[str, Any]) -> int:
        """Return how many frames behind its own a window needs, with these parameters."""
        return int(parameters[self.halo] if isinstance(self.halo, str) else self.halo)

    def __call__(self, window: Any, *needs: Any, **parameters: Any) -> State:
        """Call the function itself: parameters are not validated."""
        return self.function(window, *needs, **parameters)


def added(a: State, b: State) -> State:
    """Merge two states by adding what they hold, number by number."""
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
    default: bool = False,
    formula: str = "",
    source: str = "",
) -> Callable[[Callable[..., State]], Analysis]:
    """Declare the decorated function as a whole-trajectory analysis of its own name.

    The function's first argument is a `kadita.Window`. Further positional arguments are metrics, by name: their values
    in the window's frames, (T, ...). Keyword-only arguments are parameters. It returns what the window's own frames add
    to the state. States are merged in the order of the frames; the last goes to `finish`.

    Args:
        finish: ``finish(state, facts, **parameters)`` returns the result, or a mapping with one for each output. A key
            that is the name of an axis gives the numbers along it. `facts` are `Facts` of the whole.
        merge: ``merge(a, b)`` of neighbouring states, associative; adds them number by number where it is not given.
        units: of the result; ``length`` and ``time`` are replaced by the trajectory's own.
        dims: names of its axes; ``"agent"`` stands for all agents, ``"space"`` for x, y, z.
        outputs: by name, where there are several results.
        axis_units: of the numbers along axes, by the names of these: ``{"lag": "time"}``.
        halo: how many frames behind its own ones a window needs: a number, or the name of the parameter that says it.
        needs_velocities: refused where there are none.
        default: whether it is computed where nothing was named.
        formula: in plain text.
        source: publication with DOI.

    Raises:
        PluginError: a signature or an argument that declares nothing meaningful.
    """

    def declare(function: Callable[..., State]) -> Analysis:
        name = getattr(function, "__name__", "?")
        arguments, parameters = read_signature(function, "analysis", "a Window")
        if isinstance(halo, str) and halo not in parameters.model_fields:
            raise PluginError(f"analysis {name}: halo names no parameter: {halo!r}")
        _check_finish(name, finish, parameters.model_fields)
        found = dict(outputs) if outputs is not None else {"": Output(units, tuple(dims))}
        if not found or not all(isinstance(o, Output) for o in found.values()):
            raise PluginError(f"analysis {name}: outputs: expected a mapping of names to Output(units, dims)")
        if strange := [d for d in axis_units or {} if not any(d in o.dims for o in found.values())]:
            raise PluginError(f"analysis {name}: axis_units: expected names of axes; got {strange[0]!r}")
        return Analysis(
            name=name,
            function=function,
            finish=finish,
            merge=merge,
            needs=arguments[1:],
            parameters=parameters,
            outputs=found,
            halo=halo,
            needs_velocities=needs_velocities,
            default=default,
            formula=formula,
            source=source,
            axis_units=dict(axis_units or {}),
        )

    return declare


def _check_finish(name: str, finish: Any, parameters: Iterable[str]) -> None:
    if not callable(finish):
        raise PluginError(f"analysis {name}: finish: expected a function; got {finish!r}")
    try:
        taken = inspect.signature(finish).parameters
    except ValueError:  # what is not written in Python does not say
        return
    if any(p.kind is p.VAR_KEYWORD for p in taken.values()):
        return
    if lacking := [key for key in parameters if key not in taken]:
        raise PluginError(
            f"analysis {name}: finish must take the parameters, too: finish(state, facts, *, {', '.join(parameters)}); "
            f"it lacks {', '.join(lacking)}"
        )


def finished(
    a: Analysis, state: State, facts: Facts, parameters: Mapping[str, Any]
) -> dict[str, dict[str, NDArray[Any]]]:
    """Return the results of an analysis: ``"values"`` by output, and ``"axes"`` by the names of axes.

    Raises:
        PluginError: something else than it declares.
    """
    returned = a.finish(state, facts, **parameters)
    table = dict(returned) if isinstance(returned, Mapping) else {"": returned}
    axes = {d for o in a.outputs.values() for d in o.dims}
    lacking = [name for name in a.outputs if name not in table]
    strange = [str(name) for name in table if name not in a.outputs and name not in axes]
    if lacking or strange:
        expected = ", ".join(name or "its result" for name in a.outputs)
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
