"""Read tracks of ToxTrac: ``Tracking_RealSpace_1.txt``, a file an arena, with columns separated by tabs.

Columns are Time (sec), Arena, Track, Pos. X (mm), Pos. Y (mm), in the unit of the calibration, and Label: 0 for a
predicted position, 1 a confirmed one, 2 an occluded one and 3 a reflection (ToxTrac's manual, table 8).
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita_tracks.files.first_lines import first_lines
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.reading import coordinates, numbers, read_table
from kadita_tracks.video.units import time_unit_of, unit_of

NAME = re.compile(r"(?P<what>Time|Pos\. X|Pos\. Y) \((?P<unit>[^)]*)\)")
CONFIRMED = 1


def _columns(names: list[str]) -> dict[str, tuple[str, str]]:
    """Return the names and units of the columns of time and position."""
    found = [match for name in names if (match := NAME.fullmatch(name.strip()))]
    return {match["what"]: (match[0], match["unit"]) for match in found}


def _recognizes(path: Path) -> bool:
    names = [name for line in first_lines(path) for name in line.split("\t")]
    return {"Arena", "Track"} <= set(names) and len(_columns(names)) == 3


@importer(
    endings=(".txt",),
    recognizes=_recognizes,
    source="Rodriguez et al. 2018, doi:10.1111/2041-210X.12874; sourceforge.net/projects/toxtrac",
)
def toxtrac(path: Path) -> Tracks:
    """Tracks of ToxTrac in real space, Tracking_RealSpace_N.txt, in the unit of the calibration.

    ``confirmed`` is offered as a limit: 1 for positions that were seen, 0 for those predicted, occluded or reflected.

    Raises:
        KaditaError: the table cannot be read, or a column is missing.
    """
    table = read_table(path, "\t")
    table.columns = [str(name).strip() for name in table.columns]
    columns = _columns(list(table.columns))
    if len(columns) < 3 or not {"Arena", "Track"} <= set(table.columns):
        raise KaditaError(f"{path}: expected columns Time (sec), Arena, Track, Pos. X (mm) and Pos. Y (mm)")
    arena, track = (numbers(path, table, name) for name in ("Arena", "Track"))
    whole = np.isfinite(arena) & np.isfinite(track) & (np.rint(arena) == arena) & (np.rint(track) == track)
    if not whole.all():
        line = int((~whole).argmax()) + 2
        raise KaditaError(f"{path}: expected whole numbers as Arena and Track; line {line} has others")
    one = len(np.unique(arena)) == 1
    return frames_of_rows(
        str(path),
        track.astype(np.int64) if one else np.array([f"{a:.0f}-{t:.0f}" for a, t in zip(arena, track, strict=True)]),
        numbers(path, table, columns["Time"][0]),
        coordinates(path, table, [columns["Pos. X"][0], columns["Pos. Y"][0]]),
        None,
        quality={"confirmed": (numbers(path, table, "Label") == CONFIRMED) * 1.0} if "Label" in table.columns else {},
        length_unit=unit_of(columns["Pos. X"][1]),
        time_unit=time_unit_of(columns["Time"][1]),
        y_down=True,
    )
