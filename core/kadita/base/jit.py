"""How kadita compiles its numeric kernels, said in one place.

A kernel is a private function of arrays and scalars. ``error_model="numpy"`` divides as NumPy does (no branch
for zero); reassociation is not allowed, so a kernel's sums have one order and its results one value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kadita.base.errors import describe_error

# OpenMP's waiting threads spin by default and starve each other on a busy machine; read once, at first use.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numba  # noqa: E402
import numba.core.errors  # noqa: E402
import numba.extending  # noqa: E402

Function = Callable[..., Any]


def kernel(function: Function) -> Function:
    """Compile `function` for one thread and keep the machine code on disk where that is possible.

    What is kept is known by the function's own file alone: a kernel calls kernels of its own file, or parts.
    """
    return _compile(function)


def parallel_kernel(function: Function) -> Function:
    """Compile `function` so that its ``prange`` loops run on several threads."""
    return _compile(function, parallel=True)


def jitable(function: Function) -> Function:
    """Let kernels be built around `function`, which stays callable from Python."""
    numba.extending.register_jitable(error_model="numpy", forceinline=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    function.__dict__["is_jitable"] = True
    return function


def is_jitable(function: object) -> bool:
    """Whether kernels can be built around it."""
    return getattr(function, "is_jitable", False) is True


def reason(error: Exception) -> str:
    """Say in one line why something could not be compiled or run: the innermost cause, and where it is."""
    innermost = str(error).rpartition("Failed in nopython mode pipeline")[2]
    lines = [line.strip() for line in innermost.splitlines()[1:] if line.strip()]
    if not isinstance(error, numba.core.errors.NumbaError) or not lines:
        return describe_error(error)
    if "unpack" in lines[0] or "tuple length" in lines[0]:
        return f"expected three numbers, the next heading; {lines[0]}"
    where = re.search(r'File "([^"]+)", line (\d+)', innermost)
    place = f" ({Path(where[1]).name}, line {where[2]})" if where else ""
    return f"{lines[0]} {lines[1].removeprefix('>>> ') if lines[0].endswith(':') else ''}".rstrip() + place


def _compile(function: Function, **options: Any) -> Function:
    options |= {"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package's folder nor the user's cache can be written
        return numba.njit(**options)(function)
