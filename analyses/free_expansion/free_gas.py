"""The table of the free gas: what theory says of its entropy, and what kadita measures of gases of finite size."""

import math
from typing import NamedTuple

import exact
import gas
import numpy as np

import kadita

PARTICLES, SMALL, SAMPLES = 400_000, 2_000, 60
EQUILIBRIUM = 64.0  # a time at which the gas is as mixed as it gets, to .0001
NOISE = 0.7  # standard deviation of s, times the root of the number of particles; that of gains is at most as large
TAUS = (0.5, 1, 2, 3, 4, 5, 6, 8)
TIMES = (0.25, 0.5, 1, 2, 4, 8, 16, 64)


class Row(NamedTuple):
    """A line of the table: a quantity, its exact value, what was measured, and by how much they may differ."""

    quantity: str
    expected: float
    measured: float
    tolerance: float

    @property
    def holds(self):
        """Whether the measurement is what is expected."""
        return abs(self.measured - self.expected) <= self.tolerance


def measured(of, times, dx, dv, estimator="grassberger", velocity="x"):
    """Entropy per particle of a gas at these times, by kadita's metric; one frame is in memory at a time."""
    given = {
        "position": "x",
        "velocity": velocity,
        "position_cell": dx,
        "velocity_cell": dv,
        "estimator": estimator,
        "agents_per_cell": 0,
    }
    parameters = {f"boltzmann_entropy.{key}": value for key, value in given.items()}
    frames = (gas.block(of, [time]) for time in times)
    return np.array(
        [kadita.analyze(b, ["boltzmann_entropy"], parameters=parameters)["boltzmann_entropy"][0] for b in frames]
    )


def noise(particles):
    """Three standard deviations of an entropy, or of the mean of several gases with so many particles together."""
    return 3 * NOISE / math.sqrt(particles)


def table_of_free_gas(particles=PARTICLES, small=SMALL, samples=SAMPLES):
    """Return the rows of the table, of a gas of many particles and of `samples` gases of few."""
    one = gas.at_start(particles, seed=1)
    return [
        *_start(one),
        *_rates(one),
        *_universal(one),
        *_gains(one),
        *_finite(small, samples),
    ]


def _start(one):
    for dv in (0.125, 0.25, 0.5, 1.0):
        (s,) = measured(one, [0], 0.5, dv)
        yield Row(f"s(0), dv = {dv:g}", exact.at_start(dv), s, noise(len(one.positions)))


def _rates(one):
    for dv in (0.125, 0.25):
        early, late = measured(one, [1.0, 4.0], 0.02, dv)
        rate = exact.early_rate(dv)
        yield Row(f"ds/dt, dv = {dv:g}", rate, (late - early) / 3, 0.01 * rate)


def _universal(one):
    """Measure the collisionless curve in fine cells, where dv t >> dx."""
    dx, dv = 0.02, 0.125
    start, *then = measured(one, [0.0, *(tau / dv for tau in TAUS)], dx, dv)
    for tau, s in zip(TAUS, then, strict=True):
        yield Row(
            f"gain at dv t = {tau:g}, dv = {dv:g}, dx = {dx:g}",
            exact.universal(tau),
            s - start,
            noise(len(one.positions)),
        )


def _gains(one):
    dx = dv = 0.5
    start, *then = measured(one, [0.0, *TIMES], dx, dv)
    beginning = exact.at(0.0, dx, dv)
    for time, s in zip(TIMES, then, strict=True):
        expected = exact.at(time, dx, dv) - beginning
        yield Row(f"gain at t = {time:g}, dv = {dv:g}, dx = {dx:g}", expected, s - start, noise(len(one.positions)))
    yield Row(f"gain at t = {EQUILIBRIUM:g}, N = {len(one.positions):,}", math.log(2), then[-1] - start, 0.001)


def _finite(particles, samples):
    """Measure the gain of many small gases: what each estimator loses of ln 2."""
    for dimensions, velocity, dx, dv in ((1, "x", 0.5, 0.5), (1, "x", 0.1, 0.5), (2, "xy", 0.5, 0.5)):
        gases = [gas.at_start(particles, dimensions, seed) for seed in range(samples)]
        p = [exact.occupations(t, dx, dv, dimensions) for t in (0.0, math.inf)]
        for estimator in ("count", "plug-in", "miller-madow", "grassberger"):
            start, end = (exact.expected(each, particles, estimator) for each in p)
            pairs = [measured(each, [0.0, EQUILIBRIUM], dx, dv, estimator, velocity) for each in gases]
            name = f"gain of N = {particles:,}, d = {dimensions}, dx = {dx:g}, dv = {dv:g}, {estimator}"
            yield Row(name, end - start, float(np.mean(np.diff(pairs))), noise(samples * particles))


if __name__ == "__main__":
    for row in table_of_free_gas():
        print(f"{row.quantity:60} {row.expected:9.5f} {row.measured:9.5f}  {'yes' if row.holds else 'NO'}")
