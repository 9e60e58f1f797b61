"""Read coordinates of AnimalTA: semicolons between columns, NA where a target is lost, y down, in pixels.

With a fixed number of targets there is a row for each frame, ``Frame;Time;X_Arena0_Ind0;Y_Arena0_Ind0;...``; with a
variable one there is a row for each target and frame, ``Frame;Time;Arena;Ind;X;Y``. Times are rounded to 0.01 s.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import Floats
from kadita_tracks.files.first_lines import first_lines
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.reading import coordinates, numbers, read_table, texts

TARGET = re.compile(r"X_(Arena\d+_.+)")
PART = re.compile(r".*_(Head|Tail|part\d)")
LONG = ("Arena", "Ind", "X", "Y")


def _names(path: Path) -> list[str]:
    return [name.strip().strip('"') for line in first_lines(path) for name in line.split(";")]


def _recognizes(path: Path) -> bool:
    names = _names(path)
    return names[:2] == ["Frame", "Time"] and (set(LONG) <= set(names) or any(map(TARGET.fullmatch, names)))


@importer(
    endings=(".csv",),
    recognizes=_recognizes,
    source="Chiara and Kim 2023, doi:10.1111/2041-210X.14115; github.com/VioletteChiara/AnimalTA",
)
def animalta(path: Path) -> Tracks:
    """Coordinates of AnimalTA as CSV, in pixels, of a fixed or variable number of targets.

    Frames are numbered in the file; their rate is found from the first and last time.

    Raises:
        KaditaError: the table cannot be read, has no targets, or has parts of them.
    """
    table = read_table(path, ";", text=lambda name: name in ("Arena", "Ind"))
    names = [str(name) for name in table.columns]
    if missing := [name for name in ("Frame", "Time") if name not in names]:
        raise KaditaError(f"{path}: expected AnimalTA's columns Frame and Time; there is no {missing[0]}")
    targets = [match[1] for name in names if (match := TARGET.fullmatch(name))]
    if alone := [target for target in targets if f"Y_{target}" not in names]:
        raise KaditaError(f"{path}: expected columns X_{alone[0]} and Y_{alone[0]}; there is no Y_{alone[0]}")
    if parts := [target for target in targets if PART.fullmatch(target)]:
        raise KaditaError(f"{path}: expected a column of each target; found those of its parts, such as {parts[0]}")
    frame, time = (numbers(path, table, name) for name in ("Frame", "Time"))
    if targets:
        wide = [coordinates(path, table, [f"{axis}_{target}" for axis in "XY"]) for target in targets]
        agents: Any = np.repeat(targets, len(table))
        frame, time, positions = np.tile(frame, len(targets)), np.tile(time, len(targets)), np.concatenate(wide)
    elif set(LONG) <= set(names):
        arena, target = (texts(path, table, name) for name in LONG[:2])
        agents = np.array([f"Arena{a}_{i}" for a, i in zip(arena, target, strict=True)])
        positions = coordinates(path, table, "XY")
    else:
        raise KaditaError(f"{path}: expected columns such as X_Arena0_Ind0, or Arena, Ind, X, Y; found neither")
    rate = _rate(frame, time)
    remark = f"{path}: times are rounded to 0.01 s; frames are taken as even, {rate or 0:.6g} in 1 s on average"
    return frames_of_rows(
        str(path),
        agents,
        frame,
        positions,
        None,
        counts_frames=True,
        frame_rate=rate,
        length_unit="px",
        time_unit="s",
        y_down=True,
        remarks=() if rate is None else (remark,),
    )


def _rate(frame: Floats, time: Floats) -> float | None:
    """Return frames per second from the first to the last frame; None if there are no such times."""
    known = np.isfinite(frame) & np.isfinite(time)
    if not known.any():
        return None
    first, last = frame[known].argmin(), frame[known].argmax()
    frames, seconds = frame[known][last] - frame[known][first], time[known][last] - time[known][first]
    return float(frames / seconds) if frames > 0 and seconds > 0 else None
