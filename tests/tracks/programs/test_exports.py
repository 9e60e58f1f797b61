"""Tables that EthoVision, idtracker.ai, AnimalTA and ToxTrac export."""

import json
import shutil

import numpy as np
import pytest
from track_files import turning
from track_files.exports import TARGETS, animalta, animalta_long, ethovision, idtrackerai_csv, toxtrac

SUBJECTS = turning(["Fish 1", "Fish 2", "Fish 3"])
FISH = turning(["a", "b", "c"], digits=3)
ARENAS = turning(TARGETS)
TRACKS = turning([1, 2, 3])


def is_read(read, school, sign=1.0):
    x = school.positions * [1.0, sign]
    return np.allclose(read["positions"][..., :2], x, rtol=1e-6, atol=1e-5, equal_nan=True)


@pytest.mark.parametrize(("separator", "comma"), [(";", True), ("\t", False), (",", False), ("\t", True)])
def test_separators_and_decimal_marks_of_ethovision(tmp_path, converted, separator, comma):
    read = converted(ethovision(tmp_path, SUBJECTS, separator=separator, comma=comma))
    assert is_read(read, SUBJECTS)
    assert read["attributes"]["length_unit"] == "cm"


def test_a_single_file_of_ethovision_is_a_single_animal(tmp_path, converted):
    read = converted(sorted(ethovision(tmp_path, SUBJECTS).iterdir())[2])
    assert read["agents"] == ["Fish 3"]
    assert np.isnan(read["positions"][4:6]).all()


def test_files_of_ethovision_belong_to_one_trial(tmp_path, refused, converted):
    folder = ethovision(tmp_path, SUBJECTS)
    first, *_, last = sorted(folder.iterdir())
    text = last.read_text(encoding="utf-16")
    last.write_text(text.replace("Trial     1", "Trial     2"), encoding="utf-16")
    assert "expected files of one trial; found those of 2" in refused(folder)
    last.write_text(text.replace("Fish 3", "Fish 1").replace("Arena 1", "Arena 2"), encoding="utf-16")
    assert converted(folder)["agents"] == ["Arena 1 Fish 1", "Arena 1 Fish 2", "Arena 2 Fish 1"]
    last.write_text(text.replace('"cm"', '"mm"'), encoding="utf-16")
    assert "expected one unit of length in all files" in refused(folder)
    last.write_text(text.replace("0.300;0.300;", "0.300;0.300;here"), encoding="utf-16")
    assert "in column x center; line 16 has 'here" in refused(last)
    shutil.copy(first, tmp_path / "notes.txt")
    (tmp_path / "notes.txt").write_text("no samples")
    assert "expected raw data of EthoVision XT" in refused(tmp_path / "notes.txt", "--from", "ethovision")


def test_what_idtrackerai_says_beside_its_csv(tmp_path, converted, said):
    path = idtrackerai_csv(tmp_path, FISH)
    read = converted(path)
    assert read["attributes"]["body_length"] == 4.0
    assert read["agents"] == ["a", "b", "c"]
    assert said(read, "quality column id_probabilities (0.97 to 0.97")
    for other in ("attributes.json", "id_probabilities.csv"):
        (tmp_path / other).unlink()
    assert converted(path)["agents"] == [1, 2, 3]


def test_csv_of_older_idtrackerai_has_no_seconds(tmp_path, converted, refused):
    path = idtrackerai_csv(tmp_path, FISH)
    path.write_text("\n".join(line.partition(",")[2] for line in path.read_text().splitlines()))
    read = converted(path)
    assert np.allclose(read["times"], FISH.times)
    assert is_read(read, FISH, -1.0)
    said = json.loads((tmp_path / "attributes.json").read_text()) | {"frames_per_second": None}
    (tmp_path / "attributes.json").write_text(json.dumps(said))
    assert "does not state their rate" in refused(path)
    (tmp_path / "attributes.json").write_text("{")
    assert "expected attributes of idtracker.ai; it cannot be read" in refused(path)


@pytest.mark.parametrize("rate", [30.0, 24.0])
def test_frames_of_animalta_are_even_though_its_times_are_rounded(tmp_path, converted, said, rate):
    """At 30 Hz times are written as 0.00, 0.03, 0.07, 0.10; speeds of their differences would be wrong by 20 %."""
    school = turning(TARGETS, frames=301)
    path = animalta(tmp_path, school)
    lines = path.read_text().splitlines()
    rows = [line.split(";") for line in lines[1:]]
    path.write_text("\n".join([lines[0], *(";".join([f, f"{int(f) / rate:.2f}", *x]) for f, _, *x in rows)]))
    read = converted(path)
    assert np.allclose(np.diff(read["times"]), 1 / rate, rtol=1e-3)
    assert said(read, "frames are taken as even")


@pytest.mark.parametrize("write", [animalta, animalta_long])
def test_targets_of_animalta_are_named_by_arena(tmp_path, converted, write):
    read = converted(write(tmp_path, ARENAS))
    assert read["agents"] == TARGETS
    assert read["attributes"]["length_unit"] == "px"


def test_heads_and_tails_of_animalta_are_no_targets(tmp_path, refused):
    path = animalta(tmp_path, ARENAS)
    path.write_text(path.read_text().replace("Arena1_Ind0", "Arena0_Ind1_Head"))
    assert "expected a column of each target; found those of its parts, such as Arena0_Ind1_Head" in refused(path)


def test_arenas_and_labels_of_toxtrac(tmp_path, converted, said):
    path = toxtrac(tmp_path, TRACKS)
    names, *rows = path.read_text().splitlines()
    assert "\t1\t3\t" in rows[-1]
    rows = [row.replace("\t1\t3\t", "\t2\t1\t") for row in rows]
    rows[0] = rows[0][:-1] + "0"  # predicted
    path.write_text("\n".join([names, *rows]))
    read = converted(path, least={"confirmed": 1.0})
    assert read["agents"] == ["1-1", "1-2", "2-1"]
    assert said(read, "1 of 34 sightings have confirmed below 1; they are left out")
    assert read["attributes"]["length_unit"] == "mm"


def test_the_unit_of_toxtrac_is_that_of_its_calibration(tmp_path, converted, refused):
    path = toxtrac(tmp_path, TRACKS)
    text = path.read_text()
    path.write_text(text.replace("(mm)", "(cm)"))
    assert converted(path)["attributes"]["length_unit"] == "cm"
    path.write_text(text.replace("\t1\t3\t", "\t1\t3.5\t"))
    assert "expected whole numbers as Arena and Track; line 26 has others" in refused(path)
