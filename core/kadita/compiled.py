"""How kadita compiles its numeric kernels, said in one place.

A kernel is a private function of arrays and scalars. ``error_model="numpy"`` divides as NumPy does (no branch
for zero); reassociation is not allowed, so a kernel's sums have one order and its results one value.
"""

from __future__ import annotations

import inspect
import os
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from kadita.errors import said

# OpenMP's waiting threads spin by default and starve each other on a busy machine; read once, at first use.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numba  # noqa: E402
import numba.core.errors  # noqa: E402
import numba.extending  # noqa: E402

Function = Callable[..., Any]
_PARTS: set[object] = set()


def kernel(function: Function) -> Function:
    """Compile `function` for one thread and keep the machine code on disk where that is possible."""
    return _compile(function)


def parallel_kernel(function: Function) -> Function:
    """Compile `function` so that its ``prange`` loops run on several threads."""
    return _compile(function, parallel=True)


def part(function: Function) -> Function:
    """Let kernels be built around `function`, which stays callable from Python."""
    numba.extending.register_jitable(error_model="numpy")(function)
    _PARTS.add(function)
    return function


def is_part(function: object) -> bool:
    """Whether kernels can be built around it."""
    return function in _PARTS


def checksum(function: Function) -> int:
    """Checksum of what a function does: its code, and that of functions and the values of names that it uses.

    Compiled code is kept on disk by the name of its file and of the function, and by what it closes over. A kernel
    that closes over this number is compiled anew when anything was edited that it is made of.
    """
    return zlib.crc32("\n".join(_described(function, set())).encode())


def _described(value: Any, seen: set[int]) -> Iterator[str]:
    function = getattr(value, "py_func", value)
    if not inspect.isfunction(function):
        yield repr(value)
    elif id(function) not in seen and function.__module__.partition(".")[0] not in ("numba", "numpy"):
        seen.add(id(function))
        yield function.__qualname__
        yield from _described_code(function.__code__)
        used = inspect.getclosurevars(function)
        for name, each in sorted({**used.globals, **used.nonlocals}.items()):
            yield name
            if inspect.ismodule(each):
                inside = (getattr(each, n) for n in function.__code__.co_names if hasattr(each, n))
                for one in inside:
                    yield from _described(one, seen)
            else:
                yield from _described(each, seen)


def _described_code(code: CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _described_code(constant)
        else:
            yield repr(constant)


def reason(error: Exception) -> str:
    """Say in one line why something could not be compiled or run: the innermost cause, and where it is."""
    innermost = str(error).rpartition("Failed in nopython mode pipeline")[2]
    lines = [line.strip() for line in innermost.splitlines()[1:] if line.strip()]
    if not isinstance(error, numba.core.errors.NumbaError) or not lines:
        return said(error)
    if "unpack" in lines[0] or "tuple length" in lines[0]:
        return f"expected three numbers, the next heading; {lines[0]}"
    where = re.search(r'File "([^"]+)", line (\d+)', innermost)
    place = f" ({Path(where[1]).name}, line {where[2]})" if where else ""
    return f"{lines[0]} {lines[1].removeprefix('>>> ') if lines[0].endswith(':') else ''}".rstrip() + place


def _compile(function: Function, **options: Any) -> Function:
    options |= {"error_model": "numpy", "nogil": True}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package's folder nor the user's cache can be written
        return numba.njit(**options)(function)
