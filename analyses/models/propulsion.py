"""Rows of active particles alone, with any self-propulsion: what is exactly known, free and in a harmonic trap."""

import math
from functools import partial

import active
import numpy as np
from rows import Row, above, known, mean_and_error

import kadita

AGENTS = 20_000
OPEN = {"agents": AGENTS, "box": "open", "initial": "sphere", "initial_radius": 2.0, "stiffness": 0.0}
SCENARIOS = {"abp": "abp-2d", "aoup": "aoup", "run-and-tumble": "run-and-tumble"}


def simulated(model, dimensions, rate, steps, **parameters):
    """Return places and self-propulsion velocities at time 0 and after some steps, (2, N, 3) each."""
    own = {
        "abp": {"rotational_diffusion": rate / (dimensions - 1)},
        "aoup": {"persistence_time": 1 / rate},
        "run-and-tumble": {"tumble_rate": rate},
    }[model]
    given = OPEN | {"dimensions": dimensions} | own | parameters
    run = kadita.simulate(SCENARIOS[model], steps=steps, every=steps, seed=1, parameters=given)
    frames = run.read(np.array([0, 1]))
    return frames.positions, frames.velocities


def free(model, rate, time_step, speed):
    """Return the diffusion of free agents in a plane, after ten persistence times, and what is left of velocities."""
    steps = round(10 / rate / time_step)
    chosen = {"speed": speed, "translational_diffusion": 0.1, "time_step": time_step, "trap": 0.0}
    x, v = simulated(model, 2, rate, steps, **chosen)
    square = ((x[1] - x[0]) ** 2).sum(axis=1)
    found = {"D": mean_and_error(square / (4 * steps * time_step))}
    _, v = simulated(model, 2, rate, round(0.5 / rate / time_step), **chosen)
    return found | {"<v(0) . v(t)>, t = .5 / l": mean_and_error((v[0] * v[1]).sum(axis=1))}


def exact_diffusion(rate, time_step, speed):
    """Return the diffusion of a free agent in a plane by its steps: 4 D t = <|sum of dt v_n|^2> + 4 D_t t."""
    c, steps = math.exp(-rate * time_step), round(10 / rate / time_step)
    square = steps * (1 + c) / (1 - c) - 2 * c * (1 - c**steps) / (1 - c) ** 2
    return 0.1 + square * (speed * time_step) ** 2 / (4 * steps * time_step)


def trapped(model, dimensions, rate, trap, time_step, speed, diffusion):
    """Return the moments of agents in a trap, after ten relaxation times of the trap, or persistence times."""
    steps = round(10 * max(1 / trap, 1 / rate) / time_step)
    chosen = {"speed": speed, "translational_diffusion": diffusion, "time_step": time_step, "trap": trap}
    x, v = simulated(model, dimensions, rate, steps, **chosen)
    square = (x[1] ** 2).sum(axis=1)
    return {"<v . r>": mean_and_error((x[1] * v[1]).sum(axis=1)), "<r^2>": mean_and_error(square)}


def exact_moments(dimensions, rate, trap, time_step, speed, diffusion):
    """Return <v . r> and <r^2> of the stationary state of the steps."""
    q, c, dt = 1 - trap * time_step, math.exp(-rate * time_step), time_step
    together = speed**2 * dt / (1 - q * c)
    added = (speed * dt) ** 2 + 2 * q * c * dt * together + 2 * dimensions * diffusion * dt
    return together, added / (1 - q**2)


def rows():
    """Yield the rows of this family."""
    for model in ("aoup", "run-and-tumble"):
        for rate, time_step, speed in ((1.0, 0.05, 1.0), (1.0, 0.5, 1.0), (5.0, 0.02, 2.0)):
            factor = rate * time_step / 2
            left = speed**2 * math.exp(-rate * time_step * round(0.5 / rate / time_step))
            diffusion = exact_diffusion(rate, time_step, speed)
            yield Row(
                model,
                f"free, l = {rate:g}, v = {speed:g}, dt = {time_step:g}",
                {
                    "D": known(diffusion, f"exact, x coth x = {factor / math.tanh(factor):.4g}", digits=5),
                    "<v(0) . v(t)>, t = .5 / l": known(left, "exact"),
                },
                partial(free, model, rate, time_step, speed),
            )
    for model in ("abp", "aoup", "run-and-tumble"):
        for dimensions, rate, trap, time_step in ((2, 2.0, 1.0, 0.01), (2, 0.5, 2.0, 0.1), (3, 0.5, 1.0, 0.05)):
            chosen = dimensions, rate, trap, time_step, 2.0, 0.3
            together, square = exact_moments(*chosen)
            yield Row(
                model,
                f"trap, d = {dimensions}, l = {rate:g}, k = {trap:g}, dt = {time_step:g}",
                {
                    "<v . r>": known(together, f"exact; {4 / (rate + trap):.4g} for dt = 0"),
                    "<r^2>": known(square, f"exact; {(4 / (rate + trap) + dimensions * 0.3) / trap:.4g} for dt = 0"),
                },
                partial(trapped, model, *chosen),
            )
    yield Row(
        "run-and-tumble",
        "contacts, v / (sigma a) = 120, N = 1000, random, t = 200",
        {"largest cluster": above(0.5, "separated, as ABP")},
        partial(clusters, 1 / 120, 20_000),
    )


def clusters(rate, steps, seeds=(1, 2, 3)):
    """Return the largest cluster's share at the end, over the last frames."""
    found = []
    for seed in seeds:
        given = {"tumble_rate": rate, "translational_diffusion": rate / 3}
        run = kadita.simulate("run-and-tumble", steps=steps, every=steps // 20, seed=seed, parameters=given)
        last = [
            kadita.analyze(block, "largest_cluster_fraction")["largest_cluster_fraction"]
            for block in run.blocks(start=21 - active.LAST)
        ]
        found.append(np.concatenate(last).mean())
    return {"largest cluster": mean_and_error(found)}
