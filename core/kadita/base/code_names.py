"""Names that a function's code uses, and those of the functions that it calls."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any

from kadita.base.code_hash import content_of, is_of_library


def names_read(*functions: Callable[..., Any]) -> frozenset[str]:
    """Return the names of all attributes and globals in the code of functions and of what they call.

    Libraries are left out. An attribute that is reached in another way than by its name is not found.
    """
    found: set[str] = set()
    seen: set[int] = set()
    values: list[Any] = list(functions)
    while values:
        value = values.pop()
        value = getattr(getattr(value, "_dispatcher", value), "py_func", value)
        if id(value) in seen or not inspect.isfunction(value) or is_of_library(value.__module__):
            continue
        seen.add(id(value))
        values += [content_of(cell) for cell in value.__closure__ or ()]
        for code in _codes(value.__code__):
            found.update(code.co_names)
            for name in code.co_names:
                known = value.__globals__.get(name)
                values += (getattr(known, n, None) for n in code.co_names) if isinstance(known, ModuleType) else [known]
    return frozenset(found)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those of functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
