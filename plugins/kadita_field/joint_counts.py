"""Mutual information and transfer entropy of tables of joint counts, by each estimator of entropy."""

from typing import NamedTuple

import numpy as np

from kadita import KaditaError
from kadita.plugins.metrics import Estimator, Floats, grassberger_1988_logarithms, grassberger_logarithms, jitable


class Terms(NamedTuple):
    """Terms of the entropy H of counts n_i with the sum n: n H = total[n] - sum_i each[n_i]."""

    total: Floats
    each: Floats
    by_coverage: bool  # Chao-Shen, which has no such terms and depends on the coverage of each table
    least: float  # lower bound of the information


def terms_of(most: int, estimator: Estimator) -> Terms:
    """Return the terms of an estimator for counts up to `most`.

    Plug-in information is at least 0 up to rounding, and is clipped there; corrected estimates for independent
    variables scatter about 0, and are not clipped.
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
        raise KaditaError(f"expected an estimator of kadita.school.entropy.histogram.entropy; got {estimator!r}")
    return Terms(n_log_n, n_log_n, False, 0.0)


@jitable
def mutual_nats(joint, terms):  # type: ignore[no-untyped-def]
    """Return n (H(x) + H(y) - H(x, y)) of counts of x and y."""
    number = len(joint)
    of_x, of_y = np.zeros(number, np.int64), np.zeros(number, np.int64)
    for x in range(number):
        for y in range(number):
            of_x[x] += joint[x, y]
            of_y[y] += joint[x, y]
    if terms.by_coverage:
        return _chao_shen_nats(of_x) + _chao_shen_nats(of_y) - _chao_shen_nats(joint)
    nats = terms.total[of_x.sum()]
    for x in range(number):
        for y in range(number):
            nats += terms.each[joint[x, y]]
    for x in range(number):
        nats -= terms.each[of_x[x]] + terms.each[of_y[x]]
    return nats


@jitable
def transfer_nats(joint, terms):  # type: ignore[no-untyped-def]
    """Return n (H(later, now) + H(now, source) - H(now) - H(later, now, source)) of counts of now, source and later."""
    if terms.by_coverage:
        now_and_source = joint.sum(axis=2)
        nats = _chao_shen_nats(joint.sum(axis=1)) + _chao_shen_nats(now_and_source)
        return nats - _chao_shen_nats(now_and_source.sum(axis=1)) - _chao_shen_nats(joint)
    number = len(joint)
    nats = 0.0  # total[n] cancels
    for now in range(number):
        of_now = 0
        for source in range(number):
            both = 0
            for later in range(number):
                both += joint[now, source, later]
                nats += terms.each[joint[now, source, later]]
            nats -= terms.each[both]
            of_now += both
        for later in range(number):
            both = 0
            for source in range(number):
                both += joint[now, source, later]
            nats -= terms.each[both]
        nats += terms.each[of_now]
    return nats


@jitable
def _chao_shen_nats(counts):  # type: ignore[no-untyped-def]
    """Return n H, as `kadita.school.entropy.estimators.chao_shen` does, for one table of many."""
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
