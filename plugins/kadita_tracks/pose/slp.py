"""Read the .slp of SLEAP through sleap-io, which is imported when it is needed and knows all versions of the format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError
from kadita.plugins.importers import Floats
from kadita_tracks.files.damage import reading

PARTS = {"metadata", "frames", "instances", "points", "pred_points"}


def is_slp(file: Any) -> bool:
    """Return whether an open HDF5 file has the parts of a .slp."""
    return set(file) >= PARTS


def read_slp(path: Path) -> tuple[list[str], list[str], Floats, Floats | None]:
    """Return names of keypoints, (K,), and of tracks, (N,), positions, (T, N, K, 2), and their scores, (T, N, K).

    Where an instance was corrected by hand, that is what counts; its scores are not known.

    Raises:
        KaditaError: sleap-io is not installed, the file is damaged, or it holds no tracks, or those of several videos.
    """
    try:
        from sleap_io.io.slp import read_labels
    except ImportError:
        raise KaditaError(f"{path}: a .slp of SLEAP, which needs sleap-io: pip install 'kadita[pose]'") from None
    with reading(path, "a .slp of SLEAP", (Exception,)):
        labels = read_labels(str(path), open_videos=False)
        videos = list({id(frame.video): frame.video for frame in labels.labeled_frames}.values())
        if len(videos) != 1:
            raise KaditaError(f"{path}: expected tracks of one video; found those of {len(videos)}: save them apart")
        if len(labels.skeletons) != 1:
            raise KaditaError(f"{path}: expected one skeleton; found {len(labels.skeletons)}")
        keypoints = [str(name) for name in labels.skeletons[0].node_names]
        animals = [str(track.name) for track in labels.tracks]
        most = max(len(frame.instances) for frame in labels.labeled_frames)
        untracked = sum(i.track is None for frame in labels.labeled_frames for i in frame.instances)
        if untracked and (animals or most > 1):
            raise KaditaError(f"{path}: expected a track for each instance; {untracked} have none: track them in SLEAP")
        values = labels.numpy(video=videos[0], untracked=not animals, return_confidence=True)
        values = np.asarray(values, dtype=np.float64)
    confidence = values[..., 2]
    return keypoints, animals, values[..., :2], confidence if np.isfinite(confidence).any() else None
