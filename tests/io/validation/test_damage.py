"""Files that were cut, extended or changed after they were written, and files of runs without an end."""

import json
import random
import struct
import time
import tracemalloc
import zlib

import netCDF4
import numpy as np
import pytest

import kadita
from kadita import KaditaError
from kadita.base.netcdf3 import parse_header
from kadita.io.amber.records import first_record
from kadita.io.validation import container, findings_in, validate

SMALL = 512  # bytes of a piece, less than a frame of the test files


def ids(path):
    return {f.id for f in findings_in(path)}


@pytest.fixture
def whole(kadita_file, tmp_path):
    """A complete file of kadita's with all that it can hold."""
    species = (["nimble", "slow"], np.array([0, 0, 1, 1, 1], dtype=np.int32))
    return kadita_file(tmp_path / "whole.nc", presence=True, species=species, agents=["a", "b", "c", "d", "e"])


def found_or_refused(path):
    """What is found, or the one line that says that it is no NetCDF."""
    try:
        return ids(path)
    except KaditaError as error:
        return str(error)


def changed(path, place, content):
    data = bytearray(path.read_bytes())
    data[place : place + len(content)] = content
    path.write_bytes(data)
    return path


def flipped(path, place, bit=0):
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("lost", [1, 4, 100, 400, 550])
def test_a_cut_file_keeps_its_whole_frames_and_they_are_checked(whole, lost):
    header = parse_header(whole)
    content = whole.read_bytes()
    flipped(whole, first_record(header) + 20)
    whole.write_bytes(whole.read_bytes()[: len(content) - lost])
    report = validate(whole)
    frames = 4 - -(-lost // header.record_size)
    assert report.frames == frames
    (size,) = [f for f in report.findings if f.id == "size"]
    assert (size.severity, size.frame) == ("fault", frames)
    assert f"{frames} complete frames" in size.message
    assert "kadita recover" in size.mend
    (damaged,) = [f for f in report.findings if f.id == "frame-crc"]
    assert damaged.message == "damaged: frame 0"


def test_a_file_cut_in_its_header_has_that_finding_alone(whole):
    content = whole.read_bytes()
    for length in (8, 100, 500):
        whole.write_bytes(content[:length])
        assert ids(whole) == {"header"}


def test_a_file_cut_before_its_frames_is_cut(whole):
    header = parse_header(whole)
    whole.write_bytes(whole.read_bytes()[: header.length + 3])
    assert "size" in ids(whole)


@pytest.mark.parametrize("records", [1, 3, 5, 2**31, 2**32 - 2])
def test_a_wrong_number_of_frames_is_found(whole, records):
    changed(whole, 4, struct.pack(">I", records))
    assert ids(whole) == {"surplus" if records < 4 else "size"}


def test_a_file_that_was_being_streamed_has_no_number_of_frames(whole):
    assert ids(changed(whole, 4, b"\xff" * 4)) == {"count"}
    assert validate(whole).frames == 4


@pytest.mark.parametrize(("magic", "id"), [(b"CDF\x03", "header"), (b"CDF\x00", "header"), (b"CDF\x02", None)])
def test_the_first_bytes_say_which_netcdf(whole, magic, id):
    assert ids(changed(whole, 0, magic)) == ({id} if id else set())


@pytest.mark.parametrize(("extra", "said"), [(4, "4 bytes"), (50, "50 bytes"), (10_000, "complete frames")])
def test_bytes_beyond_the_last_frame_are_told(whole, extra, said):
    whole.write_bytes(whole.read_bytes() + b"\1" * extra)
    (found,) = findings_in(whole)
    assert (found.id, found.severity) == ("surplus", "warning")
    assert said in found.message


def test_variables_over_each_other_are_found(whole):
    header = parse_header(whole)
    begins = {name: v.begin for name, v in header.variables.items()}
    content = whole.read_bytes()
    place = content.index(struct.pack(">Q", begins["velocities"]))
    changed(whole, place, struct.pack(">Q", begins["coordinates"] + 4))
    assert {"layout"} <= ids(whole)


def test_every_single_flipped_bit_of_a_frame_is_found_in_its_frame(whole):
    header = parse_header(whole)
    begin, step = first_record(header), header.record_size
    rng = random.Random(1)
    content = whole.read_bytes()
    for _ in range(300):
        place = rng.randrange(begin, begin + 4 * step)
        flipped(whole, place, rng.randrange(8))
        found = {f.id: f for f in findings_in(whole)}
        assert found["frame-crc"].message == f"damaged: frame {(place - begin) // step}"
        assert found["frame-crc"].frame == (place - begin) // step
        assert "header-crc" not in found
        whole.write_bytes(content)


def test_every_single_flipped_bit_before_the_frames_is_found(whole):
    header = parse_header(whole)
    rng = random.Random(2)
    content = whole.read_bytes()
    for _ in range(300):
        place = rng.randrange(0, first_record(header))
        flipped(whole, place, rng.randrange(8))
        assert found_or_refused(whole), f"byte {place}"
        whole.write_bytes(content)


def test_a_damaged_header_leaves_its_frames_whole(whole):
    header = parse_header(whole)
    begin = header.variables["kadita_configuration"].begin
    flipped(whole, begin + 1)
    assert ids(whole) == {"header-crc", "configuration"}


def test_many_damaged_frames_are_listed_as_stretches(kadita_file, tmp_path):
    path = tmp_path / "school.nc"
    with kadita.io.amber.writer.AmberWriter(path, 5, periodic=False, velocities=False) as writer:
        writer.write(np.zeros((100, 5, 3)), None, np.arange(100.0))
    header = parse_header(path)
    for frame in (3, 17, 40, 41, 42, 99):
        flipped(path, first_record(header) + frame * header.record_size + 9)
    (found,) = findings_in(path)
    assert found.message == "damaged: frames 3, 17, 40-42, 99"
    assert found.frame == 3


def test_the_checksum_of_a_frame_is_what_the_convention_says(whole):
    header, content = parse_header(whole), bytearray(whole.read_bytes())
    begin, crc = first_record(header), header.variables["kadita_crc32"]
    changing = [
        (4, 4),
        (header.variables["kadita_status"].begin, 4),
        (header.variables["kadita_header_crc32"].begin, 4),
    ]
    stored = int.from_bytes(content[changing[2][0] : changing[2][0] + 4], "big")
    for place, count in changing:
        content[place : place + count] = bytes(count)
    seed = zlib.crc32(content[:begin])
    assert seed == stored
    for frame in range(4):
        start = begin + frame * header.record_size
        end = crc.begin + frame * header.record_size
        assert int.from_bytes(content[end : end + 4], "big") == zlib.crc32(content[start:end], seed)


def test_a_run_without_an_end_is_a_warning(kadita_file, tmp_path):
    (found,) = findings_in(kadita_file(tmp_path / "running.nc", live=True))
    assert (found.id, found.severity) == ("status", "warning")
    assert "--resume" in found.mend


def test_an_unknown_status_is_told(whole):
    changed(whole, parse_header(whole).variables["kadita_status"].begin, struct.pack(">i", 7))
    (found,) = findings_in(whole)
    assert found.id == "status"
    assert "7" in found.message


def test_what_kadita_adds_is_checked_in_anybodys_file(sound, write, tmp_path):
    file = sound()
    text = json.dumps({"steps": 1})
    names = np.array([list("ab"), list("cd"), list("ab"), list("ef"), list("gh")], dtype="S1")
    file["attributes"]["kadita_configuration_sha256"] = "0" * 64
    file["dims"] |= {"kadita_configuration_length": len(text), "kadita_agent_length": 2}
    file["dims"] |= {"kadita_species_count": 2, "kadita_species_length": 2}
    file["variables"] |= {
        "kadita_configuration": [("kadita_configuration_length",), "S1", {}, np.array(list(text), dtype="S1")],
        "kadita_agent": [("atom", "kadita_agent_length"), "S1", {}, names],
        "species": [("atom",), "i4", {}, [0, 1, 2, 0, -1]],
        "kadita_species": [("kadita_species_count", "kadita_species_length"), "S1", {}, names[:2]],
    }
    found = {f.id: f.message for f in findings_in(write(tmp_path / "other.nc", file))}
    assert set(found) == {"configuration", "identities", "species"}
    assert found["species"].startswith("found 2 agents")


@pytest.mark.parametrize("piece", [SMALL, container.PIECE])
def test_large_frames_are_read_in_parts_with_the_same_result(kadita_file, tmp_path, monkeypatch, piece):
    for module in (container, kadita.io.validation.frames):
        monkeypatch.setattr(module, "PIECE", piece)
    path = tmp_path / "school.nc"
    positions = np.random.default_rng(3).random((3, 40, 3))
    positions[1, 35, 2] = np.nan
    positions[2, 7] = np.nan
    with kadita.io.amber.writer.AmberWriter(path, 40, periodic=True, presence=True) as writer:
        writer.write(positions, positions, np.arange(3.0), np.full((3, 3), 20.0))
    assert ids(path) == set()
    header = parse_header(path)
    place = header.variables["present"].begin + header.record_size + 35 * 4
    changed(path, place, struct.pack(">i", 1))
    found = {f.id: f.frame for f in findings_in(path)}
    assert found == {"positions-finite": 1, "frame-crc": 1}


@pytest.mark.parametrize("format", ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"])
@pytest.mark.parametrize("frames", [None, 3])
@pytest.mark.parametrize("piece", [16, container.PIECE])
def test_numbers_are_those_that_libnetcdf_reads(tmp_path, monkeypatch, format, frames, piece):
    monkeypatch.setattr(container, "PIECE", piece)
    path, rng = tmp_path / "any.nc", np.random.default_rng(4)
    with netCDF4.Dataset(path, "w", format=format) as file:
        for name, size in (("frame", frames), ("atom", 5), ("spatial", 3)):
            file.createDimension(name, size)
        file.createVariable("mass", "f8", ("atom",))[:] = rng.random(5)
        file.createVariable("coordinates", "f4", ("frame", "atom", "spatial"))[:] = rng.random((3, 5, 3))
        file.createVariable("present", "i1", ("frame", "atom"))[:] = rng.integers(0, 2, (3, 5))
        file.createVariable("time", "f8", ("frame",))[:] = rng.random(3)
    with netCDF4.Dataset(path) as file:
        expected = {name: np.asarray(v[...]) for name, v in file.variables.items()}
    contents = container.ClassicContents(path, parse_header(path))
    assert contents.frames == 3
    for name in ("coordinates", "present", "time"):
        for part in (slice(0, 5), slice(2, 4)):
            rows = contents.rows(name, 1, 3, part)
            np.testing.assert_array_equal(rows, expected[name][1:3] if name == "time" else expected[name][1:3, part])
    np.testing.assert_array_equal(contents.fixed("mass"), expected["mass"])
    contents.close()


def test_a_single_variable_of_frames_has_no_padding(tmp_path):
    path = tmp_path / "one.nc"
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        file.createDimension("frame", None)
        file.createDimension("atom", 5)
        file.createVariable("present", "i1", ("frame", "atom"))[:] = np.arange(15).reshape(3, 5)
    contents = container.ClassicContents(path, parse_header(path))
    np.testing.assert_array_equal(contents.rows("present", 0, 3, slice(0, 5)), np.arange(15).reshape(3, 5))
    contents.close()
    assert "size" not in ids(path)
    assert "surplus" not in ids(path)


def mutants(content, count):
    """Headers with some bytes changed, and headers with large numbers put in."""
    rng = random.Random(9)
    for number in range(count):
        data = bytearray(content)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(0, 1600)
            if number % 3:
                data[place] = rng.randrange(256)
            else:
                data[place : place + 4] = struct.pack(">I", rng.choice([0, 1, 2**16, 2**31 - 1, 2**32 - 1]))
        yield bytes(data[: len(content)])


def test_mutated_headers_end_in_findings_or_one_line(whole):
    content, slowest = whole.read_bytes(), 0.0
    tracemalloc.start()
    for mutant in mutants(content, 500):
        whole.write_bytes(mutant)
        before = time.perf_counter()
        found = found_or_refused(whole)
        slowest = max(slowest, time.perf_counter() - before)
        assert isinstance(found, set) or "\n" not in found
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert slowest < 5
    assert peak < 100e6


def test_a_small_file_that_claims_much_costs_nothing(whole):
    content = whole.read_bytes()
    place = content.index(b"atom") + 4
    for size in (2**31 - 1, 2**32 - 1):
        changed(whole, place, struct.pack(">I", size))
        tracemalloc.start()
        assert "size" in ids(whole)
        assert tracemalloc.get_traced_memory()[1] < 20e6
        tracemalloc.stop()


def test_netcdf4_that_claims_more_than_it_can_hold_is_not_read(tmp_path):
    path = tmp_path / "claims.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("frame", None), ("atom", 10**9), ("spatial", 3)):
            file.createDimension(name, size)
        file.createVariable("coordinates", "f4", ("frame", "atom", "spatial"), chunksizes=(1, 1000, 3))
        time_of = file.createVariable("time", "f8", ("frame",), chunksizes=(512,))
        time_of[10**5] = 1.0
    assert ids(path) == {"container", "claim"}


def test_netcdf4_whose_checksum_fails_is_unreadable(sound, write, tmp_path):
    path = tmp_path / "archive.nc"
    positions = sound()["variables"]["coordinates"][3].astype("f4")
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("frame", None), ("atom", 5), ("spatial", 3)):
            file.createDimension(name, size)
        file.createVariable("coordinates", "f4", ("frame", "atom", "spatial"), fletcher32=True)[:] = positions
    assert "unreadable" not in ids(path)
    flipped(path, path.read_bytes().index(positions[2].tobytes()) + 21)
    (found,) = [f for f in findings_in(path) if f.id == "unreadable"]
    assert "HDF error" in found.message
