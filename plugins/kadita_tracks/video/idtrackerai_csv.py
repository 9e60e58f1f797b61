"""Read the CSV of idtracker.ai: a row for each frame, with columns seconds, x1, y1, x2, y2, ...

`idtrackerai_csv` writes it in a folder together with ``id_probabilities.csv`` and ``attributes.json``; seconds are
missing in older versions (idtracker.ai's csv_and_json conversion).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import Floats
from kadita_tracks.files.damage import reading
from kadita_tracks.tables.reading import coordinates, header, numbers, read_table
from kadita_tracks.video.idtrackerai import PROBABILITIES, agents_of, positive_number

CLOCK = ("seconds", "time")
BYTES = 1 << 24  # of attributes.json, at most


def _animals(names: list[str]) -> int:
    """Return how many animals have columns x1, y1, x2, y2, ...; 0 if there are others."""
    rest = names[1:] if names and names[0].lower() in CLOCK else names
    axes = 3 if rest[2:3] == ["z1"] else 2
    expected = [f"{axis}{i + 1}" for i in range(len(rest) // axes) for axis in "xyz"[:axes]]
    return len(rest) // axes if rest and rest == expected else 0


@importer(
    endings=(".csv",),
    recognizes=lambda path: _animals(header(path)) > 0,
    source="Romero-Ferrero et al. 2019, doi:10.1038/s41592-018-0295-5; idtracker.ai",
)
def idtrackerai_csv(path: Path) -> Tracks:
    """Tracks of idtracker.ai as CSV, in pixels; attributes.json and id_probabilities.csv beside it are read too.

    Raises:
        KaditaError: the table cannot be read, or has other columns.
    """
    table = read_table(path)
    names = [str(name) for name in table.columns]
    count = _animals(names)
    if not count:
        raise KaditaError(f"{path}: expected columns seconds, x1, y1, x2, y2, ...; found {', '.join(names[:6])}")
    said = _attributes(path.with_name("attributes.json"))
    timed = names[0].lower() in CLOCK
    axes = "xyz" if "z1" in names else "xy"
    positions = np.stack([coordinates(path, table, [f"{a}{i + 1}" for a in axes]) for i in range(count)], axis=1)
    body_length = positive_number(said, "body_length")
    return Tracks(
        agents_of(said.get("identities_labels"), count),
        positions,
        numbers(path, table, names[0]) if timed else np.arange(len(table), dtype=np.float64),
        counts_frames=not timed,
        frame_rate=None if timed else positive_number(said, "frames_per_second"),
        length_unit="px",
        time_unit="s",
        attributes={} if body_length is None else {"body_length": body_length},
        quality=_probabilities(path.with_name(f"{PROBABILITIES}.csv"), positions.shape[:2]),
        y_down=True,
    )


def _attributes(path: Path) -> dict[str, Any]:
    """Return what a file of attributes says; nothing if there is none."""
    if not path.is_file() or path.stat().st_size > BYTES:
        return {}
    with reading(path, "attributes of idtracker.ai"):
        said = json.loads(path.read_text(encoding="utf-8"))
    return said if isinstance(said, dict) else {}


def _probabilities(path: Path, shape: tuple[int, ...]) -> dict[str, Floats]:
    """Return how sure identities are, (T, N), if a file beside the tracks says it for each position."""
    if not path.is_file():
        return {}
    table = read_table(path)
    names = [name for name in table.columns if str(name).lower() not in CLOCK]
    if (len(table), len(names)) != shape:
        return {}
    values: NDArray[np.float64] = np.stack([numbers(path, table, name) for name in names], axis=1)
    return {PROBABILITIES: values} if np.isfinite(values).any() else {}
