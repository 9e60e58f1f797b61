"""Statistical inefficiency of a series, from its autocovariance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kadita.school.box import Floats

MOST = 1 << 16  # values to compute the autocovariance of; longer series are averaged over short blocks first


class Correlation(NamedTuple):
    """Result of `correlation`.

    Attributes:
        inefficiency: g >= 1, the statistical inefficiency: n frames carry the information of n / g independent ones.
        freedom: degrees of freedom of g, for Student's t.
    """

    inefficiency: float
    freedom: float


def correlation(values: Floats) -> Correlation:
    """Return the statistical inefficiency g of a series (n,) without gaps: var(mean) = (g / n) var(value).

    g = V / gamma(0), V = sum over all lags k of the autocovariance gamma(k) = -gamma(0) + 2 sum_m G(m), with
    G(m) = gamma(2m) + gamma(2m + 1) over Geyer's initial monotone sequence: pairs up to the first negative one, each
    limited to the pair before it. g is at least 1, as for independent values. It is divided by 1 - (2M + 1) / n, with M
    the last lag, because gamma is computed about the mean of the series. The relative variance of such a sum is
    2 (2M + 1) / n, that of chi squared with n / (2M + 1) degrees of freedom.

    For a series that oscillates g is too large, never too small. NaN if all values are equal.

    Before the division V is red's ``get_variance_initial_sequence(values, "initial_monotone", min_max_lag_time=0)``,
    as a test checks; importing red takes longer than most analyses. Alternatives tried on AR(1) series with 75
    independent values: initial positive and convex sequences and the first zero crossing (as in pymbar) agree to 4 %;
    Bartlett's window and batch means give 8 to 20 % too little, unless the correlation time is known beforehand.

    Sources: Geyer 1992, Stat. Sci. 7, 473-483, doi:10.1214/ss/1177011137; degrees of freedom: Priestley 1981, Spectral
    Analysis and Time Series, section 6.2.
    """
    n = values.size
    if n < 2 or values.min() == values.max():
        return Correlation(np.nan, np.nan)
    centred = scaled(values)[0]
    centred -= centred.mean()
    width = -(-n // MOST)  # the mean of block means has the variance of the mean
    blocks = centred[: n // width * width].reshape(-1, width).mean(axis=1)
    gamma = _autocovariance(blocks)
    pairs = gamma[: gamma.size // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs[1:] < 0)
    pairs = np.minimum.accumulate(pairs[: negative[0] + 1] if negative.size else pairs)
    lags = 2 * (2 * pairs.size - 1) + 1
    variance = max(2 * pairs.sum() - gamma[0], gamma[0]) / (1 - min(0.5, lags / blocks.size))
    return Correlation(max(1.0, float(variance * width / np.mean(centred**2))), max(1.0, blocks.size / lags))


def scaled(values: Floats) -> tuple[Floats, int]:
    """Return (values / 2^k, k) with |values / 2^k| < 1, whose squares and sums do not overflow: (n,) and an integer."""
    _, exponent = np.frexp(np.abs(values).max(initial=0.0))
    return np.ldexp(values, -exponent), int(exponent)


def _autocovariance(values: Floats) -> Floats:
    """Return gamma(k) = 1/n sum_t x(t) x(t + k), k = 0 .. n - 1, of x minus its mean, by FFT: values (n,) -> (n,)."""
    n = values.size
    size = 1 << (2 * n - 1).bit_length()  # zero padding: the sum must not be circular
    spectrum = np.fft.rfft(values - values.mean(), size)
    return np.fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[:n] / n
