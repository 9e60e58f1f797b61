"""Rows of systems with closed forms: copies of one particle, simulated without errors of the time step."""

import numpy as np
import systems
from rows import known, of_copies

import kadita
from kadita_thermo.frame_intervals import share_lost

STEP = 0.01
GYRATOR = np.array([[1.0, 0.5], [0.5, 2.0]])


def production(block, headings="even", **parameters):
    """Return what the analysis finds."""
    return kadita.analyze(block, "entropy_production", parameters={"headings": headings, **parameters})


def rows():
    """Yield the rows of this family."""
    yield from gyrators()
    yield from turning()
    yield from springs()
    for force, amplitude in ((1.0, 1.0), (2.0, 1.0), (1.0, 2.0)):
        yield from on_a_ring(force, amplitude)


def gyrators(step=0.005):
    """Two temperatures: a D_t for each axis, and the drift as velocities; c^2 (T1 - T2)^2 / (T1 T2 (a + b))."""
    found = production(systems.gyrator(step, 4000, 8000, 1), diffusion=(1.0, 3.0))
    exact = systems.exact_heat(GYRATOR, [1, 3], -GYRATOR, [1, 3], step)
    yield known("gyrator", "a = 1, b = 2, c = .5, T = 1, 3", "even rate", exact, of_copies(found), limit=1 / 9)


def turning():
    """A force that turns about the origin of a trap: 2 alpha^2 / k."""
    found = production(systems.rotating_trap(STEP, 1500, 3000, 1))
    exact = 0.98 * (1 - share_lost(STEP, 1.0, 1.0))
    yield known("rotating trap", "k = 1, alpha = .7, T = 1", "even rate", exact, of_copies(found), limit=0.98)


def springs(step=0.002):
    """Active particles on springs: of each mode e, D / (T tau (1 + e tau))."""
    found = production(systems.springs(step, 1000, 3000, 1))
    modes = np.array([1.0, 4.2, 4.2, 4.2])
    of_modes = 2.0 / (0.3 * 0.5 * (1 + 0.5 * modes))
    exact = (of_modes * [1 - share_lost(step, 2.0, e) for e in modes]).sum()
    setting = "N = 4, K = .8, k = 1, tau = .5, D = 2, T = .3"
    yield known("AOUP on springs", setting, "even rate of four", exact, of_copies(found, 4), limit=of_modes.sum())


def on_a_ring(force, amplitude):
    """A force f over a sine: the mean velocity v, and f v / D."""
    found = production(systems.ring(force, amplitude, STEP, 1000, 8000, 1))
    drift = systems.drift_of_ring(force, amplitude)
    setting = f"f = {force:g}, V0 = {amplitude:g}, D = .5"
    rate, error = of_copies(found)
    yield known("ring", setting, "even rate", force * drift / 0.5, (rate, error))
    mean = found["entropy_production.effective_speed"], error * 0.5 / force
    yield known("ring", setting, "mean velocity", drift, mean)
