"""Read tracks of TrackMate: its table of spots, and its XML.

The table has four rows of names, of which the second and third are left out where they repeat the one above: features,
names, short names, and units in parentheses (TrackMate's TablePanel.java). Spots of no track have no TRACK_ID.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import Floats
from kadita_tracks.files.xml import root_of
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.reading import chunks_of_table, header, numbers
from kadita_tracks.video.trackmate_xml import is_simple, read_model, read_simple
from kadita_tracks.video.units import time_unit_of, unit_of

NEEDED = ("TRACK_ID", "FRAME", "POSITION_X", "POSITION_Y")
READ = (*NEEDED, "POSITION_Z", "POSITION_T", "QUALITY")
ROWS_OF_NAMES = 4


class Spots(NamedTuple):
    """Columns of spots, and the units of length and time."""

    columns: dict[str, Floats]
    length: str | None
    time: str | None


def _recognizes(path: Path) -> bool:
    return is_simple(path) or root_of(path).startswith("TrackMate") or set(NEEDED) <= set(header(path))


@importer(
    endings=(".csv", ".xml"),
    recognizes=_recognizes,
    source="Ershov et al. 2022, doi:10.1038/s41592-022-01507-1; imagej.net/plugins/trackmate",
)
def trackmate(path: Path) -> Tracks:
    """Tracks of TrackMate: the table of spots as CSV, the XML of a session, or that of "Export tracks to XML file".

    Units are those of the file. Spots that belong to no track are left out, as are tracks that filters hide.

    Raises:
        KaditaError: the file cannot be read, lacks a column, or a track splits or merges.
    """
    if is_simple(path):
        return read_simple(path)
    height = None
    if root_of(path):
        columns, length, time, height = read_model(path)
        spots = Spots(columns, length, time)
    else:
        spots = _table(path)
    return _tracks(path, spots, height)


def _table(path: Path) -> Spots:
    names = header(path)
    if missing := [name for name in NEEDED if name not in names]:
        raise KaditaError(f"{path}: expected TrackMate's columns {', '.join(NEEDED)}; there is no {missing[0]}")
    table: Any = next(chunks_of_table(path, rows=None, columns=[name for name in READ if name in names]))
    first = _rows_of_names(table)
    units = {name: str(table[name].iloc[first - 1]) if first else "" for name in table.columns}
    units = {name: unit if unit.startswith("(") else "" for name, unit in units.items()}
    table = table.iloc[first:]
    columns = {name: numbers(path, table, name) for name in table.columns}
    return Spots(columns, unit_of(units["POSITION_X"]), time_unit_of(units.get("POSITION_T", "")))


def _rows_of_names(table: Any) -> int:
    """Return how many rows below the first are of names and units."""
    import pandas

    beginning = table["POSITION_X"].head(ROWS_OF_NAMES)
    numeric = pandas.to_numeric(beginning, errors="coerce").notna().to_numpy()
    return int(numeric.argmax()) if numeric.any() else min(len(beginning), ROWS_OF_NAMES - 1)


def _tracks(path: Path, spots: Spots, height: float | None) -> Tracks:
    columns = spots.columns
    linked = ~np.isnan(columns["TRACK_ID"])
    remarks = []
    if not linked.all():
        remarks.append(f"{path}: {int((~linked).sum())} of {len(linked)} spots belong to no track; they are left out")
    columns = {name: values[linked] for name, values in columns.items()}
    _refuse_branches(path, columns["TRACK_ID"], columns["FRAME"])
    counts_frames = spots.time is None or "POSITION_T" not in columns
    axes = [f"POSITION_{axis}" for axis in "XYZ" if f"POSITION_{axis}" in columns]
    return frames_of_rows(
        str(path),
        columns["TRACK_ID"].astype(np.int64),
        columns["FRAME" if counts_frames else "POSITION_T"],
        np.stack([columns[axis] for axis in axes], axis=1),
        None,
        quality={"quality": columns["QUALITY"]} if "QUALITY" in columns else {},
        counts_frames=counts_frames,
        length_unit=spots.length,
        time_unit=spots.time,
        y_down=True,
        height=height,
        remarks=tuple(remarks),
    )


def _refuse_branches(path: Path, tracks: Floats, frames: Floats) -> None:
    pairs, counts = np.unique(np.stack([tracks, frames]), axis=1, return_counts=True)
    if (counts > 1).any():
        track, frame = pairs[:, counts.argmax()]
        raise KaditaError(
            f"{path}: expected tracks that neither split nor merge; track {track:g} has {counts.max()} spots in frame "
            f"{frame:g}; switch splitting and merging off in TrackMate"
        )
