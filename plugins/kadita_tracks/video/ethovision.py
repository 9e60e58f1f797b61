"""Read tracks of EthoVision XT: its raw data as text, one file for each subject.

A file begins with lines such as ``"Subject name";"Fish 1"``, of which the first counts them, in the language of the
program. The last two are names of columns and their units; then follow the samples, with - where there is no position.
Text is UTF-16 or UTF-8, the separator and the decimal mark are those of the computer's region. The y axis is that of
the calibration, which points up.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import Floats
from kadita_tracks.files.damage import ERRORS, reading
from kadita_tracks.files.first_lines import encoding_of, first_lines
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.reading import numbers
from kadita_tracks.video.units import time_unit_of, unit_of

LINES = 200  # more than a preamble has
CLOCKS = ("recording time", "trial time")  # the first is common to the arenas of a trial
PLACE = ("x center", "y center")
ENDINGS = (".txt", ".csv")
FILES = 500  # of text in the folder of a trial, at most
MISSING = ("", "-", "NaN", "nan")


class Preamble(NamedTuple):
    """What stands before the samples."""

    lines: int  # before the names of columns
    separator: str
    said: dict[str, str]  # by key in lower case
    columns: dict[str, int]  # places by name in lower case
    units: list[str]


def _preamble(path: Path) -> Preamble | None:
    lines = first_lines(path, LINES)
    for at, line in enumerate(lines[:-1]):
        if PLACE[0] not in line.lower():
            continue
        separator = max(";,\t", key=line.count)
        rows = list(csv.reader(lines[: at + 2], delimiter=separator))
        if len(rows) != at + 2:
            continue
        names = [name.strip().lower() for name in rows[at]]
        if set(PLACE) <= set(names) and not set(CLOCKS).isdisjoint(names):
            said = {row[0].strip().rstrip(":").lower(): row[1].strip() for row in rows[:at] if len(row) > 1}
            places = {name: i for i, name in reversed(list(enumerate(names)))}
            return Preamble(at, separator, said, places, rows[at + 1])
    return None


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
    if len(inside) > FILES:
        return []  # no folder of one trial
    return [file for file in inside if _preamble(file) is not None]


def _recognizes(path: Path) -> bool:
    try:
        return any(_preamble(file) is not None for file in _files_of(path))
    except (OSError, csv.Error):
        return False


@importer(
    endings=(*ENDINGS, ""),
    recognizes=_recognizes,
    source="Noldus, EthoVision XT; noldus.com/ethovision-xt",
)
def ethovision(path: Path) -> Tracks:
    """Raw data of EthoVision XT as text: the file of a subject, or a folder with those of all subjects of a trial.

    Positions are the columns X center and Y center, times the Recording time, in the units of the file.

    Raises:
        KaditaError: the files are not of EthoVision in English, belong to several trials, or differ in their units.
    """
    with reading(path, "raw data of EthoVision XT", (*ERRORS, csv.Error)):
        files = [(file, preamble) for file in _files_of(path) if (preamble := _preamble(file)) is not None]
    if not files:
        raise KaditaError(
            f"{path}: expected raw data of EthoVision XT in English, with columns Recording time, X center and "
            "Y center; found none"
        )
    trials = {preamble.said.get("trial name", "") for _, preamble in files}
    if len(trials) > 1:
        raise KaditaError(f"{path}: expected files of one trial; found those of {len(trials)}; name a folder of one")
    parts = [_samples(file, preamble) for file, preamble in files]
    units = {(length, time) for _, _, length, time in parts}
    if len(units) > 1:
        raise KaditaError(f"{path}: expected one unit of length in all files; found {len(units)}")
    ((length, time),) = units
    subjects = _subjects([preamble for _, preamble in files])
    return frames_of_rows(
        str(path),
        np.concatenate([np.full(len(times), subject) for (times, *_), subject in zip(parts, subjects, strict=True)]),
        np.concatenate([times for times, *_ in parts]),
        np.concatenate([positions for _, positions, *_ in parts]),
        None,
        length_unit=unit_of(length),
        time_unit=time_unit_of(time),
        y_down=False,
    )


def _samples(path: Path, preamble: Preamble) -> tuple[Floats, Floats, str, str]:
    """Return times, (rows,), positions, (rows, 2), and the units of length and time."""
    import pandas

    clock = next(name for name in CLOCKS if name in preamble.columns)
    names = (clock, *PLACE)
    at = [preamble.columns[name] for name in names]
    first = first_lines(path, LINES)[preamble.lines + 2 :][:1]
    comma = preamble.separator != "," and bool(first) and "," in first[0]
    with reading(path, "samples of EthoVision XT"):
        table: Any = pandas.read_csv(
            path,
            sep=preamble.separator,
            header=None,
            skiprows=preamble.lines + 2,
            usecols=at,
            encoding=encoding_of(path),
            decimal="," if comma else ".",
            na_values=MISSING,
            keep_default_na=False,
            low_memory=False,
            skip_blank_lines=True,
        )
    table = table[at]
    table.columns = list(names)
    values = [numbers(path, table, name, first_line=preamble.lines + 3) for name in names]
    length, time = (preamble.units[i] if i < len(preamble.units) else "" for i in (at[1], at[0]))
    return values[0], np.stack(values[1:], axis=1), length, time


def _subjects(preambles: list[Preamble]) -> list[Any]:
    """Return a name for each file: its subject, where these differ, or else its arena with it, or its number."""
    pairs = [(p.said.get("arena name", ""), p.said.get("subject name", "")) for p in preambles]
    for names in ([subject for _, subject in pairs], [" ".join(pair).strip() for pair in pairs]):
        if all(names) and len(set(names)) == len(names) and not any("\0" in name for name in names):
            return names
    return list(range(1, len(preambles) + 1))
