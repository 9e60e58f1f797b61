"""Read trajectories in NetCDF-4: the variables of AMBER's convention, in compressed chunks with checksums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.io.amber.records import Records
from kadita.io.amber.trajectory import AmberTrajectory, check_is_trajectory
from kadita.io.isolated.calls import called
from kadita.io.isolated.trajectory import isolated
from kadita.io.nc4.isolated_records import LIBRARY, IsolatedRecords
from kadita.io.netcdf4 import open_dataset
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

FILL = np.float32(9.969209968386869e36)  # NetCDF's default fill value


class Nc4Trajectory(AmberTrajectory):
    """A trajectory in a NetCDF-4 file of any program, with the variables of a `.nc`.

    Raises:
        KaditaError: the file is truncated, damaged, empty or not a trajectory, or claims more data than its size can
            hold; on reading, a checksum fails.
    """

    def _open(self) -> Records:
        records = IsolatedRecords(self.path)
        try:
            check_is_trajectory(self.path, records.header)
        except KaditaError:
            records.close()
            raise
        return records

    def _check_count(self) -> None:
        """Do nothing: HDF5 stores the number of frames itself."""

    def _check_sums(self, frames: Integers, records: NDArray[Any]) -> None:
        """Raise if a checksum fails, or if a frame holds fill values, also in files without checksums."""
        super()._check_sums(frames, records)
        for name in {"coordinates", "velocities"} & set(records.dtype.names or ()):
            (fill,) = self.header.variables[name].attributes.get("_FillValue", (FILL,))
            self._require_intact(frames, (records[name] == fill).any(axis=(1, 2)), f"{name} are missing")

    def refresh(self) -> bool:
        """Raise: a NetCDF-4 file cannot be read while it is written."""
        return Trajectory.refresh(self)

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the file."""
        return Trajectory.fingerprint(self)


def open_nc4(path: Path) -> Trajectory:
    """Open a NetCDF-4 file with the variables of AMBER or dewi-kadita.

    Raises:
        KaditaError: the file has neither, or is damaged.
    """
    if called(_has_coordinates, path, files=[path], by=LIBRARY):
        return Nc4Trajectory(path)
    from kadita.io.readers.dewi_kadita import DewiKaditaTrajectory

    return isolated(DewiKaditaTrajectory, path, by=LIBRARY)


def _has_coordinates(path: Path) -> bool:
    with open_dataset(path) as file:
        return "coordinates" in file.variables
