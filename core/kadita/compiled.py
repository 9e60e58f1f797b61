"""How kadita compiles its numeric kernels, said in one place.

A kernel is a private function of arrays and scalars. ``error_model="numpy"`` divides as NumPy does (no branch
for zero); reassociation is not allowed, so a kernel's sums have one order and its results one value.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

# OpenMP's waiting threads spin by default and starve each other on a busy machine; read once, at first use.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numba  # noqa: E402
import numba.extending  # noqa: E402

Function = Callable[..., Any]


def kernel(function: Function) -> Function:
    """Compile `function` for one thread and keep the machine code on disk where that is possible."""
    return _compile(function)


def parallel_kernel(function: Function) -> Function:
    """Compile `function` so that its ``prange`` loops run on several threads."""
    return _compile(function, parallel=True)


def part(function: Function) -> Function:
    """Let kernels be built around `function`: compiled into each of them, by name, and callable from Python."""
    built_in: Function = numba.extending.register_jitable(error_model="numpy")(function)
    return built_in


def _compile(function: Function, **options: Any) -> Function:
    options |= {"error_model": "numpy", "nogil": True}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package's folder nor the user's cache can be written
        return numba.njit(**options)(function)
