"""What a table of joint counts tells of information, by each estimator of entropy."""

import numpy as np
from numpy.typing import NDArray

from kadita.compiled import part
from kadita.estimators import grassberger_1988_logarithms, grassberger_logarithms
from kadita.information import Estimator

Floats = NDArray[np.float64]


def terms_of(most: int, estimator: Estimator) -> tuple[Floats, Floats, bool, float]:
    """Return what entropies H of counts n_i are made of, n H = whole(n) - sum terms(n_i), for numbers up to `most`.

    Then whether that is not so, as it goes by the coverage of each table; and the least information that there is:
    that of frequencies is no less than 0 but for rounding. The corrected ones scatter about 0 where there is none.
    """
    n = np.arange(most + 1.0)
    n_log_n = n * np.log(np.maximum(n, 1.0))
    if estimator == "miller-madow":
        return n_log_n - 0.5, n_log_n - 0.5 * (n > 0), False, -np.inf
    if estimator == "grassberger":
        return n_log_n, n * grassberger_logarithms(n), False, -np.inf
    if estimator == "grassberger-1988":
        return n_log_n, n * grassberger_1988_logarithms(n), False, -np.inf
    if estimator == "chao-shen":
        return n_log_n, n_log_n, True, -np.inf
    return n_log_n, n_log_n, False, 0.0


@part
def shared(joint, whole, terms):  # type: ignore[no-untyped-def]
    """Return n (H(x) + H(y) - H(x, y))."""
    number = len(joint)
    one, other = np.zeros(number, np.int64), np.zeros(number, np.int64)
    nats = whole
    for x in range(number):
        for y in range(number):
            one[x] += joint[x, y]
            other[y] += joint[x, y]
            nats += terms[joint[x, y]]
    for x in range(number):
        nats -= terms[one[x]] + terms[other[x]]
    return nats


@part
def taken_over(joint, terms):  # type: ignore[no-untyped-def]
    """Return n (H(later, now) + H(now, source) - H(now) - H(later, now, source)), of which whole(n) cancels."""
    number = len(joint)
    nats = 0.0
    for now in range(number):
        here = 0
        for source in range(number):
            both = 0
            for later in range(number):
                both += joint[now, source, later]
                nats += terms[joint[now, source, later]]
            nats -= terms[both]
            here += both
        for later in range(number):
            both = 0
            for source in range(number):
                both += joint[now, source, later]
            nats -= terms[both]
        nats += terms[here]
    return nats


@part
def covered(counts):  # type: ignore[no-untyped-def]
    """Return n H as `kadita.estimators.chao_shen` has it."""
    n, single = 0, 0
    for count in counts.flat:
        n += count
        single += count == 1
    coverage = 1 - (max(n - 1, 0) if single == n else single) / n
    nats = 0.0
    for count in counts.flat:
        if count > 0:
            p = coverage * count / n
            nats += p * np.log(p) / np.expm1(n * np.log1p(-p))
    return n * nats
