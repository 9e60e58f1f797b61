"""Read tracks from a table in long format: one row per animal and time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import did_you_mean
from kadita_tracks.csv_columns import coordinates, identities, numbers, read_table
from kadita_tracks.long import frames_of_rows

ROLES = ("agent", "time", "frame", "x", "y", "z", "vx", "vy", "vz")
Columns = Annotated[tuple[str, ...], Field(description="ROLE=NAME for columns with other names, as --column sets them")]


@importer(endings=(".csv", ".tsv"), fallback=True)
def table(path: Path, *, columns: Columns = ()) -> Tracks:
    """Long table, one row per animal and time: agent, time or frame, x, y, and z, vx, vy, vz if present.

    ``--column role=name`` maps a column with another name.

    Raises:
        KaditaError: the table cannot be read, a column is missing, or a cell is not a number.
    """
    table = read_table(path, "\t" if path.suffix.lower() == ".tsv" else ",")
    names = _columns(path, columns, [str(c) for c in table.columns])
    axes = "xyz" if "z" in names else "xy"
    positions = coordinates(path, table, [names[axis] for axis in axes])
    velocities = coordinates(path, table, [names[f"v{axis}"] for axis in axes]) if "vx" in names else None
    counts_frames = "frame" in names
    times = numbers(path, table, names["frame" if counts_frames else "time"])
    agents = identities(path, table, names["agent"])
    return frames_of_rows(str(path), agents, times, positions, velocities, counts_frames=counts_frames)


def _columns(path: Path, columns: Iterable[str], known: list[str]) -> dict[str, str]:
    names = {role: role for role in ROLES if role in known}
    for entry in columns:
        role, equals, name = entry.partition("=")
        if not equals or role not in ROLES:
            raise KaditaError(f"--column: expected ROLE=NAME with a role of {', '.join(ROLES)}; got '{entry}'")
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are: {', '.join(known)}"
            raise KaditaError(f"{path}: there is no column '{name}'{hint}")
        names[role] = name
        if role in ("time", "frame"):  # the named column takes precedence over a column with the other name
            names.pop({"time": "frame", "frame": "time"}[role], None)
    if {"time", "frame"} <= names.keys():
        del names["frame"]
    missing = [role for role in ("agent", "x", "y") if role not in names]
    if not {"time", "frame"} & names.keys():
        missing.append("time")
    velocity = {"vx", "vy", "vz"} & names.keys()
    if velocity:
        missing += [role for role in ("vx", "vy", *(("vz",) if "z" in names else ())) if role not in velocity]
    if missing:
        raise KaditaError(
            f"{path}: expected a column {missing[0]}; name it with --column {missing[0]}=NAME; "
            f"there are: {', '.join(known)}"
        )
    return names
