"""Reads dewi-kadita's own NetCDF files (NetCDF-4, dimensions time, fish, spatial)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kadita.box import Box, Floats
from kadita.errors import KaditaError
from kadita.files import fingerprint
from kadita.neighbors import Integers
from kadita.trajectory import Chunk, Trajectory

DIMS = ("time", "fish", "spatial")
INFLATED_AT_MOST = 1100  # zlib makes zeros 1,030 times smaller; a file that claims more than this is not one


class DewiKaditaTrajectory(Trajectory):
    """A file written by `dewi_kadita.DataHandler.save_netcdf`.

    Raises:
        KaditaError: NetCDF-4, but not that; or one that claims more data than its size can hold.
    """

    def __init__(self, path: Path) -> None:
        import netCDF4

        self.path = path
        self.name = str(path)
        try:
            self._file = netCDF4.Dataset(path, "r")
        except (OSError, RuntimeError) as error:
            raise KaditaError(f"{path}: expected a NetCDF-4 file; found it damaged ({error})") from None
        file = self._file
        file.set_auto_mask(False)
        shapes = {n: v.dimensions for n, v in file.variables.items() if n in ("positions", "velocities", "time")}
        if shapes != {"positions": DIMS, "velocities": DIMS, "time": DIMS[:1]} or not hasattr(file, "box_size"):
            found = ", ".join(list(file.variables)[:8]) or "none"
            raise KaditaError(
                f"{path}: a NetCDF-4 file, but no trajectory of dewi-kadita's (positions(time, fish, spatial) and "
                f"box_size); found variables: {found}"
            )
        claimed = 8 * sum(int(v.size) for v in file.variables.values())
        if claimed > INFLATED_AT_MOST * path.stat().st_size:
            raise KaditaError(
                f"{path}: claims {claimed} bytes of data in a file of {path.stat().st_size}; it is damaged"
            )
        self.n_frames, agents, space = file.variables["positions"].shape
        if space != 3 or agents < 1 or self.n_frames < 1:
            raise KaditaError(f"{path}: expected at least one frame and one fish in three dimensions")
        self.agents = np.arange(agents)
        self.has_velocities = True
        self.box = Box.of(float(file.box_size))
        radius = getattr(file, "r_attraction", None)
        self.attributes = {"model": "dewi-kadita"} | ({} if radius is None else {"r_a": float(radius)})

    @property
    def times(self) -> Floats:
        """Time of every frame."""
        return np.asarray(self._file.variables["time"][:], dtype=np.float64)

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        variables = self._file.variables
        try:
            positions, velocities, times = (
                np.asarray(variables[name][frames], dtype=np.float64) for name in ("positions", "velocities", "time")
            )
        except (OSError, RuntimeError) as error:
            raise KaditaError(f"{self.name}: frames {frames[0]} to {frames[-1]} cannot be read ({error})") from None
        return Chunk(positions, velocities, times, np.tile(self.box.array, (len(frames), 1)))

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the file."""
        return fingerprint(self.path)

    def close(self) -> None:
        """Close the file."""
        if self._file.isopen():
            self._file.close()
