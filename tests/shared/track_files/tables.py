"""Tables, one row for each animal and time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from track_files import School, TrackFile, turning


def rows(columns: str, order: Callable[[object, float, float, float], tuple[object, ...]]) -> Callable[..., Path]:
    """Return a function that writes rows of an order of agent, time, x, y below names of columns."""

    def write(folder: Path, school: School) -> Path:
        with (folder / "tracks.csv").open("w") as file:
            print(columns, file=file)
            for t, i in np.argwhere(~np.isnan(school.positions[..., 0])).tolist():
                print(*order(school.agents[i], school.times[t], *school.positions[t, i]), sep=",", file=file)
        return folder / "tracks.csv"

    return write


NUMBERED = {"length_unit": "cm", "time_unit": "s"}
FILES = {
    "table": TrackFile(
        "table",
        rows("agent,time,x,y", lambda a, t, x, y: (a, t, x, y)),
        turning(["0042", "1E2", "NA"]),
        NUMBERED,
        "kadita's own names",
    ),
    "trackdf": TrackFile(
        "trackdf",
        rows('"","id","t","x","y"', lambda a, t, x, y: (0, a, t, x, y)),
        turning(["a", "b", "c"]),
        NUMBERED,
        "swarm-lab.github.io/trackdf",
    ),
    "movekit": TrackFile(
        "movekit",
        rows("time,animal_id,x,y", lambda a, t, x, y: (t, a, x, y)),
        turning([312, 511, 607]),
        NUMBERED,
        "github.com/dbvis-ukon/movekit",
    ),
}
