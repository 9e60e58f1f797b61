"""Write one frame as an AMBER restart file: double precision, no dimension of frames.

Convention AMBERRESTART 1.0: https://ambermd.org/netcdf/nctraj.xhtml
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
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
        file.setncatts(
            {
                "title": f"frame {snapshot.number} of {origin['name']}"[:80],
                "application": "kadita",
                "program": "kadita",
                "programVersion": version("kadita"),
                "Conventions": "AMBERRESTART",
                "ConventionVersion": "1.0",
            }
        )
        file.createDimension("spatial", 3)
        file.createDimension("atom", len(trajectory.agents))
        file.createVariable("spatial", "S1", ("spatial",))[:] = np.array([*"xyz"], dtype="S1")
        time = file.createVariable("time", "f8", ())
        time.units, time[...] = "picosecond", snapshot.time
        vectors = [("coordinates", "angstrom", snapshot.positions)]
        if snapshot.velocities is not None:
            vectors.append(("velocities", "angstrom/picosecond", snapshot.velocities))
        for name, unit, values in vectors:
            variable = file.createVariable(name, "f8", ("atom", "spatial"))
            variable.units, variable[...] = unit, values
            if name == "velocities":
                variable.scale_factor = 1.0  # ParmEd requires it
        if snapshot.lengths is not None:
            _define_cell(file)
            file["cell_lengths"][...], file["cell_angles"][...] = snapshot.lengths, 90.0
    return [f"one frame of {trajectory.n_frames}: frame {snapshot.number}, at time {snapshot.time:g}"]


def _define_cell(file: Any) -> None:
    for name, size in (("cell_spatial", 3), ("cell_angular", 3), ("label", 5)):
        file.createDimension(name, size)
    file.createVariable("cell_spatial", "S1", ("cell_spatial",))[:] = np.array([*"abc"], dtype="S1")
    letters = np.array([[*word] for word in ("alpha", "beta ", "gamma")], dtype="S1")
    file.createVariable("cell_angular", "S1", ("cell_angular", "label"))[:] = letters
    file.createVariable("cell_lengths", "f8", ("cell_spatial",)).units = "angstrom"
    file.createVariable("cell_angles", "f8", ("cell_angular",)).units = "degree"
