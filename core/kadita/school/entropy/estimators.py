"""Estimators of entropy that correct the bias of few counts: the plug-in estimate is too small on average.

All take the counts of each row, (T, bins), and return nats, (T,); NaN for an empty row. With many counts per bin all
agree.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError
from kadita.school.box import Floats


def chao_shen(counts: ArrayLike) -> Floats:
    """Coverage-adjusted entropy, for unobserved bins: H = -sum C p ln(C p) / (1 - (1 - C p)^n), C = 1 - f1 / n.

    f1 is the number of bins with a single count. If all counts are single, C would be 0 and H undefined: then f1 is
    taken as n - 1. For one count alone H is 0.

    Source: Chao & Shen 2003, Environ. Ecol. Stat. 10, 429-443, doi:10.1023/A:1026096204727.

    >>> from kadita.plugins.metrics import chao_shen
    >>> float(chao_shen([[10, 5, 1]])[0].round(4))
    0.9427
    """
    n, total = _counts_and_totals(counts)
    single = (n == 1).sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        coverage = 1 - np.where(single == total, np.maximum(total - 1, 0), single) / total
        p = coverage[:, None] * n / total[:, None]
        observed = -np.expm1(total[:, None] * np.log1p(-p))
        terms = np.where(n > 0, -p * np.log(p) / observed, 0.0)
    return np.where(total > 0, terms.sum(axis=1), np.nan)


def grassberger(counts: ArrayLike) -> Floats:
    """Entropy with the bias of each bin removed: H = ln n - (1 / n) sum n_i G(n_i).

    G(1) = -gamma - ln 2, G(2) = G(1) + 2, G(2 m + 1) = G(2 m), G(2 m + 2) = G(2 m) + 2 / (2 m + 1). It can
    slightly exceed the maximum entropy, the logarithm of the number of bins.

    Source: Grassberger 2003, arXiv:physics/0307138, doi:10.48550/arXiv.physics/0307138.

    >>> from kadita.plugins.metrics import grassberger
    >>> float(grassberger([[10, 5, 1]])[0].round(4))
    0.9755
    """
    n, total = _counts_and_totals(counts)
    return _corrected(n, total, grassberger_logarithms(n))


def grassberger_1988(counts: ArrayLike) -> Floats:
    """Entropy with Grassberger's earlier correction: H = ln n - (1 / n) sum n_i (psi(n_i) + (-1)^n_i / (n_i + 1)).

    Source: Grassberger 1988, Phys. Lett. A 128, 369-373, doi:10.1016/0375-9601(88)90193-4.

    >>> from kadita.plugins.metrics import grassberger_1988
    >>> float(grassberger_1988([[10, 5, 1]])[0].round(4))
    0.9572
    """
    n, total = _counts_and_totals(counts)
    return _corrected(n, total, grassberger_1988_logarithms(n))


def grassberger_logarithms(counts: Floats) -> Floats:
    """Return G(n), which replaces ln n in `grassberger`, for integer counts; G(1) for 0.

    G(2 m) = G(2 m + 1) = psi(m + 1/2) + ln 2, by psi(x + 1) = psi(x) + 1 / x.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import grassberger_logarithms
    >>> grassberger_logarithms(np.array([1.0, 2.0, 100.0])).round(4), round(float(np.log(100)), 4)
    (array([-1.2704,  0.7296,  4.6052]), 4.6052)
    """
    from scipy.special import digamma

    g: Floats = digamma(counts // 2 + 0.5) + math.log(2)
    return g


def grassberger_1988_logarithms(counts: Floats) -> Floats:
    """Return psi(n) + (-1)^n / (n + 1), which replaces ln n in `grassberger_1988`, for integer counts; finite for 0.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import grassberger_1988_logarithms
    >>> grassberger_1988_logarithms(np.array([1.0, 2.0, 100.0])).round(4), round(float(np.log(100)), 4)
    (array([-1.0772,  0.7561,  4.6101]), 4.6052)
    """
    from scipy.special import digamma

    logarithms: Floats = digamma(np.maximum(counts, 1.0)) + (1.0 - 2.0 * (counts % 2)) / (counts + 1)
    return logarithms


def _corrected(n: Floats, total: Floats, logarithms: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        h = np.log(total) - (n * logarithms).sum(axis=1) / total
    return np.where(total > 0, h, np.nan)


def _counts_and_totals(counts: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts, (T, bins), and their sums, (T,).

    Raises:
        KaditaError: if the shape is another, or a number is not a count.
    """
    n = np.asarray(counts, dtype=np.float64)
    if n.ndim != 2:
        raise KaditaError(f"counts: expected shape (T, bins); got {n.shape}")
    if not ((n >= 0) & (n == np.rint(n)) & (n < 2**31)).all():
        raise KaditaError("counts: expected integers of at least 0, as this estimator needs; got other numbers")
    return n, n.sum(axis=1)
