"""What metrics, analyses and importers have in common: a name, a function, and its parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from kadita.base.errors import PluginError
from kadita.base.signature import checked

BOTH = (2, 3)  # dimensions: a plane, and space
SYMBOL = re.compile(r"((?:[A-Za-z]\d?|xi|chi|MSD)(?:\([a-z]\))?)(?: =|:) ")  # at the beginning of a formula


def check_dimensions(dimensions: Any) -> None:
    """Check the dimensions of a declaration.

    Raises:
        PluginError: they are not some of 2 and 3.
    """
    if not isinstance(dimensions, tuple | list) or not dimensions or not set(dimensions) <= set(BOTH):
        raise PluginError(f"dimensions: expected (2,), (3,) or (2, 3); got {dimensions!r}")


def check_figures(figures: Any) -> None:
    """Check the kinds of figures of a declaration.

    Raises:
        PluginError: they are no tuple of names.
    """
    if not isinstance(figures, tuple | list) or not all(isinstance(kind, str) for kind in figures):
        raise PluginError(f'figures: expected kinds of figures, such as ("states",); got {figures!r}')


def symbol_of(formula: str) -> str:
    """Return the symbol that a formula defines: P of ``P = |sum_i u_i| / N``; an empty string if it defines none."""
    found = SYMBOL.match(formula)
    return found[1].replace("xi", "\u03be").replace("chi", "\u03c7") if found else ""


@dataclass(frozen=True, repr=False)
class Declared:
    """A function of a plugin that was declared with a decorator."""

    name: str
    function: Callable[..., Any]
    parameters: type[BaseModel]

    @cached_property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {self.summary}>"

    def validate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters, validated, with defaults for those that are not given.

        Raises:
            KaditaError: an unknown parameter, an invalid value, or a missing required parameter.
        """
        return checked(self.name, self.parameters, values)

    def __call__(self, data: Any, *needs: Any, **parameters: Any) -> Any:
        """Call the function; parameters are not validated."""
        return self.function(data, *needs, **parameters)
