"""Read ``NAME-track.mat`` of FlyTracker: a struct ``trk`` with ``data``, animals x frames x features, and ``names``.

Positions are the features "pos x" and "pos y", in pixels, y down. The frame rate is ``calib.FPS`` in the calibration
beside it, ``NAME-calibration.mat``, or calibration.mat in this folder or the one around it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita_tracks.files.damage import reading
from kadita_tracks.files.matlab import field, one_number, shapes, structs

PLACE = ("pos x", "pos y")
SUFFIX = "-track.mat"


@importer(
    endings=(".mat",),
    binary=True,
    recognizes=lambda path: "trk" in shapes(path),
    source="Eyjolfsdottir and Perona, FlyTracker; github.com/kristinbranson/FlyTracker",
)
def flytracker(path: Path) -> Tracks:
    """Tracks of FlyTracker, NAME-track.mat, in pixels; the frame rate is that of its calibration, if it is found.

    Raises:
        KaditaError: the file is not FlyTracker's, or lacks positions.
    """
    (trk, *_) = structs(path, "trk") or [None]
    if trk is None:
        raise KaditaError(f"{path}: expected a struct trk; found an empty one")
    data = field(path, trk, "data")
    names = _names(path, trk)
    if data.ndim != 3 or data.shape[2] != len(names) or not set(PLACE) <= set(names):
        raise KaditaError(
            f"{path}: expected data of animals x frames x features, with pos x and pos y among {len(names)} names; "
            f"found shape {data.shape}"
        )
    positions = np.moveaxis(data[:, :, [names.index(name) for name in PLACE]], 0, 1)
    return Tracks(
        np.arange(1, len(data) + 1),
        positions,
        np.arange(len(positions), dtype=np.float64),
        counts_frames=True,
        frame_rate=_rate(path),
        length_unit="px",
        time_unit="s",
        y_down=True,
    )


def _names(path: Path, trk: Any) -> list[str]:
    """Return the names of the features, a cell array of strings."""
    if "names" not in trk.dtype.names:
        return []
    with reading(path, "names of features"):
        return [str(np.asarray(name).ravel()[0]) if np.asarray(name).size else "" for name in trk["names"].ravel()]


def _rate(path: Path) -> float | None:
    stem = path.name[: -len(SUFFIX)] if path.name.lower().endswith(SUFFIX) else path.stem
    beside = (path.with_name(f"{stem}-calibration.mat"), path.with_name("calibration.mat"))
    for candidate in (*beside, path.absolute().parent.parent / "calibration.mat"):
        if candidate.is_file() and "calib" in shapes(candidate):
            for calib in structs(candidate, "calib"):
                rate = one_number(candidate, calib, "FPS")
                if 0 < rate < np.inf:
                    return rate
    return None
