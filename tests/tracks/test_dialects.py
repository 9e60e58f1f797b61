"""Tables as people have them: however they are written, the numbers are those that were meant."""

import gzip
import io
import random
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kadita_tracks.tables.dialect import SEPARATORS, dialect_of_text
from kadita_tracks.tables.reading import numbers, read_table

UNITS = {"length_unit": "cm", "time_unit": "s"}
TRACKS = "agent,time,x,y\n7,0,1.5,2\n8,0,3,4.25\n7,1,2.5,2\n8,1,3,-5e-1\n"
POSITIONS = [[[1.5, 2], [3, 4.25]], [[2.5, 2], [3, -0.5]]]


def same(read):
    assert read["agents"] == [7, 8]
    assert read["times"].tolist() == [0, 1]
    assert np.array_equal(read["positions"][..., :2], np.float32(POSITIONS))


def german(text):
    return text.replace(".", "§").replace(",", ";").replace("§", ",")


def doubled(text):
    return text.replace("\n", "\n\n").replace("\n\n", "\n", 1)


WRITTEN = {
    "commas": TRACKS,
    "commas and blanks": TRACKS.replace(",", ", "),
    "semicolons": TRACKS.replace(",", ";"),
    "decimal commas": german(TRACKS),
    "decimal commas and tabs": TRACKS.replace(",", "\t").replace(".", ","),
    "tabs": TRACKS.replace(",", "\t"),
    "bars": TRACKS.replace(",", "|"),
    "a blank": TRACKS.replace(",", " "),
    "several blanks": TRACKS.replace(",", "   "),
    "quotes": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in TRACKS.splitlines()),
    "an empty last column": TRACKS.replace("\n", ",\n"),
    "an empty last column without a name": TRACKS.replace("\n", ",\n").replace(",\n", "\n", 1),
    "CRLF": TRACKS.replace("\n", "\r\n"),
    "blank lines": doubled(TRACKS),
    "comments": f"# tracked by hand, with care, on Monday\n#\n{TRACKS}",
    "other comments": f"% one, two\n// three\n{TRACKS}",
    "names in a comment": f"# made today\n#{TRACKS}",
    "names in a comment with blanks": f"# {TRACKS.replace(',', ' ')}",
    "lines before": f"Tracker;3.1\nsession 4\n\n{TRACKS}",
    "a row of units": TRACKS.replace("y\n", "y\n-,[s],[cm],[cm]\n", 1),
    "lines before and units": f"exported\n\n{TRACKS}".replace("y\n", "y\nid,s,cm,cm\n", 1),
    "plus signs": TRACKS.replace(",3,", ",+3,").replace("1.5", "15e-1"),
}


@pytest.mark.parametrize("how", WRITTEN)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_numbers_are_those_that_were_meant(how, encoding, converted, tmp_path):
    (tmp_path / "t.csv").write_bytes(WRITTEN[how].encode(encoding))
    same(converted(tmp_path / "t.csv", **UNITS))


def test_what_is_not_plain_is_said(converted, said, tmp_path):
    (tmp_path / "t.csv").write_text(f"Tracker\n{german(TRACKS)}", encoding="latin-1")
    read = converted(tmp_path / "t.csv", **UNITS)
    assert said(read, "semicolons between columns, decimal commas, 1 lines before the names")
    (tmp_path / "p.csv").write_text(TRACKS)
    assert not said(converted(tmp_path / "p.csv", **UNITS), "between columns")


def test_packed_by_gzip(converted, refused, tmp_path):
    packed = gzip.compress(german(TRACKS).encode())
    (tmp_path / "t.csv.gz").write_bytes(packed)
    same(converted(tmp_path / "t.csv.gz", **UNITS))
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(random.Random(1).randbytes(99_999).hex().encode())[:-3000])
    assert "cut.csv.gz: expected" in refused(tmp_path / "cut.csv.gz")
    rows = "".join(f"{i},{t},{i + t},0\n" for t in range(3000) for i in range(3))
    (tmp_path / "end.csv.gz").write_bytes(gzip.compress(b"agent,time,x,y\n" + rows.encode())[:-2000])
    assert "it cannot be read" in refused(tmp_path / "end.csv.gz", "--length-unit", "m", "--time-unit", "s")


def test_latin_1(converted, said, tmp_path):
    (tmp_path / "t.csv").write_bytes("who,time,x,y\nJürgen,0,1,2\nZoë,0,3,4\n".encode("latin-1"))
    read = converted(tmp_path / "t.csv", columns=["agent=who"], **UNITS)
    assert read["agents"] == ["Jürgen", "Zoë"]
    assert said(read, "the encoding latin-1")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1,2,3,4\n1,3,4,5\n", "expected a line that names 4 columns; found numbers in the first one"),
        ("agent,time,x,y\n1,0,1,2\n1,1,1,2,3\n", "expected"),
        ("agent;time;x;y\n1;0;1.234,5;2\n1;1;1,5;2\n", "expected a number in column x; line 2 has '1.234,5'"),
        ("agent;time;x;y\n1;0;1,5;2.5\n", "expected"),
        ("agent,time,x,x,y\n1,0,1,2,3\n", "expected one column 'x'; found several"),
        ("id,track,time,x,y\n1,2,0,1,2\n", "--column agent=NAME, perhaps id or track"),
        ("x\n1\n2\n", "found one column, 'x'"),
    ],
)
def test_tables_with_two_readings_or_none_are_refused(text, why, refused, tmp_path):
    (tmp_path / "t.csv").write_text(text)
    assert why in refused(tmp_path / "t.csv", "--length-unit", "m", "--time-unit", "s")


def test_one_column_has_one_role(refused, tmp_path):
    (tmp_path / "t.csv").write_text(TRACKS)
    assert "x is given for z and x" in refused(tmp_path / "t.csv", "--column", "z=x", "--column", "x=x")
    assert "'y' is taken for x and y" in refused(tmp_path / "t.csv", "--column", "x=y")


NAMED = {
    "Track_ID,Frame,X (mm),Y (mm)": ("frame", "mm"),
    "particle,t,pos_x,pos_y": ("time", None),
    "Individual;Time_s;X_cm;Y_cm": ("time", "cm"),
    "FISH,timestamp,centroid.x,centroid.y": ("time", None),
    "ID,frame_number,x_px,y_px": ("frame", "px"),
}


@pytest.mark.parametrize("names", NAMED)
def test_names_of_common_programs_are_recognized_and_said(names, converted, said, tmp_path):
    clock, unit = NAMED[names]
    separator = ";" if ";" in names else ","
    rows = [names, "3,0,1,2", "4,0,5,6", "3,1,2,2", "4,1,5,7"]
    (tmp_path / "t.csv").write_text("\n".join(row.replace(",", separator) for row in rows))
    options = {"time_unit": "s"} | ({"frame_rate": 1.0} if clock == "frame" else {})
    read = converted(tmp_path / "t.csv", y_axis="up", **options, **({} if unit else {"length_unit": "m"}))
    assert np.array_equal(read["positions"][..., :2], [[[1, 2], [5, 6]], [[2, 2], [5, 7]]])
    assert read["agents"] == [3, 4]
    assert read["attributes"]["length_unit"] == (unit or "m")
    assert said(read, f"are taken as agent, {clock}, x, y")


def test_of_time_and_frame_the_one_that_is_used_is_said(converted, said, tmp_path):
    (tmp_path / "t.csv").write_text("agent,frame,time,x,y\n1,0,0.5,1,2\n1,1,1.0,1,3\n")
    read = converted(tmp_path / "t.csv", **UNITS)
    assert read["times"].tolist() == [0.5, 1.0]
    assert said(read, "times are those of the column time; --column frame=frame counts frames instead")


def workbook(path, *sheets):
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_workbooks(converted, refused, said, tmp_path):
    cells = [line.split(",") for line in TRACKS.splitlines()]
    rows = [cells[0], *([int(a), float(t), float(x), float(y)] for a, t, x, y in cells[1:])]
    path = tmp_path / "t.xlsx"
    workbook(path, ("fish", rows), ("notes", [["a", "b"], [1, 2]]))
    read = converted(path, **UNITS)
    same(read)
    assert said(read, "the sheet fish is read, of fish, notes; --set sheet=NAME")
    same(converted(path, parameters={"sheet": "fish"}, **UNITS))
    assert "there is no sheet 'birds'; there are: fish, notes" in refused(path, "--set", "sheet=birds")
    path.write_bytes(path.read_bytes()[:-200])
    assert "expected an Excel workbook; it cannot be read" in refused(path)


words = st.from_regex(r"[a-z]{2,8}", fullmatch=True)


@given(
    names=st.lists(words, min_size=3, max_size=6, unique=True),
    data=st.data(),
    separator=st.sampled_from([",", ";", "\t", "|", " "]),
    decimal=st.sampled_from([".", ","]),
    before=st.lists(st.sampled_from(["# a comment, of b; and c", "some words", ""]), max_size=3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_in_any_dialect(names, data, separator, decimal, before, encoding, tmp_path_factory):
    if separator == ",":
        decimal = "."
    values = data.draw(
        st.lists(
            st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 3)), min_size=len(names), max_size=len(names)),
            min_size=8,
            max_size=20,
        )
    )
    body = [separator.join(repr(v).replace(".", decimal) for v in row) for row in values]
    text = "\n".join([*before, separator.join(names), *body]) + "\n"
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    assert list(table.columns) == names
    assert np.array_equal(np.stack([numbers(path, table, name) for name in names], axis=1), values)


def test_the_separators_are_named():
    for separator in SEPARATORS:
        sign = " " if separator == r"\s+" else separator
        text = io.StringIO("".join(f"{sign.join(row)}\n" for row in (["a", "b"], ["1", "2"], ["3", "4"]))).getvalue()
        assert dialect_of_text("t", text).separator == separator


def test_positions_that_lack_a_coordinate_are_counted(converted, said, tmp_path):
    (tmp_path / "t.csv").write_text("agent,time,x,y,z\n1,0,1,2,0\n1,1,1,2,\n1,2,1,,0\n1,3,1,3,0\n")
    read = converted(tmp_path / "t.csv", **UNITS)
    assert said(read, "2 positions lack a coordinate; they are taken as not seen")
    assert np.isnan(read["positions"][:, 0, 0]).tolist() == [False, True, True, False]


@pytest.mark.parametrize("huge", ["inf", "-inf", "1e300"])
def test_positions_that_no_metric_could_square_are_refused(huge, refused, tmp_path):
    (tmp_path / "t.csv").write_text(f"agent,time,x,y\n1,0,1,2\n4,1,{huge},2\n")
    line = refused(tmp_path / "t.csv", "--length-unit", "m", "--time-unit", "s")
    assert "t.csv: expected positions of at most" in line
    assert f"agent 4 has x = {float(huge):g} at 1" in line


def test_axes_have_one_unit(refused, tmp_path):
    (tmp_path / "t.csv").write_text("id,time,x (cm),y (mm)\n1,0,1,2\n1,1,2,2\n")
    assert "expected one unit of length; found x (cm) in cm, y (mm) in mm" in refused(tmp_path / "t.csv")


def test_a_dash_is_no_number(converted, tmp_path):
    (tmp_path / "t.csv").write_text("agent,time,x,y\n1,0,1,2\n1,1,-,-\n1,2,-3,2\n")
    assert np.isnan(converted(tmp_path / "t.csv", **UNITS)["positions"][1]).all()


def test_animals_that_are_too_far_apart_for_single_precision_are_told(converted, said, tmp_path):
    rows = [f"{a},{t},{x0 + 0.1 * t},{y0 + 0.1 * t}" for a, x0, y0 in ((1, 1, 2), (2, 5e5, 4.6e6)) for t in range(9)]
    (tmp_path / "t.csv").write_text("\n".join(["agent,time,x,y", *rows]))
    read = converted(tmp_path / "t.csv", length_unit="m", time_unit="s")
    assert said(read, "single precision rounds them to 0.25, where steps are 0.14")


def test_what_cannot_be_stored_is_said_of_the_file_that_was_to_be_written(refused, tmp_path):
    (tmp_path / "t.csv").write_text("agent,time,x,y\n1,0,1,2\n1,1,1e39,2\n")
    line = refused(tmp_path / "t.csv", "--length-unit", "m", "--time-unit", "s")
    assert "out-of-refused.nc: coordinates must be finite numbers below 3e38" in line


def test_a_workbook_without_its_package_says_what_to_install(refused, monkeypatch, tmp_path):
    workbook(tmp_path / "t.xlsx", ("fish", [["agent", "time", "x", "y"], [1, 0, 1, 2]]))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert "a workbook, which needs openpyxl: pip install 'kadita[excel]'" in refused(tmp_path / "t.xlsx")
