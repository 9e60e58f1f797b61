"""Open space and periodic cells: minimum images, wrapping, and the centre of a school."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kadita import Block, Box, KaditaError

QUIET = settings(derandomize=True, deadline=None, max_examples=150)
seeds = st.integers(0, 2**32 - 1)


class TestBox:
    def test_forms(self):
        assert Box.of(25) == Box.of([25.0]) == Box.of((25, 25, 25)) == Box((25.0, 25.0, 25.0))
        assert Box.of(None) == Box.of("open") == Box()
        assert Box.of(np.float32(2.5)).lengths == (2.5, 2.5, 2.5)
        box = Box.of((1, 2, 3))
        assert Box.of(box) is box
        assert (box.periodic, box.cubic) == (True, False)
        assert (Box.of(2).periodic, Box.of(2).cubic) == (True, True)
        assert (Box().periodic, Box().cubic) == (False, False)
        assert list(box.array) == [1, 2, 3]
        assert list(Box().array) == [0, 0, 0]
        assert (str(box), str(Box())) == ("1 x 2 x 3", "open space")

    @pytest.mark.parametrize(
        "impossible",
        [
            0,
            -1,
            (1, 0, 1),
            (1, 1, -1),
            np.nan,
            np.inf,
            (1, np.nan, 1),
            ("open", "open", "open"),
            (1, "closed", 1),
            (1, 0, "open"),
            (1, 2, 3, 4),
            (),
            [[1, 2, 3]],
            "closed",
            {},
        ],
    )
    def test_impossible(self, impossible):
        with pytest.raises(
            KaditaError, match="box: expected one length, two or three, each finite and above 0 .*; got"
        ):
            Block(np.zeros((1, 3)), box=impossible)


class TestWrapping:
    def test_into_the_cell(self):
        wrapped = Block([[-0.5, 10.0, 25.0], [4.0, 0.0, 9.99]], box=10.0).wrapped[0]
        np.testing.assert_allclose(wrapped, [[9.5, 0, 5], [4, 0, 9.99]])

    def test_the_upper_face_is_the_lower(self):
        """What float32 rounds up to L, and what rounding of a remainder would."""
        for x in (25.0, float(np.float32(25.0 - 1e-9)), -1e-17, 50.0, -25.0, 0.0, -0.0):
            assert Block([[x, 1.0, 1.0]], box=25.0).wrapped[0, 0, 0] == 0, x

    @QUIET
    @given(seeds, st.sampled_from([1e-3, 1.0, 25.0, 1e5]))
    def test_stays_below_the_face_and_keeps_what_is_inside(self, seed, side):
        positions = np.random.default_rng(seed).uniform(-3 * side, 3 * side, (20, 3))
        wrapped = Box.of(side).wrap(positions)
        assert ((wrapped >= 0) & (wrapped < side)).all()
        inside = (positions >= 0) & (positions < side)
        np.testing.assert_array_equal(wrapped[inside], positions[inside])
        turns = (positions - wrapped) / side
        np.testing.assert_allclose(turns, np.round(turns), atol=1e-12)

    def test_open_space_wraps_nothing(self, rng):
        positions = rng.normal(size=(5, 3)) * 1e6
        np.testing.assert_array_equal(Block(positions).wrapped[0], positions)


@QUIET
@given(seeds, st.sampled_from([(1.0, 1.0, 1.0), (3.0, 0.5, 20.0)]))
def test_minimum_image_is_the_shortest_of_all(seed, lengths):
    d = np.random.default_rng(seed).uniform(-2, 2, (10, 3)) * lengths
    images = np.stack(np.meshgrid(*[np.arange(-3, 4)] * 3, indexing="ij"), -1).reshape(-1, 3) * lengths
    shortest = np.linalg.norm(d[:, None] + images, axis=2).min(axis=1)
    np.testing.assert_allclose(np.linalg.norm(Box.of(lengths).minimum_image(d), axis=1), shortest, atol=1e-12)


class TestCentroid:
    def test_in_open_space_it_is_the_mean(self, rng):
        positions = rng.normal(size=(4, 30, 3)) + 1e3
        block = Block(positions)
        np.testing.assert_allclose(block.centroid, positions.mean(axis=1), rtol=1e-15)
        np.testing.assert_allclose(block.offsets, positions - positions.mean(axis=1, keepdims=True), atol=1e-12)

    @QUIET
    @given(seeds, st.integers(1, 60), st.floats(0.01, 0.49), st.sampled_from([(9.0, 9.0, 9.0), (4.0, 9.0, 30.0)]))
    def test_of_a_school_within_half_a_cell_it_is_the_mean(self, seed, n, width, lengths):
        """Wherever the faces cut it, and whichever images its agents are in."""
        rng = np.random.default_rng(seed)
        together = (rng.uniform(-2, 2, 3) + rng.random((n, 3)) * width) * lengths
        images = np.array(lengths) * rng.integers(-2, 3, (n, 3))
        block = Block(together + images, box=lengths)
        apart = block.box.minimum_image(block.centroid[0] - together.mean(axis=0))
        np.testing.assert_allclose(apart, 0, atol=1e-10)
        np.testing.assert_allclose(block.offsets[0], together - together.mean(axis=0), atol=1e-10)

    @QUIET
    @given(seeds, st.integers(2, 60), st.floats(0.2, 1.5))
    def test_it_moves_with_the_school(self, seed, n, width):
        """However wide the school is, where no agent is half a cell away or at another's image of the mean."""
        rng = np.random.default_rng(seed)
        positions, shift = rng.normal(size=(n, 3)) * width, rng.uniform(-20, 20, 3)
        near, far = Block(positions, box=9.0), Block(positions + shift, box=9.0)
        assume((np.abs(near.offsets) < 4.5 - 1e-6).all())
        np.testing.assert_allclose(near.box.minimum_image(far.centroid - near.centroid - shift), 0, atol=1e-9)

    @QUIET
    @given(seeds, st.integers(1, 60))
    def test_offsets_from_it_add_up_to_zero(self, seed, n):
        """The intrinsic mean: no step from it lowers the sum of squares. The circular mean alone is not it."""
        block = Block(np.random.default_rng(seed).uniform(0, 9, (n, 3)), box=9.0)
        assume((np.abs(block.offsets) < 4.5 - 1e-6).all())
        np.testing.assert_allclose(block.offsets.mean(axis=1), 0, atol=1e-11)

    def test_it_is_not_the_circular_mean(self):
        """Three agents at 0, 0 and 3 of 10: the mean is 1, the circular mean .90."""
        block = Block([[0.0, 0, 0], [0.0, 0, 0], [3.0, 0, 0]], box=10.0)
        assert block.centroid[0, 0] == pytest.approx(1, abs=1e-12)

    def test_it_is_in_the_cell(self, rng):
        centroid = Block(rng.normal(size=(200, 5, 3)), box=3.0).centroid
        assert ((centroid >= 0) & (centroid < 3)).all()

    def test_each_frame_has_its_own(self, rng):
        positions = rng.uniform(0, 9, (40, 12, 3))
        together = Block(positions, box=9.0).centroid
        for t in range(40):
            np.testing.assert_array_equal(together[t], Block(positions[t], box=9.0).centroid[0])

    def test_far_from_the_cell_it_settles_too(self, monkeypatch):
        """Unwrapped coordinates of a long run: rounding is larger there than the 1e-12 L at which it has settled."""
        steps = []
        minimum_image = Box.minimum_image
        monkeypatch.setattr(Box, "minimum_image", lambda box, d: steps.append(1) or minimum_image(box, d))
        positions = np.random.default_rng(1).uniform(0, 5, (8, 150, 3))
        near, far = Block(positions, box=25.0).centroid, Block(positions + 25e6, box=25.0).centroid
        np.testing.assert_allclose(near, far, atol=1e-7)
        assert len(steps) < 100
