"""The sums of an agent over its k nearest neighbours, which are the same for any search, order and number of threads.

Neighbours are ordered by the float32 of their squared distance, whose bits sort as the numbers do, and at equal
distance by their numbers.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import Function, jitable
from kadita.models.engine.columns import reader
from kadita.models.engine.interactions import NUMBER, observing, rows_of
from kadita.models.engine.method import Method
from kadita.models.engine.update import GROUP
from kadita.models.fixed_point import ONE
from kadita.models.records import InertialOther, Other

BLOCK = 256  # candidates whose distances are computed together


def summing_nearest(method: Method, by_cells: bool) -> Function:
    """Return the compiled function that adds the contributions of the k nearest within the cutoff."""
    pair, sees, inertial, observe = method.pair, method.sees, method.inertial, observing(method)
    by_interaction, constants_of = method.by_interaction, reader("Constants", method.constants, np.float32)
    species_row = rows_of(method, by_cells)[1]
    single, unit = np.float32, np.float32(1 / ONE)

    @jitable
    def distance(i, j, fixed, near, scale):  # type: ignore[no-untyped-def]
        """Return the displacement from agent i to candidate j, and its square."""
        d = (
            single(np.int32(near[0, j] - fixed[0, i])) * scale[0],
            single(np.int32(near[1, j] - fixed[1, i])) * scale[1],
            single(np.int32(near[2, j] - fixed[2, i])) * scale[2],
        )
        return d, d[0] * d[0] + d[1] * d[1] + d[2] * d[2]

    @jitable
    def other(j, d, square, near, per):  # type: ignore[no-untyped-def]
        """Return the record of candidate j."""
        species = near[species_row, j] if species_row else np.int32(0)
        if inertial:
            velocity = single(near[3, j]) * per, single(near[4, j]) * per, single(near[5, j]) * per
            return InertialOther(d, square, velocity, species)
        return Other(d, square, (near[3, j], near[4, j], near[5, j]), species)

    @jitable
    def add_up(i, school, c, rules, kinds, fixed, near, first, last, scale, scales, cutoff, *rest):  # type: ignore[no-untyped-def]
        """Add agent i's sums over the k nearest of the candidates first .. last - 1 to entry `index`."""
        seed, step, memory, index, keys, chosen, squares = rest
        agent = observe(i, school, c, fixed, scales, seed, step)
        per, limit = unit * single(scales.largest_speed), single(cutoff * cutoff)
        found, most, worst = 0, scales.nearest, single(np.inf)
        for start in range(first, last, BLOCK):
            n = min(BLOCK, last - start)
            for k in range(n):  # on vector units
                at = np.uint64(start) + np.uint64(k)  # an unsigned index needs no branch for negative ones
                squares[k] = distance(i, at, fixed, near, scale)[1]
            for k in range(n):
                square = squares[k]
                if square > worst or square >= limit:
                    continue
                j = start + k
                key = (np.int64(np.float32(square).view(np.int32)) << 32) | np.int64(near[NUMBER, j])
                if near[NUMBER, j] == agent.number or (found == most and key >= keys[most - 1]):
                    continue
                if sees(agent, other(j, distance(i, j, fixed, near, scale)[0], square, near, per)):
                    place = found if found < most else most - 1
                    while place > 0 and keys[place - 1] > key:
                        keys[place], chosen[place] = keys[place - 1], chosen[place - 1]
                        place -= 1
                    keys[place], chosen[place] = key, j
                    found = min(found + 1, most)
                    if found == most:
                        worst = np.int32(keys[most - 1] >> 32).view(np.float32)
        own = agent.species * kinds
        for place in range(found):
            j = chosen[place]
            d, square = distance(i, j, fixed, near, scale)
            neighbor = other(j, d, square, near, per)
            if by_interaction:
                c = constants_of(rules.of_pairs, own + neighbor.species, kinds * kinds)
                agent = observe(i, school, c, fixed, scales, seed, step)
            a, b, e, counted = pair(agent, neighbor)
            for row in range(3):
                memory[row * GROUP + index] += a[row]
                memory[(3 + row) * GROUP + index] += b[row]
                memory[(6 + row) * GROUP + index] += e[row]
            memory[9 * GROUP + index] += counted

    return add_up
