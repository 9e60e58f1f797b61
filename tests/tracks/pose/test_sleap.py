"""Files of SLEAP: orders of axes, animals without tracks, and what needs sleap-io."""

import json
import sys

import h5py
import numpy as np
import pandas
import pytest
from numpy.testing import assert_allclose
from track_files.pose import FILES, sleap_csv, sleap_h5

SCHOOL = FILES["SLEAP .h5"].school
OPTIONS = {"frame_rate": 10.0, "time_unit": "s", "point": "body"}
WORDS = ("--point", "body", "--frame-rate", "10", "--time-unit", "s")
MATLAB = {"tracks": ["track", "xy", "node", "frame"], "point_scores": ["track", "node", "frame"]}
MATLAB |= {"instance_scores": ["track", "frame"], "tracking_scores": ["track", "frame"]}


@pytest.mark.parametrize("order", [["frame", "track", "node", "xy"], ["node", "frame", "xy", "track"]])
def test_axes_are_in_the_order_that_the_file_states(tmp_path, converted, order):
    path = sleap_h5(tmp_path, SCHOOL)
    plain = converted(path, **OPTIONS, least={"confidence": 0.8})
    with h5py.File(path, "a") as file:
        for name, axes in MATLAB.items():
            wanted = [axis for axis in order if axis in axes]
            values = file[name][()].transpose([axes.index(axis) for axis in wanted])
            del file[name]
            file[name] = values
            file[name].attrs["dims"] = json.dumps(wanted)
    read = converted(path, **OPTIONS, least={"confidence": 0.8})
    assert_allclose(read["positions"], plain["positions"])


def test_scores_are_limits(tmp_path, converted, said):
    read = converted(sleap_h5(tmp_path, SCHOOL), **OPTIONS)
    for quality in ("confidence", "instance_score", "tracking_score"):
        assert said(read, f"it has a quality column {quality}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.__delitem__("node_names"), "expected node_names, track_names, tracks"),
        (lambda f: f["tracks"].attrs.update({"dims": '["a", "b"]'}), "expected tracks with the axes track, xy, node"),
        (lambda f: (f.__delitem__("node_names"), f.update({"node_names": [b"nose"]})), "with 1 nodes; found"),
        (lambda f: (f.__delitem__("tracks"), f.update({"tracks": [1.0]})), "of 3 animals with 3 nodes; found (1,)"),
    ],
)
def test_damaged_files_have_one_line(tmp_path, refused, change, message):
    path = sleap_h5(tmp_path, SCHOOL)
    with h5py.File(path, "a") as file:
        change(file)
    assert message in refused(path, "--from", "sleap", *WORDS)


def test_animals_without_tracks_cannot_be_told_apart(tmp_path, refused, converted):
    path = sleap_csv(tmp_path, SCHOOL)
    table = pandas.read_csv(path)
    table.assign(track="").to_csv(path, index=False)
    assert "rows have none: track the animals in SLEAP first" in refused(path, *WORDS)
    one = table[table["track"] == "a"]
    one.assign(track="").to_csv(path, index=False)
    read = converted(path, **OPTIONS)
    assert read["agents"] == [0]
    assert_allclose(read["positions"][:, 0, 0], SCHOOL.positions[:, 0, 0], rtol=1e-6)


def test_a_slp_needs_a_package_which_is_named(tmp_path, refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "sleap_io", None)
    with h5py.File(tmp_path / "pond.slp", "w") as file:
        for name in ("metadata", "frames", "instances", "points", "pred_points"):
            file[name] = np.zeros(2)
    assert "which needs sleap-io: pip install 'kadita[pose]'" in refused(tmp_path / "pond.slp", *WORDS)
