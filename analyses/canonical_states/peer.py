"""Run dewi-kadita itself on its four published cases and write peer.csv.

Run by the interpreter of an environment that has dewi-kadita, where kadita need not be installed.
"""

import os
import sys

os.environ["NUMBA_NUM_THREADS"] = "1"  # a generator of random numbers a thread: one can be seeded

import csv
import tomllib
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path

import numpy as np
from dewi_kadita.core.metrics import compute_metrics_timeseries
from dewi_kadita.core.solver import CouzinSolver
from dewi_kadita.core.systems import CouzinSystem
from numba import njit, prange

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parents[1] / "plugins" / "kadita_couzin" / "scenarios"
STUDY = tomllib.loads((HERE / "study.toml").read_text(encoding="utf-8"))
PROCESSES = 2


@njit(parallel=True)
def seed_noise(seed):
    """Seed the generator that compiled code draws noise from; dewi-kadita seeds that of the start alone."""
    for _ in prange(1):
        np.random.seed(seed)  # noqa: NPY002 - the only one that compiled code has


def window_means(case, seed):
    """Mean of every metric over the last part of a run."""
    scenario = tomllib.loads((SCENARIOS / f"{case}.toml").read_text(encoding="utf-8"))
    p = scenario["parameters"]
    system = CouzinSystem(
        n_fish=p["agents"],
        box_size=p["box"],
        speed=p["speed"],
        r_repulsion=p["r_r"],
        r_orientation=p["r_o"],
        r_attraction=p["r_a"],
        max_turn=p["max_turn"],
        noise=p["noise"],
        blind_angle=p["blind_angle"],
        orientation_weight=p["orientation_weight"],
        torus_init=p["initial"] == "ring",
        torus_radius=p.get("initial_radius"),
        seed=seed,
    )
    seed_noise(seed)
    run = CouzinSolver(dt=p["time_step"]).solve(system, scenario["steps"], STUDY["every"], verbose=False)
    found = compute_metrics_timeseries(run["positions"], run["velocities"], run["time"], p["box"], verbose=False)
    frames = len(run["time"])
    begin = frames - 1 - round((frames - 1) * STUDY["peer"]["window"])
    return {m: found[m][begin:].mean() for m in STUDY["metrics"]["published"] if m in found}


def main():
    """Run all cases over all seeds and write mean and spread between seeds."""
    peer = STUDY["peer"]
    if version(peer["package"]) != peer["version"]:
        sys.exit(f"expected {peer['package']} {peer['version']}; got {version(peer['package'])}")
    cases = STUDY["dewi-kadita"]["scenarios"]
    seeds = range(peer["first_seed"], peer["first_seed"] + peer["seeds"])
    with ProcessPoolExecutor(PROCESSES) as pool, open(HERE / "peer.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["case", "metric", "mean", "sd", "n"])
        for case in cases:
            runs = list(pool.map(window_means, [case] * len(seeds), seeds))
            for metric in runs[0]:
                values = [run[metric] for run in runs]
                out.writerow([case, metric, f"{np.mean(values):.6g}", f"{np.std(values, ddof=1):.6g}", len(values)])
            file.flush()
            print(case, flush=True)


if __name__ == "__main__":
    main()
