"""dewi-kadita's side of the benchmark. Runs in an environment of its own, where kadita is not installed."""

import platform
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

from worker import cpu_seconds, serve


def environment(folder, requirement):
    """Return the interpreter of an environment with dewi-kadita, made at the first call."""
    python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = Path(folder) / "installed"
    if not ready.exists():
        print(f"making {folder} with {requirement}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement], check=True
        )
        ready.touch()
    return python


def versions():
    """Return what is measured."""
    return {"dewi-kadita": version("dewi-kadita"), "python": platform.python_version(), "numba": version("numba")}


def make_system(case, parameters):
    """Return the peer's system with a scenario's parameters, in the state from which kadita starts."""
    import numpy as np
    from dewi_kadita.core.systems import CouzinSystem

    system = CouzinSystem(
        n_fish=parameters["agents"],
        box_size=parameters["box"],
        speed=parameters["speed"],
        r_repulsion=parameters["r_r"],
        r_orientation=parameters["r_o"],
        r_attraction=parameters["r_a"],
        max_turn=parameters["max_turn"],
        noise=parameters["noise"],
        blind_angle=parameters["blind_angle"],
        orientation_weight=parameters["orientation_weight"],
    )
    with np.load(f"{case}.start.npz") as start:
        system.positions, system.velocities = start["positions"], start["velocities"]
    return system


def step(case, parameters, steps):
    """Simulate some steps from the start; compiled by a first call.

    Only the compiled update, the motion and the cell: without what `CouzinSolver.solve` records beside them.
    """
    from dewi_kadita.core.solver import _update_velocities_numba

    system = make_system(case, parameters)
    rules = (
        system.box_size,
        system.r_repulsion,
        system.r_orientation,
        system.r_attraction,
        system.max_turn,
        system.noise,
        system.blind_angle_rad,
        system.speed,
        system.orientation_weight,
    )

    def simulate():
        for _ in range(steps):
            system.velocities = _update_velocities_numba(system.positions, system.velocities, *rules)
            system.positions += system.velocities * parameters["time_step"]
            system.apply_periodic_boundary()

    return cpu_seconds(simulate)


def metrics(case):
    """Compute all twelve metrics, frame by frame."""
    import numpy as np
    from dewi_kadita.core.metrics import compute_all_metrics

    with np.load(f"{case}.frames.npz") as stored:
        positions, velocities, box = stored["positions"], stored["velocities"], float(stored["box"])

    def compute():
        for x, v in zip(positions, velocities, strict=True):
            compute_all_metrics(x, v, box)

    return cpu_seconds(compute) / len(positions)


def end_to_end(case, parameters, steps, every):
    """Run a scenario and compute the metrics of every frame, in memory: no file is written."""
    from dewi_kadita.core.metrics import compute_metrics_timeseries
    from dewi_kadita.core.solver import CouzinSolver

    def run_and_analyze():
        system = make_system(case, parameters)
        found = CouzinSolver(dt=parameters["time_step"]).solve(system, steps, every, verbose=False)
        compute_metrics_timeseries(
            found["positions"], found["velocities"], found["time"], system.box_size, verbose=False
        )

    return cpu_seconds(run_and_analyze)


if __name__ == "__main__":
    serve(versions, step, metrics, end_to_end)
