"""The trajectory file: what is written is read, and what is damaged is refused."""

import hashlib
import json

import netCDF4
import numpy as np
import pytest

import kadita
from kadita.base.netcdf3 import read_header
from kadita.io.amber.trajectory import AmberTrajectory
from kadita.io.amber.writer import AmberWriter


@pytest.fixture
def frames(rng):
    """Positions, velocities, times and cells of 70 frames, 9 agents, in float32's own numbers."""
    x = rng.uniform(0, 20, (70, 9, 3)).astype(np.float32).astype(float)
    v = rng.normal(size=(70, 9, 3)).astype(np.float32).astype(float)
    return x, v, np.arange(70) * 0.1, np.tile([20.0, 21.0, 22.0], (70, 1))


@pytest.fixture
def file(tmp_path, frames):
    path = tmp_path / "school.nc"
    with AmberWriter(path, 9, periodic=True, configuration={"seed": 3}, attributes={"r_a": 3.0}) as writer:
        writer.write(*(f[:64] for f in frames))
        writer.write(*(f[64:] for f in frames))
    return path


def test_what_is_written_is_read(file, frames):
    with kadita.open(file) as trajectory:
        for got, written in zip(trajectory.read(np.arange(70))[:4], frames, strict=True):
            np.testing.assert_array_equal(got, written)
        np.testing.assert_array_equal(trajectory.read(np.array([3, 40, 41])).positions, frames[0][[3, 40, 41]])
        np.testing.assert_array_equal(trajectory.read(np.arange(5, 70, 7)).velocities, frames[1][5::7])
        assert trajectory.complete
        assert trajectory.attributes["r_a"] == 3.0


def test_the_file_keeps_to_the_convention(file):
    """What FORMAT's readers insist on, seen through netCDF4 itself."""
    assert file.read_bytes()[:4] == b"CDF\x02"
    with netCDF4.Dataset(file) as nc:
        assert (nc.Conventions, nc.ConventionVersion, nc.program) == ("AMBER", "1.0", "kadita")
        assert nc.dimensions["frame"].isunlimited()
        assert len(nc.dimensions["spatial"]) == 3
        assert {
            n: (str(v.dtype), v.dimensions, getattr(v, "units", None)) for n, v in nc.variables.items()
        }.items() >= {
            "coordinates": ("float32", ("frame", "atom", "spatial"), "angstrom"),
            "velocities": ("float32", ("frame", "atom", "spatial"), "angstrom/picosecond"),
            "time": ("float64", ("frame",), "picosecond"),
            "cell_lengths": ("float64", ("frame", "cell_spatial"), "angstrom"),
            "cell_angles": ("float64", ("frame", "cell_angular"), "degree"),
        }.items()
        assert nc.variables["spatial"][:].tobytes() == b"xyz"
        assert nc.variables["cell_spatial"][:].tobytes() == b"abc"
        assert nc.variables["cell_angular"][:].tobytes() == b"alphabeta gamma"
        for holder in (nc, *nc.variables.values()):
            assert all(isinstance(v, str) and len(v) <= 80 for v in holder.__dict__.values())
        text = nc.variables["kadita_configuration"][:].tobytes()
        assert hashlib.sha256(text).hexdigest() == nc.kadita_configuration_sha256
        assert json.loads(text) == {"seed": 3}


def test_open_space_has_no_cell(tmp_path, frames):
    with AmberWriter(tmp_path / "open.nc", 9, periodic=False) as writer:
        writer.write(*frames[:3])
    with kadita.open(tmp_path / "open.nc") as trajectory:
        assert not next(trajectory.blocks()).box.periodic
    assert "cell_lengths" not in read_header(tmp_path / "open.nc").variables


def test_absent_agents_and_identities_are_kept(tmp_path, frames):
    x, v, times, _ = frames
    x, v = x.copy(), v.copy()
    x[10:20, 4] = v[10:20, 4] = np.nan
    names = [f"fish {i}" for i in range(9)]
    with AmberWriter(tmp_path / "tracks.nc", names, periodic=False, presence=True) as writer:
        writer.write(x, v, times)
    with kadita.open(tmp_path / "tracks.nc") as trajectory:
        np.testing.assert_array_equal(trajectory.read(np.arange(70)).positions, x)
        assert trajectory.agents.tolist() == names
    with netCDF4.Dataset(tmp_path / "tracks.nc") as nc:
        np.testing.assert_array_equal(nc.variables["present"][:] == 0, np.isnan(x[..., 0]))


def test_blocks_with_absent_agents_are_written_where_they_belong(tmp_path, rng):
    members = np.array([0, 2])
    block = kadita.Block(rng.normal(size=(2, 2, 3)), rng.normal(size=(2, 2, 3)), members=members)
    with AmberWriter(tmp_path / "a.nc", 3, periodic=False, presence=True) as writer:
        writer.write_block(block)
    with kadita.open(tmp_path / "a.nc") as trajectory:
        (read,) = trajectory.blocks()
    assert read.members.tolist() == [0, 2]
    np.testing.assert_allclose(read.positions, block.positions, rtol=1e-6)
    np.testing.assert_allclose(read.velocities, block.velocities, rtol=1e-6)


def test_a_position_that_rounds_up_to_the_edge_is_wrapped_on_reading(tmp_path):
    below = np.nextafter(25.0, 0)
    assert np.float32(below) == 25.0
    with AmberWriter(tmp_path / "a.nc", 1, periodic=True) as writer:
        writer.write(np.full((1, 1, 3), below), np.ones((1, 1, 3)), np.zeros(1), np.full((1, 3), 25.0))
    with kadita.open(tmp_path / "a.nc") as trajectory:
        assert (next(trajectory.blocks()).positions == 0).all()


def test_an_existing_file_is_never_touched(file):
    before = file.read_bytes()
    with pytest.raises(kadita.KaditaError, match="exists; choose another name, or --force"):
        AmberWriter(file, 9, periodic=True)
    assert file.read_bytes() == before


def test_frames_can_be_read_while_the_run_goes_on_and_after_it_broke_off(tmp_path, frames):
    path = tmp_path / "running.nc"

    def run():
        with AmberWriter(path, 9, periodic=True) as writer:
            writer.write(*(f[:64] for f in frames))
            with kadita.open(path) as trajectory:
                assert trajectory.complete is False
                np.testing.assert_array_equal(trajectory.read(np.arange(64)).positions, frames[0][:64])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run()
    with kadita.open(path) as trajectory:
        assert (trajectory.n_frames, trajectory.complete) == (64, False)


@pytest.mark.parametrize("keep", [0.999, 0.5, 0.2])
def test_a_cut_file_is_refused_and_not_read_as_zeros(file, keep):
    content = file.read_bytes()
    file.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(kadita.KaditaError, match="is truncated: its header claims 70 frames"):
        kadita.open(file)


@pytest.mark.parametrize("bit", range(0, 8 * 200, 97))
def test_one_flipped_bit_is_found_in_its_frame(file, bit):
    header = read_header(file)
    frame = 33
    start = header.variables["time"].begin + frame * header.record_size
    content = bytearray(file.read_bytes())
    content[start + bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)
    with kadita.open(file) as trajectory:
        trajectory.read(np.arange(33))
        with pytest.raises(kadita.KaditaError, match="frame 33 is damaged"):
            trajectory.read(np.arange(70))


def test_a_damaged_configuration_is_found(file):
    content = file.read_bytes()
    file.write_bytes(content.replace(b'{"seed": 3}', b'{"seed": 9}'))
    with pytest.raises(kadita.KaditaError, match="its header is damaged"):
        kadita.open(file)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e39])
def test_numbers_that_cannot_be_stored_are_refused(tmp_path, wrong):
    with (
        pytest.raises(kadita.KaditaError, match="coordinates must be finite"),
        AmberWriter(tmp_path / "a.nc", 1, periodic=False) as writer,
    ):
        writer.write(np.full((1, 1, 3), wrong), np.zeros((1, 1, 3)), np.zeros(1))


def write_netcdf(path, change):
    """A minimal AMBER file made with netCDF4, and then changed."""
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as nc:
        nc.setncatts({"Conventions": "AMBER", "ConventionVersion": "1.0", "program": "other", "programVersion": "1"})
        for name, size in {"frame": None, "atom": 4, "spatial": 3, "cell_spatial": 3, "cell_angular": 3}.items():
            nc.createDimension(name, size)
        nc.createVariable("time", "f4", ("frame",))[:] = np.arange(2)
        nc.createVariable("coordinates", "f4", ("frame", "atom", "spatial"))[:] = np.ones((2, 4, 3))
        change(nc)
    return path


def cell(nc, lengths, angles=90.0):
    nc.createVariable("cell_lengths", "f8", ("frame", "cell_spatial"))[:] = np.tile(lengths, (2, 1))
    nc.createVariable("cell_angles", "f8", ("frame", "cell_angular"))[:] = np.full((2, 3), angles)


def nan_position(nc):
    nc.variables["coordinates"][1, 2, 0] = np.nan


def nan_velocity(nc):
    nc.createVariable("velocities", "f4", ("frame", "atom", "spatial"))[:] = np.ones((2, 4, 3))
    nc.variables["velocities"][1, 2, 0] = np.nan


DEVIATING = [
    (lambda nc: nc.renameVariable("coordinates", "positions"), "expected a trajectory with a variable coordinates"),
    (lambda nc: nc.renameDimension("atom", "fish"), "expected a trajectory with a variable coordinates"),
    (lambda nc: cell(nc, [5.0, 5.0, 0.0]), "cell lengths above 0; got 0"),
    (lambda nc: cell(nc, [5.0, 5.0, np.nan]), "cell lengths above 0; got nan"),
    (lambda nc: cell(nc, [5.0] * 3, angles=60.0), "orthorhombic"),
    (nan_position, "frame 1 holds NaN"),
    (nan_velocity, "frame 1 holds NaN"),
]


@pytest.mark.parametrize(("change", "message"), DEVIATING)
def test_what_is_no_trajectory_of_ours_to_read_is_refused(tmp_path, change, message):
    path = write_netcdf(tmp_path / "other.nc", change)
    with pytest.raises(kadita.KaditaError, match=message):
        AmberTrajectory(path).read(np.arange(2))


def test_a_file_without_frames_is_refused(tmp_path):
    AmberWriter(tmp_path / "a.nc", 3, periodic=False).close()
    with pytest.raises(kadita.KaditaError, match="expected at least one frame"):
        kadita.open(tmp_path / "a.nc")


def test_the_scale_factor_of_other_programs_is_applied(tmp_path):
    def scaled(nc):
        v = nc.createVariable("velocities", "f4", ("frame", "atom", "spatial"))
        v.scale_factor = 20.455
        v.set_auto_scale(False)
        v[:] = np.full((2, 4, 3), 2.0)

    trajectory = AmberTrajectory(write_netcdf(tmp_path / "cpptraj.nc", scaled))
    np.testing.assert_allclose(trajectory.read(np.arange(2)).velocities, 2 * 20.455, rtol=1e-7)
    assert trajectory.complete is None
