"""Entropies of schools in a plane: the circle in place of the sphere, two variances, and what is for space alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kadita import Block, KaditaError, KaditaWarning, analyze

NAME = "polarization_entropy"
SCATTER = {20: 0.041, 50: 0.026, 500: 0.008, 5000: 0.0026}  # standard deviation of one school of random headings
ARCSINE = -np.diff(np.arcsin(np.linspace(-1, 1, 21)) / math.pi)  # minus the probability of each of 20 bins
RANDOM_COSINES = float((ARCSINE * np.log(-ARCSINE)).sum() / math.log(20))


def towards(angles):
    """Unit vectors in the plane at these angles."""
    return np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=-1)


@pytest.fixture
def entropies(measure):
    """Entropies of headings, (T, N, 3) or angles, of schools in a plane."""

    def entropies(headings, **options):
        velocities = towards(headings) if headings.ndim == 2 else headings
        return measure(Block(np.zeros_like(velocities), velocities, dimensions=2), NAME, **options)[NAME]

    return entropies


class TestHeadings:
    @pytest.mark.parametrize("n", SCATTER)
    def test_random_ones_have_a_mean_of_one_at_any_size(self, n, entropies, rng):
        found = entropies(rng.uniform(-math.pi, math.pi, (200, n)))
        assert abs(found.mean() - 1) < 3.5 * SCATTER[n] / math.sqrt(200)
        assert found.std() == pytest.approx(SCATTER[n], rel=0.2)
        assert (found > 1).any()  # not cut above: a cut would bias the mean

    def test_one_direction_has_none(self, entropies, rng):
        angles = np.tile(rng.uniform(-math.pi, math.pi, (10, 1)), (1, 40))
        assert (entropies(towards(angles) * rng.uniform(0.1, 9, (10, 40, 1))) == 0).all()

    @pytest.mark.parametrize(("sd", "expected"), [(0.5, 0.68), (0.25, 0.49), (0.1, 0.23)])
    @pytest.mark.parametrize("course", [0.3, math.pi])
    def test_bundles(self, sd, expected, course, entropies, rng):
        """h of a normal distribution is ln(2 pi e sd^2) / 2; one course is on the cut of the angle."""
        found = entropies(course + sd * rng.normal(size=(200, 150))).mean()
        normal = 0.5 * math.log(2 * math.pi * math.e * sd**2)
        assert found == pytest.approx(expected, abs=0.015)
        assert found == pytest.approx(1 + (normal - math.log(2 * math.pi)) / math.log(36), abs=0.015)

    def test_narrow_bundles_end_at_zero(self, entropies):
        """Also where they are so narrow that single precision does not tell their headings apart."""
        angles = np.random.default_rng(1).normal(size=150)
        found = entropies(np.array([2 + width * angles for width in (0.5, 0.1, 0.01, 1e-4, 1e-6, 1e-8, 1e-12, 0.0)]))
        assert (np.diff(found) <= 0).all()
        assert (found[2:] == 0).all()

    def test_an_arc_of_ten_degrees_is_at_zero_and_all_of_them_at_one(self, entropies, rng):
        """36 such arcs make the circle: half of it is at 1 - ln 2 / ln 36, a tenth of one below 0, which is 0."""
        widths = np.array([2 * math.pi, math.pi, math.radians(10), math.radians(1)])
        found = entropies(widths[:, None] * rng.random((4, 20_000)))
        np.testing.assert_allclose(found, [1, 1 - math.log(2) / math.log(36), 0, 0], atol=0.005)

    def test_in_space_a_plane_of_headings_is_a_small_part_of_all(self, measure, rng):
        """Why a plane is not to be measured with the formula for space: it falls with N, to 0."""
        for n, expected in ((8, 0.98), (50, 0.69), (500, 0.29), (5000, 0.0)):
            headings = towards(rng.uniform(-math.pi, math.pi, (100, n)))
            found = measure(Block(np.zeros_like(headings), headings, dimensions=3), NAME)[NAME]
            assert found.mean() == pytest.approx(expected, abs=0.05)


def pixels(rng, frames, agents, step):
    """Central differences of positions in whole pixels, of agents that go in random directions by `step` a frame."""
    starts, way = rng.uniform(0, 999, (frames, agents, 3)), towards(rng.uniform(-math.pi, math.pi, (frames, agents)))
    return (np.rint(starts + 2 * step * way) - np.rint(starts)) / 2


class TestTies:
    @pytest.mark.parametrize(("agents", "least", "most"), [(50, 0.1, 0.25), (200, 1.0, 1.0)])
    def test_three_pixels_a_frame(self, agents, least, most, entropies, rng):
        """Undefined in 17 % of the frames of 50 agents and in all of those of 200, and never "aligned"."""
        found = entropies(pixels(rng, 300, agents, 3.0))
        assert least <= np.isnan(found).mean() <= most
        assert (found[~np.isnan(found)] > 0.5).all()

    @pytest.mark.parametrize("dimensions", [2, 3])
    def test_a_note_says_what_helps(self, dimensions, registry, rng):
        velocities = np.rint(pixels(rng, 3, 300, 3.0))
        block = Block(np.zeros_like(velocities), velocities, dimensions=dimensions)
        with pytest.warns(
            KaditaWarning, match=f"{NAME}: more than 4 agents have equal headings.*smooth.*interval"
        ) as caught:
            found = analyze(block, [NAME], registry=registry)
        assert np.isnan(found[NAME]).any()
        assert len(caught) == 1

    def test_smoothing_and_longer_intervals_do_help(self, entropies, rng):
        """What the note says: steps of 100 frames, and differences of means of twenty positions."""
        assert entropies(pixels(rng, 50, 200, 100 * 3.0)).mean() == pytest.approx(1, abs=0.02)
        angles = rng.uniform(-math.pi, math.pi, (50, 60))
        starts = rng.uniform(0, 9, (50, 60, 3))
        raw = [np.rint(starts + t * 3.0 * towards(angles)) for t in range(40)]
        smooth = np.mean(raw[20:], axis=0) - np.mean(raw[:20], axis=0)
        coarse = entropies(raw[1] - raw[0])
        assert np.isnan(coarse).any()
        assert not np.isnan(entropies(smooth)).any()

    @pytest.mark.parametrize("dimensions", [2, 3])
    def test_one_more_than_k(self, dimensions, measure, rng):
        """Five equal ones among thirty: undefined with k = 4, defined with k = 5; of those at rest nothing is asked."""
        velocities = rng.normal(size=(31, 3)) * [1, 1, dimensions == 3]
        velocities[:5] = np.arange(1, 6)[:, None] * velocities[0]
        velocities[30] = 0
        block = Block(np.zeros((31, 3)), velocities, dimensions=dimensions)
        assert np.isnan(measure(block, NAME)[NAME][0])
        assert 0 < measure(block, NAME, parameters={f"{NAME}.k": 5})[NAME][0] < 1.2

    @pytest.mark.parametrize("dimensions", [2, 3])
    @pytest.mark.filterwarnings("error")
    def test_a_narrow_bundle_has_none_however_tied(self, dimensions, registry, rng):
        """100 pixels ahead and at most 8 aside: all within 10 degrees, so that 0 is certain."""
        velocities = np.stack([np.full(200, 100.0), rng.integers(-8, 9, 200), np.zeros(200)], 1)
        block = Block(np.zeros((200, 3)), velocities, dimensions=dimensions)
        assert analyze(block, [NAME], registry=registry)[NAME][0] == 0

    def test_the_index_goes_by_the_others(self, measure, rng):
        index, weights = "oceanic_schooling_index", {"oceanic_schooling_index.weights": {"polarization": 0}}
        block = Block(rng.normal(size=(3, 200, 3)) * [1, 1, 0], pixels(rng, 3, 200, 3.0))
        found = measure(block, index, NAME)
        assert np.isnan(found[NAME]).all()
        assert not np.isnan(found[index]).any()
        np.testing.assert_array_equal(found[index], measure(block, index, parameters=weights)[index])


class TestShape:
    def test_ring_line_and_ellipse(self, one):
        """Axes a and b have the variances a^2 / 2 and b^2 / 2."""
        ring = towards(2 * math.pi * np.arange(12) / 12)
        p = np.array([0.8, 0.2])
        known = {"ring": (ring, 1.0), "line": (ring * [1, 0, 0], 0.0)}
        known["ellipse"] = (ring * [2, 1, 0], -(p * np.log(p)).sum() / math.log(2))
        turn = np.array([[0.6, 0.8, 0], [-0.8, 0.6, 0], [0, 0, 1]])
        for name, (shape, expected) in known.items():
            for height in (0.0, -7.3):
                found = one("school_shape_entropy", shape @ turn + [4, 5, height], None)
                assert found == pytest.approx(expected, abs=1e-7), name
            crossing = np.mod(shape @ turn + [0, 9.9, 0], 10)
            assert one("school_shape_entropy", crossing, None, (10, 10)) == pytest.approx(expected, abs=1e-7), name

    def test_three_agents_span_a_plane(self, one):
        triangle = [[0.0, 0], [1.0, 0], [0.5, math.sqrt(0.75)]]
        assert one("school_shape_entropy", triangle, None) == pytest.approx(1)
        assert np.isnan(one("school_shape_entropy", triangle[:2], None))


def random_plane(rng, frames, agents, shape):
    """Random positions in a square or a disc, and random headings."""
    x = rng.uniform(-1, 1, (frames, agents, 2))
    if shape == "disc":
        x = np.sqrt(rng.random((frames, agents, 1))) * towards(rng.uniform(0, 7, (frames, agents)))[..., :2]
    return Block(x, towards(rng.uniform(-math.pi, math.pi, (frames, agents)))[..., :2])


@pytest.mark.parametrize("shape", ["disc", "square"])
class TestRandomSchools:
    @pytest.mark.parametrize(("agents", "frames", "index"), [(50, 200, 0.925), (150, 200, 0.940), (5000, 10, 0.944)])
    def test_their_index(self, agents, frames, index, shape, measure, rng):
        found = measure(random_plane(rng, frames, agents, shape), "oceanic_schooling_index")["oceanic_schooling_index"]
        assert found.mean() == pytest.approx(index, abs=0.003)

    def test_cosines_and_momenta_follow_the_arcsine_law(self, shape, measure, rng):
        """The cosine of a uniform angle is most often near -1 or 1: .949 of the entropy of 20 equal bins."""
        assert pytest.approx(0.949, abs=0.001) == RANDOM_COSINES
        names = ("velocity_correlation_entropy", "angular_momentum_entropy")
        found = measure(random_plane(rng, 10, 5000, shape), *names)
        for name in names:
            assert found[name].mean() == pytest.approx(RANDOM_COSINES, abs=0.005), name


class TestIndex:
    WEIGHTS = {  # noqa: RUF012 - of all but depth
        "school_cohesion_entropy": 0.18,
        "polarization_entropy": 0.28,
        "angular_momentum_entropy": 0.08,
        "nearest_neighbor_entropy": 0.10,
        "velocity_correlation_entropy": 0.18,
        "school_shape_entropy": 0.10,
    }

    def test_it_is_the_mean_of_what_a_plane_defines(self, measure, rng):
        block = random_plane(rng, 4, 60, "disc")
        found = measure(block, "oceanic_schooling_index", *self.WEIGHTS)
        expected = sum(w * found[name] for name, w in self.WEIGHTS.items()) / sum(self.WEIGHTS.values())
        np.testing.assert_allclose(found["oceanic_schooling_index"], expected, rtol=1e-12)

    def test_it_is_that_of_space_without_surfaces(self, measure, drawn_school):
        """Given a depth that is undefined, or none, the same number."""
        x, v = drawn_school(3, 40)
        found = measure(Block(x, v), "oceanic_schooling_index", *self.WEIGHTS)
        expected = sum(w * found[name] for name, w in self.WEIGHTS.items()) / sum(self.WEIGHTS.values())
        np.testing.assert_allclose(found["oceanic_schooling_index"], expected, rtol=1e-12)

    def test_depth_is_left_out_or_refused_by_name(self, registry, rng):
        block = random_plane(rng, 1, 60, "disc")
        with pytest.raises(KaditaError, match="depth_stratification_entropy is defined only in space, and the school"):
            analyze(block, ["depth_stratification_entropy"], registry=registry)
        with pytest.warns(KaditaWarning, match="left out: depth_stratification_entropy: is defined only in space"):
            found = analyze(block, registry=registry, parameters={"link_distance": 1.0})
        assert "oceanic_schooling_index" in found
        assert "depth_stratification_entropy" not in found


class TestPublished:
    """Formulas for space say nothing of a plane; those that hold in any dimension stay."""

    SPACE_ALONE = (
        "school_cohesion_entropy",
        "polarization_entropy",
        "depth_stratification_entropy",
        "nearest_neighbor_entropy",
        "school_shape_entropy",
        "oceanic_schooling_index",
    )

    @pytest.mark.parametrize("name", SPACE_ALONE)
    def test_those_for_space_are_refused_by_name(self, name, registry, rng):
        with pytest.raises(KaditaError, match=f"{name} .*only in space, and the school is in a plane|needs .*left out"):
            analyze(random_plane(rng, 1, 60, "disc"), [name], profile="published", registry=registry)

    def test_the_profile_has_the_others(self, measure, rng):
        found = measure(random_plane(rng, 2, 60, "disc"), profile="published")
        others = {"polarization", "rotation", "spread", "order_index", "state"}
        assert found.keys() == others | {"angular_momentum_entropy", "velocity_correlation_entropy"}
        assert not any(np.isnan(values).any() for values in found.values())
