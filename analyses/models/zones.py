"""Zone models in a plane: informed individuals who lead a group, and a school that mills."""

import math
from functools import cache

import numpy as np
from rows import Row, above, near

import kadita
from kadita.plugins.loading import load_registry

LAST = 50  # steps in which a group's way is measured
INFORMED = {  # c by N and share p of informed ones, of 400 runs, 200 where N = 200: mean, standard error if known
    10: {0: (-0.04, 0.04), 0.1: (0.621, 0.022), 0.2: (0.865, 0.010), 0.5: (0.979, 0.001)},
    30: {0: (0.00, 0.04), 0.1: (0.762, 0.017), 0.2: (0.954, 0.003), 0.5: (0.9933, 0.0005)},
    50: {0: (0.05, 0.04), 0.1: (0.911, 0.008), 0.2: (0.985, 0.001), 0.5: (0.9966, 0.0002)},
    100: {0: (0.03, 0.03), 0.1: (0.983, 0.002), 0.2: (0.9937, 0.0004), 0.5: (0.9985, None)},
    200: {0: (0.04, 0.05), 0.05: (0.919, 0.021), 0.1: (0.993, 0.001), 0.2: (0.9961, 0.0004), 0.5: (0.9991, None)},
}
# of p = .1, the mean and four standard errors of the difference of two such measurements
ACCURACY = {10: (0.752, 0.07), 30: (0.817, 0.05), 50: (0.895, 0.03), 100: (0.955, 0.012), 200: (0.970, 0.012)}
LONGER = {10: (0.585, 0.14), 50: (0.898, 0.06), 100: (0.974, 0.02)}  # c after 2,000 steps
registry = cache(load_registry)


def informed(agents, share, runs, steps=500, radius=None, **parameters):
    """Measure groups of `agents`, a share of which is informed.

    Returns:
        c, the mean cosine of the angle between a group's way and the preferred direction; the accuracy, 1 - the mean of
        the angle / pi; and the share of runs that end with all in one cluster, `whole`.
    """
    count = round(share * agents)
    given = kadita.load_configuration("informed").model_dump(exclude_unset=True) | {"steps": steps, "every": LAST}
    given["species"] = [{"name": "informed", "count": count, "weight": 0.5}] if count else []
    given["parameters"] |= {"agents": agents, "initial_radius": radius or 0.8 * math.sqrt(agents)} | parameters
    run = kadita.load_configuration(given, registry=registry())
    ends = np.array([steps // LAST - 1, steps // LAST])
    positions = np.empty((2, runs, agents, 3))
    for seed in range(runs):
        positions[:, seed] = kadita.simulate(run, seed=seed, registry=registry()).read(ends).positions
    x, y, _ = np.diff(positions.mean(axis=2), axis=0)[0].T
    angle = np.abs(np.arctan2(y, x))
    last = kadita.Block(positions[1], np.zeros_like(positions[1]), attributes={"r_a": 6.0}, dimensions=2)
    largest = kadita.analyze(last, "largest_cluster_fraction")["largest_cluster_fraction"]
    return {"c": np.cos(angle).mean(), "accuracy": 1 - angle.mean() / math.pi, "whole": (largest == 1).mean()}


def mill(seeds, **parameters):
    """P and M of couzin-2d, means over seeds of the last fifth of a run; the median of M, the share of mills."""
    p, m = [], []
    for seed in range(1, seeds + 1):
        run = kadita.simulate("couzin-2d", seed=seed, every=20, parameters=parameters, registry=registry())
        last = run.read(np.arange(run.n_frames * 4 // 5, run.n_frames))
        found = kadita.analyze(
            kadita.Block(last.positions, last.velocities, dimensions=2), ["polarization", "rotation"]
        )
        p.append(found["polarization"].mean())
        m.append(found["rotation"].mean())
    shares = {"median rotation": np.median(m), "mills": np.mean(np.array(m) > 0.8)}
    return {"polarization": np.mean(p), "rotation": np.mean(m)} | shares


def both(value, error):
    """Return what is expected within four standard errors of a measurement as uncertain as the reference."""
    return near(value, 0.0006) if error is None else near(value, 4 * math.sqrt(2) * error, error)


def rows():
    """Yield the rows of the study."""
    for agents, by_share in INFORMED.items():
        for share, reference in by_share.items():
            expected = {"c": both(*reference)}
            if share == 0.1:
                expected["accuracy"] = near(*ACCURACY[agents])
            if share:
                expected["whole"] = above(0.88, ".945") if share == 0.05 else above(0.96, ".985-1")
            yield Row(
                "informed",
                f"N = {agents}, {round(share * agents)} informed",
                expected,
                lambda n=agents, p=share: informed(n, p, 400 if n < 200 else 200),
            )
    for agents, reference in LONGER.items():
        yield Row(
            "informed",
            f"N = {agents}, {agents // 10} informed, 2000 steps",
            {"c": near(*reference)},
            lambda n=agents: informed(n, 0.1, 400, steps=2000),
        )
    for radius, expected in ((15.0, near(0.4, 0.3, 0.09)), (42.0, near(0.0, 0.05))):
        yield Row(
            "informed",
            f"N = 50, none informed, noise 0.05, from a disc of {radius:g}",
            {"whole": expected},
            lambda r=radius: informed(50, 0, 120, steps=1500, radius=r, noise=0.05),
        )
    yield Row(
        "couzin",
        "couzin-2d",
        {
            "polarization": near(0.0863, 0.017, 0.0031),
            "median rotation": near(0.857, 0.014, 0.0025),
            "mills": above(0.9, "1 (20 of 20)"),
        },
        lambda: mill(40),
    )
    yield Row(
        "couzin",
        "couzin-2d, r_o = 1",
        {"polarization": near(0.144, 0.05, 0.009), "rotation": near(0.103, 0.045, 0.010)},
        lambda: mill(40, r_o=1.0),
    )
