"""Writes a LAMMPS text dump, which OVITO, VMD and MDAnalysis read.

Columns and sections: https://docs.lammps.org/dump.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import numbers_of, reach, snapshots, species_of
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory

UNNAMED = "X"


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames, sorted by id; an agent that is absent from one is not in it.

    A dump counts steps, not time: a step is the number of a frame. Open space is a cell with fixed, non-periodic
    boundaries around everything.
    """
    names, kinds = species_of(trajectory, UNNAMED)
    identities, remarks = numbers_of(trajectory)
    order = np.argsort(identities, kind="stable")
    words = np.array(names)[kinds]
    columns = "id type element x y z" + " vx vy vz" * trajectory.has_velocities
    around: tuple[Floats, Floats] | None = None
    partial = False
    with path.open("w", encoding="utf-8", newline="\n") as dump:
        for snapshot in snapshots(trajectory, progress):
            here = order[snapshot.present[order]]
            partial |= len(here) < len(order)
            if snapshot.lengths is None:
                around = around or reach(trajectory)
                edges, bounds = "ff ff ff", np.transpose(around)
            else:
                edges, bounds = "pp pp pp", np.transpose([np.zeros(3), snapshot.lengths])
            dump.write(f"ITEM: TIMESTEP\n{snapshot.number}\nITEM: NUMBER OF ATOMS\n{len(here)}\n")
            dump.write(f"ITEM: BOX BOUNDS {edges}\n")
            dump.writelines(f"{low!r} {high!r}\n" for low, high in bounds.tolist())
            dump.write(f"ITEM: ATOMS {columns}\n")
            numbers = [snapshot.positions[here]]
            if snapshot.velocities is not None:
                numbers.append(snapshot.velocities[here])
            rows = zip(
                identities[here].tolist(),
                (kinds[here] + 1).tolist(),
                words[here].tolist(),
                np.hstack(numbers).tolist(),
                strict=True,
            )
            for identity, kind, word, row in rows:
                dump.write(f"{identity} {kind} {word} {' '.join(map(repr, row))}\n")
    times = trajectory.times
    remarks.append(f"a dump counts steps: step i is frame i; times were {times[0]:g} to {times[-1]:g}")
    if partial:
        remarks.append(
            "agents are absent from some frames and not written there: OVITO reads that, MDAnalysis does not"
        )
    return remarks
