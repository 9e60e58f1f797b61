"""Read the NetCDF files of dewi-kadita (NetCDF-4, dimensions time, fish, spatial)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.base.files import check_claim
from kadita.io.netcdf4 import open_dataset
from kadita.school.box import LEAST, MOST, Box, Floats
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

DIMS = ("time", "fish", "spatial")


class DewiKaditaTrajectory(Trajectory):
    """A file written by `dewi_kadita.DataHandler.save_netcdf`.

    Raises:
        KaditaError: the file is damaged, has other variables, or claims more data than its size can hold.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        file = self._file = open_dataset(path)
        file.set_auto_maskandscale(True)  # values that were never written are masked
        needed = {"positions": DIMS, "velocities": DIMS, "time": DIMS[:1]}
        dims = {n: v.dimensions for n, v in file.variables.items() if n in needed}
        are_floats = all(getattr(file.variables[n].dtype, "kind", "") == "f" for n in dims)
        if dims != needed or not are_floats or not hasattr(file, "box_size"):
            names = ", ".join(list(file.variables)[:8]) or "none"
            raise KaditaError(
                f"{path}: expected a trajectory of AMBER (coordinates) or dewi-kadita (positions(time, fish, "
                f"spatial) and box_size); found the variables {names}"
            )
        check_claim(path, 8 * sum(int(v.size) for v in file.variables.values()))
        self.n_frames, agents, space = file.variables["positions"].shape
        if space != 3 or agents < 1 or self.n_frames < 1:
            raise KaditaError(f"{path}: expected at least one frame and one fish in three dimensions")
        self.agents = np.arange(agents)
        self.has_velocities = True
        self.dimensions = 3
        self.box = Box.of(_length(path, file, "box_size"))
        radius = {"r_a": _length(path, file, "r_attraction")} if hasattr(file, "r_attraction") else {}
        self.attributes = {"model": "dewi-kadita"} | radius

    @property
    def times(self) -> Floats:
        """Time of every frame."""
        return self._stored("time", slice(None), "the times")

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        names = ("positions", "velocities", "time")
        values = [self._stored(name, frames, f"frames {frames[0]} to {frames[-1]}") for name in names]
        for name, value in zip(names, values, strict=True):
            if not np.isfinite(value).all():
                raise KaditaError(f"{self.name}: expected finite {name}; found missing or other values")
        positions, velocities, times = values
        return Chunk(positions, velocities, times, self.box.repeated(len(frames)))

    def _stored(self, name: str, frames: Any, what: str) -> Floats:
        """Return a variable in these frames, NaN where it was never written."""
        try:
            return np.ma.filled(self._file.variables[name][frames].astype(np.float64), np.nan)
        except (OSError, RuntimeError) as error:
            raise KaditaError(f"{self.name}: {what} cannot be read ({error})") from None

    def close(self) -> None:
        """Close the file."""
        if self._file.isopen():
            self._file.close()


def _length(path: Path, file: Any, name: str) -> float:
    value = getattr(file, name)
    try:
        length = float(value)
    except (TypeError, ValueError):
        length = np.nan
    if not LEAST <= length <= MOST:
        raise KaditaError(f"{path}: expected the attribute {name} to be a length above 0; found {value!r}")
    return length
