"""Tracks of TrackMate: what it hides, what belongs to no track, and what cannot be a track."""

import gzip

import numpy as np
import pytest
from track_files import turning
from track_files.images import trackmate_csv, trackmate_session, trackmate_tracks

SCHOOL = turning([0, 3, 12])


def test_spots_of_no_track_and_hidden_tracks_are_left_out(tmp_path, converted, said):
    read = converted(trackmate_csv(tmp_path, SCHOOL))
    assert said(read, "3 of 37 spots belong to no track; they are left out")
    assert read["attributes"]["length_unit"] == "um"
    assert read["attributes"]["time_unit"] == "s"
    read = converted(trackmate_session(tmp_path, SCHOOL))
    assert read["agents"] == [0, 3, 12]
    assert said(read, "2 of 36 spots belong to no track")


def test_the_height_of_the_image_is_in_the_units_of_positions(tmp_path, converted):
    read = converted(trackmate_session(tmp_path, SCHOOL, height=400, hidden=False))
    y = 400 * 0.5 - SCHOOL.positions[..., 1]  # pixels x micrometres per pixel
    assert np.allclose(read["positions"][..., 1], y, rtol=1e-6, equal_nan=True)


def test_frames_are_counted_where_the_unit_of_time_is_a_frame(tmp_path, converted, refused):
    path = trackmate_csv(tmp_path, SCHOOL)
    path.write_text(path.read_text().replace("(sec)", "(frame)"))
    assert "does not state their rate" in refused(path, "--time-unit", "s")
    assert np.allclose(converted(path, time_unit="s", frame_rate=5)["times"], np.arange(12) / 5)


def test_one_row_of_names_and_no_units(tmp_path, converted):
    path = trackmate_csv(tmp_path, SCHOOL)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + "".join(lines[4:]))
    read = converted(path, length_unit="um", time_unit="s", frame_rate=10)
    assert np.allclose(read["positions"][..., 0], SCHOOL.positions[..., 0], rtol=1e-6, equal_nan=True)


def test_a_cell_that_is_no_number_is_named_with_its_line(tmp_path, refused):
    path = trackmate_csv(tmp_path, SCHOOL)
    lines = path.read_text().splitlines(keepends=True)
    lines[9] = lines[9].replace("0.0,", "far,")
    path.write_text("".join(lines))
    assert "column POSITION_Z; line 10 has 'far'" in refused(path)


def test_a_track_that_splits_is_refused(tmp_path, refused):
    path = trackmate_csv(tmp_path, SCHOOL)
    path.write_text(path.read_text() + path.read_text().splitlines()[-1].replace("0.8", "0.7") + "\n")
    assert "track 12 has 2 spots in frame 11; switch splitting and merging off" in refused(path)


@pytest.mark.parametrize(
    ("write", "old", "new", "words"),
    [
        (trackmate_tracks, 'x="', 'x="far', "expected a number as x of each element"),
        (trackmate_tracks, "</Tracks>", "", "expected an XML file; it cannot be read: no element found"),
        (trackmate_tracks, "<Tracks", '<!DOCTYPE a [<!ENTITY b "c">]><Tracks', "XML without a document type"),
        (trackmate_session, 'SPOT_TARGET_ID="103"', 'SPOT_TARGET_ID="9"', "found one to a spot '9'"),
        (trackmate_session, "<Spot ", "<Sport ", "expected spots of TrackMate; found none"),
        (trackmate_session, 'Spot ID="101"', 'Spot ID="100"', "a different ID for each spot"),
    ],
)
def test_damaged_xml_has_one_line(tmp_path, refused, write, old, new, words):
    path = write(tmp_path, SCHOOL)
    path.write_text(path.read_text().replace(old, new))
    assert words in refused(path, "--from", "trackmate")


def test_entities_are_not_expanded(tmp_path, refused):
    """Ten entities, each of ten of the one before, would be 10^10 characters."""
    path = trackmate_tracks(tmp_path, SCHOOL)
    bombs = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 11))
    document = path.read_text().replace("<Tracks", f'<!DOCTYPE t [<!ENTITY e0 "0">{bombs}]><Tracks', 1)
    path.write_text(document.replace('x="', 'x="&e10;'))
    assert "document type" in refused(path)


@pytest.mark.parametrize("write", [trackmate_tracks, trackmate_session])
def test_xml_that_is_packed(tmp_path, converted, refused, write):
    path = write(tmp_path, turning([0, 1, 2]))
    packed = tmp_path / f"{path.name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert converted(packed)["agents"] == [0, 1, 2]
    packed.write_bytes(packed.read_bytes()[:-20])
    assert "expected an XML file; it cannot be read" in refused(packed)
