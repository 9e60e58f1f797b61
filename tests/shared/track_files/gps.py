"""Files of receivers of satellite signals. Positions are metres of a projection, written in degrees to 1e-12."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyproj

from track_files import SECRETS, School, TrackFile, turning

UTM = "EPSG:32633"
CORNER = np.array([400_000.0, 5_300_000.0])  # of the place, in UTM zone 33N: east of the Alps
START = datetime(2021, 6, 1, 12, tzinfo=UTC)
SCHOOL = turning(["Ada", "Bo", "Cy"], rate=1.0)
AT = School(SCHOOL.agents, SCHOOL.times, SCHOOL.positions + CORNER)
OPTIONS = {"parameters": {"projection": UTM}}


def degrees(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of positions in UTM zone 33N."""
    east, north = np.moveaxis(positions, -1, 0)
    return pyproj.Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform(east, north)


def fixes(school: School) -> list[tuple[int, datetime, float, float]]:
    """Animal, time, longitude and latitude of each sighting, sorted by animal as receivers are read out."""
    longitude, latitude = degrees(school.positions)
    found = np.argwhere(~np.isnan(school.positions[..., 0].T)).tolist()
    return [
        (i, START + timedelta(seconds=float(school.times[t])), float(longitude[t, i]), float(latitude[t, i]))
        for i, t in found
    ]


def movebank(folder: Path, school: School) -> Path:
    """A download of Movebank: a location of each event, an outlier that was marked, and an event without a place."""
    path = folder / "study.csv"
    columns = (
        "event-id,visible,timestamp,location-long,location-lat,sensor-type,individual-taxon-canonical-name,"
        "tag-local-identifier,individual-local-identifier,study-name"
    )
    with path.open("w") as file:
        print(columns, file=file)
        for event, (i, time, east, north) in enumerate(fixes(school), 1):
            moment = time.strftime("%Y-%m-%d %H:%M:%S.000")
            rest = f'"gps","Ciconia ciconia","{i:04d}","{school.agents[i]}","{SECRETS[2]}"'
            print(f"{event},true,{moment},{east:.12f},{north:.12f},{rest}", file=file)
            if event == 1:
                print(f"900,false,{moment},{east + 1:.6f},{north:.6f},{rest}", file=file)
                print(f"901,true,{moment},,,{rest.replace('gps', 'acceleration')}", file=file)
    return path


def gpx(folder: Path, school: School) -> Path:
    """GPX 1.1 with a track an animal; where it is not seen, a segment ends."""
    path = folder / "tracks.gpx"
    tracks = []
    for i, agent in enumerate(school.agents):
        points = [
            f'<trkpt lat="{north:.12f}" lon="{east:.12f}"><ele>12.5</ele><time>{time:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
            for animal, time, east, north in fixes(school)
            if animal == i
        ]
        segments = f"<trkseg>{''.join(points[:4])}</trkseg><trkseg>{''.join(points[4:])}</trkseg>"
        tracks.append(f"<trk><name>{agent}</name><desc>{SECRETS[0]}</desc>{segments}</trk>")
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<gpx version="1.1" creator="{SECRETS[1]}" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<metadata><name>{SECRETS[2]}</name><time>2021-06-01T10:00:00Z</time></metadata>{''.join(tracks)}</gpx>\n"
    )
    return path


def geojson_lines(folder: Path, school: School) -> Path:
    """A line an animal with a time of each vertex, as converters of GPX write it."""
    features = []
    for i, agent in enumerate(school.agents):
        own = [fix for fix in fixes(school) if fix[0] == i]
        times = [f"{time:%Y-%m-%dT%H:%M:%SZ}" for _, time, _, _ in own]
        line = {"type": "LineString", "coordinates": [[east, north] for *_, east, north in own]}
        said = {"name": agent, "desc": SECRETS[0], "coordinateProperties": {"times": times}}
        features.append({"type": "Feature", "properties": said, "geometry": line})
    path = folder / "tracks.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "name": SECRETS[2], "features": features}))
    return path


def geojson_points(folder: Path, school: School) -> Path:
    """A point an event, with the properties of Movebank."""
    features = [
        {
            "type": "Feature",
            "properties": {"timestamp": f"{time:%Y-%m-%d %H:%M:%S}", "individual_local_identifier": school.agents[i]},
            "geometry": {"type": "Point", "coordinates": [east, north]},
        }
        for i, time, east, north in fixes(school)
    ]
    path = folder / "points.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, indent=1))
    return path


FILES = {
    "GeoJSON lines": TrackFile(
        "geojson", geojson_lines, AT, OPTIONS, "RFC 7946; github.com/mapbox/geojson-coordinate-properties"
    ),
    "GeoJSON points": TrackFile("geojson", geojson_points, AT, OPTIONS, "RFC 7946"),
    "Movebank": TrackFile("movebank", movebank, AT, OPTIONS, "Movebank Attribute Dictionary, movebank.org"),
    "GPX": TrackFile("gpx", gpx, AT, OPTIONS, "topografix.com/GPX/1/1"),
}
