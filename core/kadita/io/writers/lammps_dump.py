"""Write a LAMMPS text dump, which OVITO, VMD and MDAnalysis read.

Columns and sections: https://docs.lammps.org/dump.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import bounds_of, integer_identities, snapshots, species_of
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames, sorted by id; a frame has no row for an absent agent.

    A dump stores steps, not times: the step is the frame number. Open axes are written with fixed, non-periodic
    boundaries that enclose the positions of all frames.
    """
    names, indices = species_of(trajectory, "X")
    identities, remarks = integer_identities(trajectory)
    order = np.argsort(identities, kind="stable")
    species = np.array(names)[indices]
    columns = "id type element x y z" + " vx vy vz" * trajectory.has_velocities
    extent: tuple[Floats, Floats] | None = None
    partial = False
    with path.open("w", encoding="utf-8", newline="\n") as dump:
        for snapshot in snapshots(trajectory, progress):
            present = order[snapshot.present[order]]
            partial |= len(present) < len(order)
            lengths = np.zeros(3) if snapshot.lengths is None else snapshot.lengths
            edges, bounds = " ".join("pp" if edge > 0 else "ff" for edge in lengths), np.zeros((3, 2))
            bounds[:, 1] = lengths
            if not lengths.all():
                extent = extent or bounds_of(trajectory)
                bounds = np.where(lengths[:, None] > 0, bounds, np.transpose(extent))
            dump.write(f"ITEM: TIMESTEP\n{snapshot.number}\nITEM: NUMBER OF ATOMS\n{len(present)}\n")
            dump.write(f"ITEM: BOX BOUNDS {edges}\n")
            dump.writelines(f"{low!r} {high!r}\n" for low, high in bounds.tolist())
            dump.write(f"ITEM: ATOMS {columns}\n")
            labels = (v[present].tolist() for v in (identities, indices + 1, species))
            for identity, index, name, row in zip(*labels, snapshot.rows(present), strict=True):
                dump.write(f"{identity} {index} {name} {' '.join(map(repr, row))}\n")
    times = trajectory.times
    remarks.append(f"a dump stores steps, not times: step i is frame i; times were {times[0]:g} to {times[-1]:g}")
    if partial:
        remarks.append("frames have no row for absent agents: OVITO reads such dumps, MDAnalysis does not")
    return remarks
