"""Files of programs that follow animals in videos."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from scipy.io import savemat

from track_files import SECRETS, School, TrackFile, turning

RATE = 10.0


def idtrackerai(school: School) -> dict[str, object]:
    return {
        "trajectories": school.positions,
        "frames_per_second": RATE,
        "body_length": 4.0,
        "video_paths": [f"{SECRETS[0]}/{SECRETS[2]}"],
        "identities_labels": [str(a) for a in school.agents],
    }


def idtrackerai_npy(folder: Path, school: School) -> Path:
    np.save(folder / "trajectories.npy", idtrackerai(school), allow_pickle=True)  # type: ignore[arg-type]
    return folder / "trajectories.npy"


def idtrackerai_h5(folder: Path, school: School) -> Path:
    with h5py.File(folder / "trajectories.h5", "w") as file:
        for name, value in idtrackerai(school).items():
            file[name] = value
    return folder / "trajectories.h5"


def matlab(folder: Path, school: School) -> Path:
    """Rows of id, x, y, z, t, vx, vy, vz."""
    frame, animal = np.nonzero(~np.isnan(school.positions[..., 0]))
    rows = np.zeros((len(frame), 8))
    rows[:, 0], rows[:, 1:4], rows[:, 4] = animal + 1, school.positions[frame, animal], school.times[frame]
    savemat(folder / "tracks.mat", {"tracks_filt": rows})
    return folder / "tracks.mat"


def trex(folder: Path, school: School) -> Path:
    """One .npz an animal; where an animal is missing its position is infinite."""
    for i in range(len(school.agents)):
        x, y = np.where(np.isnan(school.positions[:, i]), np.inf, school.positions[:, i]).T
        missing = np.isinf(x).astype(float)
        frame = np.arange(len(x), dtype=float)
        arrays = {"frame": frame, "time": school.times, "X#wcentroid": x, "Y#wcentroid": y, "missing": missing}
        np.savez(folder / f"pond_fish{i}.npz", **arrays)
    return folder


def mot(folder: Path, school: School) -> Path:
    """Boxes, frame and id from 1; the position is the middle of the box."""
    with (folder / "gt.txt").open("w") as file:
        for t, i in np.argwhere(~np.isnan(school.positions[..., 0])).tolist():
            x, y = school.positions[t, i]
            print(t + 1, i + 1, f"{x - 2:.4f}", f"{y - 1:.4f}", "4", "2", 1, -1, -1, -1, sep=",", file=file)
    return folder / "gt.txt"


NUMBERED = {"length_unit": "cm", "time_unit": "s"}
FILES = {
    "idtracker.ai .npy": TrackFile(
        "idtrackerai", idtrackerai_npy, turning(["a", "b", "c"]), {}, "idtracker.ai 5", y_down=True, binary=True
    ),
    "idtracker.ai .h5": TrackFile(
        "idtrackerai", idtrackerai_h5, turning(["a", "b", "c"]), {}, "idtracker.ai 5", y_down=True, binary=True
    ),
    "TRex": TrackFile("trex", trex, turning([0, 1, 2]), {}, "trex.run/docs/formats.html", y_down=True, binary=True),
    "MOT": TrackFile(
        "mot",
        mot,
        turning([1, 2, 3], digits=4),
        {"frame_rate": RATE, "time_unit": "s"},
        "motchallenge.net/instructions",
        y_down=True,
    ),
    "MATLAB matrix": TrackFile(
        "matlab",
        matlab,
        turning([1, 2, 3], dimensions=3),
        {**NUMBERED, "velocities": "difference"},
        "Ling et al. 2019",
        binary=True,
    ),
}
