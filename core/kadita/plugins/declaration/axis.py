"""Numbers along an axis of a metric: how they are declared."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from kadita.base.errors import PluginError


class Axis(NamedTuple):
    """Numbers along an axis of a metric, such as the middles of bins.

    Attributes:
        numbers: a function of the metric's data, and of those of its parameters that it names, that returns them; they
            must be the same in every frame.
        units: theirs, ``"1"``, ``"length"``, ...; the file's own are put in their place.
    """

    numbers: Callable[..., Any]
    units: str = "1"

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """What the function wants beside the data, by name.

        Raises:
            PluginError: it is no function of data.
        """
        try:
            wanted = list(inspect.signature(self.numbers).parameters.values())
        except (TypeError, ValueError):
            wanted = []
        if not wanted or wanted[0].kind in (wanted[0].KEYWORD_ONLY, wanted[0].VAR_KEYWORD):
            raise PluginError(f"axes: expected a function of a Block, or of a Frame; got {self.numbers!r}")
        return {p.name: p for p in wanted[1:] if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def check_axis(name: str, dim: str, axis: Any, dims: Iterable[str], parameters: Iterable[str]) -> None:
    """Raise where an axis is none of a metric's, of these dims and parameters.

    Raises:
        PluginError: it is another's, or cannot be computed.
    """
    if dim not in dims or dim in ("agent", "space"):
        raise PluginError(f"metric {name}: axes: expected names of dims other than agent and space; got {dim!r}")
    if not isinstance(axis, Axis) or not callable(axis.numbers):
        raise PluginError(f"metric {name}: axes: expected {dim!r}: Axis(function, units); got {axis!r}")
    for key, wanted in axis.parameters.items():
        if key not in parameters and wanted.default is wanted.empty:
            raise PluginError(f"metric {name}: axes: the function of {dim!r} wants {key!r}, which is no parameter")
