"""Entropies of distributions. An entropy metric is an observable, a range and a number of bins.

Entropies are in nats unless they are called normalized: then they are divided by their maximum, the logarithm of
the number of bins, and lie between 0 (all in one bin) and 1 (uniform over the bins).
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita.base.errors import KaditaError
from kadita.base.jit import kernel
from kadita.school.box import Floats
from kadita.school.entropy.estimators import chao_shen, grassberger, grassberger_1988

Estimator = Annotated[
    Literal["plug-in", "miller-madow", "chao-shen", "grassberger", "grassberger-1988"],
    Field(description="estimator of entropy from counts, see help('kadita.school.entropy.histogram.entropy')"),
]
Bins = Annotated[int, Field(ge=2, le=100_000, description="number of equal bins of the histogram")]
CORRECTED = {"chao-shen": chao_shen, "grassberger": grassberger, "grassberger-1988": grassberger_1988}


def histogram(values: Floats, bins: int, low: float, high: float, *, overflow: bool = False) -> NDArray[np.int64]:
    """Count values in equal bins, row by row, with `numpy.histogram`'s rules.

    Args:
        values: (T, M); NaN is left out.
        bins: number of bins.
        low: left edge of the first bin.
        high: right edge of the last bin, which is closed on both sides.
        overflow: whether values above `high` are counted in the last bin; otherwise they are left out.

    Returns:
        Counts, (T, bins).

    Raises:
        KaditaError: if the interval is empty, infinite or too narrow to be divided.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import histogram
    >>> histogram(np.array([[0.1, 0.2, 0.9, 1.0]]), bins=2, low=0.0, high=1.0)
    array([[2, 2]])
    """
    if not 0 < high - low < np.inf or not np.isfinite(bins / (high - low)):
        raise KaditaError(f"histogram: expected a finite interval; got {low:g} to {high:g}")
    counts = np.zeros((len(values), bins), dtype=np.int64)
    _histogram(np.ascontiguousarray(values), np.linspace(low, high, bins + 1), overflow, counts)
    return counts


@kernel
def _histogram(values, edges, overflow, counts):  # type: ignore[no-untyped-def]
    bins = edges.size - 1
    low, high = edges[0], edges[bins]
    scale = bins / (high - low)
    for t in range(values.shape[0]):
        for x in values[t]:
            if x >= low and (x <= high or overflow):
                b = max(0, min(np.int64((min(x, high) - low) * scale), bins - 1))
                if b > 0 and x < edges[b]:  # rounding moved it one bin too far to the right
                    b -= 1
                elif b < bins - 1 and x >= edges[b + 1]:  # or to the left
                    b += 1
                counts[t, b] += 1


def entropy(counts: NDArray[np.int64] | Floats, estimator: Estimator = "plug-in") -> Floats:
    """Shannon entropy of each row of counts in nats, by `estimator`, (T, bins) -> (T,); NaN for an empty row.

    ``plug-in``: H = -sum p ln p with p the observed frequencies; too small on average, by about (bins - 1) / (2 n).
    ``miller-madow``: H + (m - 1) / (2 n) with m occupied bins and n counts, which removes this bias to first order
    (Miller 1955, in Information Theory in Psychology, pp. 95-100), for several counts per bin. For fewer:
    ``grassberger``, ``grassberger-1988``, or, if bins are unobserved, ``chao-shen``; see the functions of
    `kadita.school.entropy.estimators` for their sources. Negative estimates are set to 0. With many counts per bin
    each `estimator` gives the same.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import entropy
    >>> entropy(np.array([[5, 5], [10, 0]])).round(4)
    array([0.6931, 0.    ])
    """
    if estimator in CORRECTED:
        return np.maximum(CORRECTED[estimator](counts), 0.0)
    if estimator not in ("plug-in", "miller-madow"):
        raise KaditaError(f"estimator: expected plug-in, miller-madow, {', '.join(CORRECTED)}; got {estimator!r}")
    h = np.empty(len(counts))
    _entropy(np.ascontiguousarray(counts, dtype=np.float64), estimator == "miller-madow", h)
    return h


@kernel
def _entropy(counts, miller_madow, h):  # type: ignore[no-untyped-def]
    for t in range(h.size):
        total, mean_log, occupied = 0.0, 0.0, 0
        for n in counts[t]:
            total += n
        for n in counts[t]:
            if n > 0:
                p = n / total
                mean_log += p * math.log(p)
                occupied += 1
        h[t] = max(0.0, -mean_log) if occupied > 0 else math.nan  # one occupied bin gives -0.0
        if miller_madow:
            h[t] += (occupied - 1) / (2 * total)


def histogram_entropy(
    values: Floats,
    bins: int,
    low: float,
    high: float,
    *,
    overflow: bool = False,
    estimator: Estimator = "plug-in",
) -> Floats:
    """Normalized entropy of the histogram of each row, (T, M) -> (T,), in [0, 1]; NaN for a row without counts.

    `values`, `bins`, `low`, `high` and `overflow` are those of `histogram`, `estimator` is that of `entropy`.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import histogram_entropy
    >>> values = np.array([[0.1, 0.4, 0.6, 0.9], [0.1, 0.2, 0.3, 0.4]])
    >>> histogram_entropy(values, bins=2, low=0.0, high=1.0)
    array([1., 0.])
    """
    h = entropy(histogram(values, bins, low, high, overflow=overflow), estimator)
    return np.minimum(h / math.log(bins), 1.0)
