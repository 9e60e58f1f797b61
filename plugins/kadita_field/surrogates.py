"""Information that agents' series of symbols hold about each other, and what it would be by chance.

A surrogate of a pair has one series turned around against the other: each keeps its own ups and downs, and what the one
told of the other is gone (Andrzejak et al. 2003, doi:10.1103/PhysRevE.68.066202). Frames in a random order are no
surrogate of headings, which last: of independent ones that last 20 of 1000 frames, p <= 0.05 for all pairs by mutual
information and for 41 % by transfer entropy, where turns have it for 6 %.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.compiled import kernel
from kadita.information import Estimator
from kadita_field.joint_counts import covered, shared, taken_over, terms_of

Floats = NDArray[np.float64]
Symbols = NDArray[np.int16]
NEAREST = 0.1  # of the series, by which it is turned at least: less would leave what it was
EQUAL = 1e-12  # nats, by which two differ that would be the same but for rounding


class Pairs(NamedTuple):
    """Of all pairs of agents, (N, N); NaN on the diagonal."""

    information: Floats  # nats
    by_chance: Floats  # mean of the surrogates
    p_value: Floats  # share of the pair and its surrogates that have as much


def shifts(frames: int, surrogates: int, seed: int) -> NDArray[np.int64]:
    """Return by how many frames series are turned, each number once; fewer where a series has no more turns."""
    least = max(1, int(np.ceil(NEAREST * frames)))
    possible = np.arange(least, frames - least + 1)
    # of the bit generators alone NumPy promises that they stay as they are
    order = np.argsort(np.random.Philox(key=seed).random_raw(len(possible)), kind="stable")
    return possible[order[:surrogates]]


def mutual_information(
    symbols: Symbols, number: int, turns: NDArray[np.int64], estimator: Estimator = "plug-in"
) -> Pairs:
    """Return I(x_i; x_j) of all pairs of series, (T, N), of symbols 0 .. number - 1; -1 where there is none."""
    series = np.ascontiguousarray(symbols.T)
    sums = _nothing(len(series))
    _mutual(series, number, np.append(0, turns), *terms_of(len(symbols), estimator), *sums)
    return _pairs(*sums)


def transfer_entropy(
    symbols: Symbols, number: int, lag: int, turns: NDArray[np.int64], estimator: Estimator = "plug-in"
) -> Pairs:
    """Return I(x_j(t + lag); x_i(t) | x_j(t)), from i to j, of all pairs of series, as `mutual_information` does."""
    series = np.ascontiguousarray(symbols.T)
    sums = _nothing(len(series))
    _transfer(series, number, lag, np.append(0, turns), *terms_of(len(symbols), estimator), *sums)
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
def _enter(i, j, s, nats, found, total, number, as_much):  # type: ignore[no-untyped-def]
    if s == 0:
        found[i, j] = nats
    else:
        total[i, j] += nats
        number[i, j] += 1
        as_much[i, j] += nats >= found[i, j] - EQUAL


@kernel
def _mutual(series, number, turns, whole, terms, by_coverage, least, found, total, number_of, as_much):  # type: ignore[no-untyped-def]
    agents, frames = series.shape
    joint = np.zeros((number, number), np.int64)
    for i in range(agents):
        for j in range(i):
            for s in range(turns.size):
                joint[:] = 0
                together, u = 0, turns[s]
                for t in range(frames):
                    x, y = series[i, t], series[j, u]
                    u = u + 1 if u + 1 < frames else 0
                    if x >= 0 and y >= 0:
                        joint[x, y] += 1
                        together += 1
                if together == 0:
                    continue
                if by_coverage:
                    nats = covered(joint.sum(axis=1)) + covered(joint.sum(axis=0)) - covered(joint)
                else:
                    nats = shared(joint, whole[together], terms)
                _enter(i, j, s, max(nats / together, least), found, total, number_of, as_much)
                _enter(j, i, s, max(nats / together, least), found, total, number_of, as_much)


@kernel
def _transfer(series, number, lag, turns, whole, terms, by_coverage, least, found, total, number_of, as_much):  # type: ignore[no-untyped-def]
    agents, frames = series.shape
    joint = np.zeros((number, number, number), np.int64)  # now, the other's, later
    for i in range(agents):
        for j in range(agents):
            if i == j:
                continue
            for s in range(turns.size):
                joint[:] = 0
                together, u = 0, turns[s]
                for t in range(frames - lag):
                    now, source, later = series[j, t], series[i, u], series[j, t + lag]
                    u = u + 1 if u + 1 < frames else 0
                    if now >= 0 and source >= 0 and later >= 0:
                        joint[now, source, later] += 1
                        together += 1
                if together == 0:
                    continue
                if by_coverage:
                    here = joint.sum(axis=2)
                    nats = covered(joint.sum(axis=1)) + covered(here) - covered(here.sum(axis=1)) - covered(joint)
                else:
                    nats = taken_over(joint, terms)
                _enter(i, j, s, max(nats / together, least), found, total, number_of, as_much)
