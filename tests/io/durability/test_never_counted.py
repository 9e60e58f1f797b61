"""Frames that a header does not count, because nobody synced it, are recovered: by checksums, or by their place."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import netCDF4
import numpy as np
import pytest

import kadita
from kadita.io.amber.records import SUM, Records
from kadita.io.recovery import recover


@pytest.fixture(scope="module")
def numbers():
    """What the other program writes as a frame."""
    spec = importlib.util.spec_from_file_location("killed_strangers", Path(__file__).with_name("killed_strangers.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.numbers


@pytest.mark.parametrize("agents", [150, 1000])
def test_another_program_that_never_synced_and_was_killed(told, tmp_path, numbers, frames_of, agents):
    """Frames stand for the disk in the buffers of libnetcdf, some 16 kB: those, and a frame that is torn, are lost."""
    lost, recovered, wrong = [], 0, []
    for kill in told("killed_strangers.py", tmp_path, 5, 15, agents, "velocities", "coordinates", "time"):
        path = Path(kill["path"])
        with Records(path) as records:
            assert records.header.records == 0
            there = (path.stat().st_size - records.first) // records.type.itemsize
        saved = recover(path)
        frames = frames_of(saved.path)
        for row, time in enumerate(frames.times):
            positions, velocities = numbers(row, agents)
            right = np.array_equal(frames.positions[row], positions) & np.array_equal(
                frames.velocities[row], velocities
            )
            if not right or time != row + 1:
                wrong.append((path.name, kill["last"], row, kill["written"]))
        assert there - saved.frames <= 1, "a frame that is on disk is not among those that were recovered"
        lost.append(kill["written"] - saved.frames)
        recovered += saved.frames
    print(f"{agents} agents, {len(lost)} kills: {recovered} frames recovered, lost {sorted(lost)}, wrong {wrong}")
    assert wrong == []
    assert max(lost) <= 5


@pytest.mark.parametrize("unwritten", [4096, 1000, 24, 8])
def test_a_frame_of_others_that_was_written_in_part_is_not_taken(tmp_path, numbers, frames_of, unwritten):
    """Its velocities are on disk, and the end of its coordinates was still in a buffer: zeros stand there."""
    path = tmp_path / "others.nc"
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        file.set_fill_off()
        file.setncatts({"Conventions": "AMBER", "ConventionVersion": "1.0", "program": "x", "programVersion": "1"})
        for name, size in (("frame", None), ("spatial", 3), ("atom", 1000)):
            file.createDimension(name, size)
        file.createVariable("time", "f4", ("frame",))[:] = np.arange(1, 11)
        for which, name in enumerate(("coordinates", "velocities")):
            values = np.array([numbers(frame, 1000)[which] for frame in range(10)])
            file.createVariable(name, "f4", ("frame", "atom", "spatial"))[:] = values
    content = bytearray(path.read_bytes())
    with Records(path) as records:
        end = records.first + 9 * records.type.itemsize + records.type.fields["velocities"][1]
    content[4:8] = bytes(4)
    content[end - unwritten : end] = bytes(unwritten)
    path.write_bytes(content)
    saved = recover(path)
    assert saved.frames == 9, "a frame that ends in zeros was taken for a whole one"
    np.testing.assert_array_equal(frames_of(saved.path).positions[-1], numbers(8, 1000)[0])


@pytest.mark.parametrize("counted", [0, 1, 37, 69, None])
def test_frames_of_ours_behind_the_count_come_back_byte_for_byte(sound, tmp_path, counted):
    """The header's number was held back; None is that of a file that was being streamed."""
    whole, path = sound.read_bytes(), tmp_path / "held.nc"
    path.write_bytes(whole[:4] + (2**32 - 1 if counted is None else counted).to_bytes(4, "big") + whole[8:])
    saved = recover(path)
    assert (saved.frames, saved.damaged, saved.torn) == (70, (), 0)
    assert saved.counted == (-1 if counted is None else counted)
    assert saved.path.read_bytes() == whole


def test_a_frame_behind_the_count_that_was_never_finished_is_not_taken(sound, tmp_path, frames_of, equal):
    """Frames 60 to 69 are not counted; 64 has one byte that was not written, and the last half of its bytes."""
    whole, path = bytearray(sound.read_bytes()), tmp_path / "held.nc"
    with Records(sound) as records:
        first, size, last = records.first, records.type.itemsize, records.type.fields[SUM][1] - 1
    whole[4:8] = (60).to_bytes(4, "big")
    whole[first + 64 * size + last] ^= 255
    path.write_bytes(whole[: first + 69 * size + size // 2])
    saved = recover(path)
    assert (saved.frames, saved.damaged, saved.torn) == (68, (64,), size // 2)
    assert equal(frames_of(saved.path), frames_of(sound), [f for f in range(69) if f != 64])
    with kadita.open(saved.path) as opened:
        assert opened.complete is False
