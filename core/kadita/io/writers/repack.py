"""Trajectories in AMBER's convention in either container: NetCDF-3 (`.nc`), which MD tools open, and NetCDF-4 (`.nc4`).

Conversion between the containers loses nothing: dimensions, variables and attributes stay the same, in the same order.
A kadita `.nc` that is packed and unpacked again is identical byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from kadita.base.errors import KaditaError
from kadita.base.files import discard
from kadita.io.amber.records import SUM, sums
from kadita.io.amber.trajectory import AmberTrajectory
from kadita.io.isolated.calls import called
from kadita.io.nc4.compression import ROUNDED, Packing, frames_in_chunk, packing
from kadita.io.nc4.header import Definitions, define_like, definitions_of
from kadita.io.nc4.isolated_records import LIBRARY
from kadita.io.nc4.trajectory import Nc4Trajectory
from kadita.io.netcdf4 import created
from kadita.io.writers import amber
from kadita.io.writers.formats import Progress
from kadita.school.trajectory import Trajectory

ENDING = ".nc4"
CLASSIC = ("i1", "S1", "i2", "i4", "f4", "f8")  # types of NetCDF-3


def write(
    trajectory: Trajectory,
    path: Path,
    *,
    origin: Mapping[str, Any],
    progress: Progress,
    compression: str | None = None,
    significant_digits: int | None = None,
) -> list[str]:
    """Write all frames in the container of the file extension; return remarks for the user, one line each.

    Args:
        trajectory: of any format; a file in AMBER's convention is repacked unchanged.
        path: `.nc` or `.nc4`.
        origin: the source (name, checksum) of frames of another format.
        progress: called with the number of frames done and the total.
        compression: for a `.nc4`, ``"zlib"`` or ``"zstd"``.
        significant_digits: round positions and velocities in a `.nc4` to this number of digits.

    Raises:
        KaditaError: options of a `.nc4` for a `.nc`, an unavailable compression, or damaged frames.
    """
    is_nc4 = path.suffix.lower() == ENDING
    if not is_nc4 and (compression is not None or significant_digits is not None):
        raise KaditaError(f"--compression and --significant-digits: expected a {ENDING} output file; got {path.suffix}")
    packed = packing(compression, significant_digits) if is_nc4 else None
    remarks: list[str] = []
    if _is_as_stored(trajectory) and (is_nc4 or isinstance(trajectory, Nc4Trajectory)):
        repack(trajectory, path, packed, progress)
    elif packed is None:
        remarks += amber.write(trajectory, path, origin=origin, progress=progress)
    else:
        plain = path.with_name(f"{path.stem}.nc")  # `path` is a hidden temporary name, so this one is free
        try:
            remarks += amber.write(trajectory, plain, origin=origin, progress=progress)
            with AmberTrajectory(plain) as written:
                repack(written, path, packed, None)
        finally:
            discard(plain)
    if significant_digits is not None:
        remarks.append(
            f"positions and velocities are rounded to {significant_digits} significant digits: relative error at most "
            f"{0.5 * 10.0**-significant_digits:g}"
        )
    return remarks


def _is_as_stored(trajectory: Trajectory) -> TypeGuard[AmberTrajectory]:
    """Whether frames and attributes are those of an AMBER file: none derived, no unit given by the user."""
    return isinstance(trajectory, AmberTrajectory) and (dict(trajectory.attributes) == trajectory.stored_attributes)


def repack(trajectory: AmberTrajectory, path: Path, packed: Packing | None, progress: Progress) -> None:
    """Copy a file in AMBER's convention to NetCDF-4 with this packing, or to NetCDF-3 if `packed` is None.

    Raises:
        KaditaError: a frame is damaged, or NetCDF-3 lacks a type.
    """
    with created(path, "NETCDF4" if packed else "NETCDF3_64BIT_OFFSET") as file:
        if packed is None:  # NetCDF-4 needs fill values: they reveal a lost chunk
            file.set_fill_off()
        _define(trajectory, file, packed)
        file.set_auto_maskandscale(False)
        _copy_frames(trajectory, file, packed, progress)
    if packed:
        Nc4Trajectory(path).close()  # raises if the archive cannot be opened


def _define(trajectory: AmberTrajectory, file: Any, packed: Packing | None) -> None:
    """Define the dimensions, attributes and variables of the trajectory's file, and copy variables without frames."""

    def create(name: str, dtype: Any, dims: tuple[str, ...], fill: Any) -> Any:
        if packed:
            return packed.create(file, name, dtype, dims, fill)
        if str(np.dtype(dtype).str[1:]) not in CLASSIC:
            raise KaditaError(f"{trajectory.name}: expected types that NetCDF-3 knows; found {name} of {dtype}")
        return file.createVariable(name, dtype, dims, fill_value=fill)

    define_like(_definitions(trajectory), file, create)


def _definitions(trajectory: AmberTrajectory) -> Definitions:
    """Return the definitions of a file; one of NetCDF-4 is read by the child process."""
    path = trajectory.path
    if isinstance(trajectory, Nc4Trajectory):
        return called(definitions_of, path, files=[path], by=LIBRARY)
    return definitions_of(path)


def _copy_frames(trajectory: AmberTrajectory, file: Any, packed: Packing | None, progress: Progress) -> None:
    rounded = [name for name in ROUNDED if packed and packed.digits and name in file.variables]
    step = frames_in_chunk(trajectory.header.variables["coordinates"].size)
    for start in range(0, trajectory.n_frames, step):
        frames = np.arange(start, min(start + step, trajectory.n_frames))
        rows = slice(start, start + len(frames))
        records = trajectory.records(frames)
        names = records.dtype.names or ()
        for name in names:
            if name != SUM:
                file.variables[name][rows] = records[name]
        if SUM in names:
            if rounded and trajectory._seed is not None:  # checksum of the rounded values in the file
                for name in rounded:
                    records[name] = file.variables[name][rows]
                records[SUM] = sums(records, trajectory._seed)
            file.variables[SUM][rows] = records[SUM]
        if progress is not None:
            progress(rows.stop, trajectory.n_frames)
