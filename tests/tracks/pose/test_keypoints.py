"""Every format with several keypoints: which one stands for an animal is asked for, and sure ones are told apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from track_files.pose import FILES, KEYPOINTS, confidence, keypoints

SEVERAL = {name: file for name, file in FILES.items() if "point" in file.options}


@pytest.mark.parametrize("name", SEVERAL)
def test_a_choice_is_asked_for(name, tmp_path, refused):
    path = SEVERAL[name].write(tmp_path, SEVERAL[name].school)
    line = refused(path)
    assert "has 3 keypoints, " in line
    assert all(repr(name) in line for name in KEYPOINTS)
    assert "; choose one with --point NAME" in line
    assert "with --point mean" in line
    assert "there is no keypoint 'nos' (did you mean nose?)" in refused(path, "--point", "nos")


@pytest.mark.parametrize("name", SEVERAL)
def test_means_and_headings_are_those_of_plain_numpy(name, tmp_path, converted):
    file = SEVERAL[name]
    path = file.write(tmp_path, file.school)
    read = converted(path, **{**file.options, "point": "mean", "heading": "tail:nose"})
    x = keypoints(file.school)
    up = np.array([1, -1 if file.y_down else 1, 1])[: x.shape[3]]
    along = (x[:, :, 0] - x[:, :, 2]) * up
    along /= np.linalg.norm(along, axis=2, keepdims=True)
    d = x.shape[3]
    assert_allclose(read["positions"][..., :d], x.mean(axis=2) * up, rtol=1e-6, atol=1e-5)
    assert_allclose(read["velocities"][..., :d], along, rtol=1e-6, atol=1e-6)
    assert read["attributes"]["velocities"] == "orientation"


SURE = [name for name in SEVERAL if name != "COCO"]  # which has no confidence of keypoints


@pytest.mark.parametrize("name", SURE)
def test_keypoints_below_a_limit_are_left_out_before_the_mean(name, tmp_path, converted, said):
    file = SEVERAL[name]
    path = file.write(tmp_path, file.school)
    x, sure = keypoints(file.school), confidence(file.school)
    limit = float(np.nanmedian(sure)) + 1e-9
    read = converted(path, **{**file.options, "point": "mean", "least": {"confidence": limit}})
    kept = np.where((sure >= limit)[..., None], x, np.nan)
    up = np.array([1, -1 if file.y_down else 1, 1])[: x.shape[3]]
    number = np.isfinite(kept[..., :1]).sum(axis=2)
    expected = np.divide(
        np.nansum(kept, axis=2), number, where=number > 0, out=np.full(number.shape[:2] + up.shape, np.nan)
    )
    seen = np.isfinite(read["positions"][..., 0])
    assert seen.sum() == np.isfinite(expected[..., 0]).sum()
    whole = np.isfinite(expected).all(axis=(1, 2))  # frames of all animals
    assert_allclose(read["positions"][-whole.sum() :, :, : len(up)], (expected * up)[whole], rtol=1e-6, atol=1e-5)
    assert said(read, "keypoints have confidence below")
