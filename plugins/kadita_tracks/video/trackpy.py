"""Read tables of trackpy: the result of `trackpy.link` as CSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.qualities import Least, qualities
from kadita_tracks.tables.reading import coordinates, header, numbers, read_table

NEEDED = ("x", "y", "frame", "particle")


@importer(
    endings=(".csv",),
    recognizes=lambda path: set(NEEDED) <= set(header(path)),
    source="trackpy; soft-matter.github.io/trackpy",
)
def trackpy(path: Path, *, least: Least = None) -> Tracks:
    """Table of trackpy as CSV: columns frame, particle, x, y, and z if present, in pixels.

    ``mass``, the brightness of a particle, is offered as a limit.

    Raises:
        KaditaError: the table cannot be read, a column is missing, or a particle has no whole number.
    """
    table = read_table(path)
    if missing := [name for name in NEEDED if name not in table.columns]:
        raise KaditaError(f"{path}: expected trackpy's columns {', '.join(NEEDED)}; there is no {missing[0]}")
    particle = numbers(path, table, "particle")
    if not np.isfinite(particle).all() or not np.array_equal(particle, np.rint(particle)):
        raise KaditaError(f"{path}: expected whole numbers in column particle; found others, or none")
    return frames_of_rows(
        str(path),
        particle.astype(np.int64),
        numbers(path, table, "frame"),
        coordinates(path, table, "xyz" if "z" in table.columns else "xy"),
        None,
        quality=qualities(path, table, least, ["mass"] if "mass" in table.columns else []),
        counts_frames=True,
        length_unit="px",
        y_down=True,
    )
