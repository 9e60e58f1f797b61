"""Arrays that users pass, checked and made read-only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import MOST, Floats, within
from kadita.school.read_only import read_only


def vectors(name: str, values: ArrayLike, *, unknown: bool = False) -> Floats:
    """Return vectors as a read-only array (T, N, 3) of finite numbers; (N, 3) is one frame, and (T, N, 2) has z = 0.

    With `unknown`, NaN is allowed; then all three components of a vector are NaN.

    Raises:
        KaditaError: another shape, no frames, no agents, infinity, or NaN where it is not allowed.
    """
    array = _real(name, values, "numbers of shape (T, N, 3)")
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[2] not in (2, 3):
        raise KaditaError(f"{name}: expected shape (T, N, 3), (T, N, 2) or that of one frame; got {np.shape(values)}")
    for dimension, what in enumerate(("frame", "agent")):
        if array.shape[dimension] == 0:
            raise KaditaError(f"{name}: expected at least one {what}; got shape {np.shape(values)}")
    if array.shape[2] == 2:
        array = np.concatenate([array, np.zeros((*array.shape[:2], 1))], axis=2)
    if not within(array):
        missing = np.isnan(array).any(axis=2, keepdims=True) & unknown
        bad = ~(np.abs(array) <= MOST) & ~missing
        if bad.any() or np.isinf(array).any():
            t, i, a = np.argwhere(bad | np.isinf(array))[0]
            raise KaditaError(
                f"{name}: expected finite numbers; got {array[t, i, a]} in frame {t}, agent {i}, axis {'xyz'[a]}"
            )
        array = np.where(missing, np.nan, array)
    return read_only(array)


def _real(name: str, values: ArrayLike, expected: str) -> Floats:
    if np.ma.isMaskedArray(values):
        values = np.ma.filled(np.asanyarray(values, float), np.nan)
    try:
        array = np.asarray(values)
    except ValueError:  # rows of unequal length
        raise KaditaError(f"{name}: expected {expected}; got rows of unequal length") from None
    if array.dtype.kind not in "biuf":
        raise KaditaError(f"{name}: expected {expected}; got {type(values).__name__} of {array.dtype}")
    return np.asarray(array, dtype=np.float64, order="C")


def names_of(species: NDArray[Any] | None) -> tuple[str, ...]:
    """Return the different names of species, in order; none without species."""
    return () if species is None else tuple(np.unique(np.asarray(species).astype(str)).tolist())


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
