"""Active Brownian particles that separate into two phases, and a map of where the heat is."""

import numpy as np
from rows import between
from scipy.spatial import cKDTree

import kadita

NUMBER, PACKING, SPEED, ROTATIONAL, STEP = 4096, 0.6, 1.0, 0.01, 0.004
DIFFUSION = ROTATIONAL / 3
EDGE = np.sqrt(NUMBER * np.pi / 4 / PACKING)
PARAMETERS = {
    "agents": NUMBER,
    "dimensions": 2,
    "box": float(EDGE),
    "speed": SPEED,
    "rotational_diffusion": ROTATIONAL,
    "translational_diffusion": DIFFUSION,
    "stiffness": 50.0,
    "time_step": STEP,
}
FREE = SPEED**2 / DIFFUSION
SEPARATED = 50_000  # steps, two persistence times
WINDOW = 250  # steps of the map: agents move by their diameter at most
AROUND = 2.5  # diameters: radius within which packing is local
DENSE, GAS = 1.0, 0.5  # local packings above, and below


def separated(steps=SEPARATED, seed=1):
    """Return the last frame of a run from random places."""
    run = kadita.simulate("abp-2d", steps=steps, every=steps, seed=seed, parameters=PARAMETERS)
    return list(run.blocks(start=1))[-1][-1]


def heat_map(start, window=WINDOW):
    """Return positions in the middle of the window, local packing then, rates of agents, and the rate of all."""
    run = kadita.simulate("abp-2d", steps=window, every=1, seed=2, parameters=PARAMETERS, start=start)
    found = kadita.analyze(run, "entropy_production", parameters={"headings": "even"})
    middle = next(iter(run.blocks(start=window // 2, stop=window // 2 + 1)))[0]
    x = middle.positions[:, :2] % EDGE
    rates = found["entropy_production.of_agents"]
    return x, local_packing(x), rates, found["entropy_production.rate"], found["entropy_production.rate_error"]


def local_packing(x):
    """Return the packing within a circle about each agent, itself included."""
    tree = cKDTree(x, boxsize=EDGE)
    neighbours = tree.query_ball_point(x, AROUND, return_length=True)
    return neighbours * 0.25 / AROUND**2


def error_of(agents, window=WINDOW):
    """Return the standard error of a mean rate over agents, by the translational noise of their displacements."""
    return np.sqrt(2 * FREE / (window * STEP * agents))


def rows_of(x, packing, rates, rate, error):
    """Yield the rows of a map."""
    setting = f"N = {NUMBER}, packing {PACKING:g}, Pe = 100, t = {SEPARATED * STEP:g}"
    dense, gas = packing > DENSE, packing < GAS
    yield between("ABP, two phases", setting, "even rate, all", (rate, error), 20, 80)
    for name, those, low, high in (("dense", dense, 1, 30), ("gas", gas, 130, 200)):
        found = rates[those].mean(), error_of(those.sum())
        yield between("ABP, two phases", setting, f"even rate, {name}", found, low, high)
