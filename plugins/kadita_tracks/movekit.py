"""Reads tracks from the CSV of movekit."""

from __future__ import annotations

from pathlib import Path

from kadita import Tracks, importer
from kadita_tracks.csv_columns import dated, header, read_table


@importer(
    endings=(".csv",),
    recognizes=lambda path: {"time", "animal_id", "x", "y"} <= {name.lower() for name in header(path)},
    source="movekit; github.com/dbvis-ukon/movekit",
)
def movekit(path: Path) -> Tracks:
    """Table of movekit: columns time, animal_id, x, y, and z if any, in whatever case; others are left out.

    Times such as 2015-09-10 07:00:00 become seconds from the first one; those that are bare numbers stay as they are.

    Raises:
        KaditaError: no table, a missing column, a cell that is no number or no time.
    """
    table = read_table(path)
    table.columns = [str(name).lower() for name in table.columns]
    return dated(path, table.loc[:, ~table.columns.duplicated()], "animal_id", "time")
