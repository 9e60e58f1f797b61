"""Differential entropies of directions, on the unit sphere and on the unit circle, from k-th nearest neighbours.

Both are estimates of Kozachenko and Leonenko, h = psi(N) - psi(k) + mean of ln V_i, where V_i is the exact size of the
ball about direction i that reaches the k-th nearest other direction: the area of a cap, or the length of an arc. For
uniform directions V_i divided by the whole follows the Beta(k, N - k) distribution, so that h has the expectation
ln 4 pi, or ln 2 pi, for every N.

The estimate needs a continuous distribution. If more than k directions are equal, as those of displacements in whole
pixels are, the ball of each is empty and the estimate says nothing about the others: it is undefined.
"""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import kernel
from kadita.school.box import Box, Floats
from kadita.school.neighbors import nearest

# Angle, in radians, up to which two directions are equal. Components in single precision, as files store them, are
# rounded by up to 2^-24 of their value, which turns a direction by at most 2^-24: equal ones come apart by at most
# 2^-23.
EQUAL = 2.0**-23 * (1 + 1e-6)
BY_CHANCE = 1e-3  # probability that directions of a frame which are not equal are taken as such


def sphere_entropy(directions: Floats, k: int = 4) -> float:
    """Differential entropy of directions on the unit sphere in nats, from k-th nearest neighbours.

    h = psi(N) - psi(k) + mean of ln A_i, where A_i = pi c_i^2 is the area of the spherical cap whose chord c_i
    reaches the k-th nearest other direction. For directions that are uniform on the sphere A_i / 4 pi follows the
    Beta(k, N - k) distribution, so that h has the expectation ln 4 pi for every N. It is invariant
    under rotations.

    Args:
        directions: (N, 3) unit vectors.
        k: order of the neighbour, 1 <= k < N.

    Returns:
        h in nats, at most about ln 4 pi = 2.53; -inf if all directions are equal; NaN if more than k are, but not all,
        or if N <= k. Directions are equal up to an angle of 1.2e-7, the rounding of single precision.

    Source: Kozachenko & Leonenko 1987, Probl. Inf. Transm. 23, 95-101; on spheres: Li, Mnatsakanov & Andrew 2011,
    Entropy 13, 650-667, doi:10.3390/e13030650.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import sphere_entropy
    >>> x = np.random.default_rng(1).normal(size=(2000, 3))
    >>> directions = x / np.linalg.norm(x, axis=1, keepdims=True)
    >>> round(sphere_entropy(directions), 2), round(float(np.log(4 * np.pi)), 2)
    (2.53, 2.53)
    """
    return float(sphere_entropies(directions[None], k)[0])


def sphere_entropies(directions: Floats, k: int = 4) -> Floats:
    """Return the `sphere_entropy` of the directions of each frame, (T, N, 3) -> (T,).

    >>> import numpy as np
    >>> from kadita.plugins.metrics import sphere_entropies
    >>> x = np.random.default_rng(1).normal(size=(2, 2000, 3))
    >>> directions = x / np.linalg.norm(x, axis=-1, keepdims=True)
    >>> sphere_entropies(directions).round(2)
    array([2.53, 2.5 ])
    """
    frames, n, _ = directions.shape
    if n <= k:
        return np.full(frames, np.nan)
    chords = nearest(directions, Box(), k)[1][..., k - 1]
    with np.errstate(divide="ignore"):
        log_areas = math.log(math.pi) + 2 * np.log(chords)
    psi = (1 / np.arange(k, n)).sum()  # psi(n) - psi(k)
    means: Floats = log_areas.mean(axis=1)
    entropies: Floats = psi + means
    return _without_ties(entropies, chords, k, directions)


def circle_entropy(directions: Floats, k: int = 4) -> float:
    """Differential entropy of directions in a plane in nats, from k-th nearest neighbours.

    h = psi(N) - psi(k) + mean of ln 2 a_i, where the arc a_i reaches the k-th nearest other direction. For directions
    that are uniform on the circle 2 a_i / 2 pi follows the Beta(k, N - k) distribution, so that h has the expectation
    ln 2 pi for every N. Chords in place of arcs are shorter, which matters where directions are few.

    Args:
        directions: (N, 3) unit vectors without z component.
        k: order of the neighbour, 1 <= k < N.

    Returns:
        h in nats, at most about ln 2 pi = 1.84; otherwise as for `sphere_entropy`.

    Source: Kozachenko & Leonenko 1987, Probl. Inf. Transm. 23, 95-101; on spheres of any
    dimension: Li, Mnatsakanov & Andrew 2011, Entropy 13, 650-667, doi:10.3390/e13030650.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import circle_entropy
    >>> angles = np.random.default_rng(1).uniform(0, 2 * np.pi, 2000)
    >>> directions = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
    >>> round(circle_entropy(directions), 2), round(float(np.log(2 * np.pi)), 2)
    (1.87, 1.84)
    """
    return float(circle_entropies(directions[None], k)[0])


def circle_entropies(directions: Floats, k: int = 4) -> Floats:
    """Return the `circle_entropy` of the directions of each frame, (T, N, 3) -> (T,).

    >>> import numpy as np
    >>> from kadita.plugins.metrics import circle_entropies
    >>> angles = np.random.default_rng(1).uniform(0, 2 * np.pi, (2, 2000))
    >>> directions = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=-1)
    >>> circle_entropies(directions).round(2)
    array([1.87, 1.84])
    """
    frames, n, _ = directions.shape
    if n <= k:
        return np.full(frames, np.nan)
    angles = np.sort(np.arctan2(directions[..., 1], directions[..., 0]), axis=1)
    around = np.concatenate([angles[:, -k:] - 2 * np.pi, angles, angles[:, :k] + 2 * np.pi], axis=1)
    arcs = np.empty((frames, n))
    _arcs(around, k, arcs)
    psi = (1 / np.arange(k, n)).sum()
    with np.errstate(divide="ignore"):
        entropies: Floats = psi + np.log(2 * arcs).mean(axis=1)
    return _without_ties(entropies, arcs, k, directions)


@kernel
def _arcs(around, k, arcs):  # type: ignore[no-untyped-def]
    """Write the arc from each angle to the k-th nearest other one, (T, N).

    `around` holds the sorted angles, (T, N + 2 k), with k more on either side from around the circle. The k nearest of
    angle i are j before it and k - j after it, for the j for which the farther end is nearest.
    """
    for t in range(arcs.shape[0]):
        row = around[t]
        for i in range(arcs.shape[1]):
            least, here = math.inf, row[k + i]
            for j in range(k + 1):
                least = min(least, max(here - row[k + i - j], row[k + i + k - j] - here))
            arcs[t, i] = least


def equal_up_to(n: int, k: int) -> float:
    """Return the angle up to which k + 1 of n directions are taken as equal.

    It is that of `EQUAL`, or less where uniform directions on the circle are as close by chance: n (n a / pi)^k / k!
    times, at an angle a, as the k-th of them may be on either side. With k = 4 that matters from n = 300,000 on.
    """
    chance = (math.lgamma(k + 1) + math.log(BY_CHANCE / n)) / k
    return min(EQUAL, math.pi / n * math.exp(chance))


def _without_ties(entropies: Floats, balls: Floats, k: int, directions: Floats) -> Floats:
    """Return entropies that are -inf in tied frames whose directions are all equal, and NaN in others.

    `balls` are the distances to the k-th nearest directions, (T, N).
    """
    for t in np.flatnonzero(balls.min(axis=1) <= equal_up_to(balls.shape[1], k)):
        apart = np.linalg.norm(directions[t] - directions[t, 0], axis=1).max()
        entropies[t] = -math.inf if apart <= EQUAL else math.nan
    return entropies
