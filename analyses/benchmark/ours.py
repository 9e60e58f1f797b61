"""Kadita's side of the benchmark."""

import platform
import resource
import sys
import warnings
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from unittest import mock

import numpy as np
from worker import seconds, serve, shared, together

import kadita
from kadita.models.engine import cell_list
from kadita.plugins.loading import load_registry
from kadita.school.chunk import frames_at_once
from kadita.simulation.integration import Integration

warnings.simplefilter("ignore", kadita.KaditaWarning)


def versions():
    """Return what is measured."""
    return {"kadita": version("kadita"), "python": platform.python_version(), "numba": version("numba")}


def parameters(case, changes, start):
    """Return a scenario's parameters, its steps and how many there are to a frame; write how the school starts."""
    configuration = configured(case, changes)
    first = next(kadita.simulate(configuration, steps=0).blocks())
    np.savez(f"{start}.start.npz", positions=first.positions[0], velocities=first.velocities[0])
    return configuration.model_dump(mode="json")


def configured(case, changes):
    """Return a scenario with some parameters changed."""
    return kadita.load_configuration(case, {}, changes)


def step(case, changes, steps, repeats, threads=1):
    """Simulate some steps from the start, several times; return the time of one step."""
    spent = []
    for _ in range(repeats):
        school = Integration(configured(case, changes), threads, None)
        spent.append(seconds(school.advance, steps))
    return shared(together(spent), repeats * steps)


def pace(case, changes, search, least, threads=1):
    """Simulate on and on with one way to find neighbours, "pairs" or "cells"; return the time of one step.

    So many steps are measured that they take at least so many seconds.
    """
    school, steps = school_of(case, tuple(changes.items()), threads), 1
    while True:
        spent = seconds(advance, school, search, steps)
        if spent["wall"] >= least:
            return shared(spent, steps)
        steps = 1 + int(steps * min(100, 1.3 * least / spent["wall"]))


@lru_cache(maxsize=2)  # a million agents, say, that one round leaves to the next
def school_of(case, changes, threads):
    """Return a school that is under way: its kernels are compiled, and its agents sorted."""
    school = Integration(configured(case, dict(changes)), threads, None)
    for search in ("pairs", "cells") if school.model.agents < 1000 else ("cells",):
        advance(school, search, 1)
    return school


def advance(school, search, steps):
    """Advance with all pairs or with cells, whichever the engine would choose."""
    with mock.patch.object(cell_list, "cells_are_faster", return_value=search == "cells"):
        school.advance(steps)


def chosen(case, changes):
    """Return which way the engine takes by itself."""
    school = Integration(configured(case, changes), 1, None)
    return "cells" if school._by_cells() else "pairs"


def candidates(case, changes):
    """Return how many candidates an agent has in cells, on average over a uniform school."""
    school = Integration(configured(case, changes), 1, None)
    agents, (counts, distinct) = school.model.agents, np.ones((2, 3), np.int64)
    cell_list.grid(school.space.edges, school.space.cutoff, agents, counts, distinct)
    around = (3, 3, 2 * cell_list.SLICES + 1)
    return agents * float(np.prod([min(1.0, a / c) for a, c in zip(around, counts, strict=True)]))


def frames(case, changes, name, after, every, frames):
    """Write frames of the running model for both sides; return the number of agents."""
    steps = after + (frames - 1) * every
    blocks = list(kadita.simulate(case, steps=steps, every=every, parameters=changes).stream())
    positions = np.concatenate([b.positions for b in blocks])[-frames:]
    velocities = np.concatenate([b.velocities for b in blocks])[-frames:]
    np.savez(f"{name}.frames.npz", positions=positions, velocities=velocities, box=blocks[0].box.lengths[0])
    return positions.shape[1]


def metrics(name, names, profile, repeats):
    """Compute metrics on a block of all frames, each time a new one; return the time of a frame."""
    with np.load(f"{name}.frames.npz") as stored:
        positions, velocities, box = stored["positions"], stored["velocities"], float(stored["box"])
    registry = load_registry()

    def analyze():
        for _ in range(repeats):
            kadita.analyze(kadita.Block(positions, velocities, box=box), names, profile=profile, registry=registry)

    return shared(seconds(analyze), repeats * len(positions))


def passes(agents, frames, box, link, deviation):
    """Compute all default metrics in one pass, then each in a pass of its own, with what it needs; return the times.

    They are those of a frame, of all together, and of the slowest alone, once of those that need no other.

    Positions are uniform in a periodic cell. Headings are those of velocities with a mean of 1 and a standard deviation
    of `deviation` along each axis; None for all directions alike.
    """
    rng = np.random.default_rng(agents)
    positions = rng.uniform(0, box, (frames, agents, 3))
    velocities = (
        rng.normal(size=positions.shape) if deviation is None else rng.normal([1, 0, 0], deviation, positions.shape)
    )
    registry = load_registry()
    metrics = [m for m in registry.metrics.values() if m.default and 3 in m.dimensions]

    def analyze(names):
        block = kadita.Block(positions, velocities, box=box, attributes={"r_a": link})
        kadita.analyze(block, names, registry=registry)

    analyze(None)  # compiles
    everything = seconds(analyze, None)["cpu"]
    alone = {m.name: seconds(analyze, [m.name])["cpu"] for m in metrics}
    simple = max(alone[m.name] for m in metrics if not m.needs)
    return {"all": everything / frames, "slowest": max(alone.values()) / frames, "simple": simple / frames}


def end_to_end(case, names):
    """Run a scenario into a file and compute the metrics of every frame of that file."""

    def run_and_analyze():
        path = kadita.run(case, output=Path(f"{case}.nc"), force=True)
        kadita.analyze(path, names, profile="published")

    return seconds(run_and_analyze)


def peak(case, changes, frames):
    """Run a scenario into a file; return this process' greatest memory and that of a block of frames, in bytes."""
    kadita.run(case, output="peak.nc", force=True, steps=frames - 1, every=1, parameters=changes)
    block = frames_at_once(changes["agents"]) * changes["agents"] * 6 * 8  # positions and velocities, float64
    status = Path("/proc/self/status")
    if status.exists():  # Linux keeps getrusage's figure from before the program was started, the parent's
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return 1024 * int(line.split()[1]), block
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024), block


if __name__ == "__main__":
    serve(versions, parameters, step, pace, chosen, candidates, frames, metrics, passes, end_to_end, peak)
