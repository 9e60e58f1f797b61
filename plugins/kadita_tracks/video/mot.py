"""Read tracks from the text files of MOT Challenge: one line per box and frame, numbers separated by commas.

A line holds frame, id, left, top, width, height of the box, confidence, x, y, z. World coordinates x, y, z are -1 if
unknown; the ground truth of later challenges has a class and a visibility instead, nine numbers in all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import Floats, first_bytes
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.reading import numbers, read_table

Coordinates = Annotated[
    Literal["auto", "box", "world"],
    Field(description="centres of boxes, or world coordinates; auto: world coordinates if the file has them"),
]
Ignored = Annotated[bool, Field(description="keep boxes of confidence 0")]
LEAST, MOST = 6, 10  # numbers per line


def _recognizes(path: Path) -> bool:
    try:
        line = first_bytes(path, 4096).splitlines()[0].decode("ascii")
        values = [float(word) for word in line.split(",")]
        return LEAST <= len(values) <= MOST and all(v == int(v) for v in values[:2])
    except (KaditaError, ValueError, IndexError, OverflowError):
        return False


@importer(
    endings=(".txt", ".csv"),
    recognizes=_recognizes,
    source="Leal-Taixé et al. 2015, arXiv 1504.01942; motchallenge.net",
)
def mot(path: Path, *, coordinates: Coordinates = "auto", ignored: Ignored = False) -> Tracks:
    """Boxes of MOT Challenge, .txt: the centre of each box in pixels, or world coordinates x, y, z if given.

    ``coordinates`` chooses between them. Lines with confidence 0, which mark boxes to ignore in a ground truth, are
    kept only with ``ignored=true``.

    Raises:
        KaditaError: the table cannot be read, boxes lack an identity, or only some lines have world coordinates.
    """
    table = read_table(path, named=False)
    if not LEAST <= len(table.columns) <= MOST:
        raise KaditaError(
            f"{path}: expected {LEAST} to {MOST} numbers in a line: frame, id, left, top, width, height, confidence, "
            f"x, y, z; found {len(table.columns)}"
        )
    columns = [numbers(path, table, c, first_line=1) for c in table.columns]
    rows: Floats = np.stack(columns, axis=1)
    damaged = ~np.isfinite(rows[:, :LEAST]).all(axis=1)
    if damaged.any():
        raise KaditaError(f"{path}: expected a frame, an id and a box; line {int(damaged.argmax()) + 1} lacks a number")
    integer = (rows[:, :2] == np.rint(rows[:, :2])).all(axis=1) & (np.abs(rows[:, :2]) < 2**53).all(axis=1)
    if not integer.all() or (rows[:, 1] < 0).any():
        line = int((~integer | (rows[:, 1] < 0)).argmax())
        raise KaditaError(
            f"{path}: expected whole numbers as frame and id; line {line + 1} has {rows[line, 0]:g} and "
            f"{rows[line, 1]:g} (-1: a detection without a track)"
        )
    remarks = []
    if rows.shape[1] > LEAST and not ignored and (zero := rows[:, LEAST] == 0).any():
        rows = rows[~zero]
        remarks.append(f"{path}: {int(zero.sum())} boxes with confidence 0 are left out; --set ignored=true keeps them")
    world = _world(path, rows, coordinates)
    positions = rows[:, 2:4] + rows[:, 4:6] / 2 if world is None else world
    origin = "centres of boxes, in pixels" if world is None else "world coordinates"
    other = "box" if world is not None else "world" if rows.shape[1] == MOST else None
    remarks.append(f"{path}: positions are {origin}" + (f"; --set coordinates={other} takes others" if other else ""))
    known: dict[str, Any] = {"length_unit": "px" if world is None else None, "remarks": tuple(remarks)}
    known["y_down"] = world is None
    if rows.shape[1] > LEAST:
        known["quality"] = {"confidence": rows[:, LEAST]}
    identities = rows[:, 1].astype(np.int64)
    return frames_of_rows(str(path), identities, rows[:, 0], positions, None, counts_frames=True, **known)


def _world(path: Path, rows: Floats, coordinates: str) -> Floats | None:
    """Return world coordinates, (rows, 3) or, if planar, (rows, 2); None if positions are those of boxes."""
    given = np.zeros(len(rows), dtype=bool)
    if rows.shape[1] == MOST:
        given = np.isfinite(rows[:, 7:]).all(axis=1) & (rows[:, 7:] != -1).any(axis=1)
    if coordinates == "box" or (coordinates == "auto" and not given.any()):
        return None
    if not given.all() or not len(given):
        raise KaditaError(
            f"{path}: expected world coordinates in every line; {int((~given).sum())} of {len(given)} have none; "
            "--set coordinates=box takes the boxes"
        )
    return rows[:, 7:9] if (rows[:, 9] == -1).all() else rows[:, 7:]
