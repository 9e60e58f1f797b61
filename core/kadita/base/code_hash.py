"""Hash of a function's code and its dependencies; it keys the compile cache."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from types import CellType, CodeType, ModuleType
from typing import Any

import numpy as np

LIBRARIES = ("builtins", "math", "cmath", "llvmlite", "numba", "numpy")  # identified by name


def checksum(function: Callable[..., Any]) -> str:
    """Return the hash of a function's code and of everything that it refers to: functions, numbers and arrays.

    It is the same in every process, and changes when any of these is edited, in whatever file.
    """
    return hashlib.sha256("\n".join(_described(function, (), {})).encode()).hexdigest()[:16]


def _described(value: Any, names: tuple[str, ...], seen: dict[int, int]) -> Iterator[str]:
    """Yield a description of a value; for a module, of the attributes that code with these names can use."""
    if options := getattr(value, "targetoptions", None):  # of a compiled function
        yield from _described(sorted(options.items(), key=repr), (), seen)
    value = getattr(getattr(value, "_dispatcher", value), "py_func", getattr(value, "_defn", value))
    kind = type(value).__qualname__
    if inspect.isfunction(value) and not is_of_library(value.__module__):
        yield f"{kind} {seen.get(id(value))}"
        if id(value) not in seen:
            seen[id(value)] = len(seen)
            yield from _described([value.__defaults__, value.__kwdefaults__, vars(value)], (), seen)
            yield from _described([content_of(cell) for cell in value.__closure__ or ()], (), seen)
            yield from _described_code(value.__code__, value.__globals__, seen)
    elif isinstance(value, ModuleType) and not is_of_library(value.__name__):
        yield f"{kind} {value.__name__}"
        for name in names:
            if hasattr(value, name):
                yield name
                yield from _described(getattr(value, name), tuple(n for n in names if n != name), seen)
    elif isinstance(value, np.ndarray | np.generic):
        yield f"{kind} {value.dtype} {value.shape} {value.tobytes().hex()}"
    elif isinstance(value, tuple | list):
        yield f"{kind} {len(value)}"
        for each in value:
            yield from _described(each, names, seen)
    elif isinstance(value, Mapping):
        yield from _described(sorted(value.items(), key=repr), names, seen)
    elif isinstance(value, set | frozenset):
        yield f"{kind} {sorted(map(repr, value))}"
    elif value is None or isinstance(value, bool | int | float | complex | str | bytes | np.dtype):
        yield f"{kind} {value!r}"
    elif isinstance(value, type) and not is_of_library(value.__module__):
        yield f"{kind} {value.__qualname__}"
        plain = {n: getattr(v, "value", v) for n, v in vars(value).items() if not n.startswith("_")}
        yield from _described(plain, (), seen)
    else:  # classes and functions of libraries: by name, never by address
        yield f"{kind} {getattr(value, '__module__', '')} {getattr(value, '__qualname__', '')}"


def _described_code(code: CodeType, known: Mapping[str, Any], seen: dict[int, int]) -> Iterator[str]:
    yield f"{code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _described_code(constant, known, seen)
        else:
            yield from _described(constant, (), seen)
    for name in code.co_names:
        if name in known:
            yield name
            yield from _described(known[name], code.co_names, seen)


def content_of(cell: CellType) -> Any:
    """Return what a variable of an enclosing function holds; None if it is not assigned yet."""
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not assigned yet
        return None


def is_of_library(module: str | None) -> bool:
    """Return whether a module belongs to a library, whose functions are identified by name."""
    return (module or "").partition(".")[0] in LIBRARIES
