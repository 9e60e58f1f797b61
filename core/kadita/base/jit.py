"""Compilation of numeric kernels by Numba, with machine code cached on disk.

A kernel is a private function of arrays and scalars. ``error_model="numpy"`` divides as NumPy does (no branch
for zero); reassociation is not allowed, so a kernel's sums have one order and its results one value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

from kadita.base.code_hash import checksum
from kadita.base.errors import describe_error

# OpenMP's waiting threads spin by default and starve each other on a busy machine; read once, at first use.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numba  # noqa: E402
import numba.core.errors  # noqa: E402
import numba.extending  # noqa: E402
from numba.core.caching import FunctionCache, NullCache  # noqa: E402

Function = Callable[..., Any]

KERNEL = {"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True}  # a wrapper for C takes time to compile
JITABLE = KERNEL | {"forceinline": True, "no_cpython_wrapper": True}
KEPT = 400  # files of a kernel on disk, at least two for each version; the steps of a model are a version of 0.3 MB


def kernel(function: Function) -> Function:
    """Compile `function` for one thread, and cache the machine code on disk where possible.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import kernel
    >>> @kernel
    ... def largest(values):
    ...     found = -np.inf
    ...     for x in values:
    ...         found = max(found, x)
    ...     return found
    >>> largest(np.array([1.0, 3.0, 2.0]))
    3.0
    """
    return _compile(function)


def parallel_kernel(function: Function) -> Function:
    """Compile `function` so that its ``prange`` loops run on several threads.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import parallel_kernel
    >>> from numba import prange
    >>> @parallel_kernel
    ... def norms(vectors):
    ...     found = np.empty(len(vectors))
    ...     for i in prange(len(vectors)):
    ...         found[i] = np.sqrt((vectors[i] ** 2).sum())
    ...     return found
    >>> norms(np.array([[3.0, 4.0], [0.0, 2.0]]))
    array([5., 2.])
    """
    return _compile(function, parallel=True)


def jitable(function: Function) -> Function:
    """Let kernels call `function`, which stays callable from Python.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import jitable, kernel
    >>> @jitable
    ... def squared(x):
    ...     return x * x
    >>> @kernel
    ... def sum_of_squares(values):
    ...     total = 0.0
    ...     for x in values:
    ...         total += squared(x)
    ...     return total
    >>> squared(3.0), sum_of_squares(np.array([1.0, 2.0]))
    (9.0, 5.0)
    """
    numba.extending.register_jitable(**JITABLE)(function)
    function.__dict__["jit_options"] = JITABLE
    return function


def is_jitable(function: object) -> bool:
    """Return whether kernels can call it."""
    return getattr(function, "jit_options", None) == JITABLE


def reason(error: Exception) -> str:
    """Describe in one line why something could not be compiled or run: the innermost cause and its place."""
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
    njit: Any = numba.njit  # whose types do not list all options
    compiled: Any = njit(**KERNEL, **options)(function)
    if compiled is not function:  # as it is if NUMBA_DISABLE_JIT is set
        compiled._cache = _Cache(compiled)
    return cast(Function, compiled)


class _Cache(NullCache):
    """Machine code on disk, keyed by the hash of a kernel's code and of its dependencies in all files.

    Numba's own cache checks only the file of the function itself (its issue 4807). The hash is computed when the kernel
    is first called: by then everything that it calls is defined.
    """

    def __init__(self, compiled: Any) -> None:
        self._compiled, self._name = compiled, compiled.py_func.__qualname__

    @cached_property
    def _files(self) -> Any:
        function = self._compiled.py_func
        function.__qualname__ = f"{self._name}_{checksum(self._compiled)}"
        try:
            return FunctionCache(function)  # type: ignore[no-untyped-call]
        except RuntimeError:  # neither the package's folder nor the user's cache can be written
            return NullCache()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return machine code for arguments of these types, or None."""
        _initialize(target_context)
        return self._files.load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Store machine code, and delete the files of the oldest versions."""
        self._files.save_overload(sig, data)
        if self._files.cache_path:
            versions = f"*.{self._name.replace('<', '').replace('>', '')}_{'?' * 16}-*.nb?"
            with suppress(OSError):  # another process may delete them, too
                for file in sorted(Path(self._files.cache_path).glob(versions), key=os.path.getmtime)[:-KEPT]:
                    file.unlink()


@cache
def _initialize(target_context: Any) -> None:
    """Initialize Numba without its import of SciPy's linear algebra, which takes 0.1 s and no kernel needs.

    A kernel that multiplies matrices imports it when it is compiled.
    """
    from numba.np import linalg

    if not hasattr(linalg, "ensure_blas"):  # a detail of Numba, which may change
        return
    ensure_blas, linalg.ensure_blas = linalg.ensure_blas, lambda: None
    try:
        target_context.refresh()
    finally:
        linalg.ensure_blas = ensure_blas
