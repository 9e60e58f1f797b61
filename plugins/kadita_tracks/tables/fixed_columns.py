"""Read tracks from the CSV of movekit, and of trackdf's R and Python packages, whose columns have fixed names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kadita import KaditaError, Tracks, importer
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.qualities import Least, qualities
from kadita_tracks.tables.reading import coordinates, header, identities, read_table, texts
from kadita_tracks.tables.times import seconds


@importer(
    endings=(".csv",),
    recognizes=lambda path: {"time", "animal_id", "x", "y"} <= {name.lower() for name in header(path)},
    source="movekit; github.com/dbvis-ukon/movekit",
)
def movekit(path: Path, *, least: Least = None) -> Tracks:
    """Table of movekit: columns time, animal_id, x, y, and z, species, confidence if present, in any case.

    Times such as 2015-09-10 07:00:00 become seconds from the first one; plain numbers stay unchanged.

    Raises:
        KaditaError: the table cannot be read, a column is missing, or a cell is not a number or time.
    """
    table = read_table(path, text=lambda name: name.lower() in ("animal_id", "species"))
    table.columns = [str(name).lower() for name in table.columns]
    return _tracks(path, table.loc[:, ~table.columns.duplicated()], "animal_id", "time", least)


@importer(
    endings=(".csv",),
    recognizes=lambda path: {"id", "t", "x", "y"} <= set(header(path)),
    source="Garnier, trackdf; swarm-lab.github.io/trackdf",
)
def trackdf(path: Path, *, least: Least = None) -> Tracks:
    """Track table of trackdf as CSV: columns id, t, x, y, and z, species, confidence if present.

    Times such as 2015-09-10 07:00:00 become seconds from the first one; plain numbers stay unchanged.

    Raises:
        KaditaError: the table cannot be read, a column is missing, or a cell is not a number or time.
    """
    return _tracks(path, read_table(path, text=lambda name: name in ("id", "species")), "id", "t", least)


def _tracks(path: Path, table: Any, agent: str, time: str, least: dict[str, float] | None) -> Tracks:
    """Return the tracks of a table with columns `agent`, `time`, x, y, and z, species, qualities if present.

    Raises:
        KaditaError: a column is missing, or a cell is not a number or time.
    """
    needed = (agent, time, "x", "y")
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise KaditaError(f"{path}: expected the columns {', '.join(needed)}; there is no {', '.join(missing)}")
    times, origin = seconds(path, table, time)
    positions = coordinates(path, table, "xyz" if "z" in table.columns else "xy")
    known: dict[str, Any] = {"quality": qualities(path, table, least)}
    if "species" in table.columns:
        known["species"] = texts(path, table, "species")
    if origin is not None:
        known |= {"time_unit": "s", "remarks": (f"{path}: times are seconds from {origin}",)}
    return frames_of_rows(str(path), identities(path, table, agent), times, positions, None, **known)
