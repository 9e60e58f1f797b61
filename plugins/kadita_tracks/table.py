"""Reads tracks from a long table: a row for each animal at each time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.errors import did_you_mean
from kadita_tracks.long import Floats, frames_of_rows

ROLES = ("agent", "time", "frame", "x", "y", "z", "vx", "vy", "vz")


@importer(endings=(".csv", ".tsv"))
def table(path: Path, *, columns: tuple[str, ...] = ()) -> Tracks:
    """Long table, a row for each animal at each time: agent, time or frame, x, y, and z, vx, vy, vz if any.

    A column that is named otherwise is named with ``--column role=name``.

    Raises:
        KaditaError: no table, a missing column, a cell that is no number.
    """
    import pandas

    try:
        separator = "\t" if path.suffix.lower() == ".tsv" else ","
        table = pandas.read_csv(path, sep=separator, skipinitialspace=True, index_col=False)
    except (ValueError, OSError) as error:
        raise KaditaError(f"{path}: expected a CSV table; it cannot be read: {error}") from None
    if len(table.columns) == 1:
        raise KaditaError(
            f"{path}: expected columns separated by {separator!r}; found one column, '{table.columns[0]}'"
        )
    names = _columns(path, columns, [str(c) for c in table.columns])
    numbers = {role: _numbers(path, table, names[role]) for role in names if role != "agent"}
    agents = table[names["agent"]]
    if agents.isna().any():
        raise KaditaError(f"{path}: line {int(agents.isna().argmax()) + 2} has no {names['agent']}")
    axes = "xyz" if "z" in numbers else "xy"
    positions = np.stack([numbers[axis] for axis in axes], axis=1)
    velocities = np.stack([numbers[f"v{axis}"] for axis in axes], axis=1) if "vx" in numbers else None
    counts = "frame" in numbers
    times = numbers["frame" if counts else "time"]
    identities: Any = agents.to_numpy() if agents.dtype.kind in "iu" else agents.astype(str).to_numpy(dtype=str)
    if agents.astype(str).str.contains("\0", regex=False).any():
        raise KaditaError(f"{path}: expected names of agents; found one with a NUL byte")
    return frames_of_rows(str(path), identities, times, positions, velocities, counts_frames=counts)


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
        if role in ("time", "frame"):  # the one that was named stands, not the other that has the role's name
            names.pop({"time": "frame", "frame": "time"}[role], None)
    if {"time", "frame"} <= names.keys():
        del names["frame"]
    missing = [role for role in ("agent", "x", "y") if role not in names]
    if not {"time", "frame"} & names.keys():
        missing.append("time")
    v = {"vx", "vy", "vz"} & names.keys()
    if v:
        missing += [role for role in ("vx", "vy", *(("vz",) if "z" in names else ())) if role not in v]
    if missing:
        raise KaditaError(
            f"{path}: which column is {missing[0]}? Name it with --column {missing[0]}=NAME; "
            f"there are: {', '.join(known)}"
        )
    return names


def _numbers(path: Path, table: Any, name: str) -> Floats:
    import pandas

    numbers = pandas.to_numeric(table[name], errors="coerce")
    wrong = numbers.isna() & table[name].notna()
    if wrong.any():
        row = int(wrong.argmax())
        raise KaditaError(f"{path}: expected a number in column {name}; line {row + 2} has '{table[name].iloc[row]}'")
    return np.asarray(numbers, dtype=np.float64)
