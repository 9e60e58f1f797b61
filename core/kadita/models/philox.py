"""Counter-based random numbers: Philox 4x32 with ten rounds.

A number is a function of seed, step, agent and purpose, so that it does not depend on the order of computation or
the number of threads. Source: Salmon, Moraes, Dror & Shaw 2011, Parallel random numbers: as easy as 1, 2, 3,
SC '11, doi:10.1145/2063384.2063405; known answers from the authors' Random123.
"""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import jitable, kernel
from kadita.models.portable_math import cosine_and_sine, logarithm
from kadita.school.box import Floats

# purposes of random numbers: the last word of the counter
NOISE, START_POSITION, START_HEADING = 0, 1, 2

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)  # multipliers
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)  # key increments
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_SCALE = 2.0**-32


@jitable
def philox4x32(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Return four random words from a counter of four 32-bit words and a key of two (all as uint64)."""
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@jitable
def uniforms(seed, step, agent, purpose):  # type: ignore[no-untyped-def]
    """Return four numbers that are uniform on (0, 1).

    >>> from kadita.models import NOISE, uniforms
    >>> u = uniforms(1, 0, 0, NOISE)
    >>> all(0 < x < 1 for x in u), u == uniforms(1, 0, 0, NOISE)
    (True, True)
    """
    s, t = np.uint64(seed), np.uint64(step)
    w0, w1, w2, w3 = philox4x32(np.uint64(agent), t & _LOW, t >> _HALF, np.uint64(purpose), s & _LOW, s >> _HALF)
    return (w0 + 0.5) * _SCALE, (w1 + 0.5) * _SCALE, (w2 + 0.5) * _SCALE, (w3 + 0.5) * _SCALE


@jitable
def normals(seed, step, agent, purpose):  # type: ignore[no-untyped-def]
    """Return four standard normal numbers (Box & Muller 1958, doi:10.1214/aoms/1177706645).

    >>> from kadita.models import NOISE, normals
    >>> normals(1, 0, 0, NOISE) == normals(1, 0, 0, NOISE), len(normals(1, 0, 0, NOISE))
    (True, 4)
    """
    u0, u1, u2, u3 = uniforms(seed, step, agent, purpose)
    r, s = math.sqrt(-2.0 * logarithm(u0)), math.sqrt(-2.0 * logarithm(u2))
    c0, s0 = cosine_and_sine(2.0 * math.pi * u1)
    c1, s1 = cosine_and_sine(2.0 * math.pi * u3)
    return r * c0, r * s0, s * c1, s * s1


@kernel
def _fill_normals(table, seed, purpose):  # type: ignore[no-untyped-def]
    for i in range(table.shape[0]):
        agent = np.int32(i)  # the type that steps draw with: functions are compiled once for both
        table[i, 0], table[i, 1], table[i, 2], table[i, 3] = normals(seed, 0, agent, purpose)


def start_normals(seed: int, agents: int, purpose: int) -> Floats:
    """Return four standard normal numbers for each agent at step 0, (N, 4).

    >>> from kadita.models import NOISE, start_normals
    >>> start_normals(seed=1, agents=3, purpose=NOISE).shape
    (3, 4)
    """
    table = np.empty((agents, 4))
    _fill_normals(table, np.uint64(seed), purpose)
    return table


def start_uniforms(seed: int, agents: int, purpose: int) -> Floats:
    """Return four numbers uniform on (0, 1) for each agent at step 0, (N, 4)."""
    return np.stack(uniforms(np.uint64(seed), 0, np.arange(agents), purpose), axis=1)
