"""Open a path as a trajectory; the format is found from the first bytes and the file extension."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import HDF5, first_bytes
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import with_velocities

NETCDF_ENDINGS = (".nc", ".ncdf", ".nc4", ".netcdf")
TRACKS = (".mat", ".csv", ".tsv", ".npy", ".npz", ".h5", ".hdf5", ".txt")


def open(  # noqa: A001 - users call it as kadita.open
    data: Any, *, topology: str | Path | None = None, velocities: str | None = None
) -> Trajectory:
    """Open a trajectory of any known format.

    Args:
        data: a path, or an `MDAnalysis.Universe` or `AtomGroup`.
        topology: a topology file, for formats that MDAnalysis reads with one.
        velocities: ``"difference"`` computes them as finite differences of positions.

    Raises:
        KaditaError: the file does not exist, or cannot be read as a trajectory.
    """
    return with_velocities(_open(data, topology), velocities)


def _open(data: Any, topology: str | Path | None) -> Trajectory:
    if hasattr(data, "universe") and hasattr(data, "atoms"):
        from kadita.io.readers.universe import UniverseTrajectory

        return UniverseTrajectory(data)
    path = Path(data)
    first = first_bytes(path)
    if first[:3] == b"CDF":
        from kadita.io.amber.trajectory import AmberTrajectory

        return AmberTrajectory(path)
    if first == HDF5 and path.suffix.lower() in NETCDF_ENDINGS:
        from kadita.io.nc4.trajectory import open_nc4

        return open_nc4(path)
    if path.suffix.lower() in NETCDF_ENDINGS:
        raise KaditaError(
            f"{path}: expected a NetCDF file, which begins with CDF or HDF; found the bytes {first[:4]!r}"
        )
    if path.suffix.lower() in TRACKS:
        raise KaditaError(f"{path}: expected a trajectory; found tracks: run `kadita convert {path} OUT.nc`")
    from kadita.io.readers.universe import open_universe

    return open_universe(path, topology)
