"""A file of dewi-kadita's that is damaged, or is none, gives a KaditaError and no number."""

import netCDF4
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import kadita


def read_all(path):
    with kadita.open(path) as opened:
        for _ in opened.blocks():
            pass
        return opened.read(np.arange(len(opened)))


def other_order(variable):
    return variable._replace(dims=variable.dims[::-1], values=np.transpose(variable.values))


def other_dimension(variable):
    return variable._replace(dims=("others", *variable.dims[1:]))


def as_text(variable):
    return variable._replace(kind="S1", values=np.full(np.shape(variable.values), b"x"))


def with_a_value(value):
    def change(variable):
        values = np.array(variable.values)
        values[40] = value
        return variable._replace(values=values)

    return change


CHANGES = {
    "missing": lambda variable: None,
    "other order": other_order,
    "other dimension": other_dimension,
    "text": as_text,
    "infinity": with_a_value(np.inf),
    "NaN": with_a_value(np.nan),
    "never written": with_a_value(netCDF4.default_fillvals["f8"]),
}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (name, change)
        for name in ("positions", "velocities", "time")
        for change in CHANGES
        if (name, change) != ("time", "other order")  # one dimension has one order
    ],
)
def test_a_variable_that_is_wrong(layout, write, name, change):
    variables = [CHANGES[change](v) if v.name == name else v for v in layout()]
    with pytest.raises(kadita.KaditaError):
        read_all(write([v for v in variables if v is not None]))


@pytest.mark.parametrize("size", [None, 0.0, -20.0, float("nan"), float("inf"), "twenty", [20.0, 20.0]])
def test_a_box_that_is_none(layout, write, size):
    with pytest.raises(kadita.KaditaError):
        read_all(write(layout(), box_size=size))


def test_a_radius_that_is_none(layout, write):
    with pytest.raises(kadita.KaditaError):
        read_all(write(layout(), r_attraction="far"))


@pytest.mark.parametrize(("frames", "fish"), [(0, 25), (70, 0)])
def test_no_frames_or_no_fish(numbers, layout, write, frames, fish):
    fewer = numbers._replace(
        times=numbers.times[:frames],
        positions=numbers.positions[:frames, :fish],
        velocities=numbers.velocities[:frames, :fish],
    )
    with pytest.raises(kadita.KaditaError):
        read_all(write(layout(fewer)))


@pytest.mark.parametrize("part", [0.0001, 0.01, 0.5, 0.99])
def test_a_cut_file(layout, write, part):
    path = write(layout())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(kadita.KaditaError):
        read_all(path)


@pytest.mark.slow
def test_noise_in_the_file_is_noticed_or_hits_nothing_that_is_read(numbers, layout, write, tmp_path):
    whole = write(layout()).read_bytes()
    rng = np.random.default_rng(10)
    refused = 0
    for i, at in enumerate(np.linspace(8, len(whole) - 64, 120).astype(int)):
        path = tmp_path / f"damaged-{i}.nc"
        path.write_bytes(whole[:at] + rng.bytes(64) + whole[at + 64 :])
        try:
            chunk = read_all(path)
        except kadita.KaditaError:
            refused += 1
        else:
            assert_array_equal(chunk.positions, numbers.positions, err_msg=f"noise at byte {at}")
            assert_array_equal(chunk.velocities, numbers.velocities, err_msg=f"noise at byte {at}")
            assert_array_equal(chunk.times, numbers.times, err_msg=f"noise at byte {at}")
    assert refused > 20  # positions and velocities alone are a third of the file


def test_a_small_file_that_claims_a_huge_school(tmp_path):
    with netCDF4.Dataset(tmp_path / "huge.nc", "w", format="NETCDF4") as file:
        for dim, size in (("time", 10**6), ("fish", 10**6), ("spatial", 3)):
            file.createDimension(dim, size)
        for name, dims in (("time", 1), ("positions", 3), ("velocities", 3)):
            file.createVariable(name, "f8", ("time", "fish", "spatial")[:dims], zlib=True)
        file.box_size = 20.0
    with pytest.raises(kadita.KaditaError, match="claims"):
        read_all(tmp_path / "huge.nc")


def test_another_netcdf4_file(tmp_path):
    with netCDF4.Dataset(tmp_path / "weather.nc", "w", format="NETCDF4") as file:
        file.createDimension("time", 4)
        file.createVariable("temperature", "f8", ("time",))[:] = 280.0
    with pytest.raises(kadita.KaditaError, match="temperature"):
        read_all(tmp_path / "weather.nc")
