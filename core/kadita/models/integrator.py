"""Steps of any model: every agent turns by the model's rule, then all move.

What a model brings is one function, decorated with `kadita.compiled.part`:

    turn(i, x, u, cell, step, seed, constants, scratch) -> (ux, uy, uz)

It returns the next unit heading of agent i. ``x`` and ``u`` are positions and headings of all agents before the step,
axis by axis, (3, N), so that sums over the others run on vector units. ``cell`` is (2, 3): the edges of the periodic
cell and their inverses, all zero in open space, so that ``d -= cell[0, a] * rint(d * cell[1, a])`` is the minimum
image in both. ``seed`` and ``step`` are for `kadita.models.philox`, ``constants`` is the model's own tuple of numbers,
and ``scratch``, (4, N), is memory to work in, whatever stands there.

An agent's turn depends on the state before the step alone, so that any number of threads gives the same bits.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import prange

from kadita.checksum import checksum
from kadita.compiled import Function, kernel, parallel_kernel

GROUP = 16  # agents that turn one after the other on one thread, in the same scratch memory


@kernel
def _moved(p, length, inverse):  # type: ignore[no-untyped-def]
    """Coordinate p, brought back into a cell of this length; as it is where the length is 0."""
    if length > 0:
        p -= length * math.floor(p * inverse)
        if p < 0 or p >= length:  # rounding at the two faces, which are the same place
            p = 0.0
    return p


@lru_cache(maxsize=32)
def integrator(turn: Function, *, parallel: bool) -> Function:
    """Compile the steps of a model around its rule.

    Returns:
        ``advance(positions, headings, steps, first_step, seed, lengths, stride, constants)``, which advances
        positions (N, 3) and headings (N, 3) in place; ``stride`` is speed times time step.
    """

    def advance(positions, headings, steps, first_step, seed, lengths, stride, constants):  # type: ignore[no-untyped-def]
        agents = positions.shape[0]
        cell = np.zeros((2, 3))
        for a in range(3):
            if lengths[a] > 0:
                cell[0, a], cell[1, a] = lengths[a], 1.0 / lengths[a]
        x, u = positions.T.copy(), headings.T.copy()
        turned = np.empty_like(u)
        for step in range(first_step, first_step + steps):
            for group in prange((agents + GROUP - 1) // GROUP):
                scratch = np.empty((4, agents))
                for i in range(group * GROUP, min((group + 1) * GROUP, agents)):
                    turned[0, i], turned[1, i], turned[2, i] = turn(i, x, u, cell, step, seed, constants, scratch)
            for a in range(3):
                for i in range(agents):
                    u[a, i] = turned[a, i]
                    x[a, i] = _moved(x[a, i] + stride * u[a, i], cell[0, a], cell[1, a])
        positions[:], headings[:] = x.T, u.T

    # Compiled code is kept on disk by this name: a rule that was edited is compiled anew, no two rules share a file,
    # and threads do not get the code of one thread.
    advance.__qualname__ = f"advance_{checksum(turn)}{'_in_parallel' if parallel else ''}"
    return parallel_kernel(advance) if parallel else kernel(advance)
