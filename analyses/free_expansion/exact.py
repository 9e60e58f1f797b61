"""Exact entropies of a gas of free particles that expands into twice its volume, by its occupation of cells.

Particles of a Maxwell distribution with the thermal speed 1 are uniform in [0, 1] of a box [0, 2] with reflecting walls
(L = 1). On the circle of circumference 4, X = x for v > 0 and X = 4 - x for v < 0, reflections disappear: X(t) = X(0) +
|v| t, and the gas, which is [-1, 1] at the beginning, is [|v| t - 1, |v| t + 1] for those of a speed |v|. So the
probability of a cell is an integral over its velocities of the length of the gas in it, and the Boltzmann entropy of
infinitely many particles follows at any time. Other dimensions are those of velocities that stay as they are, and of
positions that stay uniform. Borders of cells are at multiples of their widths, of which one is the interface.

Source of the entropy: Garrido, Goldstein, Huse & Lebowitz 2024, arXiv:2403.07519; what is here follows from the above.
"""

import math

import numpy as np
from scipy.special import gammaln, ndtr, xlogy
from scipy.stats import binom

from kadita.plugins.metrics import grassberger_logarithms

FASTEST = 8.0  # of speeds that have cells; 1e-15 of the particles are faster
NODES = 800, 2  # of the midpoint rule in each cell of velocity: in any, and for each border of x that it passes


def gas_below(x):
    """Length of the gas from 0 to X on the unrolled circle, where it is [4 n - 1, 4 n + 1]; of arrays of any shape."""
    turns, rest = np.divmod(np.asarray(x) + 1.0, 4.0)
    return 2.0 * turns + np.minimum(rest, 2.0) - 1.0


def probabilities(t, dx, dv):
    """Probabilities of the cells of X and |v|, (4 / dx, FASTEST / dv): those of (x, v) in the order of the circle."""
    borders = dx * np.arange(round(4.0 / dx) + 1)
    nodes = NODES[0] + math.ceil(NODES[1] * dv * t / dx)
    cells = np.empty((len(borders) - 1, math.ceil(FASTEST / dv)))
    for j in range(cells.shape[1]):
        v = dv * (j + (np.arange(nodes) + 0.5) / nodes)
        density = np.exp(-(v**2) / 2) / math.sqrt(2 * math.pi)  # of both signs of v, over L: X is uniform in 2 L
        inside = np.diff(gas_below(borders[:, None] - v * t), axis=0)
        cells[:, j] = inside @ density * (dv / nodes)
    return cells


def of_velocity(dv):
    """Probabilities of the cells of one component of velocity."""
    number = math.ceil(FASTEST / dv)
    return np.diff(ndtr(dv * np.arange(-number, number + 1)))


def entropy(p, log_cell=0.0):
    """Entropy per particle of infinitely many, -sum p ln p + ln|cell|."""
    return log_cell - xlogy(p, p).sum()


def at(t, dx, dv):
    """Entropy in cells of x and v, of widths dx and dv, at the time t, of infinitely many particles."""
    return entropy(probabilities(t, dx, dv), math.log(dx * dv))


def at_start(dv, dimensions=1, volume=1.0):
    """Entropy at the beginning, with cells of velocity of the width dv along each dimension."""
    return math.log(volume) + dimensions * entropy(of_velocity(dv), math.log(dv))


def at_start_by_sheppard(dv, dimensions=1, volume=1.0):
    """(d / 2) ln(2 pi e) + ln V + d dv^2 / 24: the differential entropy, with Sheppard's correction for cells."""
    return dimensions / 2 * math.log(2 * math.pi * math.e) + math.log(volume) + dimensions * dv**2 / 24


def early_rate(dv, area=1.0, volume=1.0, interfaces=1):
    """ds/dt = dv A / (4 V), dv the width of cells of the velocity across each interface, for dx -> 0 and dv << 1.

    Each cell of velocities has a front of its own, a linear ramp of the width dv t, and -int_0^1 y ln y dy = 1 / 4.
    """
    return interfaces * dv * area / (4 * volume)


def front(dx, spread, nodes=20_000):
    """Gain by a front that spreads over `spread` = dv t in cells of x of the width dx, averaged over where they are.

    int -F ln F dy, F the distribution function of the sum of two uniform numbers, from [0, dx] and [0, dv t]: dx / 4
    for dv t << dx, and dv t / 4 for dv t >> dx. For fronts that have passed a cell, until dv t + dx = 2.
    """
    narrow, wide = sorted((dx, spread))
    y = (np.arange(nodes) + 0.5) / nodes * (narrow + wide)
    if narrow == 0:
        f = y / wide
    else:
        f = sum(sign * np.maximum(y - a, 0.0) ** 2 for sign, a in ((1, 0), (-1, narrow), (-1, wide)))
        f = np.clip(f / (2 * narrow * wide), 0.0, 1.0)
    return -xlogy(f, f).mean() * (narrow + wide)


def universal(tau):
    """Gain at dv t = tau for dx -> 0 and dv -> 0, without collisions; ln 2 at tau = 4, 8, ... and otherwise less.

    The particles of one cell of velocities are spread over the circle by a mean of the gas over a length tau, a
    function c of X that is linear between four points: S = -(1/2) int c ln c dX.
    """
    if tau == 0:
        return 0.0
    x = np.sort(np.mod([-1 - tau / 2, -1 + tau / 2, 1 - tau / 2, 1 + tau / 2], 4.0))
    x = np.append(x, x[0] + 4.0)
    c = np.clip((gas_below(x + tau / 2) - gas_below(x - tau / 2)) / tau, 0.0, 1.0)
    gain = 0.0
    for length, a, b in zip(np.diff(x), c[:-1], c[1:], strict=True):
        if abs(b - a) < 1e-9:
            gain -= length * xlogy(a, a)
        else:
            gain -= length * (_integral(b) - _integral(a)) / (b - a)
    return float(gain / 2)


def _integral(y):
    """Return the integral of y ln y."""
    return y * xlogy(y, y) / 2 - y**2 / 4


def occupations(t, dx, dv, dimensions=1):
    """Probabilities of the cells of x and of `dimensions` components of velocity, as one array; t may be infinite."""
    if math.isinf(t):
        number = round(2 / dx)
        p = np.outer(np.full(number, 1 / number), of_velocity(dv))
    else:
        p = probabilities(t, dx, dv)
    p = p.ravel()
    for _ in range(dimensions - 1):
        p = np.outer(p, of_velocity(dv)).ravel()
    return p[p > 0]


def expected(p, n, estimator, log_cell=0.0):
    """Exact expectation of the entropy that an estimator makes of n particles in cells of the probabilities p.

    Each number in a cell is binomial, and all estimators are sums over cells, so that correlations do not matter.
    """
    terms = np.zeros(len(p))
    distinct, where = np.unique(p, return_inverse=True)
    for i, one in enumerate(distinct):
        mean, deviation = n * one, math.sqrt(n * one * (1 - one))
        low, high = max(0, math.floor(mean - 12 * deviation)), min(n, math.ceil(mean + 12 * deviation + 12))
        k = np.arange(low, high + 1.0)
        terms[where == i] = binom.pmf(k, n, one) @ _term(k, estimator)
    start = gammaln(n + 1) / n if estimator == "count" else math.log(n)
    found = start - terms.sum() / n + log_cell
    return found - 1 / (2 * n) if estimator == "miller-madow" else found


def _term(k, estimator):
    """Return what a cell with k particles takes from n s."""
    if estimator == "count":
        return gammaln(k + 1)
    if estimator == "grassberger":
        return k * grassberger_logarithms(k)
    return xlogy(k, k) - (0.5 * (k > 0) if estimator == "miller-madow" else 0.0)
