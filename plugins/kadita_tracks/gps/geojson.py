"""Read tracks of GeoJSON (RFC 7946): a collection of features, longitude and latitude in degrees on WGS 84.

GeoJSON has no times. Read are lines with a time of each vertex in ``coordinateProperties.times``
(github.com/mapbox/geojson-coordinate-properties) or ``coordTimes``, as converters of GPX write them, and points with
``timestamp`` or ``time``. An animal has the name that a property says: those of Movebank, ``name`` or ``id``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita_tracks.files.damage import ERRORS, reading
from kadita_tracks.files.first_lines import first_lines, opened
from kadita_tracks.gps.fixes import Height, tracks_of_fixes
from kadita_tracks.gps.projection import AUTO, Projection
from kadita_tracks.tables.times import EPOCHS, epoch_unit

ANIMALS = (
    "individual-local-identifier", "individual_local_identifier", "tag-local-identifier", "tag_local_identifier",
    "name", "id",
)  # fmt: skip
TIMES = ("timestamp", "time")
LINES = {"LineString": False, "MultiPoint": False, "MultiLineString": True}  # whether lists are nested


def _recognizes(path: Path) -> bool:
    beginning = "".join(first_lines(path, 50)).lstrip()
    return beginning.startswith("{") and '"FeatureCollection"' in beginning


@importer(endings=(".geojson", ".json"), recognizes=_recognizes, source="RFC 7946; rfc-editor.org")
def geojson(path: Path, *, projection: Projection = AUTO, height: Height = False) -> Tracks:
    """Tracks of GeoJSON, lines or points with times, in metres by a projection, and seconds from the first.

    ``height=true`` takes the third coordinate as z; by default positions are in a plane.

    Raises:
        KaditaError: the file cannot be read, or features have no times or no names.
    """
    with reading(path, "a collection of features of GeoJSON", (*ERRORS, AttributeError, OverflowError, EOFError)):
        with opened(path) as file:
            collection = json.loads(file.read())
        features = collection["features"]
        rows = [row for number, feature in enumerate(features, 1) for row in _fixes(path, number, feature)]
        places = np.array([[*place, np.nan][:3] for _, _, place in rows], dtype=np.float64).reshape(-1, 3)
    if not rows:
        raise KaditaError(f"{path}: expected lines or points with times; found none")
    if "crs" in collection and "CRS84" not in str(collection["crs"]) and "4326" not in str(collection["crs"]):
        raise KaditaError(f"{path}: expected longitude and latitude on WGS 84, as RFC 7946 says; found another crs")
    animals = np.array([animal for animal, _, _ in rows])
    moments = [moment for _, moment, _ in rows]
    return tracks_of_fixes(path, animals, moments, places[:, :2], places[:, 2], height=height, projection=projection)


def _fixes(path: Path, number: int, feature: Any) -> Iterator[tuple[str, str, list[float]]]:
    """Yield the animal, time and coordinates of each position of a feature."""
    geometry, properties = feature["geometry"], feature.get("properties") or {}
    kind = geometry["type"] if geometry else None
    animal = next((str(properties[name]) for name in ANIMALS if properties.get(name) not in (None, "")), "")
    if kind == "Point":
        times = [next((properties[name] for name in TIMES if properties.get(name)), "")]
        places = [geometry["coordinates"]]
    elif kind in LINES:
        given = properties.get("coordTimes") or (properties.get("coordinateProperties") or {}).get("times") or []
        times, places = given, geometry["coordinates"]
        if LINES[kind]:
            times, places = ([one for part in parts for one in part] for parts in (times, places))
        animal = animal or str(number)
    else:
        return
    if len(times) != len(places):
        raise KaditaError(
            f"{path}: expected a time of each position, in coordTimes or coordinateProperties.times; feature {number} "
            f"has {len(times)} for {len(places)}"
        )
    if not animal or "\0" in animal:
        raise KaditaError(
            f"{path}: expected the animal of each point in a property {', '.join(ANIMALS)}; feature {number} has none"
        )
    for time, place in zip(times, places, strict=True):
        yield animal, _moment(time), place


def _moment(time: Any) -> str:
    """Return a time as text; numbers are s, ms, us or ns since 1970, by their size, as between 1990 and 2100."""
    if isinstance(time, (int, float)):
        unit = epoch_unit(time)
        if not unit:
            raise KaditaError(f"expected times of 1990 to 2100 in s, ms, us or ns since 1970; found {time:g}")
        return str(np.datetime64(round(time * 10**9 / EPOCHS[unit]), "ns")) + "Z"
    return str(time)
