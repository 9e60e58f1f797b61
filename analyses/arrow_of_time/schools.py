"""What pairs say: of the schools of the zone model, of a tracked flock, and of motion in equilibrium."""

from pathlib import Path

import numpy as np

import kadita
from kadita_thermo import pair_irreversibility

NAMES = ("divergence", "null", "p_value", "flux", "block_correlation")
PROFILES = ("alignment_asymmetry", "alignment_asymmetry_error", "recession", "recession_error")
SCHOOLS = ("torus", "swarm", "dynamic-parallel", "highly-parallel", "vicsek")
STEPS, EVERY = 20_000, 5
REACH = {"vicsek": 4.0}  # of pairs; in Vicsek's model half the cell
OTHERS = 12.0


def simulated(scenario, seed, folder, steps=STEPS, every=EVERY):
    """Return the file of a run with a frame every so many steps, made once."""
    file = Path(folder) / f"{scenario}-{seed}-{steps}-{every}.nc"
    if not file.exists():
        kadita.run(scenario, steps=steps, every=every, seed=seed, output=file)
    return file


def of_school(file, reach, *, start=None, **parameters):
    """Return the results of `pair_irreversibility`, numbers and profiles, by name."""
    results = kadita.analyze(file, pair_irreversibility, start=start, parameters={"reach": reach} | parameters)
    found = {name: float(results[f"pair_irreversibility.{name}"]) for name in NAMES}
    profiles = {name: results[f"pair_irreversibility.{name}"] for name in PROFILES}
    axis = results.analyses["pair_irreversibility.recession"].axes["distance"]
    return found | profiles | {"distance": axis}


def tumblers(seed, agents=10, side=5.0, frames=200, step=0.5, rate=4.0):
    """Return free agents in equilibrium: they swim straight and take a new direction at random times."""
    rng = np.random.default_rng(seed)
    angles, fine = rng.uniform(-np.pi, np.pi, agents), 4
    x, positions, velocities = rng.uniform(0, side, (agents, 2)), [], []
    for step_number in range(frames * fine):
        u = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        if step_number % fine == 0:
            positions.append(x)
            velocities.append(u)
        x = (x + u * step / fine / 2) % side
        tumbles = rng.random(agents) < -np.expm1(-rate * step / fine)
        angles = np.where(tumbles, rng.uniform(-np.pi, np.pi, agents), angles)
        x = (x + np.stack([np.cos(angles), np.sin(angles)], axis=1) * step / fine / 2) % side
    return kadita.Block(
        np.array(positions),
        np.array(velocities),
        box=side,
        times=np.arange(frames) * step,
        attributes={"velocities": "state"},
    )


def false_alarms(number):
    """Return the p values of so many free schools in equilibrium."""
    return np.array([of_school(tumblers(seed), 2.5)["p_value"] for seed in range(number)])
