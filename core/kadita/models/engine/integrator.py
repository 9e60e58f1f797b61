"""Time steps of any model: every agent's sums over its neighbours, its turn and its move.

A model provides the functions `pair`, `turn` and, if agents are also displaced, `displacement`; see `kadita.models`.
Neighbours, sums, random numbers and threads are the engine's.

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
from kadita.models.engine.interactions import summing
from kadita.models.engine.simd_copy import LANES
from kadita.models.engine.update import GROUP, ROWS, moving


@lru_cache(maxsize=32)
def steps_of(pair: Function, turn: Function, displacement: Function, *, by_cells: bool, parallel: bool) -> Function:
    """Compile the steps of a model from its rules, by cell lists or by all pairs.

    Returns:
        ``advance(school, space, rules, steps, first_step, seed, shares)``, which advances a `State` in place on
        `shares` threads.
    """
    add_up, move = summing(pair), moving(turn, displacement)

    def advance(school, space, rules, steps, first_step, seed, shares):  # type: ignore[no-untyped-def]
        x, u, agents, species = school
        n = agents.size
        alike = rules.of_pairs.size == 1
        periodic = space.edges[0] > 0
        origin, edges = np.zeros(3), space.edges.copy()
        seen = np.empty((6, n + LANES), np.int32)
        groups = (n + GROUP - 1) // GROUP
        if by_cells:  # a constant of the compiled code, which has one of the two methods
            counts, distinct = np.ones(3, np.int64), np.ones(3, np.int64)
            numbers, order, starts = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(0, np.int32)
            spare = np.empty((shares, n))
        for step in range(first_step, first_step + steps):
            if not periodic:
                grid.virtual_box(x, space.cutoff, origin, edges)
            if by_cells:
                cell_list.grid(edges, space.cutoff, n, counts, distinct)
                if starts.size != distinct.prod() + 1:
                    starts = np.empty(distinct.prod() + 1, np.int32)
                for group in prange(groups):
                    for i in range(group * GROUP, min(n, (group + 1) * GROUP)):
                        numbers[i] = cell_list.number(i, x, origin, edges, counts, distinct)
                cell_list.sort(numbers, starts, order)
                for share in prange(shares):
                    for a in range(share, 7, shares):
                        if a < 6:
                            _reorder(x[a] if a < 3 else u[a - 3], order, spare[share])
                        else:
                            _reorder(agents, order, numbers)
            for group in prange(groups):
                first, last = group * GROUP, min(n, (group + 1) * GROUP)
                grid.to_fixed_point(first, last, x, u, origin, edges, seen)
            scale = (
                np.float32(edges[0] / 2.0**32),
                np.float32(edges[1] / 2.0**32),
                np.float32(edges[2] / 2.0**32),
            )
            tasks = distinct[0] * distinct[1] if by_cells else groups
            for share in prange(shares):  # every Nth column, because crowded columns are adjacent
                memory = np.zeros(ROWS * GROUP)
                near, low, high = seen, 0, n
                if by_cells:
                    near, bounds, slices = np.empty((6, 0), np.int32), cell_list.bounds(distinct), distinct[2]
                    around = bounds.size - slices
                for task in range(share, tasks, shares):
                    if by_cells:
                        cell, first, last = task * slices, starts[task * slices], starts[(task + 1) * slices]
                        near = cell_list.gather(task, starts, distinct, seen, near, bounds)
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
                            c = rules.of_pairs[0 if alike else species[agents[i]]]
                            add_up(i, x, u, c, seen, near, low, high, scale, memory, i - begin)
                        move(begin, end, x, u, agents, species, rules.of_turns, memory, seed, step, space.edges)

    return parallel_kernel(advance) if parallel else kernel(advance)


@jitable
def _reorder(a, order, spare):  # type: ignore[no-untyped-def]
    for i in range(order.size):
        spare[i] = a[order[i]]
    for i in range(order.size):  # a slice assignment would take seconds to compile
        a[i] = spare[i]
