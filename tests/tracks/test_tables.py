"""Tables of text: trackdf's and movekit's CSV, MOT Challenge's lines; and MATLAB's newest files."""

import h5py
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

# What R's write.csv makes of a track table of trackdf: columns id, t, x, y (R/track.R), row names before them.
TRACKDF = """"","id","t","x","y"
"1","a",2015-09-10 23:59:59,1.5,2
"2","b",2015-09-10 23:59:59,-3,4
"3","a",2015-09-11,2.5,2.5
"4","a",2015-09-11 00:00:01.5,NA,NA
"5","b",2015-09-11 00:00:01.5,-4,5
"""
PLACES = [[[1.5, 2], [-3, 4]], [[2.5, 2.5], [np.nan, np.nan]], [[np.nan, np.nan], [-4, 5]]]
# movekit's parse_csv lowers the names, and reads times as numbers or as dates (src/movekit/io.py).
MOVEKIT = "time,animal_id,x,y\n0,312,1.5,2\n0,511,-3,4\n1,312,2.5,2.5\n2.5,511,-4,5\n"


@pytest.fixture
def saved(tmp_path):
    def save(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return save


@pytest.mark.parametrize(
    "text",
    [
        TRACKDF,
        TRACKDF.replace("-10 ", "-10T").replace("-11 ", "-11T").replace(":59,", ":59Z,"),  # data.table's fwrite
        TRACKDF.replace("NA", ""),
    ],
)
def test_trackdf(saved, converted, text):
    read = converted(saved("t.csv", text), length_unit="cm")
    assert read["agents"] == ["a", "b"]
    assert_array_equal(read["positions"][..., :2], PLACES)
    assert_allclose(read["times"], [0, 1, 2.5], rtol=1e-12)
    assert read["attributes"]["time_unit"] == "s"
    assert any("times are seconds from 2015-09-10T23:59:59+00:00" in r for r in read["remarks"])


def test_trackdf_in_space_with_bare_times(saved, converted, refused):
    path = saved("t.csv", "id,t,x,y,z\n1,0,1,2,3\n1,4,2,4,6\n")
    assert "name it with --time-unit" in refused(path, "--length-unit", "m")
    read = converted(path, length_unit="m", time_unit="min")
    assert_array_equal(read["positions"], [[[1, 2, 3]], [[2, 4, 6]]])
    assert_array_equal(read["velocities"], [[[0.25, 0.5, 0.75]]] * 2)
    assert_array_equal(read["times"], [0, 4])


def test_movekit(saved, converted):
    read = converted(saved("m.csv", MOVEKIT), length_unit="mm", time_unit="s")
    assert read["agents"] == [312, 511]
    assert_array_equal(read["positions"][..., :2], PLACES)
    assert_array_equal(read["times"], [0, 1, 2.5])


def test_movekit_with_dates_and_other_letters(saved, converted):
    text = MOVEKIT.replace("time,animal_id,x,y", "Time,Animal_ID,X,Y")
    for number, moment in (("\n0,", "00"), ("\n1,", "01"), ("\n2.5,", "02.500")):
        text = text.replace(number, f"\n2020-02-14 10:12:{moment},")
    read = converted(saved("m.csv", text), length_unit="mm")
    assert_array_equal(read["positions"][..., :2], PLACES)
    assert_allclose(read["times"], [0, 1, 2.5], rtol=1e-12)


def test_a_table_stays_a_table_where_its_columns_are_named(saved, refused, tmp_path):
    from kadita.cli import main

    words = ["--column", "agent=id", "--column", "time=t", "--length-unit", "m", "--time-unit", "s"]
    path = saved("t.csv", "id,t,x,y\n1,0,1,2\n1,1,2,3\n")
    assert main(["convert", str(path), str(tmp_path / "o.nc"), *words]) == 0
    assert main(["convert", str(path), str(tmp_path / "p.nc"), "--from", "table", *words]) == 0
    assert "name it with --time-unit" in refused(path, "--from", "table", "--length-unit", "m")  # id is an agent


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "words", "said"),
    [
        ("trackdf", TRACKDF.replace('"x"', '"lon"'), (), "there is no x; the file is a table of text"),
        ("trackdf", TRACKDF.replace("-4", "far"), (), "expected a number in column x; line 6 has 'far'"),
        ("trackdf", TRACKDF.replace("2015-09-11,", "noon,"), (), "in column t; line 4 has 'noon'"),
        ("trackdf", TRACKDF.replace('"a",2015-09-11 00:00:01.5', '"b",2015-09-11 00:00:01.5'), (), "more at 2.5"),
        ("trackdf", "id,t,x,y\n", (), "expected at least one row; found none"),
        ("trackdf", TRACKDF, ("--time-unit", "min"), "its unit of time is s"),
        ("movekit", MOVEKIT.replace("animal_id", "animal"), (), "there is no animal_id; the file is a table"),
        ("movekit", MOVEKIT.replace("312", "", 1), (), "line 2 has no animal_id"),
        ("movekit", "time,animal_id,x,y\n1,2,3,4,5,6\n", (), "line 2 is the first of 6 cells"),
        ("movekit", b"\x00\xff\xfe" * 100, (), "expected"),
        ("movekit", MOVEKIT.encode() + b'"' + b"\xff" * 50, (), "expected rows of 4 cells, by commas; line 6 has 1"),
        ("mot", "1,1,2\n", (), "expected 6 to 10 numbers in a line"),
        ("mot", "1,1,2,3,4,5,1,-1,-1,-1,9\n", (), "found 11"),
        ("mot", "1,1,2,3,4,5,1\n2,1,2,3,4\n", (), "line 2 lacks a number"),
        ("mot", "1,1,2,3,4,wide,1\n", (), "expected a number in column 6; line 1 has 'wide'"),
        ("mot", "1,-1,2,3,4,5,1\n", (), "(-1: a detection without a track)"),
        ("mot", "1.5,1,2,3,4,5,1\n", (), "expected whole numbers as frame and id; line 1 has 1.5"),
        ("mot", "1,1,2,3,4,5,1\n1,1,2,3,4,5,1\n", (), "agent 1 has more at 1"),
        ("mot", "1,1,2,3,4,5,0\n", (), "expected at least one row; found none"),
        ("mot", "1,1,2,3,4,5,1\n2,1,2,3,4,5,1\n9000000000,2,2,3,4,5,1\n", (), "found 9e+09 from 1 to 9e+09"),
        ("mot", "1,1,2,3,4,5,1\n2,2,2,3,4,5,1\n60000000,2,2,3,4,5,1\n", (), "found 2 columns in 60000000 frames"),
        ("mot", "1,1,2,3,4,5,1,0,0,1\n2,1,2,3,4,5,1,-1,-1,-1\n", (), "1 of 2 have none; --set coordinates=box"),
        ("mot", b"\x80" * 300, (), "it cannot be read"),
    ],
)
def test_tables_that_cannot_be_read(saved, refused, name, text, words, said):
    path = saved("a.txt" if name == "mot" else "a.csv", text)
    words = words or ("--time-unit", "s", "--frame-rate", "9") if name == "mot" else words
    assert said in refused(path, "--from", name, "--length-unit", "px", *words)


# Ten numbers in a line, as motchallenge.net/instructions says; frames and ids count from 1.
MOT = (
    "1,1,10,20,4,6,0.9,-1,-1,-1\n1,2,50,60,10,10,0.8,-1,-1,-1\n2,1,12,20,4,8,0.9,-1,-1,-1\n5,1,14,20,4,6,.9,-1,-1,-1\n"
)


def test_mot_boxes(saved, converted, refused):
    path = saved("MOT-01.txt", MOT)
    assert "name it with --frame-rate" in refused(path, "--time-unit", "s")
    read = converted(path, frame_rate=20.0, time_unit="s")
    nan = [np.nan, np.nan]
    places = [[[12, -23], [55, -65]], [[14, -24], nan], [nan, nan], [nan, nan], [[16, -23], nan]]  # y points down
    assert_array_equal(read["positions"][..., :2], places)  # frames 3 and 4 are a gap
    assert_allclose(read["times"], np.arange(1, 6) / 20, rtol=1e-12)
    assert_allclose(read["velocities"][:2, 0, :2], [[40, -20], [40, -20]], rtol=1e-6)
    assert np.isnan(read["velocities"][4]).all()  # seen for one frame
    assert read["agents"] == [1, 2]
    assert read["attributes"]["length_unit"] == "px"
    assert any("positions are centres of boxes, in pixels" in r for r in read["remarks"])


def test_mot_world_coordinates(saved, converted):
    text = "1,1,10,20,4,6,1,0.5,1.5,0\n2,1,12,20,4,8,1,0.75,1.5,0.25\n"
    path = saved("world.txt", text)
    read = converted(path, frame_rate=2.0, time_unit="s", length_unit="m")
    assert_array_equal(read["positions"], [[[0.5, 1.5, 0]], [[0.75, 1.5, 0.25]]])
    assert any("world coordinates; --set coordinates=box takes others" in r for r in read["remarks"])
    boxes = converted(path, frame_rate=2.0, time_unit="s", parameters={"coordinates": "box"})
    assert_array_equal(boxes["positions"][..., :2], [[[12, -23]], [[14, -24]]])


def test_mot_ground_truth(saved, converted):
    """Nine numbers: the last two are class and visibility; a 0 in the seventh place wants the box ignored."""
    text = "1,1,10,20,4,6,1,1,0.5\n2,1,12,20,4,8,1,1,0.5\n1,2,0,0,2,2,0,8,1\n2,2,0,0,4,4,0,8,1\n"
    path = saved("gt.txt", text)
    read = converted(path, frame_rate=2.0, time_unit="s")
    assert read["agents"] == [1]
    assert any("2 boxes with confidence 0 are left out; --set ignored=true keeps them" in r for r in read["remarks"])
    whole = converted(path, frame_rate=2.0, time_unit="s", parameters={"ignored": True})
    assert_array_equal(whole["positions"][:, 1, :2], [[1, -1], [2, -2]])


def test_frames_of_a_table_that_nobody_is_in_are_a_gap(saved, converted):
    path = saved("t.csv", "agent,frame,x,y\n1,0,0,0\n1,1,1,0\n1,7,100,0\n1,8,102,0\n")
    read = converted(path, length_unit="mm", time_unit="s", frame_rate=1.0)
    assert len(read["times"]) == 9
    assert_array_equal(read["velocities"][[0, 1, 7, 8], 0, 0], [1, 1, 2, 2])


def test_matlab_7_3(tmp_path, converted, refused, rng):
    """HDF5 behind 512 bytes of MATLAB's, its matrices transposed (mathworks.com, MAT-file versions)."""
    path = tmp_path / "a.mat"
    rows = np.column_stack([[7, 7, 9], rng.normal(size=(3, 3)), [0.0, 0.5, 0.5], rng.normal(size=(3, 3))])
    with h5py.File(path, "w", userblock_size=512) as file:
        file["tracks_filt"] = rows.T
    content = bytearray(path.read_bytes())
    content[:128] = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    path.write_bytes(content)
    read = converted(path, length_unit="m", time_unit="s")
    assert read["agents"] == [7, 9]
    assert_allclose(read["positions"][1], rows[1:, 1:4], rtol=1e-6)
    assert_allclose(read["velocities"][0, 0], rows[0, 5:8], rtol=1e-6)
    assert "there is no variable 'b'; name one with --set variable=NAME; there are: tracks_filt (3, 8)" in refused(
        path, "--set", "variable=b"
    )
