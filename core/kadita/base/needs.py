"""Metrics that a metric or analysis needs: with parameters of their own, or those that a parameter names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kadita.base import renamed
from kadita.base.errors import PluginError


@dataclass(frozen=True, init=False)
class Needs:
    """The metric that an argument stands for, and parameters that it has for this argument.

    ``near: Annotated[Floats, Needs("neighbor_distance", k=1)]`` is neighbor_distance with k = 1, whatever k is set to
    elsewhere; parameters that are not given here are those of neighbor_distance in the analysis. The metric is computed
    once for all arguments that need it with equal parameters.

    Args:
        metric: its name.
        parameters: values of its parameters.

    Raises:
        PluginError: the first argument is not the name of a metric.
    """

    metric: str
    parameters: Mapping[str, Any]

    def __init__(self, metric: str, /, **parameters: Any) -> None:
        if not isinstance(metric, str) or not metric.isidentifier():
            raise PluginError(f'Needs: expected the name of a metric, as in Needs("spread"); got {metric!r}')
        object.__setattr__(self, "metric", renamed.new_name(metric, renamed.METRICS))
        object.__setattr__(self, "parameters", MappingProxyType(parameters))

    def __str__(self) -> str:
        """Name of the metric with these parameters: ``neighbor_distance(k=1)``; they are in alphabetical order."""
        given = ", ".join(f"{key}={value}" for key, value in sorted(self.parameters.items()))
        return f"{self.metric}({given})" if given else self.metric

    def __hash__(self) -> int:
        return hash(str(self))


@dataclass(frozen=True)
class ChosenBy:
    """Says that an argument of an analysis stands for the metrics that one of its parameters names.

    ``values: Annotated[Mapping[str, Floats], ChosenBy("metrics")]``, with a parameter ``metrics`` that is a list or a
    tuple of names, receives the values of these metrics by name. It comes after the arguments for single metrics.

    Args:
        parameter: the name of the parameter.
    """

    parameter: str
