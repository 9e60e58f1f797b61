"""What a table of joint counts tells of information, by each estimator of entropy."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError
from kadita.plugins.metrics import Estimator, grassberger_1988_logarithms, grassberger_logarithms, jitable

Floats = NDArray[np.float64]


class Terms(NamedTuple):
    """What the entropy H of counts n_i, n in all, is made of: n H = whole[n] - sum each[n_i]."""

    whole: Floats
    each: Floats
    by_coverage: bool  # not made of these: Chao-Shen's goes by the coverage of each table
    least: float  # information that there is at least


def terms_of(most: int, estimator: Estimator) -> Terms:
    """Return the terms of an estimator for counts up to `most`.

    Information by observed frequencies is no less than 0 but for rounding; the corrected ones scatter about 0 where
    there is none, and are not cut off there.
    """
    n = np.arange(most + 1.0)
    n_log_n = n * np.log(np.maximum(n, 1.0))
    if estimator == "miller-madow":
        return Terms(n_log_n - 0.5, n_log_n - 0.5 * (n > 0), False, -np.inf)
    if estimator == "grassberger":
        return Terms(n_log_n, n * grassberger_logarithms(n), False, -np.inf)
    if estimator == "grassberger-1988":
        return Terms(n_log_n, n * grassberger_1988_logarithms(n), False, -np.inf)
    if estimator == "chao-shen":
        return Terms(n_log_n, n_log_n, True, -np.inf)
    if estimator != "plug-in":
        raise KaditaError(f"expected an estimator that kadita.school.entropy.histogram.entropy has; got {estimator!r}")
    return Terms(n_log_n, n_log_n, False, 0.0)


@jitable
def mutual_nats(joint, terms):  # type: ignore[no-untyped-def]
    """Return n (H(x) + H(y) - H(x, y)) of counts of x and y."""
    number = len(joint)
    one, other = np.zeros(number, np.int64), np.zeros(number, np.int64)
    for x in range(number):
        for y in range(number):
            one[x] += joint[x, y]
            other[y] += joint[x, y]
    if terms.by_coverage:
        return _chao_shen_nats(one) + _chao_shen_nats(other) - _chao_shen_nats(joint)
    nats = terms.whole[one.sum()]
    for x in range(number):
        for y in range(number):
            nats += terms.each[joint[x, y]]
    for x in range(number):
        nats -= terms.each[one[x]] + terms.each[other[x]]
    return nats


@jitable
def transfer_nats(joint, terms):  # type: ignore[no-untyped-def]
    """Return n (H(later, now) + H(now, source) - H(now) - H(later, now, source)) of counts of now, source and later."""
    if terms.by_coverage:
        here = joint.sum(axis=2)
        nats = _chao_shen_nats(joint.sum(axis=1)) + _chao_shen_nats(here)
        return nats - _chao_shen_nats(here.sum(axis=1)) - _chao_shen_nats(joint)
    number = len(joint)
    nats = 0.0  # whole[n] cancels
    for now in range(number):
        here_and_now = 0
        for source in range(number):
            both = 0
            for later in range(number):
                both += joint[now, source, later]
                nats += terms.each[joint[now, source, later]]
            nats -= terms.each[both]
            here_and_now += both
        for later in range(number):
            both = 0
            for source in range(number):
                both += joint[now, source, later]
            nats -= terms.each[both]
        nats += terms.each[here_and_now]
    return nats


@jitable
def _chao_shen_nats(counts):  # type: ignore[no-untyped-def]
    """Return n H; what `kadita.school.entropy.estimators.chao_shen` does with arrays, for one table among many."""
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
