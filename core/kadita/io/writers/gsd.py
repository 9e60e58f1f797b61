"""Writes GSD, the format of HOOMD-blue, with the package gsd.

A GSD's cell lies around the origin and always repeats. So positions are moved by half a cell; open space is a cell so
wide that the nearest image of anybody is nobody else's, and `log/open_space` says that it is none.
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
from kadita.io.writers.snapshots import reach, species_of, whole_snapshots
from kadita.school.trajectory import Trajectory

UNNAMED = "A"  # HOOMD-blue's own name for particles without one


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames; a step is the number of a frame, and `log/time` holds its time.

    Raises:
        KaditaError: an agent that is absent from a frame, or gsd is not installed.
    """
    if find_spec("gsd") is None:
        raise KaditaError(".gsd: expected the package gsd; it is not installed: pip install gsd")
    hoomd: Any = import_module("gsd.hoomd")
    names, kinds = species_of(trajectory, UNNAMED)
    wide: np.float64 | None = None
    with hoomd.open(str(path), "w") as file:
        for snapshot in whole_snapshots(trajectory, ".gsd", progress):
            frame = hoomd.Frame()
            frame.configuration.step = snapshot.number
            frame.log["time"] = np.array([snapshot.time])
            p = frame.particles
            p.N, p.types, p.typeid = len(kinds), names, kinds.astype(np.uint32)
            if snapshot.lengths is None:
                if wide is None:
                    wide = 4 * max(np.abs(reach(trajectory)).max(), 1.0)
                frame.log["open_space"] = np.array([1])
                frame.configuration.box = [wide, wide, wide, 0, 0, 0]
                p.position = snapshot.positions
            else:
                lengths = snapshot.lengths
                frame.configuration.box = [*lengths, 0, 0, 0]
                p.image = np.floor(snapshot.positions / lengths).astype(np.int32)  # how often across the boundary
                p.position = snapshot.positions - p.image * lengths - lengths / 2
            if snapshot.velocities is not None:
                p.velocity = snapshot.velocities
            file.append(frame)
    if wide is None:
        return []
    return [f"a .gsd knows no open space: its cell, {wide:g} long, is four times as wide as the school ever reaches"]
