"""Information between agents' series of symbols, and in surrogates of independent series.

In a surrogate of a pair, one series is shifted circularly against the other: each keeps its autocorrelation, and their
dependence is lost (Andrzejak et al. 2003, doi:10.1103/PhysRevE.68.066202). Both series are taken from the frames that
the pair has in common, so that a surrogate has as many frames as the pair, and the same bias.

Frames in random order would not be surrogates of headings, which are persistent: by mutual information, independent
headings would then nearly always appear to depend on each other.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.plugins.metrics import Estimator, Floats, kernel
from kadita_field.joint_counts import mutual_nats, terms_of, transfer_nats

Symbols = NDArray[np.int16]
LEAST_SHIFT = 0.1  # of the length of a series: smaller shifts would leave some of the dependence
ROUNDING = 1e-12  # nats by which equal values may differ


class Pairs(NamedTuple):
    """Information between all pairs of agents, (N, N); NaN on the diagonal."""

    information: Floats  # nats
    by_chance: Floats  # mean of the surrogates
    p_value: Floats  # fraction of the pair and its surrogates with at least as much information


def circular_shifts(frames: int, surrogates: int, seed: int) -> NDArray[np.int64]:
    """Return distinct shifts in frames, as many as `surrogates`, or fewer where a short series has fewer."""
    least = max(1, int(np.ceil(LEAST_SHIFT * frames)))
    possible = np.arange(least, frames - least + 1)
    # NumPy guarantees the stream of its bit generators, but not of its distributions
    order = np.argsort(np.random.Philox(key=seed).random_raw(len(possible)), kind="stable")
    return possible[order[:surrogates]]


def mutual_information(
    symbols: Symbols, number: int, shifts: NDArray[np.int64], estimator: Estimator = "plug-in"
) -> Pairs:
    """Return I(x_i; x_j) of all pairs of series, (T, N), of symbols 0 .. number - 1; -1 stands for no symbol.

    NaN for pairs with fewer than two frames in common.
    """
    series = np.ascontiguousarray(symbols.T)
    sums = _empty_sums(len(series))
    _mutual(series, number, np.append(0, shifts), terms_of(len(symbols), estimator), *sums)
    return _pairs(*sums)


def transfer_entropy(
    symbols: Symbols, number: int, lag: int, shifts: NDArray[np.int64], estimator: Estimator = "plug-in"
) -> Pairs:
    """Return I(x_j(t + lag); x_i(t) | x_j(t)), from i to j, of all pairs of series, as `mutual_information` does."""
    series = np.ascontiguousarray(symbols.T)
    sums = _empty_sums(len(series))
    _transfer(series, number, lag, np.append(0, shifts), terms_of(len(symbols), estimator), *sums)
    return _pairs(*sums)


def _empty_sums(agents: int) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Return empty arrays, (N, N): information, its sum over surrogates, their number, number with at least as much."""
    shape = (agents, agents)
    return np.full(shape, np.nan), np.zeros(shape), np.zeros(shape, np.int64), np.zeros(shape, np.int64)


def _pairs(information: Floats, total: Floats, number: NDArray[np.int64], at_least: NDArray[np.int64]) -> Pairs:
    defined = ~np.isnan(information) & (number > 0)
    by_chance = np.divide(total, number, out=np.full(information.shape, np.nan), where=defined)
    return Pairs(information, by_chance, np.where(defined, (1.0 + at_least) / (1.0 + number), np.nan))


@kernel
def _mutual(series, number, shifts, terms, information, total, drawn, at_least):  # type: ignore[no-untyped-def]
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
                _add(i, j, s, nats, information, total, drawn, at_least)
                _add(j, i, s, nats, information, total, drawn, at_least)


@kernel
def _transfer(series, number, lag, shifts, terms, information, total, drawn, at_least):  # type: ignore[no-untyped-def]
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
                _add(i, j, s, nats, information, total, drawn, at_least)


@kernel
def _distinct(shifts, frames, common, starts):  # type: ignore[no-untyped-def]
    """Write the shifts of the common frames, in proportion and without repetition; return their number.

    The first shift is 0, the pair itself; there is none where fewer than two frames are common.
    """
    if common < 2:
        return 0
    least = max(1, int(np.ceil(LEAST_SHIFT * common)))
    taken = np.zeros(common, np.bool_)
    starts[0], number = 0, 1
    for shift in shifts[1:]:
        if number > common - 2 * least + 1:
            break
        start = max(least, min(shift * common // frames, common - least))
        while taken[start]:  # the next free shift
            start = start + 1 if start < common - least else least
        taken[start] = True
        starts[number] = start
        number += 1
    return number


@kernel
def _add(i, j, s, nats, information, total, drawn, at_least):  # type: ignore[no-untyped-def]
    if s == 0:
        information[i, j] = nats
    else:
        total[i, j] += nats
        drawn[i, j] += 1
        at_least[i, j] += nats >= information[i, j] - ROUNDING
