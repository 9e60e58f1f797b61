"""The header is parsed and checked in Python, before a C library believes it."""

import random
import struct
import time
import tracemalloc

import netCDF4
import numpy as np
import pytest

from kadita import KaditaError
from kadita.base.netcdf3 import read_header
from kadita.io.amber.writer import AmberWriter


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "school.nc"
    with AmberWriter(path, 5, periodic=True, presence=True, configuration={"a": 1}) as writer:
        writer.write(np.ones((3, 5, 3)), np.ones((3, 5, 3)), np.arange(3.0), np.full((3, 3), 9.0))
    return path


@pytest.mark.parametrize("container", ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"])
def test_it_says_what_libnetcdf_says(tmp_path, container):
    path = tmp_path / "any.nc"
    with netCDF4.Dataset(path, "w", format=container) as nc:
        nc.setncatts({"text": "hello", "number": np.float64(2.5), "several": np.array([1, 2, 3], dtype="i4")})
        nc.createDimension("t", None)
        nc.createDimension("n", 7)
        nc.createVariable("a", "i1", ("t", "n"))[:] = np.zeros((4, 7))
        nc.createVariable("b", "f8", ("n",))[:] = np.arange(7)
        nc.createVariable("c", "i2", ("t",))[:] = np.arange(4)
        nc.createVariable("d", "f4")[...] = 1.0
    header = read_header(path)
    assert (header.records, header.dims) == (4, {"t": 0, "n": 7})
    assert header.attributes == {"text": "hello", "number": (2.5,), "several": (1, 2, 3)}
    assert {n: (v.dims, v.record) for n, v in header.variables.items()} == {
        "a": (("t", "n"), True),
        "b": (("n",), False),
        "c": (("t",), True),
        "d": ((), False),
    }
    assert header.claimed_size <= path.stat().st_size < header.claimed_size + 4


def test_data_lie_where_it_says(file):
    header = read_header(file)
    raw = np.fromfile(file, dtype=">f8", count=3, offset=header.variables["cell_lengths"].begin + header.record_size)
    np.testing.assert_array_equal(raw, 9.0)


@pytest.mark.parametrize("records", [4, 2**31, 2**32 - 2, 2**32 - 1])
def test_frames_that_are_not_there_are_not_believed(file, records):
    content = bytearray(file.read_bytes())
    content[4:8] = struct.pack(">I", records)
    file.write_bytes(content)
    with pytest.raises(KaditaError, match="is truncated|no number of frames"):
        read_header(file)


def test_a_trillion_atoms_in_three_kilobytes_cost_nothing(file):
    content = file.read_bytes()
    atoms = content.index(b"atom") + 4
    file.write_bytes(content[:atoms] + struct.pack(">I", 2**32 - 5) + content[atoms + 4 :])
    tracemalloc.start()
    with pytest.raises(KaditaError, match="is truncated"):
        read_header(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_mutated_headers_are_read_or_refused_in_one_line_and_quickly(file):
    """300 random mutants: nothing but a header or a KaditaError comes out, without much time."""
    content, length = file.read_bytes(), read_header(file).length
    dice = random.Random(7)
    messages = []
    started = time.process_time()
    for _ in range(300):
        mutant = bytearray(content)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(length)
            mutant[at : at + dice.choice((1, 4))] = dice.randbytes(dice.choice((1, 4)))
        file.write_bytes(mutant)
        try:
            read_header(file)
        except KaditaError as error:
            messages.append(str(error))
    assert len(messages) > 100
    assert not [m for m in messages if "\n" in m]
    assert time.process_time() - started < 30


@pytest.mark.parametrize("length", [1, 3, 4, 7, 20, 100, 300])
def test_a_header_that_is_cut_is_refused(file, length):
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(KaditaError, match="expected a NetCDF header; found"):
        read_header(file)
