"""Read the .csv of Anipose: keypoints of one animal in space, triangulated from several cameras.

It has the columns NODE_x, NODE_y, NODE_z, NODE_error, NODE_ncams and NODE_score of each keypoint, a rotation M_00 to
M_22 and a centre that are not needed, and fnum, the frame. Lengths are in the unit of the calibration board.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita_tracks.pose.first_rows import first_rows
from kadita_tracks.pose.keypoints import Heading, Point, choose
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.qualities import Least
from kadita_tracks.tables.reading import coordinates, numbers, read_table

FRAME = "fnum"


def _keypoints(columns: list[str]) -> list[str]:
    stems = [c.removesuffix("_x") for c in columns if c.endswith("_x")]
    return [s for s in stems if {f"{s}_y", f"{s}_z", f"{s}_error"} <= set(columns)]


def _recognizes(path: Path) -> bool:
    columns = next(iter(first_rows(path, 1)), [])
    return FRAME in columns and bool(_keypoints(columns))


@importer(
    endings=(".csv",),
    recognizes=_recognizes,
    source="Anipose, Karashchuk et al. 2021, doi:10.1016/j.celrep.2021.109730",
)
def anipose(path: Path, *, point: Point = None, heading: Heading = None, least: Least = None) -> Tracks:
    """Keypoints of Anipose in space, .csv: ``--point`` chooses one, or their mean; one animal.

    Raises:
        KaditaError: a column is missing, a cell is no number, or there is no such keypoint.
    """
    if not _recognizes(path):
        raise KaditaError(f"{path}: expected columns fnum, NODE_x, NODE_y, NODE_z, as Anipose has; found others")
    table = read_table(path)
    keypoints = _keypoints([str(c) for c in table.columns])
    points = np.stack([coordinates(path, table, [f"{k}_{a}" for a in "xyz"]) for k in keypoints], axis=1)
    unknown = np.full(len(table), np.nan)
    scores = [numbers(path, table, f"{k}_score") if f"{k}_score" in table else unknown for k in keypoints]
    confidence = np.stack(scores, axis=1)
    known = confidence if np.isfinite(confidence).any() else None
    chosen = choose(path, points, keypoints, known, point=point, heading=heading, least=least)
    return frames_of_rows(
        str(path),
        np.zeros(len(table), dtype=np.int64),
        numbers(path, table, FRAME),
        chosen.positions,
        chosen.velocities,
        quality=chosen.quality,
        counts_frames=True,
        attributes=chosen.attributes,
        remarks=chosen.remarks,
    )
