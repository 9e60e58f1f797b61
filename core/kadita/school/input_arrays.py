"""Arrays that users pass, checked and made read-only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import MOST, Floats, within
from kadita.school.read_only import read_only


def vectors(name: str, values: ArrayLike) -> Floats:
    """Return vectors as a read-only array (T, N, 3) of finite numbers; (N, 3) is one frame.

    Raises:
        KaditaError: another shape, no frames, no agents, NaN or infinity.
    """
    array = _real(name, values, "numbers of shape (T, N, 3)")
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[2] != 3:
        raise KaditaError(f"{name}: expected shape (T, N, 3) or (N, 3); got {np.shape(values)}")
    for dimension, what in enumerate(("frame", "agent")):
        if array.shape[dimension] == 0:
            raise KaditaError(f"{name}: expected at least one {what}; got shape {np.shape(values)}")
    if not within(array):
        t, i, a = np.argwhere(~(np.abs(array) <= MOST))[0]
        raise KaditaError(
            f"{name}: expected finite numbers; got {array[t, i, a]} in frame {t}, agent {i}, axis {'xyz'[a]}"
        )
    return read_only(array)


def _real(name: str, values: ArrayLike, expected: str) -> Floats:
    try:
        array = np.asarray(values)
    except ValueError:  # rows of unequal length
        raise KaditaError(f"{name}: expected {expected}; got rows of unequal length") from None
    if array.dtype.kind not in "biuf":
        raise KaditaError(f"{name}: expected {expected}; got {type(values).__name__} of {array.dtype}")
    return np.asarray(array, dtype=np.float64, order="C")


def axis(name: str, values: ArrayLike | None, length: int, dtype: Any) -> NDArray[Any]:
    """Return the values along an axis as a read-only array (length,); 0, 1, 2, ... where there are none.

    Raises:
        KaditaError: another length, or numbers that are not finite.
    """
    if values is None:
        return read_only(np.arange(length, dtype=dtype))
    array: NDArray[Any] = np.atleast_1d(values if dtype is None else _real(name, values, "numbers"))
    if dtype is not None:
        if not np.isfinite(array).all():
            raise KaditaError(f"{name}: expected finite numbers; got {array[~np.isfinite(array)][0]}")
        array = array.astype(dtype)
    if array.shape != (length,):
        raise KaditaError(f"{name}: expected shape ({length},); got {array.shape}")
    return read_only(array)
