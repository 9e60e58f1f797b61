"""Open a path as a trajectory; the format is found from the first bytes and the file extension."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.files import HDF5, NETCDF_ENDINGS, first_bytes
from kadita.base.log import logger
from kadita.io.importing.options import ImportOptions
from kadita.io.isolated.child import LibraryFailed
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.in_arena import in_arena
from kadita.school.transforms.motion import Motion

if TYPE_CHECKING:
    from kadita.plugins.registry import Registry


def open(  # noqa: A001 - users call it as kadita.open
    data: Any,
    *,
    topology: str | Path | None = None,
    velocities: str | None = None,
    smooth: Any = None,
    resample: float | None = None,
    most_gap: float | None = None,
    **tracks: Any,
) -> Trajectory:
    """Open a trajectory of any known format, or tracks of animals that an installed importer reads.

    Args:
        data: a path, or an `MDAnalysis.Universe` or `AtomGroup`.
        topology: a topology file, for formats that MDAnalysis reads with one.
        velocities: ``"difference"`` computes them as finite differences of positions.
        smooth: window and order of the polynomials whose derivatives are the velocities: ``9``, ``(9, 3)``, ``"9,3"``.
        resample: frames per unit of time, to which positions are interpolated linearly, each agent between its own
            sightings; velocities are computed again.
        most_gap: longest time between sightings that are interpolated; required with `resample`.
        tracks: how tracks are read: ``length_unit``, ``time_unit`` and ``frame_rate``, where their file does not state
            them, ``arena``, ``importer``, its ``parameters``, and the other keywords of `kadita.analyze`'s `tracks`.

    Raises:
        KaditaError: the file does not exist, or cannot be read.

    What was assumed of tracks is said by a `KaditaWarning`, and kept as `Trajectory.remarks`.

    >>> import kadita
    >>> with kadita.open("school.nc") as trajectory:
    ...     len(trajectory), trajectory[0].positions.shape
    (21, (50, 3))
    """
    options = ImportOptions.of(**tracks)
    motion = Motion.of(velocities, smooth, resample, most_gap)
    options.check_velocities(motion.option)
    trajectory = motion.applied(
        open_any(data, topology, options, velocities="none" if motion.replaces else None), None, []
    )
    for remark in trajectory.remarks:
        warnings.warn(remark, KaditaWarning, stacklevel=2)
    return trajectory


def open_any(
    data: Any,
    topology: str | Path | None,
    options: ImportOptions,
    registry: Registry | None = None,
    velocities: str | None = None,
) -> Trajectory:
    """Open a trajectory or tracks; `options` and `velocities` are for tracks alone, see `as_trajectory`.

    Raises:
        KaditaError: it cannot be read, or options for tracks are given for something else.
    """
    from kadita.io.importing.open_tracks import open_tracks
    from kadita.plugins.loading import load_registry

    if hasattr(data, "universe"):
        return open_trajectory(data, topology, options)
    path = Path(data)
    logger.info("reading %s", path)
    try:
        if _is_netcdf(path) and not options.importer:  # most likely a trajectory, which needs no plugins to be opened
            return open_trajectory(path, topology, options)
    except LibraryFailed:
        raise
    except KaditaError:
        tracks = open_tracks(load_registry() if registry is None else registry, path, options, velocities=velocities)
        if tracks is None:
            raise
        return tracks
    tracks = open_tracks(load_registry() if registry is None else registry, path, options, velocities=velocities)
    return open_trajectory(path, topology, options) if tracks is None else tracks


def _is_netcdf(path: Path) -> bool:
    return path.suffix.lower() in NETCDF_ENDINGS and not path.is_dir()


def open_trajectory(data: Any, topology: str | Path | None, options: ImportOptions) -> Trajectory:
    """Open a trajectory, with units from the user where they are given.

    Raises:
        KaditaError: it cannot be read, or options are given that only tracks have.
    """
    trajectory = _open(data, topology)
    if options.given:
        trajectory.close()
        raise KaditaError(
            f"{trajectory.name}: expected tracks for --from, --set, --column, --point, --heading, --frame-rate, "
            "--least and --y-axis; found a trajectory"
        )
    units = {"length_unit": options.length_unit, "time_unit": options.time_unit}
    if any(units.values()):
        trajectory.attributes = {**trajectory.attributes, **{key: unit for key, unit in units.items() if unit}}
    return in_arena(trajectory, options.arena)


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
    from kadita.io.readers.foreign import open_foreign

    return open_foreign(path, topology)
