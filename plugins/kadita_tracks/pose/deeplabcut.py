"""Read tracks of DeepLabCut, .csv or .h5, and of Lightning Pose, whose .csv has the same layout.

The header of the table has the rows scorer, individuals (in projects of several animals), bodyparts and coords: x, y
and likelihood, in pixels with y down, or x, y, z of a triangulation. The first column counts frames. The .h5 is the
same table as pandas writes it, read by `kadita_tracks.pose.pandas_table`. The name of the scorer, which holds those of
a project and perhaps of a person, is not kept. Body parts of the individual ``single`` are those that no animal has,
such as corners of the arena.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import HDF5, Floats, first_bytes
from kadita_tracks.files.damage import reading
from kadita_tracks.files.missing import unless_unreadable
from kadita_tracks.pose.columns import Poses, poses_of
from kadita_tracks.pose.first_rows import first_rows
from kadita_tracks.pose.keypoints import Heading, Point, agents_of, choose
from kadita_tracks.pose.pandas_table import find_table, read_pandas_table
from kadita_tracks.tables.qualities import Least

LEVELS = ("scorer", "individuals", "bodyparts", "coords")
HEADERS = (list(LEVELS), [LEVELS[0], *LEVELS[2:]])
UNIQUE = "single"  # individual of the body parts that no animal has


def _header(path: Path) -> list[list[str]]:
    """Return the rows of the header; an empty list if it is not one of DeepLabCut."""
    rows = first_rows(path, len(LEVELS))
    for header in HEADERS:
        if [row[0] if row else "" for row in rows[: len(header)]] == header:
            return rows[: len(header)]
    return []


@unless_unreadable
def _recognizes(path: Path) -> bool:
    if first_bytes(path).startswith(HDF5):
        return find_table(path) is not None
    return bool(_header(path))


@importer(
    endings=(".csv", ".h5", ".hdf5"),
    binary=True,
    recognizes=_recognizes,
    source="DeepLabCut, Lauer et al. 2022, doi:10.1038/s41592-022-01443-0",
)
def deeplabcut(path: Path, *, point: Point = None, heading: Heading = None, least: Least = None) -> Tracks:
    """Tracks of DeepLabCut, .csv or .h5, or Lightning Pose: ``--point`` chooses a keypoint, or their mean.

    Frames are counted; ``--frame-rate`` says how many there are in a unit of time.

    Raises:
        KaditaError: the file has another format, holds annotated images, or lacks the keypoint.
    """
    if first_bytes(path).startswith(HDF5):
        names, frames, values = read_pandas_table(path)
        levels = [[name[0] for name in names], *([n[i] for n in names] for i in range(1, len(names[0])))]
    else:
        levels, frames, values = _of_csv(path)
    if len(set(levels[0])) > 1:
        raise KaditaError(f"{path}: expected the tracks of one scorer; found those of {len(set(levels[0]))}")
    animals = levels[1] if len(levels) == len(LEVELS) else [""] * len(levels[0])
    poses = poses_of(path, list(zip(animals, *levels[-2:], strict=True)), values)
    poses, remarks = _without_unique(path, poses)
    if len(frames) == 0 or not (np.diff(frames) > 0).all():
        raise KaditaError(f"{path}: expected frame numbers that increase in the first column; found others")
    chosen = choose(path, poses.points, poses.keypoints, poses.confidence, point=point, heading=heading, least=least)
    planar = poses.points.shape[-1] == 2
    return Tracks(
        agents_of(poses.animals, len(poses.animals)),
        chosen.positions,
        frames,
        counts_frames=True,
        velocities=chosen.velocities,
        length_unit="px" if planar else None,
        y_down=True if planar else None,
        attributes=chosen.attributes,
        quality=chosen.quality,
        remarks=remarks + chosen.remarks,
    )


def _of_csv(path: Path) -> tuple[list[list[str]], Floats, Floats]:
    """Return the names in the rows of the header, the frames, (T,), and the values, (T, columns)."""
    import pandas

    header = _header(path)
    if not header:
        raise KaditaError(f"{path}: expected the header rows scorer, bodyparts and coords; found others")
    names = [row[1:] for row in header]
    if len({len(row) for row in names}) > 1 or not names[-1] or not all(names[-1]):
        raise KaditaError(
            f"{path}: expected tracks, with a column of frame numbers and three rows of names above the others; found "
            "another header: annotated images are no tracks"
        )
    with reading(path, "a table of DeepLabCut"):
        table = pandas.read_csv(path, header=None, skiprows=len(header), low_memory=False, encoding="utf-8")
    if len(table.columns) != len(header[0]):
        raise KaditaError(f"{path}: expected {len(header[0])} columns, as the header has; found {len(table.columns)}")
    if len(table) and table.iloc[0, 1:].isna().all() and not np.issubdtype(table[0].dtype, np.number):
        table = table.iloc[1:]  # a row with the name of the index
    numeric = table.apply(pandas.to_numeric, errors="coerce")
    wrong = (numeric.isna() & table.notna()).to_numpy()
    if wrong[:, 0].any() or table[0].isna().any():
        raise KaditaError(
            f"{path}: expected frame numbers in the first column; found text: annotated images are no tracks"
        )
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        raise KaditaError(
            f"{path}: expected numbers; line {row + len(header) + 1} has {str(table.iloc[row, column])[:40]!r}"
        )
    values = numeric.to_numpy(dtype=np.float64)
    return names, values[:, 0], values[:, 1:]


def _without_unique(path: Path, poses: Poses) -> tuple[Poses, tuple[str, ...]]:
    """Return the keypoints of animals alone, without those that no animal has."""
    if UNIQUE not in poses.animals or len(poses.animals) == 1:
        return poses, ()
    kept = [i for i, name in enumerate(poses.animals) if name != UNIQUE]
    points = poses.points[:, kept]
    known = [k for k in range(len(poses.keypoints)) if not np.isnan(points[:, :, k]).all()] or list(
        range(len(poses.keypoints))
    )
    confidence = None if poses.confidence is None else poses.confidence[:, kept][:, :, known]
    animals, keypoints = [poses.animals[i] for i in kept], [poses.keypoints[k] for k in known]
    remark = f"{path}: keypoints of no animal, DeepLabCut's individual '{UNIQUE}', are left out"
    return Poses(animals, keypoints, points[:, :, known], confidence), (remark,)
