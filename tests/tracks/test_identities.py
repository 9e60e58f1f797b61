"""Identities of animals stay text as it stands in the file; integers that are written plainly are integers."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import kadita

UNITS = {"length_unit": "mm", "time_unit": "s"}
HEADS = {
    "table": ("agent,frame,x,y", {"frame_rate": 10.0}),
    "trackdf": ("id,t,x,y", {}),
    "movekit": ("Animal_ID,time,x,y", {}),
}


@pytest.fixture(params=HEADS)
def converted_names(request, tmp_path, converted):
    """Convert a table of two frames of these animals; return the identities that the file of kadita has."""

    def convert(names):
        head, options = HEADS[request.param]
        path = tmp_path / "t.csv"
        rows = [f"{name},{t},{10 * i},{t}" for i, name in enumerate(names) for t in range(2)]
        path.write_text("\n".join([head, *rows]) + "\n")
        read = converted(path, importer=request.param, **UNITS, **options)
        assert np.isfinite(read["positions"]).all()
        return read["agents"]

    return convert


TEXTS = [
    ["0042", "7"],
    ["1E2", "100.0", "100"],
    ["007", "07", "7"],
    ["nan", "NA", "None", "null", "N/A"],
    ["True", "false"],
    ["fish 1", "fish 2", "fish"],
    ["-0", "0"],
    ["+5", "5"],
    ["1_000", "1000"],
    ["0x1F", "31"],
    ["1.0", "2.0"],
    ["123456789012345678901", "5"],
    ["2015-09-10", "10/9/2015"],
    ["ä", "a", "鱼"],
    ["٣", "3"],  # a digit in another script
]


@pytest.mark.parametrize("names", TEXTS, ids=" ".join)
def test_text_stays_as_it_stands(converted_names, names):
    assert converted_names(names) == sorted(names)


@pytest.mark.parametrize(
    "names", [["42", "7"], ["-3", "0", "3"], ["312", "511"], ["999999999999999999", "1"]], ids=" ".join
)
def test_integers_that_are_written_plainly_are_integers(converted_names, names):
    assert converted_names(names) == sorted(map(int, names))


def test_blanks_and_commas_in_quotes_stay(converted_names):
    assert converted_names(['" b"', '"a, b"', '"say ""hi"""']) == sorted([" b", "a, b", 'say "hi"'])


def test_names_that_differ_in_trailing_blanks_are_refused(tmp_path, refused):
    (tmp_path / "t.csv").write_text("agent,time,x,y\na,0,0,0\na ,0,1,0\n")
    line = refused(tmp_path / "t.csv", "--length-unit", "mm", "--time-unit", "s")
    assert "expected identities that differ in more than blanks at their end; found 'a' and 'a '" in line


@pytest.mark.parametrize("cell", ["", "  ", '""', '" "'])
def test_a_row_without_a_name_is_refused(tmp_path, refused, cell):
    (tmp_path / "t.csv").write_text(f"agent,time,x,y\na,0,0,0\n{cell},0,1,0\n")
    assert "line 3 has no agent" in refused(tmp_path / "t.csv", "--length-unit", "mm", "--time-unit", "s")


def test_cells_of_numbers_are_empty_as_before(tmp_path, converted):
    """NA is a name, and a position that is not known."""
    cells = ["NA", "", "nan", "NULL", "N/A"]
    rows = [f"NA,{t},{cell},{cell}" for t, cell in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(["agent,time,x,y", "NA,5,1,2", *rows]) + "\n")
    read = converted(tmp_path / "t.csv", **UNITS)
    assert read["agents"] == ["NA"]
    assert_array_equal(np.isfinite(read["positions"][:, 0, 0]), [False] * 5 + [True])


def test_results_name_animals_as_the_table_does(tmp_path, converted, measured):
    rows = [f"{name},{t},{t},{i}" for i, name in enumerate(["0042", "1E2"]) for t in range(3)]
    (tmp_path / "t.csv").write_text("\n".join(["agent,time,x,y", *rows]) + "\n")
    read = converted(tmp_path / "t.csv", **UNITS)
    assert measured(read, "polarization").agents.tolist() == ["0042", "1E2"]
    with kadita.open(read["path"]) as trajectory:
        assert [f.agents.tolist() for f in trajectory] == [["0042", "1E2"]] * 3
