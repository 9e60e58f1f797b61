"""Rows of fish in a round tank: lone fish whose numbers are known, and schools whose wall reflects or is avoided."""

import math
from functools import partial

import numpy as np
from rows import Row, above, below, known, mean_and_error

import kadita

RADIUS, NEAR = 2.0, 0.3  # metres: of the tank, and within which a fish is near its wall
UNIFORM = 1 - (1 - NEAR / RADIUS) ** 2
METRICS = ["near_wall", "wall_alignment", "wall_distance", "order_index"]
WITHIN = {"near_wall.distance": NEAR, "wall_alignment.distance": NEAR}
ALONE = {"attraction": 0.0, "alignment": 0.0}
XI, SIGMA = 0.024, 28.9


def school(seeds=8, **parameters):
    """Return means over time and seeds, with their standard errors."""
    found = []
    for seed in range(1, seeds + 1):
        run = kadita.simulate("tank", seed=seed, steps=20_000, parameters=parameters)
        results = kadita.analyze(run, METRICS, parameters=WITHIN, start=400)
        found.append([np.nanmean(results[name]) for name in METRICS])
    return {name: mean_and_error(values) for name, values in zip(METRICS, zip(*found, strict=True), strict=True)}


def turning(speed, time_step):
    """Return the deviation of lone fishes' turning rate, and how their headings spread in .5 s, in open space."""
    agents, steps = 20_000, round(1 / time_step)
    given = {"agents": agents, "speed": speed, "time_step": time_step, "wall_avoidance": 0.0, "sight": 1e-3, **ALONE}
    space = {"arena": None, "initial": "sphere", "initial_radius": 100.0}
    run = kadita.simulate("tank", seed=1, steps=steps, every=1, parameters=given | space)
    rates = np.concatenate([block.variables["turning_rate"] for block in run.blocks()])[steps // 2 :]
    angle = rates[1:].sum(axis=0) * time_step
    duration = (len(rates) - 1) * time_step
    return {
        "sd of turning rate": (float(rates[-1].std()), float(rates[-1].std() / math.sqrt(2 * agents))),
        "var(angle) / 2t": (
            float(angle.var() / 2 / duration),
            float(angle.var() / 2 / duration * math.sqrt(2 / agents)),
        ),
    }


def exact(speed, time_step):
    """Return both by the process and its steps."""
    kept, variance, steps = math.exp(-speed * time_step / XI), 0.5 * speed * SIGMA**2 * XI, round(0.5 / time_step)
    spread = steps * (1 + kept) / (1 - kept) - 2 * kept * (1 - kept**steps) / (1 - kept) ** 2
    return math.sqrt(variance), variance * time_step * spread / (2 * steps)


def rows():
    """Yield the rows of this family."""
    for speed, time_step in ((0.4, 0.01), (0.8, 0.01), (0.8, 0.002)):
        deviation, diffusion = exact(speed, time_step)
        expected = {
            "sd of turning rate": known(deviation, "exact"),
            "var(angle) / 2t": known(diffusion, f"exact; in the long run {SIGMA**2 * XI**2 / 2:.4g}, as dt goes to 0"),
        }
        yield Row(
            "gautrais", f"a lone fish, v = {speed:g}, dt = {time_step:g}", expected, partial(turning, speed, time_step)
        )
    free = {
        "near_wall": known(UNIFORM, "uniform"),
        "wall_alignment": known(0.5, "isotropic"),
        "wall_distance": known(RADIUS / 3, "R / 3, uniform"),
    }
    yield Row("gautrais", "lone fish, reflected", free, partial(school, wall_avoidance=0.0, **ALONE))
    away = {
        "near_wall": below(UNIFORM, f"fewer than {UNIFORM:.3g}, which is uniform"),
        "wall_alignment": above(0.6, "more than .5, which is isotropic"),
    }
    yield Row("gautrais", "lone fish, wall avoided", away, partial(school, **ALONE))
    at = {
        "near_wall": above(UNIFORM, f"more than {UNIFORM:.3g}, which is uniform"),
        "wall_alignment": above(0.6, "more than .5, which is isotropic"),
    }
    yield Row("gautrais", "a school of 30, 7 nearest, reflected", at, partial(school, wall_avoidance=0.0))
    ordered = {**away, "order_index": above(0.8, "ordered: it swims in one direction or mills")}
    yield Row("gautrais", "a school of 30, 7 nearest, wall avoided", ordered, school)
    yield Row("gautrais", "a school of 30, all within sight, wall avoided", ordered, partial(school, neighbors=None))
    slow = {**away, "order_index": below(0.8, "less: alignment grows with the speed")}
    yield Row("gautrais", "a school of 30, 7 nearest, wall avoided, v = .2", slow, partial(school, speed=0.2))
