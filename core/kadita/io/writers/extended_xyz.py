"""Write extended XYZ (OVITO, ASE): text whose frames can differ in their number of agents.

Columns and keys: https://www.ovito.org/manual/reference/file_formats/input/xyz.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import Snapshot, integer_identities, snapshots, species_of
from kadita.school.trajectory import Trajectory


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames; a frame has no row for an absent agent, and the column `id` identifies the agents."""
    names, indices = species_of(trajectory, "X")  # not the symbol of a chemical element
    identities, remarks = integer_identities(trajectory)
    species = np.array(names)[indices]
    properties = "species:S:1:pos:R:3:" + "velo:R:3:" * trajectory.has_velocities + "id:I:1"
    partial = False
    with path.open("w", encoding="utf-8", newline="\n") as xyz:
        for snapshot in snapshots(trajectory, progress):
            present = np.flatnonzero(snapshot.present)
            partial |= len(present) < len(species)
            xyz.write(f"{len(present)}\n{_cell(snapshot)} Properties={properties} Time={snapshot.time!r}\n")
            rows = zip(species[present].tolist(), snapshot.rows(present), identities[present].tolist(), strict=True)
            xyz.writelines(f"{name} {' '.join(map(repr, row))} {identity}\n" for name, row, identity in rows)
    if partial:
        remarks.append("frames have no row for absent agents; the column id identifies the agents")
    return remarks


def _cell(snapshot: Snapshot) -> str:
    if snapshot.lengths is None:
        return 'pbc="F F F"'
    assert snapshot.edges is not None
    (a, b, c), repeats = snapshot.edges.tolist(), " ".join("T" if edge > 0 else "F" for edge in snapshot.lengths)
    return f'Lattice="{a!r} 0.0 0.0 0.0 {b!r} 0.0 0.0 0.0 {c!r}" pbc="{repeats}"'
