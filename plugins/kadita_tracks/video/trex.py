"""Read tracks of TRex: one .npz per animal, named VIDEO_fish0.npz or VIDEO_id0.npz.

Each holds arrays with one value per frame: the frame number ``frame``, common to all animals, ``time`` in seconds from
the start of the video, ``missing``, which is 1 where the animal was not found (its position is interpolated), and
positions in cm, infinite where unknown: ``X`` of the head, ``X#wcentroid``, ``X#centroid`` and ``X#pcentroid`` of the
body. y counts from the top of the image, whose height is not stored (trex.run/docs/formats.html).
"""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import INFLATED_AT_MOST, Floats
from kadita_tracks.files.damage import reading
from kadita_tracks.rows.arrange import frames_of_rows

NAME = re.compile(r"(?P<video>.+_[A-Za-z]+)(?P<animal>\d{1,15})\.npz", re.IGNORECASE)
POINTS = ("wcentroid", "centroid", "pcentroid", "head")
Point = Annotated[
    Literal["wcentroid", "centroid", "pcentroid", "head"] | None,
    Field(description="point of the body; none: the first one that all files have"),
]
SECONDS_APART = 1e-3  # largest difference between files of a video in the time of a frame


def _recognizes(path: Path) -> bool:
    try:
        return bool(_by_video(path) if path.is_dir() else _points(path))
    except OSError:
        return False


@importer(
    endings=(".npz", ""),
    binary=True,
    recognizes=_recognizes,
    source="Walter and Couzin 2021, doi:10.7554/eLife.64000; trex.run",
)
def trex(path: Path, *, point: Point = None) -> Tracks:
    """Tracks of TRex, a folder of .npz or one of its files; all animals of its video are read.

    Raises:
        KaditaError: the files are not those of TRex, belong to several videos, or lack an array.
    """
    files = _files_of(path) if path.is_dir() else _siblings(path)
    remarks = []
    if not path.is_dir() and len(files) > 1:
        remarks.append(f"{path}: read with the other {len(files) - 1} animals of its video, {files[0].parent.name}/")
    known = [p for p in POINTS if all(p in _points(file) for file in files)]
    if not known or point not in (None, *known):
        raise KaditaError(
            f"{path}: expected frame, X and Y of {f'the {point}' if point else 'one point'} in {len(files)} files; "
            f"found in all of them: {', '.join(known) or 'none'}"
        )
    chosen = point or known[0]
    if point is None and len(known) > 1:
        remarks.append(f"{path}: positions are those of the {chosen}; --set point={known[1]} takes others")
    remarks.append(f"{path}: in cm by TRex's cm_per_pixel; if it was not set, TRex assumes a video 30 cm wide")
    x, y, vx, vy = (_name(axis, chosen) for axis in ("X", "Y", "VX", "VY"))
    animals = [_animal(file, x, y, (vx, vy)) for file in files]
    has_velocities = all(vx in a and vy in a for a in animals)
    if has_velocities:
        remarks.append(f"{path}: velocities are TRex's {vx} and {vy}, in cm/s; --velocities difference recomputes them")
    tracks = frames_of_rows(
        str(path),
        np.concatenate([np.full(len(a["frame"]), _number(file)) for file, a in zip(files, animals, strict=True)]),
        _concatenated(animals, "frame"),
        np.stack([_concatenated(animals, x), _concatenated(animals, y)], axis=1),
        np.stack([_concatenated(animals, vx), _concatenated(animals, vy)], axis=1) if has_velocities else None,
        counts_frames=True,
        length_unit="cm",
        y_down=True,
        remarks=tuple(remarks),
    )
    return _timed(path, tracks, animals) if all("time" in a for a in animals) else tracks


def _name(axis: str, point: str) -> str:
    """Return the name of the array of a point's coordinate."""
    return axis if point == "head" else f"{axis}#{point}"


def _number(file: Path) -> int:
    match = NAME.fullmatch(file.name)
    return int(match["animal"]) if match else 0


def _points(file: Path) -> list[str]:
    """Return the points for which the file has coordinates."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return []
    return [p for p in POINTS if {"frame", _name("X", p), _name("Y", p)} <= names]


def _siblings(file: Path) -> list[Path]:
    """Return the files of all animals of this file's video."""
    if file.suffix.lower() != ".npz" or not _points(file):
        raise KaditaError(f"{file}: expected an .npz of TRex with frame, X and Y; found something else")
    match = NAME.fullmatch(file.name)
    return [file] if match is None else _by_video(file.parent)[match["video"]]


def _files_of(folder: Path) -> list[Path]:
    """Return the files of all animals in a folder of one video."""
    videos = _by_video(folder)
    if len(videos) > 1:
        names = ", ".join(f"{video}*.npz" for video in list(videos)[:5])
        raise KaditaError(f"{folder}: expected tracks of one video; found {names}; name one of their files")
    if not videos:
        raise KaditaError(f"{folder}: expected files of TRex, such as video_fish0.npz; found none")
    return next(iter(videos.values()))


def _by_video(folder: Path) -> dict[str, list[Path]]:
    """Return the files of tracks in a folder by video, in the order of the animals."""
    videos: dict[str, list[Path]] = {}
    for file in folder.iterdir():
        match = NAME.fullmatch(file.name)
        if match and file.is_file() and _points(file):  # TRex also writes postures, heatmaps and visual fields
            videos.setdefault(match["video"], []).append(file)
    return {video: sorted(files, key=_number) for video, files in sorted(videos.items())}


def _animal(file: Path, x: str, y: str, velocity: tuple[str, str]) -> dict[str, Floats]:
    """Return the arrays of a file; position and velocity are NaN where the animal is missing."""
    arrays = _arrays(file, ("frame", x, y), ("time", "missing", *velocity))
    if not np.isfinite(arrays["frame"]).all():
        raise KaditaError(f"{file}: expected finite frame numbers; found others")
    present = np.isfinite(arrays[x]) & np.isfinite(arrays[y]) & (arrays.get("missing", np.zeros(1)) == 0)
    for name in (x, y, *velocity):
        if name in arrays:
            arrays[name] = np.where(present & np.isfinite(arrays[name]), arrays[name], np.nan)
    return arrays


def _arrays(file: Path, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Floats]:
    """Read numeric arrays of equal length from an .npz, without unpickling.

    Raises:
        KaditaError: a required array is missing, an array is not numeric, or the file is damaged.
    """
    arrays: dict[str, Floats] = {}
    # a damaged file can make numpy and zipfile raise any exception
    with reading(file, "an .npz of TRex", (Exception,)), warnings.catch_warnings(), zipfile.ZipFile(file) as archive:
        warnings.simplefilter("error")  # a damaged header can make Python warn
        names = [*required, *(name for name in optional if f"{name}.npy" in archive.namelist())]
        for entry in (archive.getinfo(f"{name}.npy") for name in names):
            if entry.file_size > INFLATED_AT_MOST * max(entry.compress_size, 1):
                raise ValueError(f"{entry.filename} claims {entry.file_size} bytes")
        with np.load(file, allow_pickle=False) as content:
            for name in names:
                values = content[name]
                if values.dtype.kind not in "fiub" or values.size != max(values.shape, default=0):
                    raise ValueError(f"{name} is not a column of numbers, but {values.dtype} {values.shape}")
                arrays[name] = values.astype(np.float64).ravel()
    if len({len(values) for values in arrays.values()}) != 1:
        lengths = ", ".join(f"{name} {len(values)}" for name, values in arrays.items())
        raise KaditaError(f"{file}: expected arrays with one value per frame; found {lengths}")
    return arrays


def _concatenated(animals: list[dict[str, Floats]], name: str) -> Floats:
    return np.concatenate([a[name] for a in animals])


def _timed(path: Path, tracks: Tracks, animals: list[dict[str, Floats]]) -> Tracks:
    """Return the tracks with the times of their frames; times of empty frames are interpolated."""
    frames, times = _concatenated(animals, "frame"), _concatenated(animals, "time")
    known = np.isfinite(times)
    if not known.any():
        raise KaditaError(f"{path}: expected finite times; found none")
    frames, times = frames[known], times[known]
    number, first = np.unique(frames, return_index=True)
    difference = np.abs(times - times[first][np.searchsorted(number, frames)])
    if (difference > SECONDS_APART + 1e-6 * np.abs(times)).any():
        at = int(difference.argmax())
        raise KaditaError(
            f"{path}: expected one time per frame; the files differ by {difference[at]:g} s in frame {frames[at]:g}; "
            "are they of one video?"
        )
    if not number[0] <= tracks.times[0] or not tracks.times[-1] <= number[-1]:
        raise KaditaError(f"{path}: expected times of the first and the last frame; found none")
    instants = np.interp(tracks.times, number, times[first])
    return replace(tracks, times=instants, counts_frames=False, time_unit="s")
