"""Read tracks from the CSV of a track table of trackdf, of the R or the Python package."""

from __future__ import annotations

from pathlib import Path

from kadita import Tracks, importer
from kadita_tracks.csv_columns import header, read_table, tracks_from_table


@importer(
    endings=(".csv",),
    recognizes=lambda path: {"id", "t", "x", "y"} <= set(header(path)),
    source="Garnier, trackdf; swarm-lab.github.io/trackdf",
)
def trackdf(path: Path) -> Tracks:
    """Track table of trackdf as CSV: columns id, t, x, y, and z if present; others are ignored.

    Times such as 2015-09-10 07:00:00 become seconds from the first one; plain numbers stay unchanged.

    Raises:
        KaditaError: the table cannot be read, a column is missing, or a cell is not a number or time.
    """
    return tracks_from_table(path, read_table(path), "id", "t")
