"""Kernels for the geometry of a block, over arrays of shape (T, N, 3)."""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import kernel

LANES = 32  # partial sums, added on vector units


@kernel
def motion(velocities, speeds, moving, headings):  # type: ignore[no-untyped-def]
    """Write speeds, whether each is above 0, and unit headings, zero for agents at rest and NaN for unknown ones."""
    frames, agents, _ = velocities.shape
    for t in range(frames):
        for i in range(agents):
            x, y, z = velocities[t, i, 0], velocities[t, i, 1], velocities[t, i, 2]
            speed = math.sqrt(x * x + y * y + z * z)
            moves = speed > 0.0
            divisor = speed if moves else math.inf
            speeds[t, i], moving[t, i] = speed, moves
            headings[t, i, 0], headings[t, i, 1], headings[t, i, 2] = x / divisor, y / divisor, z / divisor


@kernel
def refine_centres(positions, lengths, centres):  # type: ignore[no-untyped-def]
    """Move centres, (T, 3), by the mean minimum-image offset until a step is below 1e-12 of the cell length.

    Every step lowers the sum of squared offsets, so agents change image finitely often. Axes are independent. Sums are
    added in a fixed order, as LANES partial sums.
    """
    frames, agents, _ = positions.shape
    padded = -(-agents // LANES) * LANES
    coordinates, lanes = np.empty(padded), np.empty(LANES)
    for t in range(frames):
        for a in range(3):
            if lengths[a] == 0:  # an open axis
                continue
            length, inverse, centre = lengths[a], 1.0 / lengths[a], centres[t, a]
            for i in range(agents):
                coordinates[i] = positions[t, i, a]
            for _ in range(1000):
                lanes[:] = 0.0
                coordinates[agents:] = centre
                for first in range(0, padded, LANES):
                    row = coordinates[first : first + LANES]
                    for n in range(LANES):
                        d = row[n] - centre
                        lanes[n] += d - length * np.rint(d * inverse)
                step = 0.0
                for n in range(LANES):
                    step += lanes[n]
                step /= agents
                centre += step
                if abs(step) < 1e-12 * length:
                    break
            centres[t, a] = centre


@kernel
def from_centres(positions, centres, lengths, offsets):  # type: ignore[no-untyped-def]
    """Write minimum-image offsets from centres in a periodic cell, (T, N, 3)."""
    frames, agents, _ = positions.shape
    x, y, z = lengths[0], lengths[1], lengths[2]
    for t in range(frames):
        for i in range(agents):
            for a in range(3):
                offsets[t, i, a] = positions[t, i, a] - centres[t, a]
        for i in range(agents):
            dx, dy, dz = offsets[t, i, 0], offsets[t, i, 1], offsets[t, i, 2]
            offsets[t, i, 0] = dx - x * np.rint(dx / x)
            offsets[t, i, 1] = dy - y * np.rint(dy / y)
            offsets[t, i, 2] = dz - z * np.rint(dz / z)
