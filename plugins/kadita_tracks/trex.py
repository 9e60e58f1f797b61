"""Reads tracks of TRex: an .npz for each animal, named VIDEO_fish0.npz or VIDEO_id0.npz.

Each holds arrays with a value a frame: ``frame``, which all animals' files count alike, ``time`` in seconds from the
start of the video, ``missing``, which is 1 where the animal was not found (a position there is interpolated), and
positions in cm, infinite where there is none: ``X`` of the head, ``X#wcentroid``, ``X#centroid`` and ``X#pcentroid`` of
the body (trex.run/docs/formats.html).
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
from kadita.plugins.importers import INFLATED_AT_MOST
from kadita_tracks.long import Floats, frames_of_rows

NAME = re.compile(r"(?P<video>.+_[A-Za-z]+)(?P<animal>\d{1,15})\.npz", re.IGNORECASE)
POINTS = ("wcentroid", "centroid", "pcentroid", "head")
Point = Annotated[
    Literal["wcentroid", "centroid", "pcentroid", "head"] | None,
    Field(description="point of the body; none: the first of these that the files have"),
]
SECONDS_APART = 1e-3  # by how much files of one video may disagree on the time of a frame


def _recognizes(path: Path) -> bool:
    try:
        return bool(_by_video(path) if path.is_dir() else _points(path))
    except OSError:
        return False


@importer(
    endings=(".npz", ""), recognizes=_recognizes, source="Walter and Couzin 2021, doi:10.7554/eLife.64000; trex.run"
)
def trex(path: Path, *, point: Point = None) -> Tracks:
    """Tracks of TRex, a folder of .npz or one of its files, with which the other animals of the video are read.

    Raises:
        KaditaError: no tracks of TRex, tracks of several videos, a file without what is needed.
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
        remarks.append(f"{path}: positions are of the {chosen}; --set point={known[1]} takes others")
    remarks.append(f"{path}: in cm as TRex's cm_per_pixel says; where nobody set it, TRex takes 30 cm for the video")
    x, y, vx, vy = (_name(axis, chosen) for axis in ("X", "Y", "VX", "VY"))
    animals = [_animal(file, x, y, (vx, vy)) for file in files]
    own = all(vx in a and vy in a for a in animals)
    if own:
        remarks.append(f"{path}: velocities are TRex's {vx} and {vy}, in cm/s; --velocities difference takes others")
    tracks = frames_of_rows(
        str(path),
        np.concatenate([np.full(len(a["frame"]), _number(file)) for file, a in zip(files, animals, strict=True)]),
        _joined(animals, "frame"),
        np.stack([_joined(animals, x), _joined(animals, y)], axis=1),
        np.stack([_joined(animals, vx), _joined(animals, vy)], axis=1) if own else None,
        counts_frames=True,
        length_unit="cm",
        remarks=tuple(remarks),
    )
    return _timed(path, tracks, animals) if all("time" in a for a in animals) else tracks


def _name(axis: str, point: str) -> str:
    """Return what a coordinate of a point is called."""
    return axis if point == "head" else f"{axis}#{point}"


def _number(file: Path) -> int:
    match = NAME.fullmatch(file.name)
    return int(match["animal"]) if match else 0


def _points(file: Path) -> list[str]:
    """Return the points whose tracks a file has."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return []
    return [p for p in POINTS if {"frame", _name("X", p), _name("Y", p)} <= names]


def _siblings(file: Path) -> list[Path]:
    """Return the files of all animals of the video that this one is of."""
    if file.suffix.lower() != ".npz" or not _points(file):
        raise KaditaError(f"{file}: expected an .npz of TRex's, with frame, X and Y; found something else")
    match = NAME.fullmatch(file.name)
    return [file] if match is None else _by_video(file.parent)[match["video"]]


def _files_of(folder: Path) -> list[Path]:
    """Return the files of all animals in a folder of one video."""
    videos = _by_video(folder)
    if len(videos) > 1:
        names = ", ".join(f"{video}*.npz" for video in list(videos)[:5])
        raise KaditaError(f"{folder}: expected tracks of one video; found {names}; name one of their files")
    if not videos:
        raise KaditaError(f"{folder}: expected files of TRex's, such as video_fish0.npz; found none")
    return next(iter(videos.values()))


def _by_video(folder: Path) -> dict[str, list[Path]]:
    """Return the files of tracks in a folder, those of one video together and in the order of their animals."""
    videos: dict[str, list[Path]] = {}
    for file in folder.iterdir():
        match = NAME.fullmatch(file.name)
        if match and file.is_file() and _points(file):  # beside them may lie postures, heatmaps, visual fields
            videos.setdefault(match["video"], []).append(file)
    return {video: sorted(files, key=_number) for video, files in sorted(videos.items())}


def _animal(file: Path, x: str, y: str, velocity: tuple[str, str]) -> dict[str, Floats]:
    """Return the arrays of a file; where the animal is missing, its position and velocity are NaN."""
    arrays = _arrays(file, ("frame", x, y), ("time", "missing", *velocity))
    if not np.isfinite(arrays["frame"]).all():
        raise KaditaError(f"{file}: expected finite numbers of frames; found others")
    present = np.isfinite(arrays[x]) & np.isfinite(arrays[y]) & (arrays.get("missing", np.zeros(1)) == 0)
    for name in (x, y, *velocity):
        if name in arrays:
            arrays[name] = np.where(present & np.isfinite(arrays[name]), arrays[name], np.nan)
    return arrays


def _arrays(file: Path, needed: tuple[str, ...], wanted: tuple[str, ...]) -> dict[str, Floats]:
    """Read arrays of one length from an .npz, without its pickles.

    Raises:
        KaditaError: one that is needed is not there, or is none of numbers; or the file is damaged.
    """
    arrays: dict[str, Floats] = {}
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(file) as archive:
            warnings.simplefilter("error")  # of a header that is damaged so that Python would warn
            there = [*needed, *(name for name in wanted if f"{name}.npy" in archive.namelist())]
            for entry in (archive.getinfo(f"{name}.npy") for name in there):
                if entry.file_size > INFLATED_AT_MOST * max(entry.compress_size, 1):
                    raise ValueError(f"{entry.filename} claims {entry.file_size} bytes")
            with np.load(file, allow_pickle=False) as content:
                for name in there:
                    values = content[name]
                    if values.dtype.kind not in "fiub" or values.size != max(values.shape, default=0):
                        raise ValueError(f"{name} is no column of numbers, but {values.dtype} {values.shape}")
                    arrays[name] = values.astype(np.float64).ravel()
    except Exception as error:  # numpy and zipfile raise whatever a damaged file leads them to
        words = " ".join(str(error).split())[:120]
        raise KaditaError(f"{file}: expected an .npz of TRex's; it cannot be read: {words}") from None
    if len({len(values) for values in arrays.values()}) != 1:
        lengths = ", ".join(f"{name} {len(values)}" for name, values in arrays.items())
        raise KaditaError(f"{file}: expected arrays with one value a frame; found {lengths}")
    return arrays


def _joined(animals: list[dict[str, Floats]], name: str) -> Floats:
    return np.concatenate([a[name] for a in animals])


def _timed(path: Path, tracks: Tracks, animals: list[dict[str, Floats]]) -> Tracks:
    """Return the tracks with the times of their frames; of a frame in which nobody is, between its neighbours'."""
    frames, times = _joined(animals, "frame"), _joined(animals, "time")
    known = np.isfinite(times)
    if not known.any():
        raise KaditaError(f"{path}: expected finite times; found none")
    frames, times = frames[known], times[known]
    number, first = np.unique(frames, return_index=True)
    apart = np.abs(times - times[first][np.searchsorted(number, frames)])
    if (apart > SECONDS_APART + 1e-6 * np.abs(times)).any():
        at = int(apart.argmax())
        raise KaditaError(
            f"{path}: expected one time for a frame; the files differ by {apart[at]:g} s on frame {frames[at]:g}; are "
            "they of one video?"
        )
    if not number[0] <= tracks.times[0] or not tracks.times[-1] <= number[-1]:
        raise KaditaError(f"{path}: expected a time for the first and the last frame; found none")
    instants = np.interp(tracks.times, number, times[first])
    return replace(tracks, times=instants, counts_frames=False, time_unit="s")
