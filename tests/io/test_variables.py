"""Numbers that agents keep, in the file: what is written is read, to the bit, and through everything kadita does."""

import json
import zlib

import netCDF4
import numpy as np
import pytest
import xarray

import kadita
from kadita import KaditaError
from kadita.base.netcdf3 import read_header
from kadita.io.amber.convention import check_kept
from kadita.io.amber.records import SUM, Records
from kadita.io.amber.writer import AmberWriter
from kadita.io.convert import convert
from kadita.io.recovery import recover
from kadita.io.validation import findings_in

T, N = 70, 9
NAMES = ("clock", "target_speed")
STEPS = 123_456_789  # a clock of so many steps is not a number of float32


@pytest.fixture
def frames(rng):
    """Positions, velocities, times of 70 frames of nine agents; a clock each, and a speed each."""
    x = rng.uniform(0, 20, (T, N, 3)).astype(np.float32).astype(float)
    v = rng.normal(size=(T, N, 3)).astype(np.float32).astype(float)
    clocks = STEPS + np.arange(T)[:, None] + 1000.0 * np.arange(N)
    return x, v, np.arange(T) * 0.1, {"clock": clocks, "target_speed": rng.normal(size=(T, N))}


def write(path, frames, names=NAMES, agents=N, **known):
    x, v, times, kept = frames
    with AmberWriter(path, agents, periodic=False, variables=names, **known) as writer:
        for part in (slice(0, 40), slice(40, T)):
            writer.write(x[part], v[part], times[part], variables={name: kept[name][part] for name in names})
    return path


@pytest.fixture
def file(tmp_path, frames):
    return write(tmp_path / "school.nc", frames)


def read(path, numbers=None):
    with kadita.open(path) as school:
        return school.read(np.arange(school.n_frames) if numbers is None else numbers)


def test_what_is_written_is_read_to_the_bit(file, frames):
    kept = frames[3]
    assert (kept["clock"].astype(np.float32) != kept["clock"]).any()
    with kadita.open(file) as school:
        assert school.variables == NAMES
        for numbers in (np.arange(T), np.array([3, 40, 41]), np.arange(5, T, 7)):
            chunk = school.read(numbers)
            assert list(chunk.variables) == list(NAMES)
            for name in NAMES:
                np.testing.assert_array_equal(chunk.variables[name], kept[name][numbers])
            np.testing.assert_array_equal(chunk.positions, frames[0][numbers])
        np.testing.assert_array_equal(school[-1].variables["clock"], kept["clock"][-1])


def test_the_file_says_what_they_are_and_other_libraries_read_them(file, frames):
    with netCDF4.Dataset(file) as nc:
        clock = nc["kadita_clock"]
        assert (clock.dtype, clock.dimensions) == (np.float64, ("frame", "atom"))
        assert clock.long_name == "clock: a number that each agent keeps"
        assert list(nc.variables)[-3:] == ["kadita_clock", "kadita_target_speed", SUM]
    with xarray.open_dataset(file, decode_times=False) as data:
        np.testing.assert_array_equal(data["kadita_clock"], frames[3]["clock"])


def test_without_them_the_file_is_as_it_was(tmp_path, frames):
    x, v, times, _ = frames
    for name, given in (("plain", {}), ("empty", {"variables": ()})):
        with AmberWriter(tmp_path / f"{name}.nc", N, periodic=False, **given) as writer:
            writer.write(x, v, times)
    assert (tmp_path / "plain.nc").read_bytes() == (tmp_path / "empty.nc").read_bytes()
    with kadita.open(tmp_path / "plain.nc") as school:
        assert school.variables == ()
        assert len(school.read(np.arange(3)).variables) == 0
        with pytest.raises(KaditaError, match="needs the variable 'clock'; the trajectory has none"):
            school[0].variables["clock"]


@pytest.mark.parametrize("frame", [0, 39, T - 1])
def test_a_flipped_bit_in_a_clock_is_found_by_its_frames_checksum(file, frame):
    header = read_header(file)
    at = header.variables["kadita_clock"].begin + frame * header.record_size + 5
    content = bytearray(file.read_bytes())
    content[at] ^= 4
    file.write_bytes(content)
    with pytest.raises(KaditaError, match=f"frame {frame} is damaged"):
        read(file)
    assert [(f.id, f.frame) for f in findings_in(file)] == [("frame-crc", frame)]


def test_the_checksum_is_of_all_bytes_before_it(file):
    with Records(file) as records:
        record = records.read(np.array([7]))
        before = records.type.fields[SUM][1]
        assert before == records.type.fields["kadita_target_speed"][1] + 8 * N
        crc = zlib.crc32(record.tobytes()[:before], records.seed())
        assert np.uint32(record[SUM][0].astype(np.int64) & 0xFFFFFFFF) == crc


def test_kadita_finds_no_fault_in_it(file, tmp_path, frames):
    assert findings_in(file) == []
    x, v, times, kept = (np.copy(a) if isinstance(a, np.ndarray) else dict(a) for a in frames)
    x[10:20, 4] = np.nan
    kept["clock"] = np.where(np.isnan(x[..., 0]), np.nan, kept["clock"])
    assert findings_in(write(tmp_path / "absent.nc", (x, v, times, kept), presence=True)) == []


@pytest.mark.parametrize("number", [np.inf, np.nan])
def test_numbers_that_are_none_are_a_finding_and_are_not_read(file, number):
    with netCDF4.Dataset(file, "a") as nc:
        nc["kadita_clock"][12, 3] = number
    assert {f.id for f in findings_in(file)} == {"variables-finite", "frame-crc"}
    with netCDF4.Dataset(file, "a") as nc:  # as a program without checksums would write it
        nc.program = "other!"
    with pytest.raises(KaditaError, match=f"expected finite numbers; frame 12 holds {number} for clock"):
        read(file)


def test_a_file_cut_short_gives_its_whole_frames_back(file, tmp_path, frames):
    size = read_header(file).record_size
    (tmp_path / "cut.nc").write_bytes(file.read_bytes()[: -2 * size - size // 3])
    found = recover(tmp_path / "cut.nc", tmp_path / "whole.nc")
    assert found.frames == T - 3
    np.testing.assert_array_equal(read(tmp_path / "whole.nc").variables["clock"], frames[3]["clock"][: T - 3])


def test_a_file_that_is_continued_is_that_of_an_unbroken_run(file, tmp_path, frames):
    x, v, times, kept = frames
    broken = tmp_path / "broken.nc"
    with AmberWriter(broken, N, periodic=False, variables=NAMES) as writer:
        writer.write(x[:50], v[:50], times[:50], variables={name: 0 * kept[name][:50] for name in NAMES})
        writer.close(complete=False)
    with AmberWriter.reopen(broken, 0) as writer:
        assert writer.variables == NAMES
        writer.write(x, v, times, variables=kept)
    assert broken.read_bytes() == file.read_bytes()


def test_to_nc4_and_back_gives_the_same_bytes(file, tmp_path, frames):
    convert(file, tmp_path / "a.nc4")
    np.testing.assert_array_equal(read(tmp_path / "a.nc4").variables["clock"], frames[3]["clock"])
    assert findings_in(tmp_path / "a.nc4") == []
    convert(tmp_path / "a.nc4", tmp_path / "back.nc")
    assert (tmp_path / "back.nc").read_bytes() == file.read_bytes()


def test_digits_of_positions_are_rounded_and_clocks_are_not(file, tmp_path, frames):
    convert(file, tmp_path / "a.nc4", significant_digits=3)
    chunk = read(tmp_path / "a.nc4")
    np.testing.assert_array_equal(chunk.variables["clock"], frames[3]["clock"])
    assert (chunk.positions != frames[0]).any()


def test_other_velocities_leave_them_as_they_are_and_other_times_drop_them(file, tmp_path, frames):
    for number, how in enumerate(({"velocities": "difference"}, {"smooth": 5})):
        convert(file, tmp_path / f"{number}.nc", **how)
        chunk = read(tmp_path / f"{number}.nc")
        np.testing.assert_array_equal(chunk.variables["clock"], frames[3]["clock"])
        assert (chunk.velocities != frames[1]).any()
    remarks = convert(file, tmp_path / "even.nc", resample=20, most_gap=0.2)
    assert any("of the file, and what agents keep (clock, target_speed), are gone" in line for line in remarks)
    with kadita.open(tmp_path / "even.nc") as school:
        assert school.variables == ()


def test_a_format_that_cannot_hold_them_says_so(file, tmp_path):
    remarks = convert(file, tmp_path / "a.xyz")
    assert "the format xyz cannot hold what agents keep (clock, target_speed); .nc and .nc4 can" in remarks
    assert not any("keep" in line for line in convert(file, tmp_path / "b.nc4"))


def test_where_columns_are_reused_they_follow_the_agent(tmp_path, rng):
    """Two columns of three tracks: b leaves, and c takes its column; each has its own number."""
    who = np.array([[0, 1], [0, 1], [0, -1], [0, 2], [-1, 2]])
    x = np.where((who >= 0)[..., None], rng.normal(size=(5, 2, 3)), np.nan)
    mood = np.where(who >= 0, 10.0 * who, np.nan)
    path = tmp_path / "tracks.nc"
    known = {"periodic": False, "velocities": False, "presence": True, "reused": 2}
    with AmberWriter(path, list("abc"), variables=("mood",), **known) as writer:
        writer.write(x, None, np.arange(5.0), None, who, {"mood": mood})
    assert findings_in(path) == []
    with kadita.open(path) as school:
        for frame in school:
            np.testing.assert_array_equal(
                frame.variables["mood"], [{"a": 0.0, "b": 10.0, "c": 20.0}[a] for a in frame.agents]
            )
    remarks = convert(path, tmp_path / "same.nc")
    assert not any("keep" in line for line in remarks)
    np.testing.assert_array_equal(read(tmp_path / "same.nc").variables["mood"], mood)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["2nd"], "expected names of 1 to 40 letters, digits and _, no digit first; got '2nd'"),
        (["θ"], "got 'θ'"),
        (["a" * 41], "expected names of 1 to 40 letters"),
        (["status"], "'status' cannot be stored: kadita_status is the file's own; rename it"),
        (["agent_length"], "kadita_agent_length is the file's own"),
        (["clock", "clock"], "expected different names; got clock twice"),
        ([3], "got 3"),
    ],
)
def test_names_that_a_file_cannot_hold_are_refused(tmp_path, names, message):
    with pytest.raises(KaditaError, match=message):
        AmberWriter(tmp_path / "a.nc", N, periodic=False, variables=names)
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_fits_an_attribute():
    assert check_kept(["a" * 40]) == ("a" * 40,)
    assert len("a" * 40 + ": a number that each agent keeps") <= 80


def test_the_writer_takes_all_of_them_and_no_others(tmp_path, frames):
    x, v, times, kept = frames
    with AmberWriter(tmp_path / "a.nc", N, periodic=False, variables=NAMES) as writer:
        for given, message in (
            ({"clock": kept["clock"]}, "expected the variables clock, target_speed; got clock"),
            (kept | {"mood": kept["clock"]}, "got clock, mood, target_speed"),
            (None, "expected the variables clock, target_speed; got none"),
            (kept | {"clock": kept["clock"][:, :4]}, r"expected clock of shape \(70, 9\); got \(70, 4\)"),
            (kept | {"clock": np.where(kept["clock"] > STEPS + 8060, np.nan, 1.0)}, "clock must be finite numbers"),
        ):
            with pytest.raises(KaditaError, match=message):
                writer.write(x, v, times, variables=given)
        assert writer.n_frames == 0
        writer.write(x, v, times, variables=kept)
    with (
        AmberWriter(tmp_path / "b.nc", N, periodic=False) as writer,
        pytest.raises(KaditaError, match="expected the variables none; got clock, target_speed"),
    ):
        writer.write(x, v, times, variables=kept)


def test_blocks_are_written_with_what_their_agents_keep(file, tmp_path):
    with (
        kadita.open(file) as school,
        AmberWriter(tmp_path / "copy.nc", N, periodic=False, variables=NAMES) as writer,
    ):
        for block in school.blocks(size=16):
            writer.write_block(block)
    assert (tmp_path / "copy.nc").read_bytes() == file.read_bytes()


def test_info_lists_them(command, file):
    assert json.loads(command("info", file, "--json").stdout)["variables"] == list(NAMES)
    assert "\nvariables:         clock, target_speed\n" in command("info", file).stdout
