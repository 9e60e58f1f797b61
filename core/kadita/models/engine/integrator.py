"""Time steps of any model: every agent's sums over its neighbours, its turn and its move.

A model provides the rules that `kadita.models` describes. Neighbour search, sums, random numbers and threads are the
engine's.

A step of an agent depends only on the state before it, through integer sums over its neighbours, which do not depend
on the order of summation. So the bits of a run are the same for any number of threads, for all pairs and cell lists,
and for any instruction set.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import prange

from kadita.base.jit import Function, jitable, kernel, parallel_kernel
from kadita.models.engine import cell_list, grid
from kadita.models.engine.columns import reader
from kadita.models.engine.interactions import NUMBER, rows_of, summing
from kadita.models.engine.method import Method
from kadita.models.engine.nearest import BLOCK, summing_nearest
from kadita.models.engine.simd_copy import LANES
from kadita.models.engine.update import GROUP, SUMS, VARIABLES, moving
from kadita.models.fixed_point import ONE

EXTREMES = 2  # largest squares of speeds and of displacements in a call


@lru_cache(maxsize=32)
def steps_of(method: Method, *, by_cells: bool, parallel: bool) -> Function:
    """Compile the steps of a model from its rules, by cell lists or by all pairs.

    Returns:
        ``advance(school, space, scales, rules, steps, first_step, seed, extremes)``, which advances a `State` in place
        on as many threads as `extremes`, (threads, EXTREMES), has rows. With constants by the species of a pair and
        all pairs, agents must be sorted by species.
    """
    move, n_variables = moving(method), len(method.variables)
    nearest, by_interaction, n_constants = method.nearest, method.by_interaction, len(method.constants)
    inertial = method.inertial
    constants_of = reader("Constants", method.constants, np.float32)
    rows, species_row = rows_of(method, by_cells)
    memory_rows = VARIABLES + n_variables
    add_up = summing_nearest(method, by_cells) if nearest else summing(method, by_cells)

    def advance(school, space, scales, rules, steps, first_step, seed, extremes):  # type: ignore[no-untyped-def]
        x, u, agents, species = school.positions, school.headings, school.agents, school.species
        n, shares = agents.size, len(extremes)
        columns = rules.of_pairs.size // n_constants
        alike, kinds = columns == 1, rules.of_turns.size // n_constants
        is_open = space.lattice[0] * space.lattice[1] * space.lattice[2] == 0
        origin, edges = space.origin.copy(), space.lattice.copy()
        seen = np.empty((rows, n + LANES), np.int32)
        groups = (n + GROUP - 1) // GROUP
        per_speed = ONE
        if inertial:
            per_speed = ONE / scales.largest_speed
        if by_cells:  # a constant of the compiled code, which has one of the two methods
            counts, distinct = np.ones(3, np.int64), np.ones(3, np.int64)
            numbers, order, starts = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(0, np.int32)
            spare = np.empty((shares, n))
        elif by_interaction:  # the first agent of each species
            borders = np.zeros(kinds + 1, np.int64)
            for i in range(n):
                borders[species[agents[i]] + 1] += 1
            borders = np.cumsum(borders)
        for step in range(first_step, first_step + steps):
            if is_open:
                grid.virtual_box(x, space.cutoff, space.lattice, origin, edges)
            if by_cells:
                cell_list.grid(edges, space.cutoff, n, counts, distinct)
                if starts.size != distinct.prod() + 1:
                    starts = np.empty(distinct.prod() + 1, np.int32)
                for group in prange(groups):
                    for i in range(group * GROUP, min(n, (group + 1) * GROUP)):
                        numbers[i] = cell_list.number(i, x, origin, edges, counts, distinct)
                cell_list.sort(numbers, starts, order)
                for share in prange(shares):
                    for a in range(share, 7 + n_variables, shares):
                        if a < 6:
                            _reorder(x[a] if a < 3 else u[a - 3], order, spare[share])
                        elif a == 6:
                            _reorder(agents, order, numbers)
                        else:
                            _reorder(school.variables[(a - 7) * n : (a - 6) * n], order, spare[share])
            for group in prange(groups):
                first, last = group * GROUP, min(n, (group + 1) * GROUP)
                grid.to_fixed_point(first, last, x, u, per_speed, origin, edges, seen)
                if nearest:
                    for i in range(first, last):
                        seen[NUMBER, i] = agents[i]
                if species_row:
                    for i in range(first, last):
                        seen[species_row, i] = species[agents[i]]
            scale = (
                np.float32(edges[0] / 2.0**32),
                np.float32(edges[1] / 2.0**32),
                np.float32(edges[2] / 2.0**32),
            )
            tasks = distinct[0] * distinct[1] if by_cells else groups
            for share in prange(shares):  # every Nth column, because crowded columns are adjacent
                memory = np.zeros(memory_rows * GROUP)
                near, low, high = seen, 0, n
                c = constants_of(rules.of_pairs, 0, columns)
                if nearest:
                    keys, chosen = np.empty(scales.nearest, np.int64), np.empty(scales.nearest, np.int64)
                    squares = np.empty(BLOCK, np.float32)
                if by_cells:
                    near, bounds, slices = np.empty((rows, 0), np.int32), cell_list.bounds(distinct), distinct[2]
                    around = bounds.size - slices
                for task in range(share, tasks, shares):
                    if by_cells:
                        cell, first, last = task * slices, starts[task * slices], starts[(task + 1) * slices]
                        near = cell_list.gather(rows, task, starts, distinct, seen, near, bounds)
                        s = 0
                    else:
                        first, last = task * GROUP, min(n, (task + 1) * GROUP)
                    for begin in range(first, last, GROUP):
                        end = min(last, begin + GROUP)
                        for i in range(begin, end):
                            if by_cells:
                                while starts[cell + s + 1] <= i:
                                    s += 1
                                low, high = bounds[s], bounds[s + around]
                            index = i - begin
                            for row in range(SUMS):
                                memory[row * GROUP + index] = 0.0
                            if not alike:  # by species of pairs, what `sees` reads are the constants of its own
                                own = species[agents[i]]
                                c = constants_of(rules.of_pairs, own * (kinds + 1) if by_interaction else own, columns)
                            if nearest:
                                add_up(
                                    i, school, c, rules, kinds, seen, near, low, high, scale, scales, space.cutoff,
                                    seed, step, memory, index, keys, chosen, squares,
                                )  # fmt: skip
                            elif by_interaction:
                                for kind in range(kinds):
                                    if not by_cells:
                                        low, high = borders[kind], borders[kind + 1]
                                    c = constants_of(rules.of_pairs, species[agents[i]] * kinds + kind, columns)
                                    add_up(
                                        i, school, c, np.int32(kind), seen, near, low, high, scale, scales, seed, step,
                                        memory, index,
                                    )  # fmt: skip
                            else:
                                add_up(
                                    i, school, c, np.int32(0), seen, near, low, high, scale, scales, seed, step, memory,
                                    index,
                                )  # fmt: skip
                        move(begin, end, school, rules, memory, scales, seed, step, space, extremes[share])

    return parallel_kernel(advance) if parallel else kernel(advance)


@jitable
def _reorder(a, order, spare):  # type: ignore[no-untyped-def]
    for i in range(order.size):
        spare[i] = a[order[i]]
    for i in range(order.size):  # a slice assignment would take seconds to compile
        a[i] = spare[i]
