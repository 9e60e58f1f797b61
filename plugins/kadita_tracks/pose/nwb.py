"""Read poses of NWB files, .nwb, in the layout of its extension ndx-pose.

In ``processing`` a module has a group of type PoseEstimation for each animal, with a group of type PoseEstimationSeries
for each keypoint: ``data`` (T, 2 or 3), ``confidence`` (T,), and ``timestamps``, or ``starting_time`` with the
attribute ``rate``, in seconds. Names of videos, of sessions and of people are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import HDF5, Floats, first_bytes
from kadita_tracks.files.hdf5 import follow, names, open_hdf5, read_entry
from kadita_tracks.files.missing import unless_unreadable
from kadita_tracks.pose.keypoints import Heading, Point, choose
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.qualities import Least

ANIMAL, KEYPOINT = "PoseEstimation", "PoseEstimationSeries"
PIXELS = ("px", "pixel", "pixels")
DIGITS = 9  # decimals of seconds: clocks of animals that are computed in different ways agree to them


class _Series(NamedTuple):
    """A keypoint of an animal."""

    times: Floats  # (T,)
    points: Floats  # (T, D)
    confidence: Floats  # (T,)
    unit: str


@unless_unreadable
def _recognizes(path: Path) -> bool:
    if not first_bytes(path).startswith(HDF5):
        return False
    with open_hdf5(path) as file:
        return "nwb_version" in file.attrs


@importer(
    endings=(".nwb",),
    binary=True,
    recognizes=_recognizes,
    source="NWB, Rübel et al. 2022, doi:10.7554/eLife.78362; github.com/rly/ndx-pose",
)
def nwb(path: Path, *, point: Point = None, heading: Heading = None, least: Least = None) -> Tracks:
    """Poses in NWB, .nwb: ``--point`` chooses a keypoint, or their mean; times are in seconds.

    Raises:
        KaditaError: the file has no poses, those of several modules, or animals with different keypoints.
    """
    with open_hdf5(path) as file:
        if "nwb_version" not in file.attrs:
            raise KaditaError(f"{path}: expected a file of NWB; found {names(file)}")
        groups = list(_animals(file))
        if not groups or len({module for module, _, _ in groups}) > 1:
            found = f"those in {len({m for m, _, _ in groups})}" if groups else "none"
            raise KaditaError(f"{path}: expected poses in one module, as ndx-pose has them; found {found}")
        animals = {name.removeprefix("track="): _keypoints(path, group) for _, name, group in groups}
    keypoints = list(next(iter(animals.values())))
    units = {s.unit for series in animals.values() for s in series.values()}
    axes = {s.points.shape[1] for series in animals.values() for s in series.values()}
    if any(set(series) != set(keypoints) for series in animals.values()) or len(units) != 1 or len(axes) != 1:
        raise KaditaError(f"{path}: expected the same keypoints, axes and unit of all animals; found different ones")
    points = np.concatenate([np.stack([s[k].points for k in keypoints], axis=1) for s in animals.values()])
    confidence = np.concatenate([np.stack([s[k].confidence for k in keypoints], axis=1) for s in animals.values()])
    chosen = choose(
        path,
        points,
        keypoints,
        confidence if np.isfinite(confidence).any() else None,
        point=point,
        heading=heading,
        least=least,
    )
    times = [next(iter(series.values())).times for series in animals.values()]
    unit = units.pop()
    in_pixels = unit.lower() in PIXELS
    return frames_of_rows(
        str(path),
        np.repeat(list(animals), [len(t) for t in times]),
        np.concatenate(times),
        chosen.positions,
        chosen.velocities,
        quality=chosen.quality,
        length_unit="px" if in_pixels else unit or None,
        time_unit="s",
        y_down=True if in_pixels else None,
        attributes=chosen.attributes,
        remarks=chosen.remarks,
    )


def _animals(file: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield module, name and group of each animal."""
    for module, inner in _groups(file, "processing"):
        yield from ((module, name, group) for name, group in _groups(inner) if _type(group) == ANIMAL)


def _groups(file: Any, name: str | None = None) -> Iterator[tuple[str, Any]]:
    """Yield the groups in a group, without those that are links."""
    import h5py

    if name is not None:
        if not isinstance(file.get(name, getlink=True), h5py.HardLink):
            return
        file = file[name]
    if isinstance(file, h5py.Group):
        for key in file:
            if isinstance(file.get(key, getlink=True), h5py.HardLink) and isinstance(file[key], h5py.Group):
                yield str(key), file[key]


def _type(group: Any) -> str:
    kind = group.attrs.get("neurodata_type", "")
    return kind.decode("utf-8", "replace") if isinstance(kind, bytes) else str(kind)


def _keypoints(path: Path, group: Any) -> dict[str, _Series]:
    """Return the keypoints of an animal, which have the same times."""
    series = {name: _series(path, inner) for name, inner in _groups(group) if _type(inner) == KEYPOINT}
    if not series:
        raise KaditaError(f"{path}: expected keypoints of each animal; found none")
    times = next(iter(series.values())).times
    if any(not np.array_equal(s.times, times) for s in series.values()):
        raise KaditaError(f"{path}: expected keypoints of an animal at the same times; found others")
    return series


def _series(path: Path, group: Any) -> _Series:
    data = follow(path, group, "data")
    if data is None or data.dtype.kind not in "fiu" or data.ndim != 2 or data.shape[1] not in (2, 3):
        raise KaditaError(f"{path}: expected data (T, 2) or (T, 3) of each keypoint; found others")
    factor = group["data"].attrs.get("conversion", 1.0)
    unit = group["data"].attrs.get("unit", "")
    times = follow(path, group, "timestamps")
    if times is None:
        start = read_entry(path, group, "starting_time")
        rate = float(group["starting_time"].attrs.get("rate", 0.0)) if "starting_time" in group else 0.0
        if start is None or not 0 < rate < np.inf:
            raise KaditaError(f"{path}: expected timestamps, or starting_time and rate, of each keypoint; found none")
        times = float(start) + np.arange(len(data)) / rate
    confidence = follow(path, group, "confidence")
    sure: Floats = np.full(len(data), np.nan) if confidence is None else np.asarray(confidence, dtype=np.float64)
    if np.shape(times) != (len(data),) or sure.shape != (len(data),):
        raise KaditaError(f"{path}: expected a time and a confidence for each of {len(data)} positions; found others")
    points: Floats = np.asarray(data, dtype=np.float64) * float(factor)
    clock: Floats = np.asarray(times, dtype=np.float64)
    text = unit.decode("utf-8", "replace") if isinstance(unit, bytes) else str(unit)
    return _Series(clock.round(DIGITS), points, sure, text[:40])
