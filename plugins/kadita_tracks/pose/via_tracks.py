"""Read boxes from the .csv of the VGG Image Annotator (VIA) with tracks.

A row is a box: ``region_shape_attributes`` is JSON with x, y, width and height, ``region_attributes`` JSON with track,
``file_attributes`` JSON that may have frame; else the frame is the number at the end of ``filename``, of which nothing
more is kept. Positions are centres of boxes in pixels, y points down.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import Floats
from kadita_tracks.pose.first_rows import first_rows
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.reading import PLAIN, read_table

SHAPE, REGION, FILE, NAME = "region_shape_attributes", "region_attributes", "file_attributes", "filename"
COMMENT = "#"  # before the first name in files of VIA 1
SIZE = ("width", "height")
NUMBER = re.compile(r"(\d{1,15})\.\w+\Z")


def _recognizes(path: Path) -> bool:
    columns = next(iter(first_rows(path, 1)), [])
    return {SHAPE, REGION, FILE, NAME} <= {c.removeprefix(COMMENT) for c in columns}


@importer(endings=(".csv",), recognizes=_recognizes, source="VIA; robots.ox.ac.uk/~vgg/software/via")
def via_tracks(path: Path) -> Tracks:
    """Boxes with tracks of the VGG Image Annotator, .csv: the centre of each box, in pixels.

    Raises:
        KaditaError: a row has no box, no track or no frame.
    """
    if not _recognizes(path):
        raise KaditaError(f"{path}: expected columns {NAME}, {FILE}, {SHAPE} and {REGION}, as VIA has; found others")
    table = read_table(path, text=lambda name: name.removeprefix(COMMENT) in (SHAPE, REGION, FILE, NAME))
    table.columns = [str(c).removeprefix(COMMENT) for c in table.columns]
    boxes = [_json(path, i, SHAPE, cell) for i, cell in enumerate(table[SHAPE])]
    tracks = [str(_json(path, i, REGION, cell).get("track", "")).strip() for i, cell in enumerate(table[REGION])]
    unnamed = [i for i, track in enumerate(tracks) if not track or "\0" in track]
    if unnamed:
        raise KaditaError(f"{path}: expected a track in {REGION}; line {unnamed[0] + 2} has none")
    agents = np.array([int(t) for t in tracks]) if all(PLAIN.fullmatch(t) for t in tracks) else np.array(tracks)
    corner, size = (np.array([_pair(path, i, b, keys) for i, b in enumerate(boxes)]) for keys in (("x", "y"), SIZE))
    return frames_of_rows(
        str(path),
        agents,
        _frames(path, table),
        corner + size / 2,
        None,
        counts_frames=True,
        length_unit="px",
        y_down=True,
        remarks=(f"{path}: positions are centres of boxes, in pixels",),
    )


def _json(path: Path, row: int, column: str, cell: str) -> dict[str, Any]:
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise KaditaError(f"{path}: expected JSON in column {column}; line {row + 2} has something else")
    return value


def _pair(path: Path, row: int, box: dict[str, Any], keys: tuple[str, str]) -> list[float]:
    try:
        return [float(box[key]) for key in keys]
    except (KeyError, TypeError, ValueError):
        raise KaditaError(f"{path}: expected a box with {' and '.join(keys)}; line {row + 2} has none") from None


def _frames(path: Path, table: Any) -> Floats:
    """Return the frame of each row: as all rows state it, or the numbers at the end of names of files."""
    stated: list[Any] = [_json(path, i, FILE, cell).get("frame") for i, cell in enumerate(table[FILE])]
    if any(frame is None for frame in stated):
        found = [NUMBER.search(str(name)) for name in table[NAME]]
        stated = [match[1] if match else None for match in found]
    try:
        return np.array([float(frame) for frame in stated])
    except (TypeError, ValueError):
        raise KaditaError(
            f"{path}: expected the frame in {FILE} or at the end of {NAME}; found a row without"
        ) from None
