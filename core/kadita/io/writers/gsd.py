"""Write GSD, the format of HOOMD-blue, with the package gsd.

A GSD cell is centred on the origin and always periodic, so positions are shifted by half a cell. Open space is written
as a cell so wide that no periodic image is the nearest one; `log/open_space` marks such frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import bounds_of, complete_snapshots, species_of
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames; the step is the frame number, and `log/time` holds the time.

    Raises:
        KaditaError: an agent is absent from a frame, or gsd is not installed.
    """
    if find_spec("gsd") is None:
        raise KaditaError(".gsd: expected the package gsd; it is not installed: pip install gsd")
    hoomd: Any = import_module("gsd.hoomd")
    names, indices = species_of(trajectory, "A")  # HOOMD-blue's default particle type
    if odd := [name for name in names if not name.isascii()]:
        raise KaditaError(f".gsd: expected names of species in ASCII, as HOOMD-blue's types are; found {odd[0]!r}")
    edge: np.float64 | None = None
    bounds: tuple[Floats, Floats] | None = None
    with hoomd.open(str(path), "w") as file:
        for snapshot in complete_snapshots(trajectory, ".gsd", progress):
            frame = hoomd.Frame()
            frame.configuration.step = snapshot.number
            frame.configuration.dimensions = trajectory.decide_dimensions()
            frame.log["time"] = np.array([snapshot.time])
            p = frame.particles
            p.N, p.types, p.typeid = len(indices), names, indices.astype(np.uint32)
            if snapshot.lengths is None:
                if edge is None:
                    edge = 4 * max(np.abs(bounds_of(trajectory)).max(), 1.0)
                frame.log["open_space"] = np.array([1])
                frame.configuration.box = [edge, edge, edge, 0, 0, 0]
                p.position = snapshot.positions
            else:
                lengths = repeats = snapshot.lengths
                if not repeats.all():
                    bounds = bounds_of(trajectory) if bounds is None else bounds
                    lengths = np.where(repeats > 0, repeats, 4 * np.maximum(np.abs(bounds).max(), repeats.max()))
                    frame.log["periodic"] = (repeats > 0).astype(np.uint8)
                frame.configuration.box = [*lengths, 0, 0, 0]
                image = np.where(repeats > 0, np.floor(snapshot.positions / lengths), 0)
                p.image = image.astype(np.int32)  # number of boundary crossings
                p.position = snapshot.positions - image * lengths - repeats / 2
            if snapshot.velocities is not None:
                p.velocity = snapshot.velocities
            file.append(frame)
    if edge is None:
        return []
    return [f".gsd cannot store open space: frames have a cell of edge {edge:g}, 4 times the largest coordinate"]
