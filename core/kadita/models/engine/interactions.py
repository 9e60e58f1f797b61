"""The fixed-point sums of an agent over its candidates, by the model's rule of a pair.

The loop over candidates runs on vector units, up to 16 candidates at a time.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import Function, jitable
from kadita.models.engine.columns import reader
from kadita.models.engine.method import Method
from kadita.models.engine.simd_copy import LANES
from kadita.models.engine.update import GROUP
from kadita.models.fixed_point import NOTHING, ONE, where
from kadita.models.philox import NOISE, normals
from kadita.models.records import Agent, InertialAgent, InertialOther, Other

CANDIDATES = 1024  # int32 sums of this many numbers up to ONE do not overflow
FAR = np.float32(3e38)  # squared distance beyond any cutoff
NUMBER = 6  # row of candidates that holds their numbers, for the k nearest; the first six are positions and headings


def rows_of(method: Method, by_cells: bool) -> tuple[int, int]:
    """Return the number of rows that describe candidates, and which of them is their species, 0 for none."""
    by_species = method.reads_species or (method.by_interaction and (by_cells or method.nearest))
    rows = NUMBER + method.nearest
    return rows + by_species, rows if by_species else 0


def observing(method: Method) -> Function:
    """Return the compiled function that makes the record of an agent for the rule of a pair."""
    variables_of, inertial = reader("Variables", method.variables, np.float32), method.inertial
    single, unit = np.float32, np.float32(1 / ONE)

    @jitable
    def observe(i, school, c, fixed, scales, seed, step):  # type: ignore[no-untyped-def]
        """Return agent i with constants c."""
        x, u, number = school.positions, school.headings, school.agents[i]
        position = single(x[0, i]), single(x[1, i]), single(x[2, i])
        variables = variables_of(school.variables, i, x.shape[1])
        g = normals(seed, step, number, NOISE)
        species, time = school.species[number], single(step * scales.time_step)
        noise = single(g[0]), single(g[1]), single(g[2]), single(g[3])
        if inertial:
            per = unit * single(scales.largest_speed)
            velocity = fixed[3, i] * per, fixed[4, i] * per, fixed[5, i] * per
            velocity = single(velocity[0]), single(velocity[1]), single(velocity[2])
            largest = single(scales.largest_speed)
            return InertialAgent(position, velocity, species, number, seed, step, time, c, variables, noise, largest)
        heading = single(u[0, i]), single(u[1, i]), single(u[2, i])
        return Agent(position, heading, species, number, seed, step, time, c, variables, noise)

    return observe


def summing(method: Method, by_cells: bool) -> Function:
    """Return the compiled function that adds the contributions of all candidates within the cutoff."""
    pair, inertial, observe, everywhere = method.pair, method.inertial, observing(method), method.everywhere
    species_row = rows_of(method, by_cells)[1]
    of_one_species = method.by_interaction and by_cells
    single, unit = np.float32, np.float32(1 / ONE)

    @jitable
    def add_up(i, school, c, kind, fixed, near, first, last, scale, scales, seed, step, memory, index):  # type: ignore[no-untyped-def]
        """Add agent i's sums over the candidates first .. last - 1, of species `kind`, to entry `index`."""
        px, py, pz = fixed[0, i], fixed[1, i], fixed[2, i]
        agent = observe(i, school, c, fixed, scales, seed, step)
        sx, sy, sz = scale
        per = unit * single(scales.largest_speed)
        for start in range(first, last, CANDIDATES):
            n = min(CANDIDATES, last - start)
            ax, ay, az = NOTHING
            bx, by, bz = NOTHING
            cx, cy, cz = NOTHING
            number, end = np.int32(0), np.int32(n)
            for k in range((n + LANES - 1) // LANES * LANES):  # without branches, so that it runs on vector units
                j = np.uint64(start) + np.uint64(k)  # an unsigned index needs no branch for negative ones
                d = (
                    single(np.int32(near[0, j] - px)) * sx,
                    single(np.int32(near[1, j] - py)) * sy,
                    single(np.int32(near[2, j] - pz)) * sz,
                )
                square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
                counts = np.int32(k) < end
                species = kind
                if species_row:
                    species = near[species_row, j]
                if of_one_species:
                    counts = counts & (species == kind)
                square = square if counts else FAR
                if inertial:
                    velocity = single(near[3, j]) * per, single(near[4, j]) * per, single(near[5, j]) * per
                    a, b, e, counted = pair(agent, InertialOther(d, square, velocity, species))
                else:
                    heading = near[3, j], near[4, j], near[5, j]
                    a, b, e, counted = pair(agent, Other(d, square, heading, species))
                if everywhere:  # then the rule does not leave out what is far
                    a, b, e, counted = where(counts, a), where(counts, b), where(counts, e), counted * counts
                ax, ay, az = np.int32(ax + a[0]), np.int32(ay + a[1]), np.int32(az + a[2])
                bx, by, bz = np.int32(bx + b[0]), np.int32(by + b[1]), np.int32(bz + b[2])
                cx, cy, cz = np.int32(cx + e[0]), np.int32(cy + e[1]), np.int32(cz + e[2])
                number = np.int32(number + counted)
            for row, partial_sum in enumerate((ax, ay, az, bx, by, bz, cx, cy, cz, number)):
                memory[row * GROUP + index] += partial_sum

    return add_up
