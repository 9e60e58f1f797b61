"""What a trajectory contains: frames, agents, times, cell, gaps, units, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base import html
from kadita.base.netcdf3 import CONTAINERS
from kadita.base.numerals import in_full
from kadita.io.amber.trajectory import AmberTrajectory
from kadita.io.opening import open as open_path
from kadita.school.box import Box
from kadita.school.sightings import survey
from kadita.school.trajectory import Trajectory
from kadita.school.velocity_kinds import KINDS


class Description(Mapping[str, Any]):
    """Facts of a trajectory by name, as `kadita info --json` prints them; as text, what `kadita info` prints."""

    def __init__(self, name: str, facts: Mapping[str, Any]) -> None:
        self.name, self._facts = name, dict(facts)

    def __getitem__(self, key: str) -> Any:
        return self._facts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __repr__(self) -> str:
        return "\n".join(f"{key + ':':19}{in_words(value)}" for key, value in self.items())

    def _repr_html_(self) -> str:
        return html.named(self.name, ((key.replace("_", " "), in_words(value)) for key, value in self.items()))


def info(data: Any, *, topology: str | Path | None = None, **tracks: Any) -> Description:
    """Return what a trajectory, or a file of tracked animals, contains; all of it is read once.

    Args:
        data: a path, an open trajectory, or an `MDAnalysis.Universe`.
        topology: a topology file, for formats that MDAnalysis reads with one.
        tracks: how tracks are read; see `kadita.open`.

    Raises:
        KaditaError: the file does not exist, or cannot be read.

    >>> import kadita
    >>> kadita.info("school.nc")["agents"]
    50
    """
    opened = nullcontext(data) if isinstance(data, Trajectory) else open_path(data, topology=topology, **tracks)
    with opened as trajectory:
        return Description(trajectory.name, _facts(trajectory))


def in_words(value: Any) -> str:
    """Return a fact as text."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {in_words(v)}" for k, v in value.items())
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return " and ".join(f"({in_words(v)})" for v in value)
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    if isinstance(value, list):
        return (" to " if len(value) == 2 else " x ").join(
            in_full(v) if isinstance(v, float) else str(v) for v in value
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _facts(trajectory: Trajectory) -> dict[str, Any]:
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


def _evidence(dimensions: int) -> str:
    return "all agents have one z" if dimensions == 2 else "z differs, or velocities along it"


def _cell(lengths: Any, dimensions: int) -> Any:
    box = Box() if lengths is None else Box.of_edges(lengths[0])
    box = box.in_plane if dimensions == 2 else box
    return "open space" if box.lengths is None else [edge or "open" for edge in box.lengths]
