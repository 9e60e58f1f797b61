"""Rows of active Brownian particles in a plane: free diffusion, and one or two phases by Pe = v / (sigma D_r)."""

import math
from functools import partial

import numpy as np
from rows import Expected, Row, above, below, known, mean_and_error, near

import kadita

PACKING = 0.6  # N pi sigma^2 / (4 L^2)
SQUARE = 5.0  # edge of the squares whose packing is counted, nearly
LAST = 5  # frames that are averaged, one unit of time apart or more


def parameters_of(agents, peclet, **changes):
    """Return the parameters of a suspension with v = sigma = mu = 1, K = 50 and the D_t of a sphere in a fluid."""
    turning = 1 / peclet
    edge = math.sqrt(agents * math.pi / (4 * PACKING))
    diffusion = {"rotational_diffusion": turning, "translational_diffusion": turning / 3}
    return {"agents": agents, "box": edge} | diffusion | changes


def slab(agents, edge):
    """Return a frame whose agents fill a slab on a square lattice, with random headings."""
    rows = int(edge / 0.95)
    place = np.arange(agents)
    x = np.stack([(place // rows + 0.5) * 0.95, (place % rows + 0.5) * edge / rows, np.zeros(agents)], axis=1)
    angle = np.random.default_rng(1).uniform(0, 2 * math.pi, agents)
    u = np.stack([np.cos(angle), np.sin(angle), np.zeros(agents)], axis=1)
    return kadita.Block(x % [edge, edge, 1], u, box=(edge, edge), dimensions=2)[0]


def phases(agents, peclet, time, start="random", seeds=(1,), **changes):
    """Return the largest cluster's share, and the deviation and the middle part of local packing, at the end."""
    given = parameters_of(agents, peclet, **changes)
    steps = round(time / 0.01)
    every = steps // 20
    first = {} if start == "random" else {"start": slab(agents, given["box"])}
    found = []
    for seed in seeds:
        run = kadita.simulate("abp-2d", steps=steps, every=every, seed=seed, parameters=given, **first)
        last = []
        for block in run.blocks(start=21 - LAST):
            shares = kadita.analyze(block, "largest_cluster_fraction")["largest_cluster_fraction"]
            last += [(s, *packing(x, given["box"])) for s, x in zip(shares, block.positions, strict=True)]
        found.append(np.mean(last, axis=0))
    names = ("largest cluster", "sd of packing", "packing .45 to .75")
    return {name: mean_and_error(values) for name, values in zip(names, zip(*found, strict=True), strict=True)}


def packing(positions, edge):
    """Return the standard deviation of the packing of squares, and the share of those with .45 to .75."""
    squares = round(edge / SQUARE)
    counts = np.histogram2d(*positions[:, :2].T, bins=squares, range=[[0, edge], [0, edge]])[0]
    local = counts * math.pi / 4 / (edge / squares) ** 2
    return local.std(), ((local > 0.45) & (local < 0.75)).mean()


def free(turning, time_step, agents=100_000):
    """Return the diffusion of free agents, from their mean square displacement after ten persistence times."""
    steps = round(10 / turning / time_step)
    given = {"agents": agents, "box": 1e6, "stiffness": 0.0, "time_step": time_step}
    diffusion = {"rotational_diffusion": turning, "translational_diffusion": 0.1}
    run = kadita.simulate("abp-2d", steps=steps, every=steps, seed=1, parameters=given | diffusion)
    x = run.read(np.array([0, 1])).positions
    square = ((x[1] - x[0] + 5e5) % 1e6 - 5e5) ** 2
    return {"D": mean_and_error(square.sum(axis=1) / (4 * steps * time_step))}


def exact(turning, time_step):
    """Return the diffusion of a free agent by its steps: 4 D t = <|sum of v dt u_k|^2> + 4 D_t t."""
    c, steps = math.exp(-turning * time_step), round(10 / turning / time_step)
    square = steps * (1 + c) / (1 - c) - 2 * c * (1 - c**steps) / (1 - c) ** 2
    return 0.1 + square * time_step**2 / (4 * steps * time_step)


# Pe, N, start, time, seeds, changes: largest cluster, sd of packing, share of .45 to .75, by an independent program: of
# one run, or of several the smallest and the largest
ROWS = [
    (120, 4000, "random", 300, 4, {}, 0.944, 0.413, 0.06),
    (120, 4000, "slab", 100, 1, {}, 0.897, 0.388, 0.06),
    (120, 4000, "random", 200, 1, {"translational_diffusion": 0.0}, 0.880, 0.356, 0.10),
    (40, 4000, "random", 300, 1, {}, 0.850, 0.340, 0.11),
    (20, 4000, "random", 800, 1, {}, 0.685, 0.269, 0.19),
    (20, 4000, "slab", 800, 1, {}, 0.696, 0.268, 0.19),
    (10, 4000, "slab", 200, 1, {}, 0.063, 0.144, 0.67),
    (7, 4000, "random", 100, 1, {}, 0.032, 0.120, 0.78),
    (5, 4000, "slab", 50, 1, {}, 0.035, 0.179, 0.53),
    (5, 1000, "random", 100, 3, {}, (0.024, 0.033), (0.08, 0.10), (0.86, 0.94)),
    (120, 1000, "random", 200, 5, {}, (0.69, 0.86), (0.20, 0.31), (0.20, 0.49)),
]


def like(reference, slack, seeds):
    """Return what is expected: within `slack` of a run's number, or of a range, or four errors of one run more."""
    low, high = reference if isinstance(reference, tuple) else (reference, reference)
    text = f"{low:g} to {high:g}" if low < high else f"{low:g}"
    return Expected(text, low - slack, high + slack, errors=4 * math.sqrt(seeds + 1))


def rows():
    """Yield the rows of this family."""
    for turning, time_step in ((0.2, 0.2), (1.0, 0.05), (1.0, 0.5), (5.0, 0.02)):
        value, factor = exact(turning, time_step), turning * time_step / 2
        why = f"exact, x coth x = {factor / math.tanh(factor):.4g}"
        yield Row(
            "abp",
            f"free, D_r = {turning:g}, dt = {time_step:g}",
            {"D": known(value, why, digits=5)},
            partial(free, turning, time_step),
        )
    for peclet, agents, start, time, seeds, changes, cluster, deviation, middle in ROWS:
        without = ", D_t = 0" if changes else ""
        setting = f"Pe = {peclet}{without}, N = {agents}, {start}, t = {time}"
        share = like(cluster, 0.0, seeds).reference
        yield Row(
            "abp",
            setting,
            {
                "largest cluster": above(0.5, share) if peclet > 10 else below(0.1, share),
                "sd of packing": like(deviation, 0.06 if agents == 4000 else 0.03, seeds),
                "packing .45 to .75": like(middle, 0.1 if agents == 4000 else 0.06, seeds),
            },
            partial(phases, agents, peclet, time, start, range(1, seeds + 1), **changes),
        )
    soft = {"speed": 3.6, "stiffness": 20.0, "rotational_diffusion": 0.03, "translational_diffusion": 0.01}
    yield Row(
        "abp",
        "Pe = 120 by v = 3.6, K = 20, D_r = .03: too soft, N = 4000, random, t = 400",
        {"largest cluster": below(0.3, "0.165, not separated"), "sd of packing": near(0.151, 0.04)},
        partial(phases, 4000, 120, 400, time_step=0.01, **soft),
    )
