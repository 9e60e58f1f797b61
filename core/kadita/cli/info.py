"""`kadita info`: show the contents of a trajectory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli.options import Topology, TrajectoryPath

if TYPE_CHECKING:
    from kadita.school.trajectory import Trajectory


def info(
    trajectory: TrajectoryPath,
    topology: Topology = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the contents of a trajectory: frames, agents, times, cell and how it was made."""
    import json

    from kadita.io.opening import open as open_trajectory

    with open_trajectory(trajectory, topology=topology) as opened:
        facts = _facts(opened)
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for key, value in facts.items():
        typer.echo(f"{key + ':':15}{_readable(value)}")


def _readable(value: Any) -> str:
    from kadita.base.numerals import in_full

    if isinstance(value, dict):
        return ", ".join(f"{k} {_readable(v)}" for k, v in value.items())
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return " and ".join(f"({_readable(v)})" for v in value)
    if isinstance(value, list):
        return (" to " if len(value) == 2 else " x ").join(map(in_full, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _facts(trajectory: Trajectory) -> dict[str, Any]:
    import numpy as np

    from kadita.base.netcdf3 import CONTAINERS
    from kadita.io.amber.trajectory import AmberTrajectory

    times = trajectory.times
    lengths = trajectory.read(np.array([0])).lengths
    facts: dict[str, Any] = {} if trajectory.complete is None else {"complete": trajectory.complete}
    facts |= {
        "frames": trajectory.n_frames,
        "agents": len(trajectory.agents),
        "times": [float(times[0]), float(times[-1])],
        "cell": "open space" if lengths is None else lengths[0].tolist(),
        "velocities": trajectory.has_velocities,
        **trajectory.attributes,
    }
    if trajectory.species is not None:
        names, counts = np.unique(trajectory.species, return_counts=True)
        facts["species"] = dict(zip(names.tolist(), counts.tolist(), strict=True))
    if isinstance(trajectory, AmberTrajectory):
        header = trajectory.header
        program = [str(header.attributes.get(key, "")) for key in ("program", "programVersion")]
        facts["written_by"] = " ".join(program)
        facts["container"] = CONTAINERS[header.version]
        facts["configuration"] = trajectory.configuration
    return facts | {key: value for key, value in trajectory.fingerprint().items() if key != "name"}
