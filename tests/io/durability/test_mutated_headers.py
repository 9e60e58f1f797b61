"""Headers that are not what was written, or that lie: refused in one line, at once, whatever they claim."""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from collections import Counter
from pathlib import Path

import netCDF4
import numpy as np
import pytest

import kadita
from kadita.base.netcdf3 import parse_header
from kadita.io.amber.records import Records
from kadita.io.amber.writer import AmberWriter
from kadita.io.recovery import recover
from kadita.io.validation import findings_in

MEMORY, SECONDS = 200 << 20, 1.0
AGENTS = 60
MANY = int(os.environ.get("KADITA_MUTANTS", "1"))  # times the mutants of a test run; CONTRIBUTING.md
HEADERS, HDF5_FILES = 300 * MANY, 60 * MANY


def write(path):
    """A file with all that kadita's have: names, species, absence, a cell, a configuration; a header of 3 kB."""
    rng = np.random.default_rng(1)
    x, v = rng.uniform(0, 25, (20, AGENTS, 3)), rng.normal(size=(20, AGENTS, 3))
    x[5:9, 3] = v[5:9, 3] = np.nan
    with AmberWriter(
        path,
        [f"stickleback {i}" for i in range(AGENTS)],
        periodic=True,
        presence=True,
        configuration=kadita.simulate("dewi-kadita-1").configuration.stored(),
        attributes={"r_a": 4.0, "model": "couzin", "length_unit": "m"},
        species=(["large", "small"], np.arange(AGENTS, dtype=np.int32) % 2),
    ) as writer:
        writer.write(x, v, np.arange(20.0), np.full((20, 3), 25.0))
    return path


def write_dewi_kadita(path):
    rng = np.random.default_rng(2)
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        for dim, size in (("time", 20), ("fish", 25), ("spatial", 3)):
            file.createDimension(dim, size)
        file.createVariable("time", "f8", ("time",), zlib=True)[:] = np.arange(20.0)
        for name in ("positions", "velocities"):
            values = rng.uniform(0, 20, (20, 25, 3))
            file.createVariable(name, "f8", ("time", "fish", "spatial"), zlib=True)[:] = values
        file.box_size, file.r_attraction = 20.0, 5.0
    return path


def judge(said, count):
    """What is wrong with how mutants were received: a list; how many were received how is printed."""
    faults, how = [], Counter()
    right = said[0]["sound"]["read"]["said"]
    mutants = [mutant for mutant in said if "sound" not in mutant]
    assert len(mutants) == count
    assert right.startswith("opens ")
    for mutant in mutants:
        if "died" in mutant:
            faults.append(f"mutant {mutant['mutant']} ended the process ({mutant['died']})")
            continue
        if mutant["added"] >= MEMORY:
            faults.append(f"mutant {mutant['mutant']} cost {mutant['added'] >> 20} MiB")
        for name, came in mutant["came"].items():
            said, what = came["said"], f"mutant {mutant['mutant']}, {name}"
            if came["cpu"] >= SECONDS:
                faults.append(f"{what}: {came['cpu']:.1f} s")
            kind = said.split()[0]
            if (
                kind not in ("opens", "refused:", "0", "1", "2")
                or "not enough memory" in said
                or "fault of kad" in said
            ):
                faults.append(f"{what}: {said}")
            elif kind == "1" and name != "validate":
                faults.append(f"{what} has the status of no user's fault: {said}")
            elif name == "read" and kind == "opens" and said != right:
                faults.append(f"{what} opens as if nothing were wrong, with other numbers or facts")
            elif name == "saved" and kind == "refused:":
                faults.append(f"{what}: what recover wrote does not open: {said}")
            elif name == "saved" and said != right and "header is damaged" not in mutant["came"]["recover"]["said"]:
                faults.append(f"{what}: what recover wrote has other numbers or facts, and nothing was said")
            how[name, "all right" if kind in ("opens", "0") else "refused"] += 1
    alive = [m for m in mutants if "came" in m]
    slowest = max(came["cpu"] for m in alive for came in m["came"].values())
    most = max(m["added"] for m in alive) / (1 << 20)
    for what, number in sorted(how.items()):
        print(f"{number:4}: {', '.join(what)}")
    print(f"{len(mutants)} mutants: slowest {1e3 * slowest:.0f} ms, most memory {most:.1f} MiB, faults: {len(faults)}")
    return faults


@pytest.mark.slow
def test_mutated_headers(script, tmp_path):
    path = write(tmp_path / "sound.nc")
    with Records(path) as records:
        length = records.first
    assert 2500 < length < 4000
    both = [
        script("mutants.py", path, length, seed, HEADERS // 2, "read", "info", "validate", "recover", "saved")
        for seed in (11, 12)
    ]
    said = [process.communicate(timeout=300 * MANY) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    faults = judge([json.loads(line) for out, _ in said for line in out.splitlines()], HEADERS)
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["dewi-kadita", "nc4"])
def test_mutated_hdf5_files(told, command, tmp_path, form):
    """What tests/io/readers/dewi_kadita and tests of .nc4 do in this process; here a crash or a hang has a name."""
    path = tmp_path / {"dewi-kadita": "sound.nc", "nc4": "sound.nc4"}[form]
    if form == "dewi-kadita":
        write_dewi_kadita(path)
    else:
        assert command("convert", write(tmp_path / "classic.nc"), path).returncode == 0
    faults = judge(told("mutants.py", path, path.stat().st_size, 7, HDF5_FILES, "read", "info", "validate"), HDF5_FILES)
    assert not faults, "\n".join(faults)


def cost(do):
    """Processor time and memory of a second run, and the one line that it says."""
    said = ""
    for _ in range(2):
        tracemalloc.start()
        began = time.process_time()
        try:
            said = str(do())
        except kadita.KaditaError as error:
            said = str(error)
        seconds, memory = time.process_time() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return seconds, memory, said


def claiming(path, container, frames, **dims):
    """A file of 3 kB with the variables of a trajectory, and these dimensions."""
    with netCDF4.Dataset(path, "w", format=container) as file:
        file.set_fill_off()
        file.setncatts({"Conventions": "AMBER", "ConventionVersion": "1.0", "program": "kadita", "programVersion": "1"})
        file.createDimension("frame", None)
        for name in ("spatial", *dims):
            file.createDimension(name, 3)
        for name, kind, of in (
            ("time", "f8", ("frame",)),
            ("coordinates", "f4", ("frame", "atom", "spatial")),
            ("velocities", "f4", ("frame", "atom", "spatial")),
            ("kadita_agent", "S1", ("atom", "kadita_agent_length")),
            ("kadita_crc32", "i4", ("frame",)),
        ):
            file.createVariable(name, kind, of)
    content, width = bytearray(path.read_bytes()), 8 if container.endswith("DATA") else 4
    content[4 : 4 + width] = frames.to_bytes(width, "big")
    for name, size in dims.items():
        stored = len(name).to_bytes(width, "big") + name.encode() + bytes(-len(name) % 4)
        at = content.index(stored) + len(stored)
        content[at : at + width] = size.to_bytes(width, "big")
    path.write_bytes(bytes(content[:3000]).ljust(3000, b"\0"))
    assert parse_header(path).dims["atom"] == dims["atom"]
    return path


@pytest.mark.parametrize("frames", [0, 1, 1000, 2**32 - 1])
@pytest.mark.parametrize(
    ("container", "atoms", "length"),
    [
        ("NETCDF3_64BIT_DATA", 10**12, 3),
        ("NETCDF3_64BIT_OFFSET", 10**6, 10**6),
        ("NETCDF3_64BIT_OFFSET", 2**32 - 4, 2**32 - 4),
    ],
)
@pytest.mark.parametrize("what", [kadita.open, recover, findings_in])
def test_3_kb_that_claim_a_trillion_atoms_cost_nothing(tmp_path, container, atoms, length, frames, what):
    path = claiming(tmp_path / "claims.nc", container, frames, atom=atoms, kadita_agent_length=length)
    seconds, memory, said = cost(lambda: what(path))
    assert seconds < 0.05, said
    assert memory < 10e6, said
    assert "\n" not in said
    if what is not findings_in:
        assert said.startswith(f"{path}"), said
    assert os.listdir(tmp_path) == ["claims.nc"]


def changed(path: Path, at: int, new: bytes) -> Path:
    content = bytearray(path.read_bytes())
    content[at : at + len(new)] = new
    path.write_bytes(content)
    return path


def place_after(path: Path, name: str, nth: int = 0) -> int:
    """Where what follows a name in the header begins."""
    stored = len(name).to_bytes(4, "big") + name.encode() + bytes(-len(name) % 4)
    content, at = path.read_bytes(), -1
    for _ in range(nth + 1):
        at = content.index(stored, at + 1)
    return at + len(stored)


def test_one_bit_of_a_length_does_not_make_recover_write_gigabytes(tmp_path):
    """A bit of the length of the configuration: 128 MiB that are not there; a higher one would be 2 GiB."""
    path = write(tmp_path / "school.nc")
    size, at = path.stat().st_size, place_after(path, "kadita_configuration_length")
    changed(path, at, bytes([path.read_bytes()[at] ^ 0x08]))
    assert parse_header(path).dims["kadita_configuration_length"] > 1 << 27
    tracemalloc.start()
    try:
        saved = recover(path)
    except kadita.KaditaError:
        pass
    else:
        assert saved.path.stat().st_size <= size
        with kadita.open(saved.path) as opened:
            assert opened.n_frames == 20
    finally:
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert memory < 20e6


def test_a_place_beyond_all_files_is_refused(tmp_path):
    path = write(tmp_path / "school.nc")
    begin = place_after(path, "kadita_header_crc32") + 4 + 8 + 4 + 4  # dims, attributes, type, size
    assert (
        int.from_bytes(path.read_bytes()[begin : begin + 8], "big")
        == parse_header(path).variables["kadita_header_crc32"].begin
    )
    for far in (2**63, 2**64 - 1):
        with pytest.raises(kadita.KaditaError):
            recover(changed(path, begin, far.to_bytes(8, "big")))


def test_names_of_no_length_are_a_finding(tmp_path):
    path = write(tmp_path / "school.nc")
    at = place_after(path, "kadita_agent")  # the number of dimensions, and those: atom, kadita_agent_length
    dims = list(parse_header(path).dims)
    changed(path, at + 8, dims.index("frame").to_bytes(4, "big"))
    assert {f.severity for f in findings_in(path)} >= {"fault"}
