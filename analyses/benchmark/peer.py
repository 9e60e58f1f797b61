"""dewi-kadita's side of the benchmark. Runs in an environment of its own, where kadita is not installed."""

import platform
from importlib.metadata import version

from worker import seconds, serve, shared


def versions():
    """Return what is measured."""
    return {"dewi-kadita": version("dewi-kadita"), "python": platform.python_version(), "numba": version("numba")}


def make_system(start, parameters):
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
    with np.load(f"{start}.start.npz") as state:
        system.positions, system.velocities = state["positions"], state["velocities"]
    return system


def step(start, parameters, steps):
    """Simulate some steps from the start; return the time of one.

    Only the compiled update, the motion and the cell: without what `CouzinSolver.solve` records beside them.
    """
    from dewi_kadita.core.solver import _update_velocities_numba

    system = make_system(start, parameters)
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

    return shared(seconds(simulate), steps)


def metrics(name):
    """Compute all twelve metrics, frame by frame; return the time of a frame."""
    import numpy as np
    from dewi_kadita.core.metrics import compute_all_metrics

    with np.load(f"{name}.frames.npz") as stored:
        positions, velocities, box = stored["positions"], stored["velocities"], float(stored["box"])

    def compute():
        for x, v in zip(positions, velocities, strict=True):
            compute_all_metrics(x, v, box)

    return shared(seconds(compute), len(positions))


def end_to_end(start, parameters, steps, every):
    """Run a scenario and compute the metrics of every frame, in memory: no file is written."""
    from dewi_kadita.core.metrics import compute_metrics_timeseries
    from dewi_kadita.core.solver import CouzinSolver

    def run_and_analyze():
        system = make_system(start, parameters)
        found = CouzinSolver(dt=parameters["time_step"]).solve(system, steps, every, verbose=False)
        compute_metrics_timeseries(
            found["positions"], found["velocities"], found["time"], system.box_size, verbose=False
        )

    return seconds(run_and_analyze)


if __name__ == "__main__":
    serve(versions, step, metrics, end_to_end)
