"""Trajectories in AMBER's convention in either container: NetCDF-3 (`.nc`), which MD tools open, and NetCDF-4 (`.nc4`).

From one container to the other nothing is lost: dimensions, variables and attributes stay what they are, in their
order. A `.nc` of kadita's that is packed and unpacked is the same file again, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.amber import metadata
from kadita.io.amber.records import SUM, sums
from kadita.io.amber.trajectory import AmberTrajectory
from kadita.io.nc4.compression import ROUNDED, Packing, frames_in_chunk, packing
from kadita.io.nc4.files import created, open_dataset
from kadita.io.nc4.header import define_like
from kadita.io.nc4.trajectory import Nc4Trajectory
from kadita.io.writers import amber
from kadita.io.writers.formats import Progress
from kadita.school.trajectory import Trajectory

ENDING = ".nc4"
CLASSIC = ("i1", "S1", "i2", "i4", "f4", "f8")  # the types of NetCDF-3


def write(
    trajectory: Trajectory,
    path: Path,
    *,
    origin: Mapping[str, Any],
    progress: Progress,
    compression: str | None = None,
    significant_digits: int | None = None,
) -> list[str]:
    """Write all frames in the container that the ending says; return what the user should know, a line each.

    Args:
        trajectory: of any format; a file in AMBER's convention is repacked as it is.
        path: `.nc` or `.nc4`.
        origin: says where frames of another format are from.
        progress: called with the number of frames done and their total.
        compression: of a `.nc4`, ``"zlib"`` or ``"zstd"``.
        significant_digits: to which positions and velocities in a `.nc4` are rounded.

    Raises:
        KaditaError: options of a `.nc4` for a `.nc`, compression that is not there, frames that are damaged.
    """
    packs = path.suffix.lower() == ENDING
    if not packs and (compression is not None or significant_digits is not None):
        raise KaditaError(f"--compression and --significant-digits are for {ENDING}, and {path.suffix} is written")
    packed = packing(compression, significant_digits) if packs else None
    repacked = trajectory if _is_as_stored(trajectory) else None
    if packed is None and isinstance(repacked, Nc4Trajectory):
        repack(repacked, path, None, progress)
    elif packed is None:
        amber.write(trajectory, path, origin=origin, progress=progress)
    elif isinstance(repacked, AmberTrajectory):
        repack(repacked, path, packed, progress)
    else:
        plain = path.with_name(f"{path.stem}.nc")  # `path` is hidden, and nobody else's
        try:
            amber.write(trajectory, plain, origin=origin, progress=progress)
            with AmberTrajectory(plain) as written:
                repack(written, path, packed, None)
        finally:
            plain.unlink(missing_ok=True)
    if significant_digits is None:
        return []
    return [
        f"positions and velocities are rounded to {significant_digits} significant digits: each is at most "
        f"{0.5 * 10.0**-significant_digits:g} of itself off"
    ]


def _is_as_stored(trajectory: Trajectory) -> bool:
    """Whether it is a file's, with nothing derived and no unit told beside."""
    if not isinstance(trajectory, AmberTrajectory):
        return False
    return dict(trajectory.attributes) == metadata.school_attributes(trajectory.header.attributes)


def repack(trajectory: AmberTrajectory, path: Path, packed: Packing | None, progress: Progress) -> None:
    """Write a file in AMBER's convention anew, in NetCDF-4 with this packing, or in NetCDF-3 where it is None.

    Raises:
        KaditaError: frames that are damaged, types that NetCDF-3 does not know.
    """
    with created(path, "NETCDF4" if packed else "NETCDF3_64BIT_OFFSET") as file:
        if packed is None:  # in NetCDF-4 a chunk that got lost is told by what fills its place
            file.set_fill_off()
        _define(trajectory, file, packed)
        file.set_auto_maskandscale(False)
        _copy_frames(trajectory, file, packed, progress)
    if packed:
        Nc4Trajectory(path).close()  # an archive that cannot be opened is none


def _define(trajectory: AmberTrajectory, file: Any, packed: Packing | None) -> None:
    """Define what the trajectory's file defines, and copy what has no frames."""

    def create(name: str, kind: Any, dims: tuple[str, ...], fill: Any) -> Any:
        if packed:
            return packed.create(file, name, kind, dims, fill)
        if str(np.dtype(kind).str[1:]) not in CLASSIC:
            raise KaditaError(f"{trajectory.name}: expected types that NetCDF-3 knows; found {name} of {kind}")
        return file.createVariable(name, kind, dims, fill_value=fill)

    with open_dataset(trajectory.path) as source:
        define_like(source, file, create)


def _copy_frames(trajectory: AmberTrajectory, file: Any, packed: Packing | None, progress: Progress) -> None:
    rounded = [name for name in ROUNDED if packed and packed.digits and name in file.variables]
    step = frames_in_chunk(trajectory.header.variables["coordinates"].size)
    for start in range(0, trajectory.n_frames, step):
        frames = np.arange(start, min(start + step, trajectory.n_frames))
        where = slice(start, start + len(frames))
        records = trajectory.records(frames)
        names = records.dtype.names or ()
        for name in names:
            if name != SUM:
                file.variables[name][where] = records[name]
        if SUM in names:
            if rounded and trajectory._seed is not None:  # the checksum is that of what stands in the file now
                for name in rounded:
                    records[name] = file.variables[name][where]
                new = sums(records, trajectory._seed, records.dtype.fields[SUM][1])  # type: ignore[index]
                records[SUM] = np.array(new, dtype=np.uint32).view(np.int32)
            file.variables[SUM][where] = records[SUM]
        if progress is not None:
            progress(where.stop, trajectory.n_frames)
