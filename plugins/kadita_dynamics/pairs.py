"""Sums over pairs of frames a lag apart, for all lags at once, by Fourier transforms.

The time grows as T log T, that of a loop over lags as T x lags. Absent agents are zero in both factors, and pairs of
frames are counted separately.
"""

import numpy as np
from numpy.typing import NDArray

from kadita.plugins.analyses import Floats


def pair_sums(first: Floats, second: Floats, lags: int) -> Floats:
    """Return the sum over t, i and k of ``first[t, i, k] second[t + l, i, k]`` for l = 0 .. lags, (lags + 1,).

    Args:
        first: (T', N, K), values in the frames that are the first of a pair.
        second: (T, N, K), values in the same frames and at most `lags` more.
        lags: largest lag.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    length = next_fast_len(len(first) + lags, real=True)  # zero padding, so that no pair wraps around the end
    a, b = (rfft(x.reshape(len(x), -1).T, n=length) for x in (first, second))
    sums: Floats = irfft(np.einsum("sf,sf->f", a.conj(), b), n=length)[: lags + 1]
    return sums


def pair_counts(present: NDArray[np.bool_], own: int, lags: int) -> Floats:
    """Return the number of pairs of frames in which an agent is present, for l = 0 .. lags, (lags + 1,).

    Args:
        present: (T, N), whether an agent is present in a frame.
        own: number of these frames that are the first of a pair.
        lags: largest lag.
    """
    weights = present[..., None].astype(np.float64)
    return np.rint(pair_sums(weights[:own], weights, lags))
