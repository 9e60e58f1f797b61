"""MATLAB files of programs that follow flies: Ctrax, JAABA and FlyTracker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.io import savemat

from track_files import SECRETS, School, TrackFile, turning

RATE = 10.0


def ctrax(folder: Path, school: School) -> Path:
    """Sightings frame by frame, as columns; y from the bottom of the image."""
    seen = ~np.isnan(school.positions[..., 0])
    frame, animal = np.nonzero(seen)
    x = school.positions[frame, animal]
    columns = {
        "x_pos": x[:, :1],
        "y_pos": x[:, 1:],
        "angle": np.zeros((len(x), 1)),
        "maj_ax": np.ones((len(x), 1)),
        "min_ax": np.ones((len(x), 1)),
        "identity": np.asarray(school.agents, dtype=float)[animal][:, None],
        "ntargets": seen.sum(axis=1)[:, None].astype(float),
        "timestamps": school.times[:, None],
        "startframe": 0.0,
    }
    savemat(folder / "movie.mat", columns)
    return folder / "movie.mat"


def trx(folder: Path, school: School, *, calibrated: bool = True) -> Path:
    """A struct for each animal, with NaN where it is not seen."""
    names = ["x", "y", "theta", "a", "b", "id", "moviename", "firstframe", "off", "nframes", "endframe", "fps"]
    names += ["x_mm", "y_mm"] if calibrated else []
    structs = np.zeros((1, len(school.agents)), dtype=[(name, "O") for name in names])
    for i, agent in enumerate(school.agents):
        x = school.positions[:, i].T
        n = x.shape[1]
        values = [x[:1] * 20, x[1:] * 20, 0 * x[:1], 0 * x[:1], 0 * x[:1], float(agent), f"{SECRETS[0]}/{SECRETS[2]}"]
        values += [1.0, 0.0, float(n), float(n), RATE]
        structs[0, i] = (*values, x[:1], x[1:]) if calibrated else tuple(values)
    savemat(folder / "trx.mat", {"trx": structs, "timestamps": school.times[None]})
    return folder / "trx.mat"


def flytracker(folder: Path, school: School) -> Path:
    """A struct of animals x frames x features, and the calibration beside it."""
    x = np.moveaxis(school.positions, 1, 0)
    features = np.concatenate([x, np.zeros_like(x)], axis=2)
    names = np.array([["pos x", "pos y", "ori", "major axis len"]], dtype=object)
    trk = {"names": names, "data": features, "flags": np.zeros((0, 5)), "file": f"{SECRETS[1]}\\{SECRETS[2]}"}
    savemat(folder / "movie-track.mat", {"trk": trk})
    savemat(folder / "movie-calibration.mat", {"calib": {"FPS": RATE, "PPM": 20.0, "n_flies": len(x)}})
    return folder / "movie-track.mat"


FILES = {
    "Ctrax": TrackFile("ctrax", ctrax, turning([0, 3, 12]), {}, "layout that readers of it describe", binary=True),
    "JAABA": TrackFile("trx", trx, turning([0, 3, 12]), {}, "JAABA's DataFormatting", y_down=True, binary=True),
    "FlyTracker": TrackFile(
        "flytracker",
        flytracker,
        turning([1, 2, 3]),
        {},
        "FlyTracker's documentation",
        y_down=True,
        binary=True,
    ),
}
