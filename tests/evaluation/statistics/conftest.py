"""A process whose every statistic is known: AR(1), x(t + 1) = phi x(t) + noise, of mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import lfilter


@pytest.fixture(scope="session")
def ar1() -> Callable[..., np.ndarray]:
    """Stationary series (m, n) whose correlation decays as exp(-k / tau); tau = 0 is white noise."""

    def make(m: int, n: int, tau: float, seed: int) -> np.ndarray:
        phi = np.exp(-1 / tau) if tau else 0.0
        noise = np.random.default_rng(seed).standard_normal((m, n)) * np.sqrt(1 - phi**2)
        noise[:, 0] /= np.sqrt(1 - phi**2)
        return lfilter([1], [1, -phi], noise, axis=1)

    return make


@pytest.fixture(scope="session")
def true_error() -> Callable[[int, float], float]:
    """Standard error of the mean of n values: sqrt of 1/n (1 + 2 sum over k < n of (1 - k / n) phi^k)."""

    def error(n: int, tau: float) -> float:
        phi = np.exp(-1 / tau) if tau else 0.0
        lags = np.arange(1, n)
        return float(np.sqrt((1 + 2 * ((1 - lags / n) * phi**lags).sum()) / n))

    return error


@pytest.fixture(scope="session")
def many(ar1: Callable[..., np.ndarray]) -> np.ndarray:
    """500 series of 3,000 values with correlation time 20: some 75 independent ones each."""
    return ar1(500, 3000, 20, seed=2002)
