"""NetCDF-4: the same frames, packed; back again byte for byte; and damage is found."""

import time
import tracemalloc

import h5py
import MDAnalysis
import netCDF4
import numpy as np
import pytest

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.io.convert import convert
from kadita.io.nc4.chunks import _check_filters
from kadita.io.nc4.compression import Packing, frames_in_chunk

FRAMES, AGENTS = 150, 20  # more than two chunks
EXTRAS = {
    "periodic": {},
    "open space": {"periodic": False},
    "absent agents with names and species": {"presence": True, "names": True, "species": True},
    "no velocities": {"velocities": False},
    "a run that broke off": {"complete": False},
    "one frame of one agent": {"frames": 1, "agents": 1},
}


def write_school(path, rng, *, frames=FRAMES, agents=AGENTS, periodic=True, complete=True, **extras):
    """A school that drifts, so that frames resemble each other as they do in life."""
    velocities = rng.normal(size=(1, agents, 3)) + 0.01 * rng.normal(size=(frames, agents, 3))
    positions = 10 + 3 * rng.normal(size=(1, agents, 3)) + 0.01 * np.cumsum(velocities, axis=0)
    if extras.get("presence"):
        positions[5:80, 3] = velocities[5:80, 3] = np.nan
    writer = AmberWriter(
        path,
        [f"fish {i}" for i in range(agents)] if extras.get("names") else agents,
        periodic=periodic,
        velocities=extras.get("velocities", True),
        presence=extras.get("presence", False),
        configuration={"seed": 3},
        attributes={"r_a": 3.5, "length_unit": "µm"},
        species=(["slow", "nimble"], np.arange(agents, dtype=np.int32) % 2) if extras.get("species") else None,
    )
    cells = np.tile([25.3, 26.0, 27.0], (frames, 1)) if periodic else None
    writer.write(positions, velocities, 0.1 * np.arange(frames), cells)
    writer.close(complete=complete)
    return path


@pytest.fixture
def school(tmp_path, rng):
    return write_school(tmp_path / "school.nc", rng)


@pytest.fixture
def packed(school):
    convert(school, school.with_suffix(".nc4"))
    return school.with_suffix(".nc4")


def everything(path):
    with kadita.open(path) as trajectory:
        return trajectory.read(np.arange(trajectory.n_frames))


@pytest.mark.parametrize("compression", ["zlib", "zstd"])
@pytest.mark.parametrize("extras", EXTRAS.values(), ids=EXTRAS)
def test_packed_and_unpacked_it_is_the_same_file_byte_for_byte(tmp_path, rng, extras, compression):
    school = write_school(tmp_path / "school.nc", rng, **extras)
    convert(school, tmp_path / "school.nc4", compression=compression)
    convert(tmp_path / "school.nc4", tmp_path / "again.nc")
    assert (tmp_path / "again.nc").read_bytes() == school.read_bytes()
    assert {p.name for p in tmp_path.iterdir()} == {"school.nc", "school.nc4", "again.nc"}


@pytest.mark.parametrize("extras", EXTRAS.values(), ids=EXTRAS)
def test_both_containers_read_alike(tmp_path, rng, extras):
    school = write_school(tmp_path / "school.nc", rng, **extras)
    convert(school, tmp_path / "school.nc4")
    with kadita.open(school) as plain, kadita.open(tmp_path / "school.nc4") as packed:
        for what in ("n_frames", "has_velocities", "attributes", "configuration", "complete"):
            assert getattr(packed, what) == getattr(plain, what)
        for what in ("agents", "species", "times"):
            np.testing.assert_array_equal(getattr(packed, what), getattr(plain, what))
        for frames in (np.arange(plain.n_frames), np.arange(plain.n_frames)[::7], np.arange(plain.n_frames)[-1:]):
            for got, expected in zip(packed.read(frames)[:5], plain.read(frames)[:5], strict=True):
                np.testing.assert_array_equal(got, expected)


def test_packing_twice_gives_the_same_file(school, packed):
    convert(school, school.with_name("twin.nc4"))
    assert school.with_name("twin.nc4").read_bytes() == packed.read_bytes()


@pytest.mark.parametrize(("compression", "code"), [("zlib", 1), ("zstd", 32015)])  # HDF5's numbers for filters
def test_every_variable_has_a_checksum_and_is_shuffled_and_compressed(school, compression, code):
    shuffle, fletcher32 = 2, 3
    packed = school.with_suffix(".nc4")
    convert(school, packed, compression=compression)
    with h5py.File(packed) as file:
        variables = {name: v for name, v in file.items() if v.shape and name in netCDF4_variables(packed)}
        assert {"coordinates", "velocities", "time", "kadita_crc32", "spatial"} <= set(variables)
        for variable in variables.values():
            list_of = variable.id.get_create_plist()
            filters = {list_of.get_filter(i)[0] for i in range(list_of.get_nfilters())}
            assert filters == {code, shuffle, fletcher32}
            assert variable.chunks[0] <= 64


def netCDF4_variables(path):
    with netCDF4.Dataset(path) as file:
        return list(file.variables)


@pytest.mark.parametrize(("agents", "frames"), [(1, 64), (1000, 64), (10_000, 8), (200_000, 1)])
def test_a_chunk_holds_64_frames_or_a_mebibyte(agents, frames):
    assert frames_in_chunk(12 * agents) == frames


def test_compression_makes_it_smaller_and_rounding_much_smaller(tmp_path, rng):
    school = write_school(tmp_path / "school.nc", rng, agents=200)
    sizes = []
    for name, options in {"a.nc4": {}, "b.nc4": {"significant_digits": 3}}.items():
        convert(school, tmp_path / name, **options)
        sizes.append((tmp_path / name).stat().st_size / school.stat().st_size)
    assert sizes[0] < 0.85
    assert sizes[1] < 0.5


@pytest.mark.parametrize("digits", [1, 3, 6])
def test_rounded_numbers_are_as_near_as_was_promised_and_their_checksums_hold(tmp_path, rng, digits):
    school = write_school(tmp_path / "school.nc", rng, periodic=False, presence=True)
    (remark,) = convert(school, tmp_path / "round.nc4", significant_digits=digits)
    assert f"rounded to {digits} significant digits" in remark
    convert(tmp_path / "round.nc4", tmp_path / "round.nc")
    exact = everything(school)
    for path in (tmp_path / "round.nc4", tmp_path / "round.nc"):  # both are read, so both keep to their checksums
        for rounded, original in zip(everything(path)[:2], exact[:2], strict=True):
            np.testing.assert_allclose(rounded, original, rtol=0.5 * 10.0**-digits, atol=0)  # NaN stays NaN
    assert (everything(tmp_path / "round.nc4").positions != exact.positions).any()


def test_any_other_trajectory_becomes_a_packed_one(tmp_path, rng):
    universe = MDAnalysis.Universe.empty(7, trajectory=True)
    positions = rng.uniform(0, 9, (3, 7, 3)).astype(np.float32)
    with MDAnalysis.Writer(str(tmp_path / "others.trr"), 7) as writer:
        for x in positions:
            universe.atoms.positions = x
            universe.dimensions = [9, 9, 9, 90, 90, 90]
            writer.write(universe.atoms)
    convert(tmp_path / "others.trr", tmp_path / "others.nc4", compression="zstd")
    np.testing.assert_allclose(everything(tmp_path / "others.nc4").positions, positions, rtol=1e-6)
    assert not list(tmp_path.glob("*.nc"))


def test_a_unit_that_is_told_is_kept(school):
    convert(school, school.with_name("cm.nc4"), length_unit="cm")
    with kadita.open(school.with_name("cm.nc4")) as trajectory:
        assert trajectory.attributes["length_unit"] == "cm"


@pytest.mark.parametrize("container", ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET"])
def test_what_other_programs_wrote_keeps_every_variable_and_attribute(tmp_path, rng, container):
    source = tmp_path / "other.nc"
    with netCDF4.Dataset(source, "w", format=container) as nc:
        nc.setncatts({"program": "other", "Conventions": "AMBER", "ConventionVersion": "1.0", "n": np.int16(3)})
        for name, size in {"frame": None, "atom": 5, "spatial": 3, "label": 4}.items():
            nc.createDimension(name, size)
        nc.createVariable("charge", "f8", ("atom",), fill_value=-1.0)[:] = rng.normal(size=5)
        nc.createVariable("name", "S1", ("atom", "label"))[:] = np.full((5, 4), b"x")
        nc.createVariable("step", "i2", ("frame",)).setncatts({"range": np.array([0, 9], "i4"), "scale_factor": 2.0})
        nc.variables["step"][:] = 2 * np.arange(70)
        nc.createVariable("flag", "i1", ("frame", "atom"))[:] = np.ones((70, 5))
        nc.createVariable("time", "f4", ("frame",)).units = "picosecond"
        nc.variables["time"][:] = np.arange(70)
        nc.createVariable("coordinates", "f4", ("frame", "atom", "spatial"))[:] = rng.normal(size=(70, 5, 3))
    convert(source, tmp_path / "packed.nc4")
    convert(tmp_path / "packed.nc4", tmp_path / "again.nc")
    for copy in ("packed.nc4", "again.nc"):
        with netCDF4.Dataset(source) as a, netCDF4.Dataset(tmp_path / copy) as b:
            assert described(b) == described(a)
            for name in a.variables:
                np.testing.assert_array_equal(b.variables[name][:], a.variables[name][:])


def described(file):
    variables = {
        name: (v.dimensions, v.dtype, {a: np.asarray(v.getncattr(a)).tolist() for a in v.ncattrs()})
        for name, v in file.variables.items()
    }
    dims = [(name, len(dim), dim.isunlimited()) for name, dim in file.dimensions.items()]
    return dims, {a: np.asarray(file.getncattr(a)).tolist() for a in file.ncattrs()}, list(variables.items())


def chunks_of(path):
    """Where HDF5 put the chunks of all variables: their first bytes, and those behind their last ones."""
    places = []
    with h5py.File(path) as file:
        for variable in [v for v in file.values() if v.chunks]:
            infos = [variable.id.get_chunk_info(i) for i in range(variable.id.get_num_chunks())]
            places += [(info.byte_offset, info.byte_offset + info.size) for info in infos]
    return places


@pytest.mark.slow
def test_a_bit_that_flips_in_the_data_is_found(packed):
    content, places = packed.read_bytes(), chunks_of(packed)
    spread = np.linspace(0, len(content) - 1, 200).astype(int)
    inside = [at for at in spread.tolist() if any(a <= at < b for a, b in places)]
    assert len(inside) >= 100
    for at in inside:
        damaged = bytearray(content)
        damaged[at] ^= 1 << at % 8
        packed.write_bytes(damaged)
        with pytest.raises(kadita.KaditaError, match="damaged"), kadita.open(packed) as trajectory:
            _ = trajectory.times, trajectory.read(np.arange(FRAMES))


def test_the_frames_of_a_chunk_that_is_damaged_are_named(packed):
    with h5py.File(packed) as file:
        at = file["coordinates"].id.get_chunk_info(1).byte_offset + 100
    content = bytearray(packed.read_bytes())
    content[at] ^= 1
    packed.write_bytes(content)
    with kadita.open(packed) as trajectory:
        trajectory.read(np.arange(64))
        with pytest.raises(kadita.KaditaError, match="frames 64 to 127 are damaged"):
            trajectory.read(np.arange(FRAMES))


def test_a_number_that_somebody_changed_is_found_in_its_frame(packed):
    """HDF5's checksums hold for whatever is written through HDF5; kadita's does not."""
    with netCDF4.Dataset(packed, "a") as nc:
        nc.variables["coordinates"][33, 2, 0] += 1
    with kadita.open(packed) as trajectory:
        trajectory.read(np.arange(33))
        with pytest.raises(kadita.KaditaError, match="frame 33 is damaged"):
            trajectory.read(np.arange(64))


def test_a_damaged_frame_is_not_packed(school):
    content = bytearray(school.read_bytes())
    content[-40] ^= 1
    school.write_bytes(content)
    with pytest.raises(kadita.KaditaError, match=f"frame {FRAMES - 1} is damaged"):
        convert(school, school.with_suffix(".nc4"))
    assert [p.name for p in school.parent.iterdir()] == [school.name]


def test_frames_that_were_never_written_are_not_read_as_numbers(tmp_path):
    with netCDF4.Dataset(tmp_path / "a.nc4", "w") as nc:
        for name, size in {"frame": None, "atom": 4, "spatial": 3}.items():
            nc.createDimension(name, size)
        nc.createVariable("coordinates", "f4", ("frame", "atom", "spatial"))[5] = np.ones((4, 3))
    with pytest.raises(kadita.KaditaError, match="frame 0 is damaged"):
        everything(tmp_path / "a.nc4")


@pytest.mark.parametrize("keep", [0.999, 0.7, 0.4, 0.1, 0.01])
def test_a_cut_file_is_refused(packed, keep):
    content = packed.read_bytes()
    packed.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(kadita.KaditaError, match="truncated, damaged or being written"):
        kadita.open(packed)


def claim_frames(nc):
    nc.createVariable("coordinates", "f4", ("frame", "atom", "spatial"), chunksizes=(1, 4000, 3), zlib=True)
    nc.createVariable("time", "f8", ("frame",), chunksizes=(64,))[10**9 - 1] = 1.0


def claim_a_chunk(nc):
    nc.createVariable("coordinates", "f4", ("frame", "atom", "spatial"), chunksizes=(50_000, 4000, 3), zlib=True)
    nc.createVariable("time", "f8", ("frame",))[0] = 1.0


@pytest.mark.parametrize("claim", [claim_frames, claim_a_chunk])
def test_a_small_file_that_claims_terabytes_costs_nothing(tmp_path, claim):
    path = tmp_path / "bomb.nc4"
    with netCDF4.Dataset(path, "w") as nc:
        for name, size in {"frame": None, "atom": 4000, "spatial": 3}.items():
            nc.createDimension(name, size)
        claim(nc)
    assert path.stat().st_size < 50_000
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(kadita.KaditaError, match="claims [0-9]+ bytes of data in a file of"):
        kadita.open(path)
    assert time.perf_counter() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


class WithoutZstd:
    """A file of a netCDF4 that was built without zstd, whose variables are compressed with it."""

    variables = {"coordinates": type("Variable", (), {"filters": lambda self: {"zstd": True}})()}

    def has_zstd_filter(self):
        return False


def test_without_zstd_one_line_says_so(tmp_path):
    with pytest.raises(kadita.KaditaError, match="lacks it"):
        Packing("zstd").create(WithoutZstd(), "coordinates", "f4", ("frame",))
    with pytest.raises(kadita.KaditaError, match="coordinates is compressed with zstd, which this installation"):
        _check_filters(tmp_path, WithoutZstd())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.nc4", {"compression": "lzma"}, "expected one of zlib, zstd; got lzma"),
        ("a.nc4", {"significant_digits": 7}, "expected 1 to 6; got 7"),
        ("a.nc", {"compression": "zlib"}, "expected a .nc4 output file; got .nc"),
        ("a.xtc", {"significant_digits": 3}, "the format xtc .* has no such option"),
    ],
)
def test_options_that_cannot_be_had_are_refused(school, name, options, message):
    with pytest.raises(kadita.KaditaError, match=message):
        convert(school, school.with_name(name), **options)
    assert [p.name for p in school.parent.iterdir()] == [school.name]


def test_types_that_netcdf3_lacks_are_refused(tmp_path):
    with netCDF4.Dataset(tmp_path / "other.nc4", "w") as nc:
        for name, size in {"frame": None, "atom": 4, "spatial": 3}.items():
            nc.createDimension(name, size)
        nc.createVariable("coordinates", "f4", ("frame", "atom", "spatial"))[0] = np.ones((4, 3))
        nc.createVariable("id", "i8", ("atom",))[:] = np.arange(4)
    with pytest.raises(kadita.KaditaError, match="expected types that NetCDF-3 knows; found id of int64"):
        convert(tmp_path / "other.nc4", tmp_path / "other.nc")


def test_results_are_those_of_the_plain_file(school, packed):
    names = ["polarization", "rotation"]
    plain, other = kadita.analyze(school, names), kadita.analyze(packed, names)
    for name in names:
        np.testing.assert_array_equal(other[name], plain[name])
