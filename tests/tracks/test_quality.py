"""Columns that say how sure a tracker is: a limit leaves sightings out, and none is ignored without a word."""

import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose, assert_array_equal

from kadita import KaditaError

UNITS = {"length_unit": "mm", "time_unit": "s"}
WORDS = ("--length-unit", "mm", "--time-unit", "s")
LIMIT = {"least": {"confidence": 0.6}}


@pytest.fixture
def school(rng):
    """40 frames of eight animals; 30 sightings are false, at (0, 0) with a confidence of 0.01."""
    x = rng.normal([400, 300], 40, (40, 8, 2))
    confidence = rng.uniform(0.7, 1.0, (40, 8))
    false = np.zeros(40 * 8, dtype=bool)
    false[rng.choice(40 * 8, 30, replace=False)] = True
    false = false.reshape(40, 8)
    x[false], confidence[false] = 0.0, 0.01
    return x, confidence, false


def spread_of(x):
    offsets = x - np.nanmean(x, axis=1, keepdims=True)
    return np.sqrt(np.nanmean((offsets**2).sum(axis=2), axis=1))


def as_table(x, confidence, name="confidence"):
    rows = [f"{i},{t},{x[t, i, 0]},{x[t, i, 1]},{confidence[t, i]}" for t in range(len(x)) for i in range(x.shape[1])]
    return "\n".join([f"agent,time,x,y,{name}", *rows]) + "\n"


def as_movement(path, x, confidence, keypoints=("centre",)):
    """As movement writes it: (time, space, keypoints, individuals); all keypoints are where the animal is."""
    k = len(keypoints)
    dataset = xarray.Dataset(
        {
            "position": (
                ("time", "space", "keypoints", "individuals"),
                np.repeat(x.transpose(0, 2, 1)[:, :, None], k, axis=2),
            ),
            "confidence": (("time", "keypoints", "individuals"), np.repeat(confidence[:, None], k, axis=1)),
        },
        coords={"time": np.arange(len(x)) / 50, "space": ["x", "y"], "keypoints": list(keypoints)},
        attrs={"fps": 50.0, "time_unit": "seconds"},
    )
    dataset.to_netcdf(path)
    return dataset


def test_a_movement_file_with_false_sightings(tmp_path, school, converted, measured, said):
    """Averaged in without a limit; left out with one; said in both cases."""
    x, confidence, false = school
    as_movement(tmp_path / "m.nc", x, confidence)
    read = converted(tmp_path / "m.nc", length_unit="mm")
    assert_allclose(measured(read, "spread")["spread"], spread_of(x), rtol=1e-5)
    known = f"(0.01 to {confidence.max():.3g}, median {np.median(confidence):.3g})"
    advice = "--least confidence=0.6 leaves out sightings below 0.6"
    assert said(read, f"it has a quality column confidence {known}, which is not used; {advice}")

    read = converted(tmp_path / "m.nc", length_unit="mm", **LIMIT)
    true = np.where(false[..., None], np.nan, x)
    assert_allclose(measured(read, "spread")["spread"], spread_of(true), rtol=1e-5)
    assert spread_of(true).mean() < 60 < 90 < spread_of(x).mean()
    assert said(read, "30 of 320 sightings have confidence below 0.6; they are left out")


def test_a_false_keypoint_is_left_out_of_the_mean(tmp_path, rng, converted, said):
    x = rng.uniform(0, 100, (6, 2, 2))
    confidence = np.ones((6, 2))
    dataset = as_movement(tmp_path / "m.nc", x, confidence, ("snout", "tail"))
    dataset["position"][2, :, 1, 0] = 0.0  # the tail of the first animal, in the third frame
    dataset["confidence"][2, 1, 0] = 0.1
    dataset["confidence"][4, :, 1] = [0.2, np.nan]  # no keypoint of the second, in the fifth
    dataset.to_netcdf(tmp_path / "m.nc")
    read = converted(tmp_path / "m.nc", length_unit="mm", point="mean", **LIMIT)
    expected = x.copy()
    expected[4, 1] = np.nan
    assert_allclose(read["positions"][..., :2], expected, rtol=1e-6)
    assert said(read, "3 of 24 keypoints have confidence below 0.6")
    one = converted(tmp_path / "m.nc", length_unit="mm", point="tail", **LIMIT)
    expected[2, 0] = np.nan
    assert_allclose(one["positions"][..., :2], expected, rtol=1e-6)
    assert said(one, "1 of 12 sightings have confidence below 0.6, and of 1 it is not known; they are left out")


@pytest.mark.parametrize(
    "name", ["confidence", "likelihood", "score", "quality", "probability", "p", "Confidence", "P"]
)
def test_usual_names_of_tables(tmp_path, school, converted, said, name):
    x, confidence, false = school
    (tmp_path / "t.csv").write_text(as_table(x, confidence, name))
    assert said(converted(tmp_path / "t.csv", **UNITS), f"it has a quality column {name} (0.01 to ")
    read = converted(tmp_path / "t.csv", least={name: 0.6}, **UNITS)
    assert_array_equal(np.isnan(read["positions"][..., 0]), false)
    assert np.isnan(read["velocities"][false]).all()


def test_any_column_that_the_user_names(tmp_path, school, converted, said):
    x, confidence, false = school
    (tmp_path / "t.csv").write_text(as_table(x, 50 * confidence, "pixels"))
    assert not said(converted(tmp_path / "t.csv", **UNITS), "pixels")
    for options in ({"least": {"pixels": 30}}, {"least": {"pixels": "30"}}):
        read = converted(tmp_path / "t.csv", **options, **UNITS)
        assert_array_equal(np.isnan(read["positions"][..., 0]), false)
    read = converted(tmp_path / "t.csv", parameters={"columns": ("quality=pixels",)}, **UNITS)
    assert said(read, "it has a quality column pixels")
    assert said(read, "--least pixels=NUMBER leaves out sightings below it")  # 0.5 to 50: no usual limit is named


def test_two_limits(tmp_path, rng, converted):
    a, b = rng.random((2, 50))
    rows = [f"1,{t},{t},0,{a[t]},{b[t]}" for t in range(50)]
    (tmp_path / "t.csv").write_text("\n".join(["agent,time,x,y,score,p", *rows]) + "\n")
    read = converted(tmp_path / "t.csv", least={"score": 0.3, "p": 0.5}, **UNITS)
    assert_array_equal(np.isfinite(read["positions"][:, 0, 0]), (a >= 0.3) & (b >= 0.5))


@pytest.mark.parametrize(
    ("head", "importer"),
    [("id,t,x,y,likelihood", "trackdf"), ("time,animal_id,x,y,likelihood", "movekit")],
)
def test_tables_of_other_programs(tmp_path, converted, head, importer):
    rows = [f"7,{t},{t},0,{0.1 * t}" if head[0] == "i" else f"{t},7,{t},0,{0.1 * t}" for t in range(10)]
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]) + "\n")
    read = converted(tmp_path / "t.csv", importer=importer, least={"likelihood": 0.45}, **UNITS)
    assert_array_equal(np.isfinite(read["positions"][:, 0, 0]), np.arange(10) > 4)


def test_confidence_of_mot(tmp_path, converted, said):
    rows = [f"{t},1,{10 * t},20,4,6,{c},-1,-1,-1" for t, c in enumerate([0.9, 0.2, 0.8, 0.95], start=1)]
    (tmp_path / "m.txt").write_text("\n".join(rows) + "\n")
    options = {"frame_rate": 20.0, "time_unit": "s"}
    assert said(converted(tmp_path / "m.txt", **options), "quality column confidence (0.2 to 0.95, median 0.85)")
    read = converted(tmp_path / "m.txt", **options, **LIMIT)
    assert_array_equal(np.isfinite(read["positions"][:, 0, 0]), [True, False, True, True])


def test_probabilities_of_identities_of_idtrackerai(tmp_path, rng, converted, said):
    """(frames, animals, 1), NaN where animals cross: a limit leaves them out, too."""
    probabilities = rng.uniform(0.9, 1.0, (6, 3, 1))
    probabilities[2, 1] = np.nan
    probabilities[4, 0] = 0.4
    told = {"trajectories": rng.uniform(0, 900, (6, 3, 2)), "frames_per_second": 30, "body_length": 40.0}
    np.save(tmp_path / "t.npy", told | {"id_probabilities": probabilities})
    assert said(converted(tmp_path / "t.npy"), "it has a quality column id_probabilities (0.4 to ")
    read = converted(tmp_path / "t.npy", least={"id_probabilities": 0.8})
    assert np.argwhere(np.isnan(read["positions"][..., 0])).tolist() == [[2, 1], [4, 0]]
    assert said(read, "1 of 18 sightings have id_probabilities below 0.8, and of 1 it is not known")
    np.save(tmp_path / "t.npy", told | {"id_probabilities": np.full((6, 3, 1), np.nan)})
    assert not said(converted(tmp_path / "t.npy"), "quality")


@pytest.mark.parametrize(
    ("least", "says"),
    [
        ("confidence", "expected QUALITY=NUMBER, such as confidence=0.6; got 'confidence'"),
        ("=0.6", "expected QUALITY=NUMBER"),
        ("confidence=high", "--least confidence: expected a number; got 'high'"),
        ("confidence=nan", "--least confidence: expected a number; got 'nan'"),
        ("confidence=inf", "--least confidence: expected a number; got 'inf'"),
        ("confidense=0.6", "there is no column 'confidense' (did you mean confidence?)"),
        ("confidence=2", "expected sightings that reach the limits of --least; found none"),
        ("name=0.6", "expected a number in column name; line 2 has 'ann'"),
    ],
)
def test_limits_that_cannot_be_used(tmp_path, refused, least, says):
    (tmp_path / "t.csv").write_text("agent,time,x,y,confidence,name\n1,0,0,0,0.5,ann\n1,1,0,1,0.7,ann\n")
    assert says in refused(tmp_path / "t.csv", *WORDS, "--least", least)


def test_limits_of_files_without_them(tmp_path, refused, rng, converted):
    (tmp_path / "t.csv").write_text("agent,time,x,y,confidence\n1,0,0,0,0.5\n1,1,0,1,0.7\n")
    assert "expected one limit for confidence; got two" in refused(
        tmp_path / "t.csv", *WORDS, "--least", "confidence=0.1", "--least", "confidence=0.2"
    )
    np.save(tmp_path / "t.npy", {"trajectories": rng.uniform(0, 9, (6, 3, 2)), "frames_per_second": 30})
    line = refused(tmp_path / "t.npy", "--least", "confidence=0.6")
    assert "has no quality column 'confidence'; the file has none" in line
    trajectory = converted(tmp_path / "t.csv", **UNITS)["path"]
    assert "expected tracks for" in refused(trajectory, "--least", "confidence=0.6")


def test_a_limit_in_python_that_is_no_number(tmp_path, rng, converted):
    as_movement(tmp_path / "m.nc", rng.random((3, 2, 2)), np.ones((3, 2)))
    with pytest.raises(KaditaError, match=r"movement\.least\.confidence: .*'high'"):
        converted(tmp_path / "m.nc", length_unit="mm", least={"confidence": "high"})
    with pytest.raises(KaditaError, match=r"no quality column 'confidenze' \(did you mean confidence\?\)"):
        converted(tmp_path / "m.nc", length_unit="mm", least={"confidenze": 0.5})
