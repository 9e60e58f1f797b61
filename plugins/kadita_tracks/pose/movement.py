"""Read tracks from the NetCDF of the package movement (movement.neuroinformatics.dev).

xarray writes them as a dataset with ``position`` (time, space, keypoints, individuals); the order differs between
versions, and newer ones name the dimensions ``keypoint`` and ``individual``. Boxes have no keypoints. ``confidence``
has the dimensions of ``position`` but space. ``time`` is in seconds if the attribute ``time_unit`` is seconds, and
counts frames otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import HDF5, Floats, check_claim, first_bytes, read_netcdf3_header
from kadita_tracks.files.damage import reading
from kadita_tracks.files.hdf5 import names
from kadita_tracks.pose.keypoints import CONFIDENCE, Heading, Point, agents_of, choose
from kadita_tracks.tables.qualities import Least

SINGULAR = {"keypoints": "keypoint", "individuals": "individual"}  # names in newer versions
NEEDED = {"time", "space", "individual"}


class _Dataset(NamedTuple):
    """The content of a file."""

    position: Floats  # (T, N, K, axes of space)
    confidence: Floats | None  # (T, N, K)
    labels: dict[str, list[str]]  # by axis, where it has labels
    times: NDArray[Any]
    time_unit: Any
    fps: Any


def _recognizes(path: Path) -> bool:
    try:
        first = first_bytes(path)
        if first[:3] == b"CDF":
            position = read_netcdf3_header(path).variables.get("position")
            return position is not None and _axes(position.dims) is not None
        if first != HDF5:
            return False
        with _open_netcdf(path) as file:
            return "position" in file.variables and _axes(file.variables["position"].dimensions) is not None
    except KaditaError:
        return False


@importer(endings=(".nc",), binary=True, recognizes=_recognizes, source="movement; doi:10.5281/zenodo.12755724")
def movement(path: Path, *, point: Point = None, heading: Heading = None, least: Least = None) -> Tracks:
    """Dataset of movement, .nc: ``--point`` chooses a keypoint, or their mean.

    A limit of confidence leaves out keypoints before the mean is taken.

    Raises:
        KaditaError: the file has another format, claims more data than its size can hold, or lacks the keypoint.
    """
    data = _read(path)
    if data.time_unit not in ("seconds", "frames", None):
        raise KaditaError(
            f"{path}: expected the attribute time_unit to be seconds or frames; found {str(data.time_unit)[:40]!r}"
        )
    if data.times.dtype.kind not in "fiu" or len(data.times) != len(data.position):
        raise KaditaError(f"{path}: expected one number per frame as time; found {data.times.dtype} {data.times.shape}")
    counts_frames = data.time_unit == "frames"
    rate = float(data.fps) if counts_frames and isinstance(data.fps, (int, float, np.number)) else 0.0
    rate_known = 0 < rate < np.inf
    keypoints = data.labels.get("keypoint", [])
    chosen = choose(path, data.position, keypoints, data.confidence, point=point, heading=heading, least=least)
    return Tracks(
        agents_of(data.labels.get("individual", []), data.position.shape[1]),
        chosen.positions,
        np.asarray(data.times, dtype=np.float64),
        counts_frames=counts_frames,
        frame_rate=rate if rate_known else None,
        time_unit="s" if rate_known or data.time_unit == "seconds" else None,
        velocities=chosen.velocities,
        attributes=chosen.attributes,
        remarks=chosen.remarks,
        quality=chosen.quality,
    )


def _axes(dims: tuple[str, ...]) -> list[str] | None:
    """Return the dimensions of positions by their newer names; None if they are not those of positions."""
    axes = [SINGULAR.get(d, d) for d in dims]
    return axes if set(axes) in (NEEDED, NEEDED | {"keypoint"}) and len(set(axes)) == len(axes) else None


@contextmanager
def _open_netcdf(path: Path) -> Iterator[Any]:
    import netCDF4

    with reading(path, "a NetCDF file"), netCDF4.Dataset(path, "r") as file:
        yield file


def _read(path: Path) -> _Dataset:
    first = first_bytes(path)
    if first[:3] == b"CDF":
        read_netcdf3_header(path)  # checks the sizes in the header before libnetcdf relies on them
    elif first != HDF5:
        raise KaditaError(f"{path}: expected a NetCDF file; found the bytes {first[:4]!r}")
    with _open_netcdf(path) as file:
        variable = file.variables.get("position")
        axes = None if variable is None else _axes(variable.dimensions)
        if axes is None or getattr(variable.dtype, "kind", "") != "f" or "time" not in file.variables:
            raise KaditaError(
                f"{path}: expected floats position(time, space, keypoints, individuals), and time; found "
                f"{names(file.variables)}"
            )
        variables = [variable, *(file.variables[d] for d in variable.dimensions if d in file.variables)]
        check_claim(path, 8 * sum(int(v.size) for v in variables))
        x = np.ma.filled(variable[:].astype(np.float64), np.nan)
        labels = {
            axis: _strings(file.variables[dim][:])
            for axis, dim in zip(axes, variable.dimensions, strict=True)
            if axis != "time" and dim in file.variables
        }
        times = np.ma.filled(file.variables["time"][:])
        confidence = _confidence(path, file, variable.dimensions)
        attributes = [getattr(file, name, None) for name in ("time_unit", "fps")]
    if "keypoint" not in axes:
        axes, x = [*axes, "keypoint"], x[..., None]
        confidence = None if confidence is None else confidence[..., None]
    x = x.transpose([axes.index(axis) for axis in ("time", "individual", "keypoint", "space")])
    if confidence is not None:
        rest = [axis for axis in axes if axis != "space"]
        confidence = confidence.transpose([rest.index(axis) for axis in ("time", "individual", "keypoint")])
    order = labels.get("space", list("xyz")[: x.shape[3]])
    if sorted(order) not in (["x", "y"], ["x", "y", "z"]) or not x.size:
        raise KaditaError(f"{path}: expected the axes x, y and optionally z; found {names(order)} in shape {x.shape}")
    return _Dataset(x[..., np.argsort(order)], confidence, labels, times, *attributes)


def _confidence(path: Path, file: Any, dims: tuple[str, ...]) -> Floats | None:
    """Return the confidence of each keypoint, in the order of positions without space; None if the file has none."""
    variable = file.variables.get(CONFIDENCE)
    rest = tuple(d for d in dims if d != "space")
    if variable is None or set(variable.dimensions) != set(rest) or getattr(variable.dtype, "kind", "") not in "fiu":
        return None
    check_claim(path, 8 * int(variable.size), CONFIDENCE)
    values = np.ma.filled(variable[:].astype(np.float64), np.nan)
    return np.asarray(values.transpose([variable.dimensions.index(d) for d in rest]))


def _strings(values: Any) -> list[str]:
    """Return labels as strings; NetCDF-3 stores them as arrays of characters."""
    import netCDF4

    array = np.ma.filled(values, b"\0") if np.ma.isMaskedArray(values) and values.dtype.kind == "S" else values
    array = np.asarray(array)
    if array.dtype.kind == "S" and array.ndim == 2:
        array = netCDF4.chartostring(array)
    return [w.decode("utf-8", "replace") if isinstance(w, bytes) else str(w) for w in array.ravel().tolist()]
