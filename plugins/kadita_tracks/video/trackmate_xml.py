"""Read TrackMate's XML: a session, and tracks as "Export tracks to XML file" writes them.

The latter has ``<Tracks spaceUnits timeUnits frameInterval>`` with ``<particle><detection t x y z>``, t being a frame
number (TrackMate's ExportTracksToXML.java). A session has ``<Spot ID FRAME POSITION_X ...>``, ``<Track TRACK_ID>`` with
``<Edge SPOT_SOURCE_ID SPOT_TARGET_ID>``, and in ``<FilteredTracks>`` those that are not hidden (TmXmlWriter.java).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats
from kadita_tracks.files.xml import Attributes, number, parse_xml, root_of
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.video.units import time_unit_of, unit_of

FEATURES = ("FRAME", "POSITION_X", "POSITION_Y", "POSITION_Z", "POSITION_T", "QUALITY")


def is_simple(path: Path) -> bool:
    """Whether a file is one of tracks alone."""
    root = root_of(path)
    return root.startswith("Tracks ") and "nTracks" in root and "frameInterval" in root


def read_simple(path: Path) -> Tracks:
    """Return the tracks of a file of tracks alone; they are numbered from 0, as the file names none.

    Raises:
        KaditaError: the file is damaged.
    """
    rows: list[tuple[float, float, float, float, float]] = []
    said: dict[str, str] = {}
    track = -1

    def start(name: str, attributes: Attributes) -> None:
        nonlocal track
        if name == "Tracks":
            said.update(attributes)
        elif name == "particle":
            track += 1
        elif name == "detection":
            t, x, y, z = (number(path, attributes, key) for key in "txyz")
            rows.append((track, t, x, y, z))

    parse_xml(path, start)
    table: Floats = np.array(rows, dtype=np.float64).reshape(-1, 5)
    unit = time_unit_of(said.get("timeUnits", ""))
    interval = number(path, said, "frameInterval")
    return frames_of_rows(
        str(path),
        table[:, 0].astype(np.int64),
        table[:, 1],
        table[:, 2:],
        None,
        counts_frames=True,
        frame_rate=1 / interval if unit is not None and interval > 0 else None,
        length_unit=unit_of(said.get("spaceUnits", "")),
        time_unit=unit,
        y_down=True,
    )


def read_model(path: Path) -> tuple[dict[str, Floats], str | None, str | None, float | None]:
    """Return the spots of a session by feature, with TRACK_ID, NaN for none; units of length and time; image height.

    Raises:
        KaditaError: the file is damaged.
    """
    spots: dict[str, list[float]] = {feature: [] for feature in FEATURES}
    row_of: dict[str, int] = {}
    said: dict[str, str] = {}
    linked: list[tuple[str, float]] = []  # a spot and its track
    visible: set[float] = set()
    track = np.nan

    def start(name: str, attributes: Attributes) -> None:
        nonlocal track
        if name == "Spot":
            row_of[attributes.get("ID", "")] = len(row_of)
            for feature in FEATURES:
                needed = feature in FEATURES[:3]
                spots[feature].append(number(path, attributes, feature) if needed or feature in attributes else np.nan)
        elif name == "Track":
            track = number(path, attributes, "TRACK_ID")
        elif name == "Edge":
            linked.extend((attributes.get(f"SPOT_{end}_ID", ""), track) for end in ("SOURCE", "TARGET"))
        elif name == "TrackID":
            visible.add(number(path, attributes, "TRACK_ID"))
        elif name == "Model":
            said.update({key: attributes[key] for key in ("spatialunits", "timeunits") if key in attributes})
        elif name == "ImageData":
            said.update({key: attributes[key] for key in ("height", "pixelheight") if key in attributes})

    parse_xml(path, start)
    if not row_of:
        raise KaditaError(f"{path}: expected spots of TrackMate; found none")
    if len(row_of) != len(spots["FRAME"]):
        raise KaditaError(f"{path}: expected a different ID for each spot; found some twice")
    columns = {feature: np.array(values) for feature, values in spots.items()}
    columns["TRACK_ID"] = np.full(len(row_of), np.nan)
    for spot, number_of_track in linked:
        if spot not in row_of:
            raise KaditaError(f"{path}: expected edges between spots of the file; found one to a spot {spot[:40]!r}")
        if number_of_track in visible:
            columns["TRACK_ID"][row_of[spot]] = number_of_track
    known = {name: values for name, values in columns.items() if name == "TRACK_ID" or not np.isnan(values).all()}
    height = number(path, said, "height") * number(path, said, "pixelheight") if "pixelheight" in said else 0.0
    return (
        known,
        unit_of(said.get("spatialunits", "")),
        time_unit_of(said.get("timeunits", "")),
        height if height > 0 else None,
    )
