"""Names that a function's code uses, and those of the functions that it calls."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from kadita.base.code_hash import content_of, is_of_library


@lru_cache(maxsize=32)  # many short runs of a model have the same rules
def names_read(*functions: Callable[..., Any]) -> frozenset[str]:
    """Return the names of all attributes and globals in the code of functions and of what they call.

    Libraries are left out. An attribute that is reached in another way than by its name is not found.
    """
    found: set[str] = set()
    for function in _called(functions):
        for code in _codes(function.__code__):
            found.update(code.co_names)
    return frozenset(found)


@lru_cache(maxsize=32)
def reads_by_position(least: int, *functions: Callable[..., Any], except_in: str) -> bool:
    """Return whether functions, or what they call, may read an entry of a tuple from number `least` on by its position.

    They do if they unpack more than `least` values, or take a slice or an entry whose number is not written as one of
    0 .. least - 1. Functions of the package `except_in` and of libraries are left out.
    """
    for function in _called(functions):
        if f"{function.__module__}.".startswith(f"{except_in}."):
            continue
        for code in _codes(function.__code__):
            before = None
            for instruction in dis.get_instructions(code):
                name, number = instruction.opname, instruction.argval
                if name == "UNPACK_EX" or (name == "UNPACK_SEQUENCE" and number > least) or name == "BINARY_SLICE":
                    return True
                # a subscript is an instruction of its own, or from Python 3.14 an operation
                if name == "BINARY_SUBSCR" or (name == "BINARY_OP" and instruction.argrepr == "[]"):
                    known = before is not None and before.opname in ("LOAD_CONST", "LOAD_SMALL_INT")
                    if before is None or not known or before.argval not in range(least):
                        return True
                if name not in ("CACHE", "EXTENDED_ARG"):
                    before = instruction
    return False


def _called(functions: tuple[Callable[..., Any], ...]) -> Iterator[FunctionType]:
    """Yield functions, and those of no library that they call, each once."""
    seen: set[int] = set()
    values: list[tuple[Any, tuple[str, ...]]] = [(function, ()) for function in functions]
    while values:
        value, names = values.pop()
        if isinstance(value, ModuleType) and not is_of_library(value.__name__):  # what code can use of it
            values += [(getattr(value, n), tuple(set(names) - {n})) for n in names if hasattr(value, n)]
            continue
        value = getattr(getattr(value, "_dispatcher", value), "py_func", value)
        if id(value) in seen or not inspect.isfunction(value) or is_of_library(value.__module__):
            continue
        seen.add(id(value))
        yield value
        codes = list(_codes(value.__code__))
        names = tuple({name for code in codes for name in code.co_names})
        loaded = {i.argval for code in codes for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
        values += [(content_of(cell), names) for cell in value.__closure__ or ()]
        values += [(value.__globals__.get(name), names) for name in loaded]  # an attribute of that name is none of them


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those of functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
