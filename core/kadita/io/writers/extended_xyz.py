"""Writes extended XYZ, which OVITO and ASE read: text whose frames can differ in their number of agents.

Columns and keys: https://www.ovito.org/manual/reference/file_formats/input/xyz.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import Snapshot, numbers_of, snapshots, species_of
from kadita.school.trajectory import Trajectory

UNNAMED = "X"  # the species of agents without one: an element that chemistry leaves free


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames; an agent that is absent from one is not in it, and the column `id` says who is who."""
    names, kinds = species_of(trajectory, UNNAMED)
    identities, remarks = numbers_of(trajectory)
    words = np.array(names)[kinds]
    properties = "species:S:1:pos:R:3:" + "velo:R:3:" * trajectory.has_velocities + "id:I:1"
    partial = False
    with path.open("w", encoding="utf-8", newline="\n") as xyz:
        for snapshot in snapshots(trajectory, progress):
            here = np.flatnonzero(snapshot.present)
            partial |= len(here) < len(words)
            xyz.write(f"{len(here)}\n{_cell(snapshot)} Properties={properties} Time={snapshot.time!r}\n")
            columns = [snapshot.positions[here]]
            if snapshot.velocities is not None:
                columns.append(snapshot.velocities[here])
            rows = np.hstack(columns).tolist()
            for word, row, identity in zip(words[here].tolist(), rows, identities[here].tolist(), strict=True):
                xyz.write(f"{word} {' '.join(map(repr, row))} {identity}\n")
    if partial:
        remarks.append("agents are absent from some frames and not written there; the column id says who is who")
    return remarks


def _cell(snapshot: Snapshot) -> str:
    if snapshot.lengths is None:
        return 'pbc="F F F"'
    a, b, c = snapshot.lengths.tolist()
    return f'Lattice="{a!r} 0.0 0.0 0.0 {b!r} 0.0 0.0 0.0 {c!r}" pbc="T T T"'
