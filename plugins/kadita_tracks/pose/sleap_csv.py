"""Read the analysis .csv of SLEAP: a row for each animal and frame, with x, y and score of each keypoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats
from kadita_tracks.pose.first_rows import first_rows
from kadita_tracks.pose.keypoints import choose
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.reading import identities, numbers, read_table

NEEDED = {"track", "frame_idx"}
SCORE = "instance.score"


def _keypoints(columns: list[str]) -> list[str]:
    return [c.removesuffix(".x") for c in columns if c.endswith(".x") and f"{c.removesuffix('.x')}.y" in columns]


def is_sleap_csv(path: Path) -> bool:
    """Return whether a table has the columns of SLEAP."""
    columns = next(iter(first_rows(path, 1)), [])
    return set(columns) >= NEEDED and bool(_keypoints(columns))


def read_sleap_csv(path: Path, point: str | None, heading: str | None, least: dict[str, float] | None) -> Tracks:
    """Return the tracks of a table; see `kadita_tracks.pose.sleap.sleap`.

    Raises:
        KaditaError: a column is missing, a cell is no number, or animals have no track.
    """
    if not is_sleap_csv(path):
        raise KaditaError(f"{path}: expected columns track, frame_idx, NODE.x and NODE.y, as SLEAP has; found others")
    table = read_table(path, text=lambda name: name == "track")
    keypoints = _keypoints([str(c) for c in table.columns])
    frames = numbers(path, table, "frame_idx")
    points = np.stack([_vectors(path, table, k) for k in keypoints], axis=1)  # (rows, K, 2)
    confidence = _scores(path, table, keypoints)
    chosen = choose(path, points, keypoints, confidence, point=point, heading=heading, least=least)
    quality = dict(chosen.quality)
    if SCORE in table.columns and np.isfinite(score := numbers(path, table, SCORE)).any():
        quality["instance_score"] = score
    return frames_of_rows(
        str(path),
        _animals(path, table, frames),
        frames,
        chosen.positions,
        chosen.velocities,
        quality=quality,
        counts_frames=True,
        length_unit="px",
        y_down=True,
        attributes=chosen.attributes,
        remarks=chosen.remarks,
    )


def _vectors(path: Path, table: Any, keypoint: str) -> Floats:
    return np.stack([numbers(path, table, f"{keypoint}.{axis}") for axis in "xy"], axis=1)


def _scores(path: Path, table: Any, keypoints: list[str]) -> Floats | None:
    unknown = np.full(len(table), np.nan)
    scores = [numbers(path, table, f"{k}.score") if f"{k}.score" in table else unknown for k in keypoints]
    together = np.stack(scores, axis=1)
    return together if np.isfinite(together).any() else None


def _animals(path: Path, table: Any, frames: Floats) -> Any:
    """Return the identity in each row; 0 for a single animal, to which SLEAP gives no track."""
    unnamed = table["track"].str.strip() == ""
    if not unnamed.any():
        return identities(path, table, "track")
    if unnamed.all() and len(np.unique(frames)) == len(frames):
        return np.zeros(len(table), dtype=np.int64)
    raise KaditaError(
        f"{path}: expected a track in each row; {int(unnamed.sum())} of {len(table)} rows have none: track the animals "
        "in SLEAP first"
    )
