"""Read tracks of GPX 1.0 and 1.1 (topografix.com/gpx.asp): ``<trk>`` with ``<trkseg>`` of ``<trkpt lat lon>``.

Latitude and longitude are in degrees on WGS 84, ``<time>`` is in UTC, and ``<ele>`` in m.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks, importer
from kadita_tracks.files.xml import Attributes, number, parse_xml, root_of
from kadita_tracks.gps.fixes import Height, tracks_of_fixes
from kadita_tracks.gps.projection import AUTO, Projection


@importer(
    endings=(".gpx", ".xml"),
    recognizes=lambda path: root_of(path).partition(" ")[0].strip() == "gpx",
    source="GPX 1.1; topografix.com/gpx.asp",
)
def gpx(path: Path, *, projection: Projection = AUTO, height: Height = False) -> Tracks:
    """Tracks of GPX, one an animal, in metres by a projection, and seconds from the first point.

    An animal has the name of its track, if all tracks have different ones, or its number from 1. ``height=true`` takes
    ``<ele>`` as z; by default positions are in a plane.

    Raises:
        KaditaError: the file cannot be read, or a point has no place or time.
    """
    rows: list[tuple[int, float, float]] = []
    heights: list[str] = []
    times: list[str] = []
    names: list[str] = []
    inside: list[str] = []  # the elements around
    words: list[str] = []  # text since the last start

    def start(name: str, attributes: Attributes) -> None:
        inside.append(name)
        words.clear()
        if name == "trk":
            names.append("")
        elif name == "trkpt":
            rows.append((len(names), number(path, attributes, "lon"), number(path, attributes, "lat")))
            heights.append("")
            times.append("")

    def end(name: str) -> None:
        inside.pop()
        parent = inside[-1] if inside else ""
        said = "".join(words).strip()
        words.clear()
        if (parent, name) == ("trk", "name"):
            names[-1] = said
        elif (parent, name) == ("trkpt", "ele"):
            heights[-1] = said
        elif (parent, name) == ("trkpt", "time"):
            times[-1] = said

    parse_xml(path, start, end, words.append)
    if not rows:
        raise KaditaError(f"{path}: expected tracks, <trkpt> in <trk>; found none")
    table = np.array(rows, dtype=np.float64)
    animals = _animals(names)[table[:, 0].astype(int) - 1]
    z = _numbers(path, heights)
    return tracks_of_fixes(path, animals, times, table[:, 1:], z, height=height, projection=projection)


def _numbers(path: Path, heights: list[str]) -> NDArray[np.float64]:
    try:
        return np.array([float(height) if height else np.nan for height in heights])
    except ValueError:
        raise KaditaError(f"{path}: expected numbers as <ele>; found others") from None


def _animals(names: list[str]) -> NDArray[np.str_] | NDArray[np.int64]:
    if all(names) and len(set(names)) == len(names) and not any("\0" in name for name in names):
        return np.array(names)
    return np.arange(1, len(names) + 1)
