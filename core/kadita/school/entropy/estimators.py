"""Estimators of entropy that correct for few counts: what the observed frequencies say is too small on average.

All take counts of each row, (T, bins), and return nats, (T,); NaN for an empty row. With many counts a bin all agree.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError
from kadita.school.box import Floats


def chao_shen(counts: ArrayLike) -> Floats:
    """Entropy by coverage, for when bins were missed: H = -sum C p ln(C p) / (1 - (1 - C p)^n), C = 1 - f1 / n.

    f1 bins have a single count. Where all have, C would be 0 and H undefined: then f1 is taken as n - 1. One count
    alone tells nothing: 0.

    Source: Chao & Shen 2003, Environ. Ecol. Stat. 10, 429-443, doi:10.1023/A:1026096204727.
    """
    n, total = _whole(counts)
    single = (n == 1).sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        coverage = 1 - np.where(single == total, np.maximum(total - 1, 0), single) / total
        p = coverage[:, None] * n / total[:, None]
        seen = -np.expm1(total[:, None] * np.log1p(-p))
        terms = np.where(n > 0, -p * np.log(p) / seen, 0.0)
    return np.where(total > 0, terms.sum(axis=1), np.nan)


def grassberger(counts: ArrayLike) -> Floats:
    """Entropy with the bias of each bin removed: H = ln n - (1 / n) sum n_i G(n_i).

    G(1) = -gamma - ln 2, G(2) = G(1) + 2, G(2 m + 1) = G(2 m), G(2 m + 2) = G(2 m) + 2 / (2 m + 1). It can be a little
    more than the logarithm of the number of bins.

    Source: Grassberger 2003, arXiv:physics/0307138, doi:10.48550/arXiv.physics/0307138.
    """
    n, total = _whole(counts)
    return _corrected(n, total, grassberger_logarithms(n))


def grassberger_1988(counts: ArrayLike) -> Floats:
    """Entropy by Grassberger's earlier correction: H = ln n - (1 / n) sum n_i (psi(n_i) + (-1)^n_i / (n_i + 1)).

    Source: Grassberger 1988, Phys. Lett. A 128, 369-373, doi:10.1016/0375-9601(88)90193-4.
    """
    n, total = _whole(counts)
    return _corrected(n, total, grassberger_1988_logarithms(n))


def grassberger_logarithms(counts: Floats) -> Floats:
    """G(n), which `grassberger` has in the place of ln n, of whole numbers `counts`; G(1) for 0.

    G(2 m) = G(2 m + 1) = psi(m + 1/2) + ln 2, by psi(x + 1) = psi(x) + 1 / x.
    """
    from scipy.special import digamma

    found: Floats = digamma(counts // 2 + 0.5) + math.log(2)
    return found


def grassberger_1988_logarithms(counts: Floats) -> Floats:
    """Psi(n) + (-1)^n / (n + 1), which `grassberger_1988` has in the place of ln n, of whole numbers; finite for 0."""
    from scipy.special import digamma

    found: Floats = digamma(np.maximum(counts, 1.0)) + (1.0 - 2.0 * (counts % 2)) / (counts + 1)
    return found


def _corrected(n: Floats, total: Floats, logarithms: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        h = np.log(total) - (n * logarithms).sum(axis=1) / total
    return np.where(total > 0, h, np.nan)


def _whole(counts: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts, (T, bins), and their sums, (T,).

    Raises:
        KaditaError: another shape, or what is no count.
    """
    n = np.asarray(counts, dtype=np.float64)
    if n.ndim != 2:
        raise KaditaError(f"counts: expected shape (T, bins); got {n.shape}")
    if not ((n >= 0) & (n == np.rint(n)) & (n < 2**31)).all():
        raise KaditaError("counts: expected whole numbers of at least 0, which this estimator needs; got others")
    return n, n.sum(axis=1)
