"""Files of programs that follow several keypoints of each animal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray

from track_files import SECRETS, School, TrackFile, turning


def movement(folder: Path, school: School) -> Path:
    """One keypoint, as xarray writes it."""
    x = school.positions[:, :, None]  # (T, N, K, space)
    dims = ("time", "space", "keypoints", "individuals")
    dataset = xarray.Dataset(
        {"position": (dims, np.moveaxis(x, (1, 2, 3), (3, 2, 1)))},
        coords={"time": school.times, "space": ["x", "y"], "keypoints": ["body"], "individuals": school.agents},
        attrs={"time_unit": "seconds", "source_file": f"{SECRETS[1]}/{SECRETS[2]}", "fps": 10.0},
    )
    dataset.to_netcdf(folder / "poses.nc")
    return folder / "poses.nc"


FILES = {
    "movement": TrackFile(
        "movement", movement, turning(["a", "b", "c"]), {"length_unit": "px"}, "xarray", y_down=True, binary=True
    ),
}
