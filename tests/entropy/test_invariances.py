"""What leaves the corrected metrics as they are: each is held to the symmetries that it declares.

Schools are drawn. A value near the edge of a histogram's bin (or a link as long as the link distance) is set aside:
a draw counts where noise of 1e-9 in all coordinates changes no metric by more than 1e-5.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kadita import Block

QUIET = settings(derandomize=True, deadline=None, max_examples=150)
LINK = 0.8
SIDE = 9.0
SURFACES = {"depth_stratification_entropy.depth_range": (-1.5, 1.0)}
LENGTHS = {"spread"}  # grow with the school
ABSOLUTE = {
    "depth_stratification_entropy",
    "largest_cluster_fraction",
    "cluster_count",
    "percolates",
}  # have a length given

schools = st.tuples(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.sampled_from(["loose", "aligned", "milling", "resting"]),
)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def settled(measure, drawn_school):
    """A drawn school and all its metrics, where a breath of noise does not change them."""

    def settled(school, side=None, dimensions=3, **options):
        positions, velocities = (vectors * [1, 1, dimensions == 3] for vectors in drawn_school(*school))
        noise = np.random.default_rng(school[0] + 1).normal(size=(4, *positions.shape)) * 1e-9
        noise[0], noise[..., 2] = 0, noise[..., 2] * (dimensions == 3)
        several = Block(positions + noise, velocities * (1 + noise), box=side, dimensions=dimensions)
        found = measure(several, link=LINK, **options)
        for values in found.values():
            assume(np.array_equal(np.isnan(values), np.isnan(values[[0]] * np.ones(4))))
            assume(np.isnan(values[0]) or np.ptp(values) <= 1e-5)
        return positions, velocities, {name: values[0] for name, values in found.items()}

    return settled


@pytest.fixture(scope="module")
def having(registry):
    """Names of the metrics that declare a symmetry."""
    return lambda symmetry: [name for name, m in registry.metrics.items() if symmetry in m.symmetries]


def assert_same(found, expected, names):
    names = expected.keys() & set(names)  # those that are defined in a plane, or in space
    assert names
    for name in names:
        assert found[name][0] == pytest.approx(expected[name], abs=1e-6, rel=1e-6, nan_ok=True), name


def test_declared_symmetries_are_those_of_the_definitions(registry):
    all_four = {"translation", "rotation", "images", "scale"}
    for name, m in registry.metrics.items():
        expected = {"images"} if name == "depth_stratification_entropy" else all_four
        if name in LENGTHS | ABSOLUTE:
            expected = expected - {"scale"}
        assert set(m.symmetries) == expected, name


@QUIET
@given(schools, seeds, st.sampled_from([None, SIDE]))
def test_translation(settled, measure, having, school, seed, side):
    positions, velocities, expected = settled(school, side)
    shift = np.random.default_rng(seed).uniform(-30, 30, 3)
    found = measure(Block(positions + shift, velocities, box=side), link=LINK)
    assert_same(found, expected, having("translation"))


@QUIET
@given(schools, seeds)
def test_any_rotation_in_open_space(settled, measure, having, school, seed):
    positions, velocities, expected = settled(school)
    turn = Rotation.random(random_state=seed).as_matrix().T
    found = measure(Block(positions @ turn, velocities @ turn), link=LINK)
    assert_same(found, expected, having("rotation"))


QUARTER_TURNS = [
    np.diag(signs)[list(order)]
    for order in itertools.permutations(range(3))
    for signs in itertools.product([1.0, -1.0], repeat=3)
    if np.linalg.det(np.diag(signs)[list(order)]) > 0
]


def test_there_are_twenty_four_quarter_turns():
    assert len(QUARTER_TURNS) == 24


@QUIET
@given(schools, st.sampled_from(QUARTER_TURNS))
def test_quarter_turns_in_a_cubic_cell(settled, measure, having, school, turn):
    positions, velocities, expected = settled(school, SIDE)
    found = measure(Block(positions @ turn, velocities @ turn, box=SIDE), link=LINK)
    assert_same(found, expected, having("rotation"))


@QUIET
@given(schools, seeds, st.sampled_from([SIDE, 5.0]), st.sampled_from([1, 2, 1000]))
def test_periodic_images(settled, measure, having, school, seed, side, far):
    """Each agent in an image of its own; depth between two surfaces is that of any of them."""
    positions, velocities, expected = settled(school, side, parameters=SURFACES)
    images = np.random.default_rng(seed).integers(-far, far, positions.shape, endpoint=True)
    found = measure(Block(positions + side * images, velocities, box=side), link=LINK, parameters=SURFACES)
    assert_same(found, expected, having("images"))


@QUIET
@given(schools, st.floats(-3, 3), st.sampled_from([None, SIDE]))
def test_scale_of_length(settled, measure, having, school, exponent, side):
    """Lengths are numbers of somebody's unit: metres, pixels or body lengths."""
    positions, velocities, expected = settled(school, side)
    unit = 10.0**exponent
    box = None if side is None else side * unit
    found = measure(Block(positions * unit, velocities * unit, box=box), link=LINK * unit)
    assert_same(found, expected, having("scale"))
    expected["spread"] *= unit
    groups = ["largest_cluster_fraction", "cluster_count", "percolates"]  # the link was scaled with the rest
    assert_same(found, expected, ["spread", *groups])


@QUIET
@given(schools, seeds, st.sampled_from([None, SIDE]))
def test_scale_of_speed(settled, measure, registry, school, seed, side):
    """Headings alone count, and not each agent's own speed."""
    positions, velocities, expected = settled(school, side)
    speeds = 10 ** np.random.default_rng(seed).uniform(-3, 3, (len(positions), 1))
    found = measure(Block(positions, velocities * speeds, box=side), link=LINK)
    assert_same(found, expected, list(registry.metrics))


@QUIET
@given(schools, seeds, st.sampled_from([None, SIDE]))
def test_relabelling_of_agents(settled, measure, registry, school, seed, side):
    positions, velocities, expected = settled(school, side, parameters=SURFACES)
    order = np.random.default_rng(seed).permutation(len(positions))
    found = measure(Block(positions[order], velocities[order], box=side), link=LINK, parameters=SURFACES)
    assert_same(found, expected, list(registry.metrics))


@QUIET
@given(schools, seeds)
def test_depth_between_surfaces_does_not_change_along_them(settled, measure, school, seed):
    """Shifted sideways, turned about the vertical, or with the surfaces shifted along."""
    name = "depth_stratification_entropy"
    positions, velocities, expected = settled(school, parameters=SURFACES)
    x, y, z, angle = np.random.default_rng(seed).uniform(-30, 30, 4)
    turn = Rotation.from_euler("z", angle).as_matrix().T
    along = {f"{name}.depth_range": (-1.5 + z, 1.0 + z)}
    found = measure(Block(positions @ turn + [x, y, z], velocities @ turn), name, parameters=along)
    assert_same(found, expected, [name])


class TestInAPlane:
    """The same for planar schools, whose only rotations are those about z; mirrored, a mill turns the other way."""

    @QUIET
    @given(schools, seeds, st.sampled_from([None, SIDE]))
    def test_moved_also_up_and_down(self, settled, measure, having, school, seed, side):
        positions, velocities, expected = settled(school, side, 2)
        shift = np.random.default_rng(seed).uniform(-30, 30, 3)
        found = measure(Block(positions + shift, velocities, box=side, dimensions=2), link=LINK)
        assert_same(found, expected, having("translation"))

    @QUIET
    @given(schools, st.floats(0, 7))
    def test_turned_about_z(self, settled, measure, having, school, angle):
        positions, velocities, expected = settled(school, None, 2)
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        found = measure(Block(positions @ turn, velocities @ turn, dimensions=2), link=LINK)
        assert_same(found, expected, having("rotation"))

    @QUIET
    @given(schools, st.integers(1, 3))
    def test_quarter_turns_with_their_cell(self, settled, measure, having, school, quarters):
        positions, velocities, expected = settled(school, (SIDE, 6.0), 2)
        turn = np.linalg.matrix_power(np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]), quarters)
        box = (6.0, SIDE) if quarters % 2 else (SIDE, 6.0)
        found = measure(Block(positions @ turn, velocities @ turn, box=box, dimensions=2), link=LINK)
        assert_same(found, expected, having("rotation"))

    @QUIET
    @given(schools, st.sampled_from([None, SIDE]))
    def test_mirrored(self, settled, measure, registry, school, side):
        """As from a picture whose y points down: everything but the sense of rotation stays."""
        positions, velocities, expected = settled(school, side, 2)
        mirror = np.array([1.0, -1.0, 1.0])
        found = measure(Block(positions * mirror, velocities * mirror, box=side, dimensions=2), link=LINK)
        expected["angular_momentum"] *= -1
        assert_same(found, expected, list(registry.metrics))

    @pytest.mark.slow
    @QUIET
    @given(schools, seeds, st.sampled_from([1, 1000]))
    def test_periodic_images_along_periodic_axes(self, settled, measure, having, school, seed, far):
        """Also in a plane that repeats along x alone."""
        for box in ((SIDE, 5.0), (SIDE, "open")):
            positions, velocities, expected = settled(school, box, 2)
            edges = np.array([SIDE, 5.0 if box[1] == 5.0 else 0.0, 0.0])
            images = np.random.default_rng(seed).integers(-far, far, positions.shape, endpoint=True)
            found = measure(Block(positions + edges * images, velocities, box=box, dimensions=2), link=LINK)
            assert_same(found, expected, having("images"))

    @QUIET
    @given(schools, st.floats(-3, 3), st.sampled_from([None, SIDE]))
    def test_scaled(self, settled, measure, registry, school, exponent, side):
        positions, velocities, expected = settled(school, side, 2)
        unit = 10.0**exponent
        box = None if side is None else side * unit
        found = measure(Block(positions * unit, velocities * unit, box=box, dimensions=2), link=LINK * unit)
        expected["spread"] *= unit
        assert_same(found, expected, list(registry.metrics))

    @QUIET
    @given(schools, seeds, st.sampled_from([None, SIDE]))
    def test_relabelled(self, settled, measure, registry, school, seed, side):
        positions, velocities, expected = settled(school, side, 2)
        order = np.random.default_rng(seed).permutation(len(positions))
        found = measure(Block(positions[order], velocities[order], box=side, dimensions=2), link=LINK)
        assert_same(found, expected, list(registry.metrics))
