"""A gas of free particles in the left half of a box of the length 2 and the width 1, with reflecting walls.

Its positions are exact at any time: a particle between walls moves as one on a line that is folded at the walls. The
thermal speed is 1, so the unit of time is that in which a typical particle crosses what is the gas at the beginning.
"""

from typing import NamedTuple

import numpy as np

import kadita

LENGTH, WIDTH = 2.0, 1.0


class Gas(NamedTuple):
    """Where particles begin and how fast they are, both (N, 2) in a plane; in one dimension all y are 0."""

    positions: np.ndarray
    velocities: np.ndarray


def at_start(particles, dimensions=1, seed=0):
    """Return a gas that is uniform in x < 1, with the velocities of Maxwell, in one dimension (along x) or in two."""
    rng = np.random.default_rng(seed)
    x, v = np.zeros((particles, 2)), np.zeros((particles, 2))
    x[:, :dimensions] = rng.random((particles, dimensions))
    v[:, :dimensions] = rng.normal(size=(particles, dimensions))
    return Gas(x, v)


def at(gas, time):
    """Return the gas at a time: positions and velocities, which each reflection has turned."""
    edges = np.array([LENGTH, WIDTH])
    way = np.mod(gas.positions + gas.velocities * time, 2 * edges)  # there and back again
    back = way >= edges
    return Gas(np.where(back, 2 * edges - way, way), np.where(back, -gas.velocities, gas.velocities))


def block(gas, times):
    """Return the frames of a gas at these times, in memory, as kadita measures them."""
    frames = [at(gas, time) for time in times]
    positions, velocities = (np.stack(arrays) for arrays in zip(*frames, strict=True))
    return kadita.Block(positions, velocities, times=times, dimensions=2)


def record(path, gas, frames, time_step, **options):
    """Write a trajectory of a gas, with a frame each `time_step`; `options` are those of `kadita.record`.

    Velocities are those at the time of a frame, which walls turn, and not dr/dt from the frame before.
    Positions are stored as float32, so one in 10^7 particles next to a border of cells may be counted beyond it.
    """
    arena = f"rectangle:0,0,{LENGTH:g},{WIDTH:g}"
    told = {"dimensions": 2, "velocities": "state", "time_step": time_step, "arena": arena, **options}
    with kadita.record(path, agents=len(gas.positions), **told) as file:
        for frame in range(frames):
            file.write(*at(gas, frame * time_step))
