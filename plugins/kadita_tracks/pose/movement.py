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
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import HDF5, Floats, check_claim, first_bytes, read_netcdf3_header
from kadita_tracks.files.damage import reading
from kadita_tracks.files.hdf5 import names
from kadita_tracks.tables.qualities import Least

SINGULAR = {"keypoints": "keypoint", "individuals": "individual"}  # names in newer versions
Keypoint = Annotated[str, Field(description="name of a keypoint; empty: the mean of the known ones")]
NEEDED = {"time", "space", "individual"}


CONFIDENCE = "confidence"


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
def movement(path: Path, *, keypoint: Keypoint = "", least: Least = None) -> Tracks:
    """Dataset of movement, .nc: the position of one keypoint, by default the mean of the known ones.

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
    data, remarks = _confident(path, data, None if keypoint else (least or {}).get(CONFIDENCE))
    positions, confidence, more = _positions_of(path, data, keypoint)
    individuals = data.labels.get("individual", [])
    named = len(set(individuals)) == positions.shape[1] and not any("\0" in label for label in individuals)
    return Tracks(
        np.array(individuals) if named else np.arange(positions.shape[1]),
        positions,
        np.asarray(data.times, dtype=np.float64),
        counts_frames=counts_frames,
        frame_rate=rate if rate_known else None,
        time_unit="s" if rate_known or data.time_unit == "seconds" else None,
        remarks=remarks + more,
        quality={} if confidence is None else {CONFIDENCE: confidence},
    )


def _confident(path: Path, data: _Dataset, least: float | None) -> tuple[_Dataset, tuple[str, ...]]:
    """Return the data without keypoints below a limit of confidence, or of unknown confidence.

    Where positions are those of one keypoint, they are left out as any position below a limit is.
    """
    x, confidence = data.position, data.confidence
    if least is None or confidence is None or x.shape[2] == 1:
        return data, ()
    known = np.logical_not(np.isnan(x).any(axis=3))
    out = known & ~(confidence >= least)
    remark = f"{path}: {int(out.sum())} of {int(known.sum())} keypoints have confidence below {least:g}; left out"
    return data._replace(position=np.where(out[..., None], np.nan, x)), (remark,)


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


def _positions_of(path: Path, data: _Dataset, keypoint: str) -> tuple[Floats, Floats | None, tuple[str, ...]]:
    """Return the position of each individual, (T, N, 2) or (T, N, 3), its confidence, (T, N), and remarks.

    The confidence of a mean is the least one of its keypoints.
    """
    x, confidence, labels = data.position, data.confidence, data.labels.get("keypoint", [])
    if keypoint and keypoint not in labels:
        raise KaditaError(f"{path}: there is no keypoint {keypoint!r}; there are: {names(labels)}")
    if keypoint or x.shape[2] == 1:
        one = labels.index(keypoint) if keypoint else 0
        return x[:, :, one], None if confidence is None else confidence[:, :, one], ()
    known: NDArray[np.bool_] = np.logical_not(np.isnan(x).any(axis=3))
    number = known.sum(axis=2)
    total = np.where(known[..., None], x, 0).sum(axis=2)
    mean = np.full(total.shape, np.nan)
    np.divide(total, number[..., None], out=mean, where=number[..., None] > 0)
    if confidence is not None:
        confidence = np.where(known, confidence, np.inf).min(axis=2)
        confidence = np.where(number > 0, confidence, np.nan)
    partial = int(((number > 0) & (number < x.shape[2])).sum())
    remark = f"{path}: positions are means of the {x.shape[2]} keypoints {names(labels)}"
    if partial:
        remark += f"; in {partial} of {int((number > 0).sum())} positions only some are known, and the mean jumps there"
    return mean, confidence, (f"{remark}; --set keypoint=NAME takes one",)
