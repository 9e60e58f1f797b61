"""Write one frame as an AMBER restart file: double precision, no dimension of frames.

Convention AMBERRESTART 1.0: https://ambermd.org/netcdf/nctraj.xhtml
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.amber.convention import convention
from kadita.io.amber.layout import CELL, define, describe
from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import complete_snapshots
from kadita.school.trajectory import Trajectory


def write(
    trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress, frame: int = -1
) -> list[str]:
    """Write one frame, by default the last one.

    Raises:
        KaditaError: the frame does not exist, or an agent is absent from it.
    """
    import netCDF4

    if not -trajectory.n_frames <= frame < trajectory.n_frames:
        raise KaditaError(f"frame: expected {-trajectory.n_frames} .. {trajectory.n_frames - 1}; got {frame}")
    (snapshot,) = complete_snapshots(trajectory, ".ncrst", progress, np.array([frame % trajectory.n_frames]))
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        title = f"frame {snapshot.number} of {origin['name']}"[: convention().limits.attribute_length]
        describe(file, title=title, application="kadita", program="kadita", Conventions="AMBERRESTART")

        def create(name: str, dtype: np.dtype[Any], dims: tuple[str, ...]) -> Any:
            return file.createVariable(name, dtype if dtype.kind == "S" else "f8", dims)

        values = {"time": snapshot.time, "coordinates": snapshot.positions, "velocities": snapshot.velocities}
        names = {name for name, value in values.items() if value is not None}
        define(file, {"spatial", *names}, len(trajectory.agents), create=create, frames=False)
        if snapshot.edges is not None:
            define(file, CELL, len(trajectory.agents), create=create, frames=False)
            values |= {"cell_lengths": snapshot.edges, "cell_angles": np.full(3, 90.0)}
        if snapshot.velocities is not None:
            file["velocities"].scale_factor = 1.0  # ParmEd requires it
        for name, value in values.items():
            if value is not None:
                file[name][...] = value
    return [f"one frame of {trajectory.n_frames}: frame {snapshot.number}, at time {snapshot.time:g}"]
