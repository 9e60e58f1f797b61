"""Tables of DeepLabCut and Lightning Pose, as pandas writes them."""

import gzip

import h5py
import numpy as np
import pandas
import pytest
from numpy.testing import assert_allclose
from track_files.pose import FILES, deeplabcut_csv, deeplabcut_h5, deeplabcut_table

from kadita.io.importing.find import find_importer

SCHOOL = FILES["DeepLabCut .csv"].school
OPTIONS = {"frame_rate": 10.0, "time_unit": "s", "point": "body"}
WORDS = ("--point", "body", "--frame-rate", "10", "--time-unit", "s")


def test_a_compressed_table_is_recognized(tmp_path, registry, converted):
    path = deeplabcut_csv(tmp_path, SCHOOL)
    (tmp_path / "pond.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert find_importer(registry, tmp_path / "pond.csv.gz", None).name == "deeplabcut"
    read = converted(tmp_path / "pond.csv.gz", **OPTIONS)
    assert_allclose(read["positions"][..., 0], SCHOOL.positions[..., 0], rtol=1e-6)


def test_body_parts_of_no_animal_are_left_out(tmp_path, converted, said):
    table = deeplabcut_table(SCHOOL)
    scorer = table.columns[0][0]
    for axis in ("x", "y", "likelihood"):
        table[scorer, "single", "corner", axis] = 1.0
    table.to_csv(tmp_path / "pond.csv")
    read = converted(tmp_path / "pond.csv", **{**OPTIONS, "point": "mean"})
    assert read["agents"] == ["a", "b", "c"]
    assert said(read, "means of the 3 keypoints 'nose', 'body', 'tail'")
    assert said(read, "keypoints of no animal, DeepLabCut's individual 'single', are left out")


def test_the_other_format_of_pandas_is_read_too(tmp_path, converted):
    """Datasets of values, and of names by level; not the default of DeepLabCut."""
    table = deeplabcut_table(SCHOOL)
    with h5py.File(tmp_path / "pond.h5", "w") as file:
        group = file.create_group("tracks")
        group.attrs["pandas_type"], group.attrs["block0_items_nlevels"] = np.bytes_(b"frame"), 4
        group["axis1"], group["block0_values"] = table.index.to_numpy(), table.to_numpy()
        for level in range(4):
            codes, words = pandas.factorize(table.columns.get_level_values(level))
            group[f"block0_items_label{level}"] = codes.astype("i1")
            group[f"block0_items_level{level}"] = np.array([w.encode() for w in words])
    read = converted(tmp_path / "pond.h5", **OPTIONS)
    assert_allclose(read["positions"][..., 0], SCHOOL.positions[..., 0], rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.set_axis([f"labeled-data/grace/img{i}.png" for i in t.index]), "annotated images are no tracks"),
        (lambda t: t.rename(columns={"likelihood": "depth"}), "expected the coordinates x, y, and z and likelihood"),
        (lambda t: t.set_axis(t.index[::-1]), "frame numbers that increase"),
        (
            lambda t: pandas.concat([t, t.rename(columns={t.columns[0][0]: "other"})], axis=1),
            "of one scorer; found those of 2",
        ),
        (lambda t: t.drop(columns=[t.columns[1]]), "expected x, y of keypoint 'nose'; found x"),
        (lambda t: t.map(lambda v: "lost" if np.isnan(v) else v), "expected numbers; line"),
        (lambda t: t.iloc[:0], "expected a table of DeepLabCut"),
    ],
)
def test_other_tables_are_refused(tmp_path, refused, change, message):
    change(deeplabcut_table(SCHOOL)).to_csv(tmp_path / "pond.csv")
    line = refused(tmp_path / "pond.csv", "--from", "deeplabcut", *WORDS)
    assert message in line
    assert "grace" not in line.replace(str(tmp_path), "")


def test_a_pickle_that_would_run_code_is_refused(tmp_path, refused):
    path = deeplabcut_h5(tmp_path, SCHOOL)
    with h5py.File(path, "a") as file:
        file["df_with_missing"].attrs["non_index_axes"] = np.bytes_(b"cos\nsystem\n(S'touch /tmp/kadita-ran'\ntR.")
    assert "none of its code was executed" in refused(path, "--from", "deeplabcut", *WORDS)
