"""Longitude and latitude become metres in a projection that the file states."""

import json

import numpy as np
import pyproj
import pytest
from track_files.gps import AT, OPTIONS, UTM, geojson_lines, geojson_points, gpx, movebank

import kadita

EARTH = pyproj.Geod(ellps="WGS84")


def edited(path, *replacements):
    text = path.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path


@pytest.mark.parametrize("write", [movebank, gpx])
def test_the_projection_is_stated_in_the_file(tmp_path, converted, write):
    read = converted(write(tmp_path, AT), **OPTIONS)
    assert read["attributes"]["projection"] == UTM
    assert read["attributes"]["length_unit"] == "m"


def test_distances_around_the_data_are_those_on_the_ellipsoid(tmp_path, converted, said):
    """Between animals up to 400 km from each other, to the deviation that is said."""
    table = [f"{0},{n},2021-06-01 12:00:0{s}.000,{e},{p},true" for s in (0, 1) for n, e, p in PLACES]
    (tmp_path / "far.csv").write_text(
        "event-id,individual-local-identifier,timestamp,location-long,location-lat,visible\n" + "\n".join(table)
    )
    read = converted(tmp_path / "far.csv")
    x = read["positions"][0]
    for i, (_, *here) in enumerate(PLACES):
        for j, (_, *there) in enumerate(PLACES[:i]):
            distance = EARTH.inv(*here, *there)[2]
            assert np.linalg.norm(x[i] - x[j]) == pytest.approx(distance, rel=3e-4)
    assert said(read, "too long by 0.0002")
    assert read["attributes"]["projection"].startswith("+proj=aeqd +lat_0=")


PLACES = (("a", 179.0, 10.0), ("b", -179.0, 10.0), ("c", 180.0, 13.0))  # across the date line


def test_outliers_and_events_without_a_place_are_counted(tmp_path, converted, said):
    read = converted(movebank(tmp_path, AT), **OPTIONS)
    assert said(read, "1 of 36 events have no place")
    assert said(read, "1 of 36 events are marked as outliers")
    assert said(read, "times are seconds from 2021-06-01T12:00:00+00:00")


def test_repeated_events_are_left_out_and_contradictory_ones_refused(tmp_path, converted, refused, said):
    path = movebank(tmp_path, AT)
    line = path.read_text().splitlines()[5]
    path.write_text(path.read_text() + line + "\n")
    assert said(converted(path, **OPTIONS), "1 events repeat another one")
    path.write_text(path.read_text() + line.replace(",12.", ",13.").replace(",13.", ",13.1") + "\n")
    assert "expected one row per agent and time" in refused(path, "--set", f"projection={UTM}")


def test_the_species_of_a_taxon(tmp_path, converted):
    read = converted(movebank(tmp_path, AT), **OPTIONS)
    with kadita.open(read["path"]) as trajectory:
        assert set(trajectory.species) == {"Ciconia ciconia"}


def test_names_of_columns_with_underscores(tmp_path, converted):
    path = movebank(tmp_path, AT)
    names, _, rest = path.read_text().partition("\n")
    path.write_text(names.replace("-", "_") + "\n" + rest)
    assert converted(path, **OPTIONS)["agents"] == ["Ada", "Bo", "Cy"]


def test_heights_are_used_where_they_are_asked_for(tmp_path, converted, refused, said):
    path = gpx(tmp_path, AT)
    read = converted(path, **OPTIONS)
    assert said(read, "heights are not used; --set height=true makes them z")
    assert read["positions"][0, 0, 2] == 0
    path = edited(path, ("<ele>12.5</ele><time>2021-06-01T12:00:03Z", "<ele>14</ele><time>2021-06-01T12:00:03Z"))
    read = converted(path, parameters={"projection": UTM, "height": True})
    assert read["positions"][[0, 3], 0, 2].tolist() == [12.5, 14]
    path = edited(path, ("<ele>14</ele>", ""))
    assert "expected a height of each position" in refused(path, "--set", "height=true")


def test_tracks_of_gpx_without_names_are_numbered(tmp_path, converted):
    path = edited(gpx(tmp_path, AT), ("<name>Bo</name>", "<name>Ada</name>"))
    assert converted(path, **OPTIONS)["agents"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("projection", "words"),
    [
        ("EPSG:4326", "expected a plane in metres"),
        ("EPSG:2263", "expected a plane in metres"),  # in feet
        ("UTM zone", "expected an EPSG code such as EPSG:32633"),
        ("EPSG:1", "expected an EPSG code such as EPSG:32633"),
        ("+proj=gnom +lat_0=-48 +lon_0=-166 +datum=WGS84 +units=m", "does not reach all positions"),
    ],
)
def test_a_projection_that_is_none(tmp_path, refused, projection, words):
    assert words in refused(movebank(tmp_path, AT), "--set", f"projection={projection}")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('lat="', 'lat="9', "expected longitudes and latitudes in degrees"),
        ("<time>2021-06-01T12:00:03Z</time>", "", "expected a time of each position; 3 of 34 have none"),
        ("2021-06-01T12:00:03Z", "noon", "expected a number, or a time such as"),
        ("trkpt", "wpt", "expected tracks, <trkpt> in <trk>; found none"),
        ("<gpx", '<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx', "expected XML without a document type"),
    ],
)
def test_damaged_gpx_has_one_line(tmp_path, refused, old, new, words):
    assert words in refused(edited(gpx(tmp_path, AT), (old, new)), "--from", "gpx")


def test_what_to_install_where_pyproj_is_missing(tmp_path, refused, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyproj", None)
    assert "pip install 'kadita[gps]'" in refused(movebank(tmp_path, AT))


def test_times_of_geojson_in_milliseconds_and_nested_lines(tmp_path, converted):
    path = geojson_lines(tmp_path, AT)
    collection = json.loads(path.read_text())
    line = collection["features"][1]
    said = [time.rstrip("Z") for time in line["properties"]["coordinateProperties"]["times"]]
    times = np.array(said, dtype="datetime64[ms]").astype(int).tolist()
    places = line["geometry"]["coordinates"]
    line["geometry"] = {"type": "MultiLineString", "coordinates": [places[:5], places[5:]]}
    line["properties"] = {"name": "Bo", "coordTimes": [times[:5], times[5:]]}
    path.write_text(json.dumps(collection))
    read = converted(path, **OPTIONS)
    assert read["agents"] == ["Ada", "Bo", "Cy"]
    assert np.allclose(read["positions"][:, 1, :2], AT.positions[:, 1], rtol=1e-6)


@pytest.mark.parametrize(
    ("write", "change", "words"),
    [
        (geojson_lines, lambda f: f["properties"].clear(), "feature 1 has 0 for 12"),
        (geojson_lines, lambda f: f.update(geometry=None), None),
        (geojson_points, lambda f: f["properties"].pop("timestamp"), "1 of 34 have none"),
        (geojson_points, lambda f: f["properties"].pop("individual_local_identifier"), "feature 1 has none"),
        (geojson_points, lambda f: f["geometry"].update(coordinates=["east", 48]), "it cannot be read: could not conv"),
        (geojson_points, lambda f: f.pop("geometry"), "it cannot be read: 'geometry'"),
    ],
)
def test_features_of_geojson(tmp_path, converted, refused, write, change, words):
    path = write(tmp_path, AT)
    collection = json.loads(path.read_text())
    change(collection["features"][0])
    path.write_text(json.dumps(collection))
    if words is None:
        assert converted(path, **OPTIONS)["agents"] == ["Bo", "Cy"]
    else:
        assert words in refused(path)


def test_geojson_in_another_system_is_refused(tmp_path, refused):
    path = edited(geojson_lines(tmp_path, AT), ('"name": "pond-film.mp4"', '"crs": {"name": "EPSG:3857"}'))
    assert "expected longitude and latitude on WGS 84" in refused(path)


def test_a_projection_that_does_not_keep_lengths_is_refused(refused, tmp_path):
    """Web Mercator doubles lengths at a latitude of 60 degrees."""
    (tmp_path / "t.csv").write_text(
        "event-id,visible,timestamp,location-long,location-lat,individual-local-identifier\n"
        "1,true,2020-01-01 00:00:00.000,10,60,gull\n2,true,2020-01-01 00:00:01.000,10.0001,60,gull\n"
    )
    assert "they are off by 1e+02 % at latitude 60" in refused(tmp_path / "t.csv", "--set", "projection=EPSG:3857")


@pytest.mark.parametrize(("unit", "scale"), [("s", 1), ("ms", 1000), ("us", 10**6)])
def test_numbers_since_1970_have_the_unit_of_their_size(unit, scale, converted, tmp_path):
    lines = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[10, 50], [10.001, 50], [10.002, 50]]},
            "properties": {"name": "gull", "coordTimes": [(1577836800 + t) * scale for t in range(3)]},
        }
    ]
    (tmp_path / "t.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": lines}))
    assert converted(tmp_path / "t.geojson")["times"].tolist() == [0, 1, 2]
