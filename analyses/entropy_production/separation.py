"""Active Brownian particles that separate into two phases, and a map of the rates of single agents."""

import numpy as np
from rows import ERRORS, Row, between
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


def separated(steps=SEPARATED, seed=1):
    """Return the last frame of a run from random places."""
    run = kadita.simulate("abp-2d", steps=steps, every=steps, seed=seed, parameters=PARAMETERS)
    return list(run.blocks(start=1))[-1][-1]


def heat_map(start, window=WINDOW):
    """Return the middle positions of a window of every step, and what is known of each agent over the window.

    That is its local packing in the middle, its rate of entropy production by the analysis, from displacements, and
    by forces; then the rate of all and its error.
    """
    run = kadita.simulate("abp-2d", steps=window, every=1, seed=2, parameters=PARAMETERS, start=start)
    found = kadita.analyze(run, "entropy_production", parameters={"headings": "even"})
    blocks = list(run.blocks())
    x = np.concatenate([block.positions for block in blocks])[..., :2]
    v = np.concatenate([block.velocities for block in blocks])[..., :2]
    middle = x[window // 2] % EDGE
    of_all = found["entropy_production.rate"], found["entropy_production.rate_error"]
    return middle, local_packing(middle), found["entropy_production.of_agents"], by_forces(x, v), of_all


def by_forces(x, v):
    """Return the mean of v . (v + F) / D_t of each agent: the rate without the noise of displacements.

    A step goes from the forces in its first frame, with the velocity of its second, which a product that is centred
    in time multiplies by the mean of both.
    """
    rates = np.zeros(x.shape[1])
    for t in range(len(x) - 1):
        rates += ((v[t] + v[t + 1]) / 2 * (v[t + 1] + forces(x[t] % EDGE))).sum(axis=1)
    return rates / DIFFUSION / (len(x) - 1)


def forces(x):
    """Return the repulsion of each agent, (N, 2): stiffness times overlap, along the line of centers."""
    i, j = cKDTree(x, boxsize=EDGE).query_pairs(1.0, output_type="ndarray").T
    apart = x[i] - x[j]
    apart -= EDGE * np.rint(apart / EDGE)
    distance = np.linalg.norm(apart, axis=1)[:, None]
    push = PARAMETERS["stiffness"] * (1 - distance) * apart / distance
    total = np.zeros_like(x)
    np.add.at(total, i, push)
    np.add.at(total, j, -push)
    return total


def local_packing(x):
    """Return the packing within a circle about each agent, itself included."""
    neighbours = cKDTree(x, boxsize=EDGE).query_ball_point(x, AROUND, return_length=True)
    return neighbours * 0.25 / AROUND**2


def error_of(agents, window=WINDOW):
    """Return the standard error of a mean rate over agents, by the translational noise of their displacements."""
    return np.sqrt(2 * FREE / (window * STEP * agents))


def rows_of(packing, measured, expected, of_all):
    """Yield the rows of a map: the rate of all, and those by displacements that the forces explain."""
    setting = f"N = {NUMBER}, packing {PACKING:g}, Pe = 100, t = {SEPARATED * STEP:g}"
    yield between("ABP, two phases", setting, "even rate, all", of_all, 20, 80)
    for low, high in ((0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.0), (1.0, np.inf)):
        those = (low <= packing) & (packing < high)
        quantity = f"even rate, packing {low:g} to {high:g}" if high < np.inf else f"even rate, packing above {low:g}"
        error = error_of(those.sum())
        allowed = ERRORS * error  # the dense phase makes too little to ask for a small error as a share of it
        value, known = measured[those].mean(), expected[those].mean()
        yield Row("ABP, two phases", setting, quantity, known, known, value, error, known - allowed, known + allowed)
