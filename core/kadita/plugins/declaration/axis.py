"""Numbers along an axis of a metric: how they are declared."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from kadita.base.errors import PluginError


class Axis(NamedTuple):
    """Numbers along an axis of a metric, such as the middles of bins.

    Attributes:
        numbers: a function that returns the numbers, of the metric's data and of the metric's parameters that it names;
            they must be the same in every frame.
        units: units of the numbers: ``"1"``, ``"length"``, ...; replaced by the units of the file.
    """

    numbers: Callable[..., Any]
    units: str = "1"

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """Arguments of the function after the data, by name.

        Raises:
            PluginError: `numbers` is not a function of the data.
        """
        try:
            arguments = list(inspect.signature(self.numbers).parameters.values())
        except (TypeError, ValueError):
            arguments = []
        if not arguments or arguments[0].kind in (arguments[0].KEYWORD_ONLY, arguments[0].VAR_KEYWORD):
            raise PluginError(f"axes: expected a function of a Block, or of a Frame; got {self.numbers!r}")
        return {a.name: a for a in arguments[1:] if a.kind not in (a.VAR_POSITIONAL, a.VAR_KEYWORD)}


def check_axis(name: str, dim: str, axis: Any, dims: Iterable[str], parameters: Iterable[str]) -> None:
    """Check the axis that the metric `name` declares for `dim`, given the metric's dims and parameters.

    Raises:
        PluginError: the metric has no such axis, or its numbers cannot be computed from the metric's parameters.
    """
    if dim not in dims or dim in ("agent", "space"):
        raise PluginError(f"metric {name}: axes: expected names of dims other than agent and space; got {dim!r}")
    if not isinstance(axis, Axis) or not callable(axis.numbers):
        raise PluginError(f"metric {name}: axes: expected {dim!r}: Axis(function, units); got {axis!r}")
    for key, argument in axis.parameters.items():
        if key not in parameters and argument.default is argument.empty:
            raise PluginError(f"metric {name}: axes: the function of {dim!r} needs {key!r}, which is not a parameter")
