"""Reads tracks from the CSV of a track table of trackdf (R), and from that of its Python namesake."""

from __future__ import annotations

from pathlib import Path

from kadita import Tracks, importer
from kadita_tracks.csv_columns import dated, header, read_table


@importer(
    endings=(".csv",),
    recognizes=lambda path: {"id", "t", "x", "y"} <= set(header(path)),
    source="Garnier, trackdf; swarm-lab.github.io/trackdf",
)
def trackdf(path: Path) -> Tracks:
    """Track table of trackdf as CSV: columns id, t, x, y, and z if any; further columns are left out.

    Times such as 2015-09-10 07:00:00 become seconds from the first one; those that are bare numbers stay as they are.

    Raises:
        KaditaError: no table, a missing column, a cell that is no number or no time.
    """
    return dated(path, read_table(path), "id", "t")
