"""Datasets as the package movement makes them, which xarray writes (movement/validators/datasets.py in its source)."""

import netCDF4
import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose

KEYPOINTS = ["snout", "centre", "tail"]
LENGTH = {"length_unit": "px", "y_axis": "up"}


def poses(rng, *, fps=50.0, space=2, dims=("time", "space", "keypoints", "individuals")):
    """A dataset of poses: five frames, three keypoints, two individuals, a few of them not known."""
    x = rng.uniform(0, 500, size=(5, space, 3, 2))
    x[1, :, :, 1] = np.nan  # an animal is not seen
    x[3, :, 0, 0] = np.nan  # of another one, the snout is not
    time = np.arange(5) / fps if fps else np.arange(5)
    attributes = {"source_software": "SLEAP", "ds_type": "poses", "source_file": "/home/somebody/secret.slp"}
    names = [*dims[:2], *dims[2:]]
    dataset = xarray.Dataset(
        {"position": (names, x), "confidence": ((names[0], *names[2:]), np.ones((5, 3, 2)))},
        coords={names[0]: time, names[1]: list("xyz")[:space], names[2]: KEYPOINTS, names[3]: ["ann", "bob"]},
        attrs=attributes | ({"fps": fps, "time_unit": "seconds"} if fps else {"time_unit": "frames"}),
    )
    return x, dataset


CONTAINERS = [("NETCDF4", "netcdf4"), ("NETCDF3_64BIT", "scipy"), ("NETCDF3_CLASSIC", "netcdf4")]


@pytest.mark.parametrize(("container", "engine"), CONTAINERS)
def test_means_of_known_keypoints(tmp_path, converted, rng, container, engine):
    x, dataset = poses(rng)
    path = tmp_path / "poses.nc"
    dataset.to_netcdf(path, format=container, engine=engine)
    read = converted(path, point="mean", **LENGTH)
    assert read["agents"] == ["ann", "bob"]
    expected = np.full((5, 2, 2), np.nan)
    for t in range(5):
        for i in range(2):
            known = [x[t, :, k, i] for k in range(3) if not np.isnan(x[t, :, k, i]).any()]
            if known:
                expected[t, i] = np.mean(known, axis=0)
    assert_allclose(read["positions"][..., :2], expected, rtol=1e-6)
    assert_allclose(read["times"], np.arange(5) / 50, rtol=1e-12)
    assert read["attributes"]["time_unit"] == "s"
    assert any(
        "means of the 3 keypoints 'snout', 'centre', 'tail'; in 1 of 9 positions only some are known" in r
        for r in read["remarks"]
    )
    assert b"somebody" not in read["path"].read_bytes()


def test_one_keypoint(tmp_path, converted, refused, rng):
    x, dataset = poses(rng)
    dataset.to_netcdf(tmp_path / "poses.nc")
    read = converted(tmp_path / "poses.nc", point="snout", **LENGTH)
    assert_allclose(read["positions"][..., :2], x[:, :, 0].transpose(0, 2, 1), rtol=1e-6)
    line = refused(tmp_path / "poses.nc", "--point", "fin", "--length-unit", "px")
    assert "there is no keypoint 'fin'; there are: 'snout', 'centre', 'tail'" in line


def test_older_and_newer_names_and_orders(tmp_path, converted, rng):
    x, dataset = poses(rng, space=3)
    old = dataset.transpose("time", "individuals", "keypoints", "space")
    new = dataset.rename(keypoints="keypoint", individuals="individual")
    backwards = dataset.isel(space=[2, 1, 0])
    for kind in (old, new, backwards):
        kind.to_netcdf(tmp_path / "poses.nc")
        read = converted(tmp_path / "poses.nc", point="tail", **LENGTH)
        assert_allclose(read["positions"], x[:, :, 2].transpose(0, 2, 1), rtol=1e-6)


def test_frames_need_a_rate(tmp_path, converted, refused, rng):
    _, dataset = poses(rng, fps=None)
    path = tmp_path / "poses.nc"
    dataset.to_netcdf(path)
    mean = ("--point", "mean")
    assert "name it with --length-unit" in refused(path, *mean)
    assert "name it with --time-unit" in refused(path, *mean, "--length-unit", "px")
    assert "name it with --frame-rate" in refused(path, *mean, "--length-unit", "px", "--time-unit", "s")
    read = converted(path, time_unit="s", frame_rate=4.0, point="mean", **LENGTH)
    assert_allclose(read["times"], np.arange(5) / 4, rtol=1e-12)


def test_boxes_have_no_keypoints(tmp_path, converted, rng):
    """A dataset of boxes: position and shape in (time, space, individuals)."""
    x, dataset = poses(rng)
    boxes = dataset.isel(keypoints=1, drop=True)
    boxes["shape"] = xarray.ones_like(boxes["position"])
    boxes.to_netcdf(tmp_path / "boxes.nc")
    read = converted(tmp_path / "boxes.nc", **LENGTH)
    assert_allclose(read["positions"][..., :2], x[:, :, 1].transpose(0, 2, 1), rtol=1e-6)


def test_wrong_files(tmp_path, refused, rng):
    path = tmp_path / "poses.nc"
    words = ("--from", "movement", "--length-unit", "px", "--point", "mean")
    _, dataset = poses(rng)
    for changed, said in (
        (dataset.drop_vars("position"), "expected floats position(time, space, keypoints, individuals)"),
        (dataset.drop_vars("time"), "and time; found 'position'"),
        (dataset.rename(space="plane"), "expected floats position"),
        (dataset.assign(position=dataset["position"].astype(str)), "expected floats position"),
        (dataset.assign_coords(space=["rho", "phi"]), "expected the axes x, y and optionally z; found 'rho', 'phi'"),
        (dataset.assign_coords(time=list("abcde")), "expected one number per frame as time"),
        (dataset.assign_attrs(time_unit="days"), "time_unit to be seconds or frames; found 'days'"),
        (dataset.isel(time=slice(0, 0)), "expected the axes x, y"),
        (dataset * np.nan, "expected positions; found none"),
    ):
        changed.to_netcdf(path)
        assert said in refused(path, *words, "--time-unit", "s")
    dataset.to_netcdf(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "it cannot be read" in refused(path, *words)
    dataset.to_netcdf(path, format="NETCDF3_64BIT")
    path.write_bytes(path.read_bytes()[:-100])
    assert "is truncated" in refused(path, *words)
    for content in (rng.bytes(1000), b"id,t,x,y\n1,2,3,4\n"):
        path.write_bytes(content)
        assert "expected a NetCDF file; found the bytes" in refused(path, *words)
        assert "expected a NetCDF file" in refused(path)


def test_a_file_that_claims_too_much(tmp_path, refused):
    path = tmp_path / "poses.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 10**8), ("space", 2), ("keypoints", 100), ("individuals", 100)):
            file.createDimension(name, size)
        file.createVariable("time", "f8", ("time",), chunksizes=(1000,))
        dims = ("time", "space", "keypoints", "individuals")
        file.createVariable("position", "f8", dims, chunksizes=(100, 2, 10, 10))
    assert "claims 16000800000000 bytes" in refused(path, "--length-unit", "px")
