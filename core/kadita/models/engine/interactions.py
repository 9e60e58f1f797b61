"""What an agent takes up of its neighbours: sums of whole numbers over candidates, by the model's rule of a pair.

The loop over candidates runs on vector units, 16 at a time where these are widest.
"""

from __future__ import annotations

import numpy as np

from kadita.base.jit import Function, jitable
from kadita.models.engine.simd_copy import LANES
from kadita.models.engine.update import GROUP, SUMS
from kadita.models.fixed_point import NOTHING

CANDIDATES = 1024  # so many whole numbers up to ONE add up within 32 bits
FAR = np.float32(3e38)  # the square of a distance at which no agent is


def summing(pair: Function) -> Function:
    """Return the part that adds up what this rule returns."""

    @jitable
    def add_up(i, x, u, c, seen, near, first, last, scale, memory, place):  # type: ignore[no-untyped-def]
        """Write agent i's sums over the candidates first .. last - 1 to its place in its group."""
        px, py, pz = seen[0, i], seen[1, i], seen[2, i]
        own = np.float32(u[0, i]), np.float32(u[1, i]), np.float32(u[2, i])
        sx, sy, sz = scale
        for row in range(SUMS):
            memory[row * GROUP + place] = 0.0
        for begin in range(first, last, CANDIDATES):
            n = min(CANDIDATES, last - begin)
            ax, ay, az = NOTHING
            bx, by, bz = NOTHING
            cx, cy, cz = NOTHING
            number, end = np.int32(0), np.int32(n)
            for k in range((n + LANES - 1) // LANES * LANES):  # free of branches, so that it runs on vector units
                j = np.uint64(begin) + np.uint64(k)  # an index that cannot be negative needs no branch
                d = (
                    np.float32(np.int32(near[0, j] - px)) * sx,
                    np.float32(np.int32(near[1, j] - py)) * sy,
                    np.float32(np.int32(near[2, j] - pz)) * sz,
                )
                square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
                square = square if np.int32(k) < end else FAR
                a, b, e, one = pair(d, square, own, (near[3, j], near[4, j], near[5, j]), c)
                ax, ay, az = np.int32(ax + a[0]), np.int32(ay + a[1]), np.int32(az + a[2])
                bx, by, bz = np.int32(bx + b[0]), np.int32(by + b[1]), np.int32(bz + b[2])
                cx, cy, cz = np.int32(cx + e[0]), np.int32(cy + e[1]), np.int32(cz + e[2])
                number = np.int32(number + one)
            for row, whole in enumerate((ax, ay, az, bx, by, bz, cx, cy, cz, number)):
                memory[row * GROUP + place] += whole

    return add_up
