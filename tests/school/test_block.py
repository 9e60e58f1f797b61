"""Block, Frame and Box: what they hold, what they refuse, and that geometry is computed once."""

from __future__ import annotations

import numpy as np
import pytest

import kadita.school.block as block_module
from kadita import Block, Box, Frame, KaditaError, NotApplicable

POINTS = np.arange(24.0).reshape(2, 4, 3)
GEOMETRY = (
    "positions",
    "velocities",
    "speeds",
    "moving",
    "headings",
    "wrapped",
    "centroid",
    "offsets",
    "wrapped_offsets",
)


@pytest.fixture
def block(rng):
    """Three frames of ten agents, one at rest, some outside the cell."""
    velocities = rng.normal(size=(3, 10, 3))
    velocities[:, 4] = 0
    return Block(
        rng.uniform(-5, 30, (3, 10, 3)),
        velocities,
        box=(20.0, 21.0, 22.0),
        times=[0.5, 1.0, 4.0],
        frames=[7, 8, 14],
        agents=list("abcdefghij"),
        attributes={"r_a": 3.0},
    )


class TestShape:
    def test_one_frame_may_come_without_its_axis(self):
        assert Block(POINTS[0]).shape == (1, 4)
        assert Block(POINTS).shape == (2, 4)
        np.testing.assert_array_equal(Block(POINTS[1]).positions, POINTS[1:])

    def test_numbers_become_float64(self):
        for values in (POINTS.astype(np.float32), POINTS.astype(int), POINTS.tolist(), np.asfortranarray(POINTS)):
            positions = Block(values).positions
            assert positions.dtype == np.float64
            assert positions.flags.c_contiguous

    def test_defaults(self):
        b = Block(POINTS)
        assert list(b.times) == [0, 1]
        assert list(b.frames) == [0, 1]
        assert list(b.agents) == list(b.members) == [0, 1, 2, 3]
        assert not b.box.periodic
        assert not b.has_velocities
        assert dict(b.attributes) == {}

    @pytest.mark.parametrize("shape", [(), (3,), (4, 1), (2, 4, 4), (1, 2, 4, 3)])
    def test_of_vectors_in_space_alone(self, shape):
        with pytest.raises(
            KaditaError, match=r"positions: expected shape \(T, N, 3\), \(T, N, 2\) or that of one frame; got \("
        ):
            Block(np.zeros(shape))

    @pytest.mark.parametrize("shape", [(0, 3), (1, 0, 3)])
    def test_no_agents(self, shape):
        with pytest.raises(KaditaError, match="positions: expected at least one agent; got shape"):
            Block(np.zeros(shape))

    def test_no_frames(self):
        with pytest.raises(KaditaError, match="positions: expected at least one frame; got shape"):
            Block(np.zeros((0, 4, 3)))

    @pytest.mark.parametrize("values", ["fish", [["a", "b", "c"]], [[1, 2], [3]], {"x": 1}, [[1j, 0, 0]]])
    def test_of_numbers_alone(self, values):
        with pytest.raises(KaditaError, match="positions: expected numbers of shape .*; got"):
            Block(values)

    def test_complex_numbers_are_no_positions(self):
        with pytest.raises(KaditaError, match="positions: expected .*; got"):
            Block(np.zeros((1, 2, 3), dtype=complex))

    @pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("which", ["positions", "velocities"])
    def test_finite_numbers_alone(self, wrong, which):
        values = {"positions": POINTS.copy(), "velocities": POINTS.copy()}
        values[which][1, 2, 0] = wrong
        if which == "velocities" and np.isnan(wrong):
            assert not Block(**values).velocity_known[1, 2]
            return
        expected = f"{which}: expected finite numbers; got {wrong} in frame 1, agent 2, axis x"
        with pytest.raises(KaditaError, match=expected):
            Block(**values)

    def test_velocities_of_another_shape(self):
        with pytest.raises(KaditaError, match=r"velocities: expected .* \(2, 4, 3\); got \(1, 4, 3\)"):
            Block(POINTS, POINTS[:1])

    @pytest.mark.parametrize(("axis", "length"), [("times", 2), ("frames", 2), ("agents", 4), ("members", 4)])
    def test_axes_of_another_length(self, axis, length):
        with pytest.raises(KaditaError, match=rf"{axis}: expected shape \({length},\); got \(3,\)"):
            Block(POINTS, **{axis: [0, 1, 2]})

    @pytest.mark.parametrize("times", [["noon", "one"], [0.0, np.nan], [0.0, np.inf]])
    def test_times_are_finite_numbers(self, times):
        with pytest.raises(KaditaError, match="times: expected .*; got"):
            Block(POINTS, times=times)


class TestReadOnly:
    def test_nothing_can_be_written_to(self, block):
        arrays = [getattr(block, name) for name in GEOMETRY]
        arrays += [block.times, block.frames, block.agents, block.members]
        arrays += [block.neighbor_indices(3), block.neighbor_distances(3)]
        for array in arrays:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = array[0]
        with pytest.raises(TypeError):
            block.attributes["r_a"] = 4.0

    def test_the_caller_can_still_write_to_what_is_the_callers(self):
        mine = POINTS.copy()
        Block(mine, mine)
        mine[0, 0, 0] = 5.0

    def test_attributes_are_a_copy(self):
        mine = {"r_a": 1.0}
        b = Block(POINTS, attributes=mine)
        mine["r_a"] = 2.0
        assert b.attributes["r_a"] == 1.0


class TestOnce:
    @pytest.mark.parametrize("name", GEOMETRY)
    def test_geometry_is_computed_once(self, name, block):
        first = getattr(block, name)
        second = getattr(block, name)
        assert np.shares_memory(first, second)

    def test_nothing_is_computed_before_it_is_asked_for(self, block, monkeypatch):
        calls = []
        monkeypatch.setattr(Box, "centroid", lambda *a: calls.append(a) or np.zeros((3, 3)))
        again = Block(block.positions, block.velocities, box=block.box)
        assert again.headings.any()
        assert calls == []
        again.offsets, again.centroid, again[0].offsets
        assert len(calls) == 1

    def test_neighbours_are_searched_once_for_all_smaller_k(self, block, monkeypatch):
        calls = []
        search = block_module.nearest
        monkeypatch.setattr(block_module, "nearest", lambda p, box, k: calls.append(k) or search(p, box, k))
        for k in (1, 4, 6, 3):
            assert block.neighbor_indices(k).shape == block.neighbor_distances(k).shape == (3, 10, k)
        assert calls == [6]
        np.testing.assert_array_equal(block.neighbor_indices(8)[..., :4], block.neighbor_indices(4))
        assert calls == [6, 8]

    def test_what_a_metric_computes_is_kept_by_its_arguments(self, block):
        calls = []

        def compute(b, *arguments):
            calls.append((b, *arguments))
            return len(calls)

        assert [block.once(compute, 1), block.once(compute, 2), block.once(compute, 1), block.once(compute)] == [
            1,
            2,
            1,
            3,
        ]
        assert calls == [(block, 1), (block, 2), (block,)]


class TestFrames:
    def test_a_frame_is_the_row_of_its_block(self, block):
        for t, frame in enumerate(block):
            assert isinstance(frame, Frame)
            for name in GEOMETRY:
                np.testing.assert_array_equal(getattr(frame, name), getattr(block, name)[t], err_msg=name)
            np.testing.assert_array_equal(frame.neighbor_indices(4), block.neighbor_indices(4)[t])
            np.testing.assert_array_equal(frame.neighbor_distances(4), block.neighbor_distances(4)[t])
            assert (frame.time, frame.number) == ([0.5, 1.0, 4.0][t], [7, 8, 14][t])
            assert frame.box is block.box
            assert list(frame.agents) == list("abcdefghij")
            assert frame.attributes["r_a"] == 3.0

    def test_a_frame_has_every_property_that_a_block_has(self):
        of_blocks = {
            "shape",
            "has_velocities",
            "once",
            "times",
            "frames",
            "members",
            "columns",
            "of_agents",
        }  # these are about more than one
        public = {name for name in dir(Block) if not name.startswith("_")} - of_blocks
        assert public <= {name for name in dir(Frame) if not name.startswith("_")}

    def test_indexing(self, block):
        assert len(block) == 3
        assert [block[t].number for t in (0, 2, -1, -3)] == [7, 14, 14, 7]
        for t in (3, -4):
            with pytest.raises(IndexError, match=f"frame: expected -3 .. 2; got {t}"):
                block[t]

    def test_both_say_what_they_are(self, block):
        assert repr(block) == "<Block of 3 frames, 10 agents, 20 x 21 x 22>"
        assert repr(block[2]) == "<Frame 14, 10 agents, 20 x 21 x 22>"
        assert "open space" in repr(Block(POINTS))


class TestMotion:
    def test_headings_are_unit_vectors_of_those_that_move(self, block):
        lengths = np.linalg.norm(block.headings, axis=2)
        np.testing.assert_allclose(lengths[block.moving], 1, atol=1e-15)
        assert (block.headings[~block.moving] == 0).all()
        np.testing.assert_array_equal(~block.moving, np.tile(np.arange(10) == 4, (3, 1)))
        np.testing.assert_allclose(block.headings * block.speeds[..., None], block.velocities, atol=1e-15)

    def test_without_velocities(self):
        b = Block(POINTS)
        for name in ("velocities", "speeds", "moving", "headings"):
            for view in (b, b[0]):
                with pytest.raises(NotApplicable, match="needs velocities.*--velocities difference"):
                    getattr(view, name)
        assert b.centroid.shape == (2, 3)


def test_fewer_than_one_neighbour(block):
    with pytest.raises(KaditaError, match="expected k of at least 1; got 0"):
        block.neighbor_distances(0)
