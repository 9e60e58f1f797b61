"""Turns and moves of a group of agents, by the model's rules of a turn and of a displacement.

The loops over agents read and write one array with fixed strides, so that they run on vector units.
"""

from __future__ import annotations

import math

from kadita.base.jit import Function, jitable
from kadita.models.fixed_point import ONE
from kadita.models.philox import NOISE, normals

GROUP = 64  # agents that are moved together on vector units
SUMS, NOISES, HEADING, SHIFT, ROWS = 10, 10, 14, 17, 20  # first rows of a group's memory


def moving(turn: Function, displacement: Function) -> Function:
    """Return the compiled function that moves a group of agents by these rules."""

    @jitable
    def move(first, last, x, u, agents, species, rules, memory, seed, step, edges):  # type: ignore[no-untyped-def]
        """Turn agents first .. last - 1, and move them along their new headings."""
        n = last - first
        ids = agents[first:last]
        for k in range(n):
            (
                memory[NOISES * GROUP + k],
                memory[(NOISES + 1) * GROUP + k],
                memory[(NOISES + 2) * GROUP + k],
                memory[(NOISES + 3) * GROUP + k],
            ) = normals(seed, step, ids[k], NOISE)
        for row in range(3):
            headings = u[row, first:last]
            for k in range(n):
                memory[(HEADING + row) * GROUP + k] = headings[k]
        start = 0
        while start < n:
            species_index, stop = species[ids[start]], start + 1
            while stop < n and species[ids[stop]] == species_index:
                stop += 1
            _turn(stop - start, ids[start:], rules[species_index], memory[start:], seed, step)
            start = stop
        for row in range(3):
            xs, us, edge = x[row, first:last], u[row, first:last], edges[row]
            for k in range(n):
                us[k] = memory[(HEADING + row) * GROUP + k]
            for k in range(n):
                xs[k] = _wrapped(xs[k] + memory[(SHIFT + row) * GROUP + k], edge)

    @jitable
    def _turn(n, ids, c, memory, seed, step):  # type: ignore[no-untyped-def]
        for k in range(n):
            sums = (
                (memory[k] / ONE, memory[GROUP + k] / ONE, memory[2 * GROUP + k] / ONE),
                (memory[3 * GROUP + k] / ONE, memory[4 * GROUP + k] / ONE, memory[5 * GROUP + k] / ONE),
                (memory[6 * GROUP + k] / ONE, memory[7 * GROUP + k] / ONE, memory[8 * GROUP + k] / ONE),
                memory[9 * GROUP + k],
            )
            g = (
                memory[NOISES * GROUP + k],
                memory[(NOISES + 1) * GROUP + k],
                memory[(NOISES + 2) * GROUP + k],
                memory[(NOISES + 3) * GROUP + k],
            )
            old = memory[HEADING * GROUP + k], memory[(HEADING + 1) * GROUP + k], memory[(HEADING + 2) * GROUP + k]
            key = seed, step, ids[k]
            new, shift, stride = turn(old, sums, g, c, key), displacement(old, sums, g, c, key), c.stride
            memory[HEADING * GROUP + k], memory[SHIFT * GROUP + k] = new[0], stride * new[0] + shift[0]
            memory[(HEADING + 1) * GROUP + k], memory[(SHIFT + 1) * GROUP + k] = new[1], stride * new[1] + shift[1]
            memory[(HEADING + 2) * GROUP + k], memory[(SHIFT + 2) * GROUP + k] = new[2], stride * new[2] + shift[2]

    return move


@jitable
def _wrapped(p, edge):  # type: ignore[no-untyped-def]
    """Return coordinate p wrapped into a cell with this edge; unchanged if the edge is 0."""
    if edge > 0:
        p -= edge * math.floor(p / edge)
        if p < 0 or p >= edge:  # rounding at the two faces, which are equivalent
            p = 0.0
    return p
