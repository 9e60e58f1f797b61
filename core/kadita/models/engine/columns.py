"""Columns of tables as named numbers, which stay in registers: rules read constants and variables by name."""

from __future__ import annotations

from collections import namedtuple
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numba.core import types
from numba.cpython.unsafe.tuple import tuple_setitem
from numba.extending import overload

from kadita.base.jit import Function, jitable


def every(values: Any, start: Any, step: Any, like: Any) -> Any:
    """Return ``values[start + k step]`` for k = 0, 1, ... as a tuple of the length and type of the tuple `like`."""
    return tuple(type(zero)(values[start + k * step]) for k, zero in enumerate(like))


@overload(every)
def _every(values, start, step, like):  # type: ignore[no-untyped-def]
    kind, length = np.float32 if like.dtype == types.float32 else np.float64, len(like)

    def every(values, start, step, like):  # type: ignore[no-untyped-def]
        for k in range(length):  # unrolled by the compiler
            like = tuple_setitem(like, k, kind(values[start + k * step]))  # type: ignore[call-arg]
        return like

    return every


every.__dict__["compiled"] = _every  # for the hash of kernels that call it


@cache
def _named(kind: str, names: tuple[str, ...]) -> type:
    """Return the class of named tuples with these names.

    It is kept in this module, because code that is compiled with it is stored under a name that Numba pickles, which
    is the same in every process only for classes that are found in a module.
    """
    named = namedtuple(f"{kind}_{'_'.join(names)}", names)  # type: ignore[misc]
    globals()[named.__name__] = named
    return named


@lru_cache(maxsize=128)
def reader(kind: str, names: tuple[str, ...], number: type = np.float64) -> Function:
    """Return the function (values, start, step) -> every `step`-th of the values, as a named tuple of these names."""
    Columns = _named(kind, names)
    if not names:  # a tuple of no numbers has no type
        return jitable(lambda values, start, step: Columns())
    like = (number(0),) * len(names)

    @jitable
    def read(values, start, step):  # type: ignore[no-untyped-def]
        return Columns(*every(values, start, step, like))

    return read
