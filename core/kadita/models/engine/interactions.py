"""The fixed-point sums of an agent over its candidates, by the model's rule of a pair.

The loop over candidates runs on vector units, up to 16 candidates at a time.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import Function, jitable
from kadita.models.engine.simd_copy import LANES
from kadita.models.engine.update import GROUP, SUMS
from kadita.models.fixed_point import NOTHING

CANDIDATES = 1024  # int32 sums of this many numbers up to ONE do not overflow
FAR = np.float32(3e38)  # squared distance beyond any cutoff


def summing(pair: Function) -> Function:
    """Return the compiled function that sums the contributions of this rule."""

    @jitable
    def add_up(i, x, u, c, fixed, near, first, last, scale, memory, index):  # type: ignore[no-untyped-def]
        """Write agent i's sums over the candidates first .. last - 1 to entry `index` of its group."""
        px, py, pz = fixed[0, i], fixed[1, i], fixed[2, i]
        heading = np.float32(u[0, i]), np.float32(u[1, i]), np.float32(u[2, i])
        sx, sy, sz = scale
        for row in range(SUMS):
            memory[row * GROUP + index] = 0.0
        for start in range(first, last, CANDIDATES):
            n = min(CANDIDATES, last - start)
            ax, ay, az = NOTHING
            bx, by, bz = NOTHING
            cx, cy, cz = NOTHING
            number, end = np.int32(0), np.int32(n)
            for k in range((n + LANES - 1) // LANES * LANES):  # without branches, so that it runs on vector units
                j = np.uint64(start) + np.uint64(k)  # an unsigned index needs no branch for negative ones
                d = (
                    np.float32(np.int32(near[0, j] - px)) * sx,
                    np.float32(np.int32(near[1, j] - py)) * sy,
                    np.float32(np.int32(near[2, j] - pz)) * sz,
                )
                square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
                square = square if np.int32(k) < end else FAR
                a, b, e, counted = pair(d, square, heading, (near[3, j], near[4, j], near[5, j]), c)
                ax, ay, az = np.int32(ax + a[0]), np.int32(ay + a[1]), np.int32(az + a[2])
                bx, by, bz = np.int32(bx + b[0]), np.int32(by + b[1]), np.int32(bz + b[2])
                cx, cy, cz = np.int32(cx + e[0]), np.int32(cy + e[1]), np.int32(cz + e[2])
                number = np.int32(number + counted)
            for row, partial_sum in enumerate((ax, ay, az, bx, by, bz, cx, cy, cz, number)):
                memory[row * GROUP + index] += partial_sum

    return add_up
