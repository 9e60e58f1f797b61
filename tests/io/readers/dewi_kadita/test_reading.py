"""kadita reads dewi-kadita's files: every number, the box, and what else it needs to know."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita.io.convert import convert


@pytest.mark.parametrize("entropies", [True, False])
def test_every_number_is_read_as_it_was_written(numbers, layout, write, entropies):
    with kadita.open(write(layout(entropies=entropies))) as opened:
        assert len(opened) == len(numbers.times)
        assert_array_equal(opened.times, numbers.times, strict=True)
        blocks = list(opened.blocks())
    assert len(blocks) == 2
    assert_array_equal(np.concatenate([b.times for b in blocks]), numbers.times, strict=True)
    assert_array_equal(np.concatenate([b.positions for b in blocks]), numbers.positions, strict=True)
    assert_array_equal(np.concatenate([b.velocities for b in blocks]), numbers.velocities, strict=True)
    assert {b.box.lengths for b in blocks} == {(20.0, 20.0, 20.0)}


def test_the_attraction_radius_is_known(layout, write):
    with kadita.open(write(layout())) as opened:
        assert opened.attributes["r_a"] == 7.5
    with kadita.open(write(layout(), r_attraction=None)) as opened:
        assert "r_a" not in opened.attributes


def test_some_frames_are_those_frames(numbers, layout, write):
    with kadita.open(write(layout())) as opened:
        blocks = list(opened.blocks(start=5, stop=69, step=7))
    frames = np.arange(5, 69, 7)
    assert_array_equal(np.concatenate([b.frames for b in blocks]), frames)
    assert_array_equal(np.concatenate([b.positions for b in blocks]), numbers.positions[frames], strict=True)


def test_it_is_analyzed(numbers, layout, write):
    polarization = kadita.analyze(write(layout()), ["polarization"])["polarization"]
    assert_allclose(polarization, np.linalg.norm(numbers.velocities.mean(axis=1), axis=1), rtol=0, atol=1e-14)


def test_it_becomes_a_trajectory_for_everybody(numbers, layout, write, tmp_path):
    convert(write(layout()), tmp_path / "school.nc")
    with kadita.open(tmp_path / "school.nc") as opened:
        chunk = opened.read(np.arange(len(opened)))
    for got, written in ((chunk.positions, numbers.positions), (chunk.velocities, numbers.velocities)):
        assert_array_equal(got, written.astype(np.float32).astype(np.float64), strict=True)
    assert_array_equal(chunk.times, numbers.times, strict=True)
    assert_array_equal(chunk.lengths, np.full((len(numbers.times), 3), 20.0), strict=True)
