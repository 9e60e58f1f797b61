"""Rows of the Vicsek model in a plane: the order of both updates, and of nearest neighbours at three densities."""

import math
from functools import partial

import numpy as np
from rows import Row, known, mean_and_error, near

import kadita

BOTH_SIDES = 4 * math.sqrt(2)  # four standard errors of both sides, which have as many seeds and steps each
LEAST = 0.003
CRITICAL = 0.01  # of eta from 4 on, where references have errors of .001 to .006
EDGES = {40: 3.1, 100: 5.0, 400: 10.0, 4000: 31.6}  # density 4
RUNS = {40: (8, 20_000, 2000), 100: (8, 20_000, 2000), 400: (4, 20_000, 4000), 4000: (2, 12_000, 4000)}
# order v_a by an independent program: eta: {N: (old, new)}
ORDER = {
    0.5: {100: (0.9881, 0.9878)},
    1.0: {40: (0.9574, 0.9568), 100: (None, 0.9520), 400: (0.9450, 0.9440)},
    2.0: {40: (0.8354, 0.8334), 100: (0.8215, 0.8156), 400: (0.7973, 0.7831), 4000: (0.735, 0.727)},
    2.5: {100: (0.7292, 0.7196)},
    3.0: {40: (0.6520, 0.6471), 100: (0.6193, 0.6100), 400: (0.5546, 0.5403)},
    3.5: {100: (0.5022, 0.4813)},
    4.0: {40: (0.4275, 0.4174), 100: (0.3641, 0.3312), 400: (0.2752, 0.2143), 4000: (0.185, 0.079)},
    4.5: {100: (0.2242, 0.1916)},
    5.0: {40: (0.2031, 0.1951), 100: (0.1308, 0.1233), 400: (0.0677, 0.0623)},
}
ERRORS = {(4000, 2.0): (0.004, 0.002), (4000, 4.0): (0.013, 0.003)}  # of the references, where they are more than ours
DENSITIES = {7.0: (0.803, 0.001), 14.0: (0.501, 0.021), 28.0: (0.159, 0.003)}  # edge: order within a radius, its error
NEAREST = (0.463, 0.012)  # at all three


def order(seeds, steps, burn, **parameters):
    """Return the mean of P over time and seeds, and its standard error."""
    means = []
    for seed in range(1, seeds + 1):
        run = kadita.simulate("vicsek-2d", steps=steps, every=5, seed=seed, parameters=parameters)
        p = np.concatenate([np.linalg.norm(block.headings.mean(axis=1), axis=1) for block in run.blocks()])
        means.append(p[burn // 5 + 1 :].mean())
    return mean_and_error(means)


def of_noise(agents, eta, update):
    """Return the order at a noise."""
    parameters = {"agents": agents, "box": EDGES[agents], "noise": eta / (2 * math.pi), "update": update}
    return {"P": order(*RUNS[agents], **parameters)}


def of_density(edge, seeds=24, **neighbors):
    """Return the order of 200 agents at a density, their speed in proportion to the edge."""
    parameters = {"agents": 200, "box": edge, "speed": 0.03 * edge / 7, "noise": 1 / math.pi, "update": "new"}
    return {"P": order(seeds, 3000, 500, **parameters, **neighbors)}


def rows():
    """Yield the rows of this family."""
    for eta, sizes in ORDER.items():
        least = CRITICAL if eta >= 4 else LEAST
        for agents, orders in sizes.items():
            for update, reference, which in zip(("old", "new"), orders, (0, 1), strict=True):
                if reference is None:
                    continue
                error = ERRORS.get((agents, eta), (None, None))[which]
                expected = near(reference, max(least, 4 * (error or 0)), error, BOTH_SIDES)
                yield Row(
                    "vicsek",
                    f"N = {agents}, density 4, eta = {eta:g}, {update} heading",
                    {"P": expected},
                    partial(of_noise, agents, eta, update),
                )
    for agents in (100, 400):
        chance = math.sqrt(math.pi / (4 * agents))
        yield Row(
            "vicsek",
            f"N = {agents}, density 4, eta = 2 pi, new heading",
            {"P": known(chance, "exact: random headings")},
            partial(of_noise, agents, 2 * math.pi, "new"),
        )
    for edge, (reference, error) in DENSITIES.items():
        setting = f"N = 200, L = {edge:g}, eta = 2, new heading"
        expected = near(reference, 4 * error, error, BOTH_SIDES)
        yield Row("vicsek", f"{setting}, radius 1", {"P": expected}, partial(of_density, edge))
        expected = near(NEAREST[0], 4 * NEAREST[1], NEAREST[1], BOTH_SIDES)
        nearest = {"radius": None, "neighbors": 7}
        yield Row("vicsek", f"{setting}, 7 nearest", {"P": expected}, partial(of_density, edge, **nearest))
