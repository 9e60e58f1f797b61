"""One bit that is not what it was: in a frame it is found and named, in the header it changes nothing unnoticed."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

import kadita
from kadita.io.amber import records
from kadita.io.amber.records import Records
from kadita.io.recovery import recover


@pytest.fixture
def flipped(sound, tmp_path):
    """Write the file with one bit flipped."""
    whole, path = sound.read_bytes(), tmp_path / "flipped.nc"

    def write(place):
        content = bytearray(whole)
        content[place // 8] ^= 1 << place % 8
        path.write_bytes(content)
        return path

    return write


def test_300_flips_in_frames_are_reported_with_their_frame_and_cost_that_frame_alone(
    sound, flipped, tmp_path, frames_of, equal, command
):
    reference, chance, hit = frames_of(sound), random.Random(300), Counter()
    with Records(sound) as layout:
        first, kind = layout.first, layout.type
    begins = sorted((kind.fields[name][1], name) for name in kind.names)
    saved = tmp_path / "saved.nc"
    for _ in range(300):
        place = chance.randrange(first * 8, sound.stat().st_size * 8)
        frame, within = divmod(place // 8 - first, kind.itemsize)
        hit[[name for begin, name in begins if begin <= within][-1]] += 1
        path = flipped(place)
        with pytest.raises(kadita.KaditaError, match=rf"flipped.nc: frame {frame} is damaged \(its checksum fails\)"):
            frames_of(path)
        done = command("recover", path, "-o", saved, "--force")
        assert done.returncode == 0, done.stderr
        assert f"left out 1 frames with a wrong checksum: {frame}\n" in done.stderr
        assert equal(frames_of(saved), reference, np.delete(np.arange(70), frame))
    print(f"300 flips, all reported: {dict(hit)}")
    assert {"time", "cell_lengths", "coordinates", "velocities"} <= set(hit)


def test_100_flips_before_the_frames_change_nothing_unnoticed(sound, flipped, frames_of, equal, command):
    """A flip is refused; or it hits the number of frames or the status, which no checksum covers, and `validate` or
    `info` tells."""
    reference, chance = frames_of(sound), random.Random(100)
    with Records(sound) as layout:
        first, status = layout.first, layout.header.variables[records.STATUS].begin
    alone = {*range(4, 8), *range(status, status + 4)}
    places = [8 * byte + bit for byte in sorted(alone) for bit in range(8)]
    places += [chance.randrange(first * 8) for _ in range(100)]
    happened = Counter()
    for place in places:
        path = flipped(place)
        where = "frame count" if 4 <= place // 8 < 8 else "status" if place // 8 in alone else "elsewhere"
        try:
            with kadita.open(path) as opened:
                found, complete, frames = opened.read(np.arange(opened.n_frames)), opened.complete, opened.n_frames
                facts = (opened.attributes, opened.configuration)
        except kadita.KaditaError:
            happened[where, "refused"] += 1
            continue
        assert equal(found, reference), f"bit {place}"
        assert facts == ({"r_a": 4.0}, {"model": "none"}), f"bit {place}"
        if where == "frame count":
            assert frames < 70
            assert command("validate", "--strict", path).returncode != 0, f"bit {place}"
            happened[where, f"{frames} of 70 frames, as validate tells"] += 1
        elif where == "status":
            assert complete is False
            assert '"complete": false' in command("info", "--json", path).stdout
            assert frames == 70
            happened[where, "all frames, as of a run that goes on"] += 1
        else:
            assert (frames, complete) == (70, True), f"bit {place}"
            happened[where, "all as it was"] += 1
    for what, number in sorted(happened.items()):
        print(f"{number:3} flips: {', '.join(what)}")
    assert happened["elsewhere", "refused"] > 90


def test_what_recover_makes_of_100_flips_before_the_frames(sound, flipped, tmp_path, frames_of, equal):
    """It refuses, or writes a file that opens, with all frames and the right numbers."""
    reference, chance, happened, faults = frames_of(sound), random.Random(101), Counter(), []
    with Records(sound) as layout:
        first = layout.first
    for _ in range(100):
        place = chance.randrange(first * 8)
        try:
            saved = recover(flipped(place), tmp_path / "saved.nc", force=True)
        except kadita.KaditaError:
            happened["refused"] += 1
            continue
        try:
            found = frames_of(saved.path)
        except kadita.KaditaError as error:
            faults.append(f"bit {place}: what it wrote does not open: {error}")
        else:
            if len(found.times) == 70 and equal(found, reference):
                happened["all frames"] += 1
            else:
                faults.append(f"bit {place}: other numbers; header said to be damaged: {saved.header_damaged}")
    print(f"100 flips: {dict(happened)}, faults: {len(faults)}")
    assert not faults, "\n".join(faults)
