"""Turns and moves of a group of agents, by the model's rules of an agent.

The loops over agents read and write one array with fixed strides, so that they run on vector units.
"""

from __future__ import annotations

import math

from kadita.base.jit import Function, jitable
from kadita.models.engine.columns import reader
from kadita.models.engine.method import Method
from kadita.models.engine.reflection import curved, flat
from kadita.models.fixed_point import ONE
from kadita.models.philox import NOISE, normals
from kadita.models.records import Agent, InertialAgent

GROUP = 64  # agents that are moved together on vector units
SUMS, POSITION, HEADING, SHIFT, VARIABLES = 10, 10, 13, 16, 19  # first rows of a group's memory


def moving(method: Method) -> Function:
    """Return the compiled function that moves a group of agents by these rules."""
    turn, displacement, remember = method.turn, method.displacement, method.remember
    inertial, n_variables = method.inertial, len(method.variables)
    constants_of, variables_of = reader("Constants", method.constants), reader("Variables", method.variables)
    walled, round_wall, keeps_shift = method.walled, method.round_wall, method.keeps_shift
    n_constants = len(method.constants)

    @jitable
    def move(first, last, school, rules, memory, scales, seed, step, space, extremes):  # type: ignore[no-untyped-def]
        """Turn agents first .. last - 1, and move them along their new headings."""
        n = last - first
        x, u, ids = school.positions, school.headings, school.agents[first:last]
        species = school.species
        for row in range(3):
            positions, headings = x[row, first:last], u[row, first:last]
            for k in range(n):
                memory[(POSITION + row) * GROUP + k] = positions[k]
            for k in range(n):
                memory[(HEADING + row) * GROUP + k] = headings[k]
        for row in range(n_variables):
            for k in range(n):
                memory[(VARIABLES + row) * GROUP + k] = school.variables[row * x.shape[1] + first + k]
        start, kinds = 0, rules.of_turns.size // n_constants
        while start < n:
            kind, stop = species[ids[start]], start + 1
            while stop < n and species[ids[stop]] == kind:
                stop += 1
            c = constants_of(rules.of_turns, kind, kinds)
            turn_run(stop - start, ids[start:], kind, c, memory[start:], scales, seed, step)
            start = stop
        if inertial or walled:
            for k in range(n):
                for which, row in ((0, HEADING), (1, SHIFT)):
                    a, b, e = memory[row * GROUP + k], memory[(row + 1) * GROUP + k], memory[(row + 2) * GROUP + k]
                    extremes[which] = max(extremes[which], a * a + b * b + e * e)
        if walled:
            for k in range(n):
                reflect(k, memory, space)
        for row in range(3):
            xs, us, edge = x[row, first:last], u[row, first:last], space.edges[row]
            for k in range(n):
                us[k] = memory[(HEADING + row) * GROUP + k]
            if walled:
                for k in range(n):
                    xs[k] = _wrapped(memory[(POSITION + row) * GROUP + k], edge)
            else:
                for k in range(n):
                    xs[k] = _wrapped(xs[k] + memory[(SHIFT + row) * GROUP + k], edge)
            if keeps_shift:
                for k in range(n):
                    school.shifts[row, first + k] = memory[(SHIFT + row) * GROUP + k]
        for row in range(n_variables):
            for k in range(n):
                school.variables[row * x.shape[1] + first + k] = memory[(VARIABLES + row) * GROUP + k]

    @jitable
    def reflect(k, memory, space):  # type: ignore[no-untyped-def]
        """Move the k-th agent between walls; its displacement becomes that from place to place."""
        x = memory[POSITION * GROUP + k], memory[(POSITION + 1) * GROUP + k], memory[(POSITION + 2) * GROUP + k]
        s = memory[SHIFT * GROUP + k], memory[(SHIFT + 1) * GROUP + k], memory[(SHIFT + 2) * GROUP + k]
        u = memory[HEADING * GROUP + k], memory[(HEADING + 1) * GROUP + k], memory[(HEADING + 2) * GROUP + k]
        p = x
        if round_wall:
            centre = space.centre[0], space.centre[1], space.centre[2]
            p, s, u = curved(x, s, u, centre, space.radius, round_wall, not inertial)
        for row in range(3):
            end, component = p[row], u[row]
            if row >= round_wall:
                end, _, component = flat(x[row], s[row], u[row], space.low[row], space.high[row])
            memory[(SHIFT + row) * GROUP + k] = end - x[row]
            memory[(POSITION + row) * GROUP + k] = end
            memory[(HEADING + row) * GROUP + k] = component

    @jitable
    def agent_of(position, vector, species, number, seed, step, time, c, kept, g, largest):  # type: ignore[no-untyped-def]
        if inertial:
            return InertialAgent(position, vector, species, number, seed, step, time, c, kept, g, largest)
        return Agent(position, vector, species, number, seed, step, time, c, kept, g)

    @jitable
    def turn_run(n, ids, species, c, memory, scales, seed, step):  # type: ignore[no-untyped-def]
        """Turn and displace n agents of one species."""
        time = step * scales.time_step
        for k in range(n):
            sums = (
                (memory[k] / ONE, memory[GROUP + k] / ONE, memory[2 * GROUP + k] / ONE),
                (memory[3 * GROUP + k] / ONE, memory[4 * GROUP + k] / ONE, memory[5 * GROUP + k] / ONE),
                (memory[6 * GROUP + k] / ONE, memory[7 * GROUP + k] / ONE, memory[8 * GROUP + k] / ONE),
                memory[9 * GROUP + k],
            )
            number = ids[k]
            g = normals(seed, step, number, NOISE)
            p = memory[POSITION * GROUP + k], memory[(POSITION + 1) * GROUP + k], memory[(POSITION + 2) * GROUP + k]
            u = memory[HEADING * GROUP + k], memory[(HEADING + 1) * GROUP + k], memory[(HEADING + 2) * GROUP + k]
            kept = variables_of(memory, VARIABLES * GROUP + k, GROUP)
            agent = agent_of(p, u, species, number, seed, step, time, c, kept, g, scales.largest_speed)
            stride = scales.time_step if inertial else c.stride
            new, shift = turn(agent, sums), displacement(agent, sums)
            if n_variables:
                values = remember(agent, sums)
                for row in range(n_variables):
                    memory[(VARIABLES + row) * GROUP + k] = values[row]
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
