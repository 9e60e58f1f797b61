"""Kadita's side of the benchmark, through its public functions."""

import platform
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from worker import cpu_seconds, serve

import kadita
from kadita.plugins import load_registry

warnings.simplefilter("ignore", kadita.KaditaWarning)


def versions():
    """Return what is measured."""
    return {"kadita": version("kadita"), "python": platform.python_version(), "numba": version("numba")}


def parameters(case):
    """Return a scenario's configuration, with how the school starts."""
    configuration = kadita.load_configuration(case)
    start = next(kadita.simulate(case, steps=0).blocks())
    np.savez(f"{case}.start.npz", positions=start.positions[0], velocities=start.velocities[0])
    return configuration.model_dump(mode="json")


def step(case, steps):
    """Simulate some steps from the start; compiled by a first call."""
    return cpu_seconds(list, kadita.simulate(case, steps=steps, every=steps).stream())


def frames(case, after, every, frames):
    """Write frames of the running model for both sides."""
    steps = after + (frames - 1) * every
    blocks = list(kadita.simulate(case, steps=steps, every=every).stream())
    positions = np.concatenate([b.positions for b in blocks])[-frames:]
    velocities = np.concatenate([b.velocities for b in blocks])[-frames:]
    np.savez(f"{case}.frames.npz", positions=positions, velocities=velocities, box=blocks[0].box.lengths[0])
    return positions.shape[1]


def metrics(case, names, profile, repeats):
    """Compute metrics on a block of all frames, each time a new one."""
    with np.load(f"{case}.frames.npz") as stored:
        positions, velocities, box = stored["positions"], stored["velocities"], float(stored["box"])
    registry = load_registry()

    def analyze():
        for _ in range(repeats):
            kadita.analyze(kadita.Block(positions, velocities, box=box), names, profile=profile, registry=registry)

    return cpu_seconds(analyze) / (repeats * len(positions))


def end_to_end(case, names):
    """Run a scenario into a file and compute the metrics of every frame of that file."""

    def run_and_analyze():
        path = kadita.run(case, output=Path(f"{case}.nc"), force=True)
        kadita.analyze(path, names, profile="published")

    return cpu_seconds(run_and_analyze)


if __name__ == "__main__":
    serve(versions, parameters, step, frames, metrics, end_to_end)
