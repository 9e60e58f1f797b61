"""Read tracks from the CSV of movekit."""

from __future__ import annotations

from pathlib import Path

from kadita import Tracks, importer
from kadita_tracks.csv_columns import header, read_table, tracks_from_table


@importer(
    endings=(".csv",),
    recognizes=lambda path: {"time", "animal_id", "x", "y"} <= {name.lower() for name in header(path)},
    source="movekit; github.com/dbvis-ukon/movekit",
)
def movekit(path: Path) -> Tracks:
    """Table of movekit: columns time, animal_id, x, y, and z if present, in any case; others are ignored.

    Times such as 2015-09-10 07:00:00 become seconds from the first one; plain numbers stay unchanged.

    Raises:
        KaditaError: the table cannot be read, a column is missing, or a cell is not a number or time.
    """
    table = read_table(path)
    table.columns = [str(name).lower() for name in table.columns]
    return tracks_from_table(path, table.loc[:, ~table.columns.duplicated()], "animal_id", "time")
