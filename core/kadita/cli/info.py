"""`kadita info`: show the contents of a trajectory, or of tracked animals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from kadita.cli.option_groups import with_options
from kadita.cli.options import AsJson, Topology, TrajectoryPath
from kadita.cli.track_options import TrackOptions

if TYPE_CHECKING:
    from kadita.school.trajectory import Trajectory


@with_options
def info(
    trajectory: TrajectoryPath,
    *,
    tracks: TrackOptions,
    topology: Topology = None,
    as_json: AsJson = False,
) -> None:
    """Show the contents of a trajectory or of tracked animals: frames, agents, times, cell and how it was made."""
    import json

    from kadita.cli.terminal import opened_with_notes

    with opened_with_notes(trajectory, topology=topology, **tracks.keywords()) as opened:
        facts = _facts(opened)
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for key, value in facts.items():
        typer.echo(f"{key + ':':19}{_readable(value)}")


def _evidence(dimensions: int) -> str:
    return "all agents have one z" if dimensions == 2 else "z differs, or velocities along it"


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_readable(v)}" for k, v in value.items())
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return " and ".join(f"({_readable(v)})" for v in value)
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    if isinstance(value, list):
        return (" to " if len(value) == 2 else " x ").join(map(_number, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _cell(lengths: Any, dimensions: int) -> Any:
    from kadita.school.box import Box

    box = Box() if lengths is None else Box.of_edges(lengths[0])
    box = box.in_plane if dimensions == 2 else box
    return "open space" if box.lengths is None else [edge or "open" for edge in box.lengths]


def _number(value: Any) -> str:
    from kadita.base.numerals import in_full

    return in_full(value) if isinstance(value, float) else str(value)


def _facts(trajectory: Trajectory) -> dict[str, Any]:
    import numpy as np

    from kadita.base.netcdf3 import CONTAINERS
    from kadita.io.amber.trajectory import AmberTrajectory
    from kadita.school.sightings import survey
    from kadita.school.velocity_kinds import KINDS

    times = trajectory.times
    lengths = trajectory.read(np.array([0])).lengths
    stated = trajectory.dimensions
    facts: dict[str, Any] = {} if trajectory.complete is None else {"complete": trajectory.complete}
    seen, dimensions = survey(trajectory), trajectory.decide_dimensions()
    least, most = int(seen.counts.min()), int(seen.counts.max())
    sightings = int(seen.counts.sum())
    facts |= {
        "frames": trajectory.n_frames,
        "agents": len(trajectory.agents),
        "agents_in_a_frame": {"least": least, "median": float(np.median(seen.counts)), "most": most},
        "times": [float(times[0]), float(times[-1])],
        "dimensions": dimensions if stated else f"{dimensions} (not stated; {_evidence(dimensions)})",
        "cell": _cell(lengths, dimensions),
        "velocities": trajectory.has_velocities,
        "sightings": sightings,
    }
    if trajectory.has_velocities:
        facts["with_velocity"] = f"{seen.with_velocity} ({100 * seen.with_velocity / max(1, sightings):.3g} %)"
    if seen.gap is not None:
        g = seen.gap
        facts["longest_gap"] = f"{g.time:.6g}, agent {g.agent} from frame {g.first} to {g.last}"
    if seen.farthest is not None:
        s = seen.farthest
        facts["far_steps"] = (
            f"{seen.far_steps} beyond the others of their agents (median + 10 MAD), perhaps swaps of identities; the "
            f"farthest: agent {s.agent} moves {s.length:.4g} to frame {s.frame}, usually {s.usual:.4g}"
        )
    facts |= {key: value for key, value in trajectory.attributes.items() if key != "velocities"}
    if kind := trajectory.attributes.get("velocities"):
        facts["velocities_are"] = KINDS.get(kind, kind)
    if trajectory.variables:
        facts["variables"] = list(trajectory.variables)
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
