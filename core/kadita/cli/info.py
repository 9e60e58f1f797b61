"""`kadita info`: what a trajectory holds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kadita.cli.options import Topology, TrajectoryPath


def info(
    trajectory: TrajectoryPath,
    topology: Topology = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show status, frames, agents, times, cell, model and origin of a trajectory."""
    import json

    from kadita.formats import open as open_trajectory

    with open_trajectory(trajectory, topology=topology) as opened:
        facts = _facts(opened)
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for key, value in facts.items():
        if isinstance(value, dict):
            value = ", ".join(f"{k} {v}" for k, v in value.items())
        typer.echo(f"{key + ':':15}{value}")


def _facts(trajectory: Any) -> dict[str, Any]:
    import numpy as np

    from kadita.formats.amber import AmberTrajectory

    times = trajectory.times
    unit = trajectory.attributes.get("time_unit")
    chunk = trajectory.read(np.array([0]))
    facts: dict[str, Any] = {
        "frames": trajectory.n_frames,
        "agents": len(trajectory.agents),
        "times": f"{times[0]:g} to {times[-1]:g}{f' {unit}' if unit else ''}",
        "cell": "open space" if chunk.lengths is None else " x ".join(f"{x:g}" for x in chunk.lengths[0]),
        "velocities": "yes" if trajectory.has_velocities else "no",
    }
    facts |= {key.replace("_", " "): value for key, value in trajectory.attributes.items()}
    if isinstance(trajectory, AmberTrajectory):
        status = {True: "complete", False: "running, or ended before it was complete", None: ""}
        facts = {"status": status[trajectory.complete]} | facts if trajectory.complete is not None else facts
        facts["written by"] = " ".join(
            str(trajectory.header.attributes.get(key, "")) for key in ("program", "programVersion")
        )
        facts["container"] = {1: "NetCDF-3 classic", 2: "NetCDF-3 64-bit offset", 5: "NetCDF-3 64-bit data"}[
            trajectory.header.version
        ]
        if trajectory.configuration:
            facts["configuration"] = trajectory.configuration
    return facts | {key.replace("_", " "): value for key, value in trajectory.fingerprint().items() if key != "name"}
