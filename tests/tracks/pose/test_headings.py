"""Headings of bodies: from which keypoint to which is asked for, and what has no speed is not given one."""

import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose

import kadita
from kadita import KaditaError

KEYPOINTS = ["neck", "nose:tip", "tail"]
KNOWN = {"length_unit": "px", "point": "neck"}


@pytest.fixture
def swimmers(rng):
    """Necks that drift, noses that point elsewhere, (T, N, K, 2); confidence, (T, N, K)."""
    neck = rng.uniform(0, 500, (8, 4, 2)).cumsum(axis=0)
    angle = rng.uniform(0, 2 * np.pi, (8, 4))
    along = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    x = np.stack([neck, neck + 3.5 * along, neck - 2 * along], axis=2)
    x[2, 1, 1] = np.nan  # no nose
    x[3, 2, 1] = x[3, 2, 0]  # a nose at the neck
    sure = np.full((8, 4, 3), 0.9)
    sure[5, 0, 1] = 0.2
    return x, sure, along


@pytest.fixture
def poses(swimmers, tmp_path):
    x, sure, _ = swimmers
    dims = ("time", "individuals", "keypoints", "space")
    dataset = xarray.Dataset(
        {"position": (dims, x), "confidence": (dims[:3], sure)},
        {"time": np.arange(8) / 10, "individuals": list("abcd"), "keypoints": KEYPOINTS, "space": ["x", "y"]},
        {"time_unit": "seconds"},
    )
    dataset.to_netcdf(tmp_path / "poses.nc")
    return tmp_path / "poses.nc"


def test_velocities_are_unit_vectors_along_the_body(poses, swimmers, converted, said):
    _, _, along = swimmers
    read = converted(poses, heading="neck:nose:tip", least={"confidence": 0.6}, **KNOWN)
    expected = along * [1, -1]  # y of an image points down
    expected[[2, 3, 5], [1, 2, 0]] = np.nan  # unknown, no direction, not sure
    assert_allclose(read["velocities"][..., :2], expected, atol=1e-6)
    assert not np.isnan(read["positions"]).any()  # where the animal is, is known
    assert read["attributes"]["velocities"] == "orientation"
    assert said(read, "headings are those of bodies, from 'neck' to 'nose:tip'; of 3 of 32 sightings they are unknown")
    assert not said(read, "its velocities differ from the steps")


def test_polarization_is_that_of_the_bodies(poses, swimmers, converted, measured):
    _, _, along = swimmers
    read = converted(poses, heading="tail:neck", **KNOWN)
    expected = np.linalg.norm(along.mean(axis=1), axis=1)
    assert_allclose(measured(read, "polarization")["polarization"], expected, rtol=1e-6)
    moving = measured(converted(poses, **KNOWN), "polarization")["polarization"]
    assert np.abs(moving - expected).max() > 0.2


def test_what_needs_a_speed_is_undefined_with_the_reason(poses, converted, measured):
    read = converted(poses, heading="tail:neck", **KNOWN)
    for of in ("velocity", "speed"):
        with pytest.raises(KaditaError, match="susceptibility needs velocities; the file has directions of bodies"):
            measured(read, "susceptibility", parameters={"susceptibility.of": of})
    fluctuations = measured(read, "susceptibility", parameters={"susceptibility.of": "heading"})
    assert np.isfinite(fluctuations["susceptibility"]).all()


def test_rates_are_taken_from_positions(poses, converted, measured, swimmers):
    """The velocity autocorrelation, whose first value is the mean square speed, of unit vectors would be 1."""
    read = converted(poses, heading="tail:neck", **KNOWN)
    found = measured(read, "velocity_autocorrelation", parameters={"velocity_autocorrelation.lags": 2})
    steps = np.diff(swimmers[0][:, :, 0], axis=0) / 0.1
    square = (steps**2).sum(axis=2).mean()
    assert found["velocity_autocorrelation.correlation"][0] == pytest.approx(square, rel=1e-4)


def test_the_file_says_what_its_velocities_are(poses, converted, command):
    read = converted(poses, heading="tail:neck", **KNOWN)
    assert "unit vectors along the body axis, not dr/dt" in command("info", read["path"]).stdout
    assert command("validate", read["path"]).returncode == 0


def test_it_is_read_in_one_command(poses, swimmers, command):
    words = ("--point", "mean", "--heading", "tail:neck", "--length-unit", "px")
    done = command("analyze", poses, "-m", "polarization", *words)
    assert done.returncode == 0, done.stderr
    assert "headings are those of bodies, from 'tail' to 'neck'" in done.stderr


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("neck", "expected FROM:TO, two keypoints of 'neck', 'nose:tip', 'tail'; got 'neck'"),
        ("neck:fin", "there is no keypoint 'fin'"),
        ("tial:neck", "there is no keypoint 'tial' (did you mean tail?)"),
        ("neck:neck", "expected two keypoints, FROM:TO; got 'neck:neck'"),
    ],
)
def test_keypoints_that_are_not_there(poses, refused, heading, message):
    assert message in refused(poses, "--point", "mean", "--heading", heading, "--length-unit", "px")


def test_headings_of_bodies_or_differences_not_both(poses, refused, command):
    words = ("--point", "neck", "--heading", "tail:neck", "--length-unit", "px", "--velocities", "difference")
    message = "--heading takes headings from keypoints; --velocities difference contradicts it"
    assert message in refused(poses, *words)
    assert message in command("analyze", poses, *words).stderr
    with pytest.raises(KaditaError, match="contradicts"):
        kadita.open(poses, heading="tail:neck", velocities="difference", **KNOWN)


def test_formats_that_cannot_say_it_are_told_of(poses, converted, command):
    """A converted file may take velocities from positions nevertheless."""
    read = converted(poses, heading="tail:neck", **KNOWN)
    assert "cannot say that velocities are directions of bodies" in command("convert", read["path"], "a.xyz").stderr
    assert "directions of bodies" not in command("convert", read["path"], "a.nc4").stderr
    done = command("convert", read["path"], "b.xyz", "--velocities", "difference")
    assert "directions of bodies" not in done.stderr


def test_a_block_of_orientations_has_headings_and_no_speeds():
    u = np.array([[[0.6, 0.8, 0.0], [np.nan] * 3]])
    block = kadita.Block(np.zeros((1, 2, 3)), u, attributes={"velocities": "orientation"})
    assert_allclose(block.headings, [[[0.6, 0.8, 0.0], [0.0] * 3]])
    assert block.velocity_known.tolist() == [[True, False]]
    for name in ("speeds", "velocities"):
        with pytest.raises(kadita.NotApplicable, match="directions of bodies"):
            getattr(block, name)


def test_an_importer_without_keypoints_has_none_to_choose(tmp_path, registry):
    (tmp_path / "a.csv").write_text("agent,time,x,y\n1,0,3,4\n1,1,3,5\n")
    with pytest.raises(KaditaError, match="--point: files of table have no keypoints to choose"):
        kadita.open(tmp_path / "a.csv", point="nose", length_unit="m", time_unit="s")
