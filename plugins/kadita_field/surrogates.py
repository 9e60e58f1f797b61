"""Information that agents' series of symbols hold about each other, and what it would be by chance.

In a surrogate of a pair, one series is shifted circularly against the other: each keeps its own ups and downs, and
what the one told of the other is gone (Andrzejak et al. 2003, doi:10.1103/PhysRevE.68.066202). Both are taken from the
frames that the pair has in common, so that a surrogate has as many as the pair itself, and the same bias.

Frames in a random order would be no surrogate of headings, which last: independent ones would then nearly always be
found to depend on each other by mutual information.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.plugins.metrics import Estimator, kernel
from kadita_field.joint_counts import mutual_nats, terms_of, transfer_nats

Floats = NDArray[np.float64]
Symbols = NDArray[np.int16]
NEAREST = 0.1  # of the series, by which it is shifted at least: less would leave what it was
EQUAL = 1e-12  # nats, by which two differ that would be the same but for rounding


class Pairs(NamedTuple):
    """Of all pairs of agents, (N, N); NaN on the diagonal."""

    information: Floats  # nats
    by_chance: Floats  # mean of the surrogates
    p_value: Floats  # share of the pair and its surrogates that have as much


def circular_shifts(frames: int, surrogates: int, seed: int) -> NDArray[np.int64]:
    """Return by how many frames series are shifted, each number once; fewer where a series has no more shifts."""
    least = max(1, int(np.ceil(NEAREST * frames)))
    possible = np.arange(least, frames - least + 1)
    # of the bit generators alone NumPy promises that they stay as they are
    order = np.argsort(np.random.Philox(key=seed).random_raw(len(possible)), kind="stable")
    return possible[order[:surrogates]]


def mutual_information(
    symbols: Symbols, number: int, shifts: NDArray[np.int64], estimator: Estimator = "plug-in"
) -> Pairs:
    """Return I(x_i; x_j) of all pairs of series, (T, N), of symbols 0 .. number - 1; -1 where there is none.

    NaN for pairs with fewer than two frames in common.
    """
    series = np.ascontiguousarray(symbols.T)
    sums = _nothing(len(series))
    _mutual(series, number, np.append(0, shifts), terms_of(len(symbols), estimator), *sums)
    return _pairs(*sums)


def transfer_entropy(
    symbols: Symbols, number: int, lag: int, shifts: NDArray[np.int64], estimator: Estimator = "plug-in"
) -> Pairs:
    """Return I(x_j(t + lag); x_i(t) | x_j(t)), from i to j, of all pairs of series, as `mutual_information` does."""
    series = np.ascontiguousarray(symbols.T)
    sums = _nothing(len(series))
    _transfer(series, number, lag, np.append(0, shifts), terms_of(len(symbols), estimator), *sums)
    return _pairs(*sums)


def _nothing(agents: int) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Return information, sum over surrogates, number of those, and of those with as much, (N, N)."""
    shape = (agents, agents)
    return np.full(shape, np.nan), np.zeros(shape), np.zeros(shape, np.int64), np.zeros(shape, np.int64)


def _pairs(found: Floats, total: Floats, number: NDArray[np.int64], as_much: NDArray[np.int64]) -> Pairs:
    some = ~np.isnan(found) & (number > 0)
    chance = np.divide(total, number, out=np.full(found.shape, np.nan), where=some)
    return Pairs(found, chance, np.where(some, (1.0 + as_much) / (1.0 + number), np.nan))


@kernel
def _mutual(series, number, shifts, terms, found, total, number_of, as_much):  # type: ignore[no-untyped-def]
    agents, frames = series.shape
    joint = np.zeros((number, number), np.int64)
    x, y, starts = np.empty(frames, np.int64), np.empty(frames, np.int64), np.empty(shifts.size, np.int64)
    for i in range(agents):
        for j in range(i):
            common = 0
            for t in range(frames):
                if series[i, t] >= 0 and series[j, t] >= 0:
                    x[common], y[common] = series[i, t], series[j, t]
                    common += 1
            for s in range(_distinct(shifts, frames, common, starts)):
                joint[:] = 0
                u = starts[s]
                for t in range(common):
                    joint[x[t], y[u]] += 1
                    u = u + 1 if u + 1 < common else 0
                nats = max(mutual_nats(joint, terms) / common, terms.least)
                _enter(i, j, s, nats, found, total, number_of, as_much)
                _enter(j, i, s, nats, found, total, number_of, as_much)


@kernel
def _transfer(series, number, lag, shifts, terms, found, total, number_of, as_much):  # type: ignore[no-untyped-def]
    agents, frames = series.shape
    joint = np.zeros((number, number, number), np.int64)  # now, the other's, later
    now, later, source = np.empty(frames, np.int64), np.empty(frames, np.int64), np.empty(frames, np.int64)
    starts = np.empty(shifts.size, np.int64)
    for i in range(agents):
        for j in range(agents):
            if i == j:
                continue
            common = 0
            for t in range(frames - lag):
                if series[j, t] >= 0 and series[i, t] >= 0 and series[j, t + lag] >= 0:
                    now[common], source[common], later[common] = series[j, t], series[i, t], series[j, t + lag]
                    common += 1
            for s in range(_distinct(shifts, frames, common, starts)):
                joint[:] = 0
                u = starts[s]
                for t in range(common):
                    joint[now[t], source[u], later[t]] += 1
                    u = u + 1 if u + 1 < common else 0
                nats = max(transfer_nats(joint, terms) / common, terms.least)
                _enter(i, j, s, nats, found, total, number_of, as_much)


@kernel
def _distinct(shifts, frames, common, starts):  # type: ignore[no-untyped-def]
    """Write by how much the common frames are shifted, in proportion, no shift twice; return how many there are.

    The first is 0, which is the pair itself; none at all where there are fewer than two of these frames.
    """
    if common < 2:
        return 0
    least = max(1, int(np.ceil(NEAREST * common)))
    taken = np.zeros(common, np.bool_)
    starts[0], number = 0, 1
    for shift in shifts[1:]:
        if number > common - 2 * least + 1:
            break
        start = max(least, min(shift * common // frames, common - least))
        while taken[start]:  # the next one that is free
            start = start + 1 if start < common - least else least
        taken[start] = True
        starts[number] = start
        number += 1
    return number


@kernel
def _enter(i, j, s, nats, found, total, number, as_much):  # type: ignore[no-untyped-def]
    if s == 0:
        found[i, j] = nats
    else:
        total[i, j] += nats
        number[i, j] += 1
        as_much[i, j] += nats >= found[i, j] - EQUAL
