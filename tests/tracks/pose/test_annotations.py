"""NWB, COCO, Anipose and VIA: what such files leave open, and what is no track."""

import json

import h5py
import pandas
import pytest
from numpy.testing import assert_allclose
from track_files.pose import FILES, anipose, coco, nwb, via_tracks

WORDS = ("--point", "body", "--frame-rate", "10", "--time-unit", "s")


def test_nwb_without_poses_or_with_links_elsewhere(tmp_path, refused):
    path = nwb(tmp_path, FILES["NWB"].school)
    with h5py.File(path, "a") as file:
        series = file["processing/behavior/a/nose"]
        del series["data"]
        series["data"] = h5py.ExternalLink("/etc/hostname", "/data")
    assert "found a group or a link elsewhere" in refused(path, "--point", "body")
    with h5py.File(path, "a") as file:
        del file["processing"]
    assert "expected poses in one module, as ndx-pose has them; found none" in refused(path, "--point", "body")


def test_animals_of_coco_need_identities(tmp_path, refused, converted):
    path = coco(tmp_path, FILES["COCO"].school)
    content = json.loads(path.read_text())
    for annotation in content["annotations"]:
        del annotation["attributes"]
    path.write_text(json.dumps(content))
    assert "have none, and animals cannot be told apart" in refused(path, *WORDS)
    first = {
        image["id"]: a
        for a in content["annotations"][::-1]
        for image in content["images"]
        if a["image_id"] == image["id"]
    }
    path.write_text(json.dumps(content | {"annotations": list(first.values())}))
    read = converted(path, **FILES["COCO"].options)
    assert read["agents"] == [0]


def test_images_of_coco_without_numbers_are_frames_in_their_order(tmp_path, converted, said):
    path = coco(tmp_path, FILES["COCO"].school)
    content = json.loads(path.read_text())
    for image in content["images"]:
        image["file_name"] = "grace.png"
    path.write_text(json.dumps(content))
    read = converted(path, **FILES["COCO"].options)
    assert_allclose(read["positions"][..., 0], FILES["COCO"].school.positions[..., 0], rtol=1e-6)
    assert said(read, "frames are images in the order of the file")


def test_a_keypoint_that_is_not_labelled_is_unknown(tmp_path, converted):
    path = coco(tmp_path, FILES["COCO"].school)
    content = json.loads(path.read_text())
    content["annotations"][0]["keypoints"][3:6] = [0, 0, 0]  # the body of the first animal, in the first frame
    path.write_text(json.dumps(content))
    x = converted(path, **FILES["COCO"].options)["positions"]
    assert x[0].shape == (3, 3)
    assert (x[0, 0] != x[0, 0]).all()


def test_frames_of_boxes_are_in_names_of_images_too(tmp_path, converted, refused):
    path = via_tracks(tmp_path, FILES["VIA"].school)
    table = pandas.read_csv(path)
    table.assign(file_attributes="{}").to_csv(path, index=False)
    read = converted(path, **FILES["VIA"].options)
    assert_allclose(read["positions"][..., 0], FILES["VIA"].school.positions[..., 0], rtol=1e-6)
    table.assign(file_attributes="{}", filename="grace.png").to_csv(path, index=False)
    assert "expected the frame in file_attributes or at the end of filename" in refused(path, *WORDS[2:])


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("region_attributes", "{}", "expected a track in region_attributes; line 2 has none"),
        ("region_shape_attributes", '{"name": "point"}', "expected a box with x and y; line 2 has none"),
        ("region_shape_attributes", "[", "expected JSON in column region_shape_attributes; line 2"),
    ],
)
def test_regions_that_are_no_tracked_boxes(tmp_path, refused, column, cell, message):
    path = via_tracks(tmp_path, FILES["VIA"].school)
    pandas.read_csv(path).assign(**{column: cell}).to_csv(path, index=False)
    assert message in refused(path, *WORDS[2:])


def test_anipose_is_in_space_and_asks_for_its_unit(tmp_path, refused):
    path = anipose(tmp_path, FILES["Anipose"].school)
    assert "the file does not state its unit of length" in refused(path, *WORDS)
