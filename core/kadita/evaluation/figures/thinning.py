"""Fewer points of a long series, so that its picture is the same: the extremes of each stretch, and its gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError
from kadita.school.neighbors import Integers

PER_STRETCH, WITH_GAP = 4, 7  # points kept of a stretch: first, least, greatest, last; and around a gap, three more


def extremes_kept(values: ArrayLike, most: int) -> Integers:
    """Return the indices of at most `most` values of a series, in order, with the extremes of every stretch of it.

    The series is divided into stretches of equal numbers of values. Of each, the first, the least, the greatest and
    the last defined value are kept: a line through them covers the same pixels as one through all values, where a
    stretch is no wider than a pixel. Of a stretch in which values are undefined (NaN, infinite), the longest gap is
    kept, too, as one undefined value with its defined neighbours; shorter ones in the same stretch are not. A series
    of at most `most` values is kept whole.

    Args:
        values: (T,), NaN where undefined.
        most: largest number of indices, at least 7.

    Raises:
        KaditaError: values of another shape, or a smaller number.

    Source: Jugel et al. 2014, Proc. VLDB Endow. 7, 797 (M4).

    >>> import numpy as np
    >>> from kadita.figures import extremes_kept
    >>> extremes_kept(np.array([0.0, 0.1, 5.0, 0.2, 0.1, -3.0, 0.0, 0.1, 0.2, 0.1]), 7)
    array([0, 2, 5, 9])
    """
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or most < WITH_GAP:
        raise KaditaError(f"expected values (T,) and at least {WITH_GAP} of them to keep; got {series.shape}, {most}")
    if series.size <= most:
        return np.arange(series.size)
    finite = np.isfinite(series)
    each = PER_STRETCH if finite.all() else WITH_GAP
    edges = np.linspace(0, series.size, most // each + 1).astype(np.int64)
    kept = [low + _of_stretch(series[low:high], finite[low:high]) for low, high in zip(edges, edges[1:], strict=False)]
    return np.unique(np.concatenate(kept))


def _of_stretch(values: np.ndarray, finite: np.ndarray) -> Integers:
    """Return the indices that are kept of one stretch."""
    defined = np.flatnonzero(finite)
    if not defined.size:
        return np.array([0])
    shown = values[defined]
    kept = [defined[0], defined[shown.argmin()], defined[shown.argmax()], defined[-1]]
    if defined.size < values.size:
        bounds = np.concatenate(([-1], defined, [values.size]))
        widest = int(np.diff(bounds).argmax())
        before, after = bounds[widest], bounds[widest + 1]
        kept += [i for i in (before, before + 1, after) if 0 <= i < values.size]
    return np.array(kept, dtype=np.int64)
