"""Rows of what is lost between frames: the same particles in a trap, seen more and more rarely."""

import numpy as np
import systems
from rows import known, of_copies

import kadita
from kadita import Block
from kadita_thermo.frame_intervals import share_lost

STEP = 0.005
EVERY = (1, 2, 4, 10, 20, 40, 80)
AOUP, ABP = "AOUP, l = 2, k = 1", "ABP, l = .5, k = 1"
SYSTEMS = {  # rate for frames infinitely close, l, k
    AOUP: (80 / 9, 2.0, 1.0),
    ABP: (5 / 3, 0.5, 1.0),
}


def simulated(name, frames=2001, copies=6000):
    """Return a block of frames `STEP` apart."""
    if name == AOUP:
        return systems.aoup_in_trap(STEP, frames, copies, 1)
    turned = systems.diffusing(0.5, STEP, 2)
    return systems.swimmer_in_trap(turned, 2, STEP, frames, copies, 1, temperature=0.2, reorientation=0.5)


def seen(block, every):
    """Return the rate, and its error, of every so many frames."""
    thin = slice(None, None, every)
    frames = Block(
        block.positions[thin], block.velocities[thin], times=block.times[thin], attributes=dict(block.attributes)
    )
    given = {"headings": "even", "tolerance": 0.5}
    return of_copies(kadita.analyze(frames, "entropy_production", parameters=given))


def curves():
    """Return {system: (intervals, rates, errors)}, rates as shares of that of frames infinitely close."""
    found = {}
    for name, (limit, _, _) in SYSTEMS.items():
        block = simulated(name)
        numbers = np.array([seen(block, every) for every in EVERY]) / limit
        found[name] = (STEP * np.array(EVERY), numbers[:, 0], numbers[:, 1])
    return found


def rows_of(found):
    """Yield rows of the curves at frames .01, .05 and .2 apart."""
    for name, (limit, reorientation, relaxation) in SYSTEMS.items():
        system, _, setting = name.partition(", ")
        for interval in (0.01, 0.05, 0.2):
            at = int(np.argmin(np.abs(found[name][0] - interval)))
            measured = limit * found[name][1][at], limit * found[name][2][at]
            exact = limit * (1 - share_lost(interval, reorientation, relaxation))
            yield known(
                f"{system} in a trap",
                f"{setting}, frames {interval:g} apart",
                "even rate",
                exact,
                measured,
                limit=limit,
            )
