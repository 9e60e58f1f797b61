"""Sums over pairs of frames a lag apart, for all lags at once, by Fourier transforms.

They cost T log T where a loop over lags costs T x lags. What is absent is zero in both factors, and counted.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def pair_sums(first: Floats, second: Floats, lags: int) -> Floats:
    """Return the sum over t, i and k of ``first[t, i, k] second[t + l, i, k]`` for l = 0 .. lags, (lags + 1,).

    Args:
        first: (T', N, K), of the frames that are the first of a pair.
        second: (T, N, K), of the same frames and at most `lags` more.
        lags: the largest one.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    length = next_fast_len(len(first) + lags, real=True)  # zeros behind, so that no pair reaches around the end
    a, b = (rfft(x.reshape(len(x), -1).T, n=length) for x in (first, second))
    sums: Floats = irfft(np.einsum("sf,sf->f", a.conj(), b), n=length)[: lags + 1]
    return sums


def pair_counts(there: NDArray[np.bool_], own: int, lags: int) -> Floats:
    """Return how many pairs of frames have the same agent in both, for l = 0 .. lags, (lags + 1,).

    Args:
        there: (T, N).
        own: how many of these frames are the first of a pair.
        lags: the largest one.
    """
    seen = there[..., None].astype(np.float64)
    return np.rint(pair_sums(seen[:own], seen, lags))
