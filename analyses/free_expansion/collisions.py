"""The gas with collisions: hard discs that are let into the other half of their box, and discs in equilibrium."""

import math

import exact
import gas
import numpy as np
from free_gas import NOISE, Row
from scipy.spatial import cKDTree

import kadita
from kadita_thermo.hard_discs import HardDiscs, maxwell, placed

PATHS = (0.02, 0.1, 0.5)  # mean free paths at the start, in lengths of the gas
WIDTHS = (0.25, 0.5, 1.0)  # of the cells of velocity
CELL = 0.1  # of position
NEAR = (0.4, 0.42, 0.44, 0.46, 0.48, 0.5, 0.6, 0.8, 1.0)  # times of the slope
TIMES = (*np.round(np.arange(0.05, 0.4, 0.05), 2), *NEAR, 1.5, 2.0, 3.0, 4.0, 5.0)
SHOWN = (0.4, 1.0, 2.0, 5.0)
# of an independent program, N = 100 000: gains at SHOWN, and slopes from .4 to 1, by mean free path and width of cells
GAINS = {
    (0.02, 0.25): (0.071, 0.345, 0.537, 0.653),
    (0.02, 0.5): (0.082, 0.358, 0.547, 0.660),
    (0.02, 1.0): (0.108, 0.385, 0.563, 0.662),
    (0.1, 0.25): (0.085, 0.355, 0.646, 0.687),
    (0.1, 0.5): (0.096, 0.368, 0.653, 0.692),
    (0.1, 1.0): (0.121, 0.406, 0.660, 0.691),
    (0.5, 0.25): (0.066, 0.248, 0.577, 0.688),
    (0.5, 0.5): (0.081, 0.276, 0.595, 0.691),
    (0.5, 1.0): (0.114, 0.340, 0.633, 0.689),
}
RATES = {
    0.02: (0.482, 0.486, 0.487),
    0.1: (0.445, 0.452, 0.478),
    0.5: (0.297, 0.322, 0.373),
    math.inf: (0.0539, 0.1174, 0.2363),
}
OTHERS = 100_000  # discs of the independent program
COMPRESSIBILITIES = {0.02: 1.04128, 0.1: 1.23611, 0.3: 2.0633, 0.5: 4.107}  # Henderson's, above .2 ten virial terms


def scattered(number, side, diameter, seed):
    """Return centres in a square at random, (N, 2), drawn again where two are too close."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, side, (number, 2))
    while len(pairs := cKDTree(x).query_pairs(diameter, output_type="ndarray")):
        again = np.unique(pairs[:, 1])
        x[again] = rng.uniform(0, side, (len(again), 2))
    return x


def at_start(path, number, seed=1):
    """Return discs in the left half of a box of 2 x 1, with walls; `path` is their mean free path, 1 / (2^1.5 n d)."""
    diameter = 1 / (2 * math.sqrt(2) * number * path)
    x = scattered(number, 1.0, diameter, seed)
    return HardDiscs(x, maxwell(number, seed + 1), diameter=diameter, lengths=(2.0, 1.0), walls=(True, True))


def entropies(positions, velocities, widths=WIDTHS, cell=CELL):
    """Return Boltzmann's entropy per disc, by Grassberger's estimator, for each width of the cells of velocity."""
    block = kadita.Block(np.clip(positions, 0, (2, 1))[None], velocities[None], dimensions=2)
    given = {"position": "x", "velocity": "xy", "position_cell": cell, "estimator": "grassberger", "agents_per_cell": 0}
    measured = (kadita.analyze(block, "boltzmann_entropy", parameters=given | {"velocity_cell": w}) for w in widths)
    return np.array([of_width["boltzmann_entropy"][0] for of_width in measured])


def expansion(path, number, times=TIMES, seed=1, **cells):
    """Return the gains of entropy at these times, (T, widths); of a gas without collisions if `path` is infinite."""
    if math.isinf(path):
        free = gas.at_start(number, 2, seed)
        measured = [entropies(*gas.at(free, time), **cells) for time in (0.0, *times)]
    else:
        discs = at_start(path, number, seed)
        measured = [entropies(discs.positions, discs.velocities, **cells)]
        for time in times:
            discs.advance(time - discs.time)
            measured.append(entropies(discs.positions, discs.velocities, **cells))
    return np.array(measured[1:]) - measured[0]


def slopes(gains, times=TIMES):
    """Return the rate of the gain from t = .4 to 1, by width."""
    used = np.isin(times, NEAR)
    return np.polyfit(np.array(times)[used], gains[used], 1)[0]


def scaled(rates):
    """Return R0 / R_free and R / R_free by mean free path; R0, of narrow cells, is that of R^2 = R0^2 + a dv^2."""
    points = {}
    for path in PATHS:
        limit = math.sqrt(np.polyfit(np.square(WIDTHS), np.square(rates[path]), 1)[1])
        points[path] = (limit / rates[math.inf], rates[path] / rates[math.inf])
    return points


def rows(gains, number):
    """Yield the lines of the table, of gains by mean free path."""
    spread = 3 * NOISE * math.sqrt(1 / number + 1 / OTHERS)  # of the difference of two gases
    for (path, width), expected in GAINS.items():
        for time, gain in zip(SHOWN, expected, strict=True):
            measured = gains[path][TIMES.index(time), WIDTHS.index(width)]
            yield Row(f"gain, path = {path:g}, dv = {width:g}, t = {time:g}", gain, float(measured), spread)
    rates = {path: slopes(of_path) for path, of_path in gains.items()}
    for path, expected in RATES.items():
        for width, rate, measured in zip(WIDTHS, expected, rates[path], strict=True):
            name = "no collisions" if math.isinf(path) else f"path = {path:g}"
            yield Row(f"rate, {name}, dv = {width:g}", rate, float(measured), 0.02)
    for width, measured in zip(WIDTHS, rates[math.inf], strict=True):
        theory = np.polyfit(NEAR, [exact.at(time, CELL, width) for time in NEAR], 1)[0]
        yield Row(f"rate, no collisions, exactly, dv = {width:g}", float(theory), float(measured), 0.01)
    spread_of_rates = max(rates[0.02]) / min(rates[0.02]) - 1
    yield Row("rates at path = .02, largest over smallest - 1", 0.0, float(spread_of_rates), 0.04)
    for path, (z, f) in scaled(rates).items():
        for width, ratio in zip(WIDTHS, f / np.sqrt(1 + z**2), strict=True):
            yield Row(f"F / sqrt(1 + z^2), path = {path:g}, dv = {width:g}", 1.0, float(ratio), 0.1)


def equilibrium(number=10_000, collisions=2_000_000):
    """Yield compressibility and collision rate of discs in a periodic box, and what their energy changes by."""
    side = 100.0
    for packing, z in COMPRESSIBILITIES.items():
        diameter = math.sqrt(packing * 4 * side**2 / math.pi / number)
        x = placed(number, (side, side), diameter, seed=1)
        discs = HardDiscs(x, maxwell(number, seed=2), diameter=diameter, lengths=(side, side))
        chi = (1 - 7 * packing / 16) / (1 - packing) ** 2
        rate = 2 * number / side**2 * diameter * chi * math.sqrt(math.pi)  # of Enskog, at kT = 1
        energy = (discs.velocities**2).sum()
        discs.advance(20 / rate)
        before, virial, start = discs.collisions, discs.virial, discs.time
        while discs.collisions - before < collisions:
            discs.advance(5 / rate)
        kt, time = energy / 2 / number, discs.time - start
        found = 1 + (discs.virial - virial) / (2 * number * kt * time)
        of_rate = 2 * (discs.collisions - before) / number / time / (rate * math.sqrt(kt))
        tolerance = 0.005 if packing < 0.5 else 0.01
        yield Row(f"compressibility, packing = {packing:g}", z, found, tolerance * z)
        yield Row(f"collision rate over Enskog's, packing = {packing:g}", 1.0, of_rate, tolerance)
        yield Row(f"change of the energy, packing = {packing:g}", 0.0, (discs.velocities**2).sum() / energy - 1, 1e-12)
