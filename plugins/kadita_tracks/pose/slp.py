"""Read the .slp of SLEAP through sleap-io, which is imported when it is needed and knows all versions of the format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats, Integers
from kadita_tracks.files.damage import reading
from kadita_tracks.files.missing import MissingPackageError
from kadita_tracks.pose.keypoints import agents_of, choose
from kadita_tracks.rows.arrange import frames_of_rows

PARTS = {"metadata", "frames", "instances", "points", "pred_points"}
BY_HAND = 1.0  # confidence of what a person placed, as sleap-io has it


def is_slp(file: Any) -> bool:
    """Return whether an open HDF5 file has the parts of a .slp."""
    return set(file) >= PARTS


def read_slp(path: Path, point: str | None, heading: str | None, least: dict[str, float] | None) -> Tracks:
    """Return the tracks of a .slp; see `kadita_tracks.pose.sleap.sleap`.

    Raises:
        KaditaError: sleap-io is not installed, the file is damaged, holds several videos, or animals have no track.
    """
    try:
        from sleap_io import load_slp
    except ImportError:
        raise MissingPackageError(
            f"{path}: a .slp of SLEAP, which needs sleap-io: pip install 'kadita[pose]'"
        ) from None
    with reading(path, "a .slp of SLEAP", (Exception,)):
        labels = load_slp(str(path), open_videos=False)
        videos = {id(frame.video) for frame in labels.labeled_frames if frame.instances}
        if len(videos) != 1 or len(labels.skeletons) != 1:
            raise KaditaError(
                f"{path}: expected animals with one skeleton in one video; found {len(labels.skeletons)} skeletons and "
                f"{len(videos)} videos with animals: save them apart"
            )
        keypoints = [str(name) for name in labels.skeletons[0].node_names]
        agents, frames, points, confidence, by_hand = _rows(path, labels)
    chosen = choose(path, points, keypoints, confidence, point=point, heading=heading, least=least)
    remark = f"{path}: {by_hand} of {len(frames)} poses were set by hand; their confidence is taken as {BY_HAND:g}"
    return frames_of_rows(
        str(path),
        agents_of([str(track.name) for track in labels.tracks], max(1, len(labels.tracks)))[agents],
        frames,
        chosen.positions,
        chosen.velocities,
        quality=chosen.quality,
        counts_frames=True,
        length_unit="px",
        y_down=True,
        attributes=chosen.attributes,
        remarks=((remark,) if by_hand else ()) + chosen.remarks,
    )


def _rows(path: Path, labels: Any) -> tuple[Integers, Floats, Floats, Floats, int]:
    """Return the track, (rows,), frame, keypoints, (rows, K, 2), and confidence, (rows, K), of each pose.

    Where a person corrected a pose, theirs is taken. The last value counts them.
    """
    place = {id(track): i for i, track in enumerate(labels.tracks)}
    poses: dict[tuple[int, int], Any] = {}
    for frame in labels.labeled_frames:
        corrected = {id(i.from_predicted) for i in frame.instances if getattr(i, "from_predicted", None) is not None}
        for instance in frame.instances:
            if id(instance) in corrected:
                continue
            key = (place.get(id(instance.track), -1), int(frame.frame_idx))
            if key in poses and _is_predicted(poses[key]) == _is_predicted(instance):
                raise KaditaError(f"{path}: expected a track of each animal, once in a frame; found {_found(key)}")
            if key not in poses or _is_predicted(poses[key]):
                poses[key] = instance
    untracked = sum(track < 0 for track, _ in poses)
    if untracked and labels.tracks:
        raise KaditaError(f"{path}: expected a track of each animal; {untracked} poses have none: track them in SLEAP")
    by_hand = sum(not _is_predicted(pose) for pose in poses.values())
    points = np.array([pose.numpy() for pose in poses.values()], dtype=np.float64)
    unsaid = [BY_HAND] * points.shape[1]
    scores = [pose.points["score"] if _is_predicted(pose) else unsaid for pose in poses.values()]
    track, frames = np.array(list(poses)).T
    return np.maximum(track, 0), frames.astype(np.float64), points, np.array(scores, dtype=np.float64), by_hand


def _is_predicted(pose: Any) -> bool:
    return hasattr(pose, "score")  # which a pose that a person placed has not


def _found(key: tuple[int, int]) -> str:
    track, frame = key
    return (
        f"several animals without one in frame {frame}: track them in SLEAP" if track < 0 else f"two in frame {frame}"
    )
