"""Block bootstrap: a confidence interval for the mean of a correlated series, whatever its distribution."""

from __future__ import annotations

import math

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.box import Floats


def block_length(n: int, inefficiency: float) -> int:
    """Return the optimal block length to bootstrap the mean of n values: L = (3/8 g^2 n)^(1/3), from 1 to n / 4.

    The general optimum is (2 G^2 / D)^(1/3) n^(1/3); for a correlation that decays exponentially G = V g / 2 and
    D = 4 V^2 / 3 with the long-run variance V and the statistical inefficiency g.

    Source: Politis & White 2004, Econometric Rev. 23, 53-70, doi:10.1081/ETC-120028836.
    """
    best = math.ceil((0.375 * inefficiency**2 * n) ** (1 / 3)) if inefficiency > 1 else 1
    return max(1, min(best, n // 4))


def bootstrap_interval(
    values: Floats, length: int, *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile interval of the mean of a series (n,) without gaps, by a circular block bootstrap.

    Each resample joins ceil(n / length) blocks of `length` consecutive values with random starts; a block that reaches
    the end of the series continues at its beginning. The same input and seed give the same bits.

    Args:
        values: (n,).
        length: values per block; see `block_length`.
        level: confidence level.
        resamples: number of means to draw.
        seed: of the random numbers.

    Raises:
        KaditaError: no values, one that is not finite, or a block that is longer than the series.

    Source: Politis & Romano 1992, in Exploring the Limits of Bootstrap, pp. 263-270.
    """
    values = np.asarray(values, dtype=np.float64)
    n = values.size
    if values.ndim != 1 or not np.isfinite(values).all() or not 1 <= length <= n:
        raise KaditaError(
            f"bootstrap: expected a series of finite values and blocks of 1 to as many values; "
            f"found shape {values.shape}, {np.isfinite(values).sum()} of them finite, and blocks of {length}"
        )
    centre = values.mean()
    sums = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values[: length - 1]]) - centre)])
    block_sums = sums[length:] - sums[:-length]  # (n,), by start
    blocks = -(-n // length)
    random = np.random.default_rng(seed)
    means = np.array([block_sums[random.integers(0, n, blocks)].sum() for _ in range(resamples)]) / (blocks * length)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(centre + low), float(centre + high)
