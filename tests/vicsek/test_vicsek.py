"""The Vicsek model in three dimensions: a plain NumPy twin, the noise, the order that it destroys, and symmetries."""

import math

import numpy as np
import pytest
from scipy import stats

import kadita
from kadita.models.philox import NOISE, uniforms
from kadita_vicsek.vicsek import Vicsek


def school(**changes):
    """Parameters of a small school in a periodic cell, without noise, with changes."""
    usual = {"agents": 2, "box": 4.0, "speed": 0.5, "radius": 1.0, "noise": 0.0, "time_step": 0.2}
    return Vicsek(**(usual | changes))


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def polarization(headings):
    """P = |mean u|, over the last axis but one."""
    return np.linalg.norm(headings.mean(axis=-2), axis=-1)


def twin_step(p, positions, headings, seed, step):
    """One step once more, in plain NumPy, agent by agent; the random numbers alone are the kernel's.

    Returns positions, headings, and how much each agent's sum magnifies the rounding of a heading: the number of
    headings in it by its length, (N, 1).
    """
    edges = None if p.box == "open" else np.broadcast_to(p.box, (3,))
    turned, magnified = np.empty_like(headings), np.empty((len(headings), 1))
    for i, own in enumerate(headings):
        d = positions - positions[i]
        if edges is not None:
            d = (d + edges / 2) % edges - edges / 2
        near = np.linalg.norm(d, axis=1) < p.radius
        total = headings[near].sum(axis=0)
        magnified[i] = near.sum() / np.linalg.norm(total)
        mean = unit(total) if np.linalg.norm(total) > 1e-10 else own
        u, v, *_ = uniforms(np.uint64(seed), step, i, NOISE)
        # where the azimuth is counted from does not matter to the model; this is where the kernel counts it from
        axis = np.eye(3)[0 if abs(mean[0]) < abs(mean[1]) else 1]
        first = unit(axis - (axis @ mean) * mean)
        second = np.cross(mean, first)
        cosine, azimuth = 1 - 2 * p.noise * u, 2 * math.pi * v
        sine = 2 * math.sqrt(p.noise * u * (1 - p.noise * u))
        turned[i] = cosine * mean + sine * (math.cos(azimuth) * first + math.sin(azimuth) * second)
    moved = positions + p.speed * p.time_step * turned
    return (moved if edges is None else moved % edges), turned, magnified


# Headings are summed as whole numbers of 2^-20, cut: 1e-6 of each neighbour. Moves and lengths are float64's.
ROUNDED = 2e-6


@pytest.mark.parametrize("noise", [0.0, 1e-6, 0.1, 0.5, 1.0])
@pytest.mark.parametrize(
    "space",
    [
        {"box": 4.0},
        {"box": (3.0, 4.0, 9.0)},
        {"box": "open", "initial": "sphere", "initial_radius": 2.5},
        {"box": 1.5},  # the radius reaches beyond half the cell: of each other agent one image counts, the nearest
    ],
    ids=lambda space: str(space["box"]),
)
@pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
def test_kernel_and_twin_agree_on_random_schools(advance, space, noise, by_cells):
    p = school(agents=70, noise=noise, **space)
    x, u = p.initial_state(seed=3)
    moved, turned = advance(p, x, u, seed=2**63 + 9, first_step=2**33 + 17, by_cells=by_cells)
    twin_moved, twin_turned, magnified = twin_step(p, x, u, seed=2**63 + 9, step=2**33 + 17)
    assert np.median(magnified) < 20  # most sums are no near balance of opposites
    assert (np.abs(turned - twin_turned) < ROUNDED * magnified).all()
    assert (np.abs(p.space.minimum_image(moved - twin_moved)) < 0.1 * ROUNDED * magnified).all()
    np.testing.assert_allclose(p.space.minimum_image(moved - x), 0.1 * turned, rtol=0, atol=1e-14)
    assert space["box"] == "open" or ((moved >= 0) & (moved < np.array(space["box"]))).all()


def two(distance, first, second, edge=4.0):
    """Two agents along the x axis, one on either side of the cell's face, with these headings."""
    return np.array([[edge - distance / 3, 1, 1], [2 * distance / 3, 1, 1]]), np.array([first, second], dtype=float)


class TestMeanHeading:
    def test_two_neighbors_take_the_direction_halfway(self, advance):
        _, turned = advance(school(), *two(0.9, [1, 0, 0], [0, 1, 0]))
        np.testing.assert_allclose(turned, np.tile([math.sqrt(0.5), math.sqrt(0.5), 0], (2, 1)), atol=1e-15)

    def test_an_agent_counts_itself_like_any_other(self, advance):
        """Three along z about one along x: tan of its new angle to x is 3, and not infinite."""
        x = np.array([[2.0, 2, 2], [2.9, 2, 2], [2, 2.9, 2], [1.1, 2, 2]])
        _, turned = advance(school(agents=4), x, [[1.0, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]])
        np.testing.assert_allclose(turned[0], np.array([1, 0, 3]) / math.sqrt(10), atol=1e-15)

    @pytest.mark.parametrize("space", [{}, {"box": "open", "initial": "sphere", "initial_radius": 1.0}])
    @pytest.mark.parametrize(("distance", "near"), [(0.99999, True), (1.00001, False)])
    @pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
    def test_agents_farther_apart_than_the_radius_ignore_each_other(self, advance, space, distance, near, by_cells):
        x, u = two(distance, [1, 0, 0], [0, 1, 0], edge=0.0 if space else 4.0)
        _, turned = advance(school(**space), x, u, by_cells=by_cells)
        assert (np.abs(turned - u).max() > 0.1) == near
        if not near:
            np.testing.assert_array_equal(turned, u)

    @pytest.mark.parametrize("axis", [0, 1, 2])
    @pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
    def test_neighbors_count_across_the_face_of_the_cell_and_not_of_open_space(self, advance, axis, by_cells):
        edges = [4.0, 5.0, 6.0]
        x, u = np.full((2, 3), 2.0), np.eye(3)[:2]
        x[:, axis] = 0.2, edges[axis] - 0.3
        for space, near in (({"box": tuple(edges)}, True), ({"box": "open", "initial": "ring"}, False)):
            _, turned = advance(school(initial_radius=1.0, **space), x, u, by_cells=by_cells)
            np.testing.assert_allclose(turned, unit(u.sum(axis=0) if near else u) * np.ones((2, 1)), atol=1e-15)

    def test_headings_whose_sum_vanishes_are_kept(self, advance):
        u = np.array([[0.6, 0, 0.8], [-0.6, 0, -0.8]])
        _, turned = advance(school(), *two(0.5, *u))
        np.testing.assert_array_equal(turned, u)

    def test_neighbors_are_those_before_the_step(self, advance):
        """The second agent comes near only by this step, and is not seen in it."""
        x, u = np.array([[1.0, 1, 1], [2.05, 1, 1]]), np.array([[0, 1.0, 0], [-1, 0, 0]])
        moved, turned = advance(school(), x, u)
        np.testing.assert_array_equal(turned, u)
        assert np.linalg.norm(moved[1] - moved[0]) < 1.0
        _, turned = advance(school(), moved, turned)
        assert turned[0, 0] < -0.5

    def test_agents_move_by_speed_times_time_step_along_their_new_heading(self, advance):
        x, u = two(0.9, [1, 0, 0], [0, 1, 0])
        p = school()
        moved, turned = advance(p, x, u)
        np.testing.assert_allclose(p.space.minimum_image(moved - x), 0.1 * turned, rtol=0, atol=1e-15)


class TestNoise:
    LONE = school(agents=5000, box="open", initial="sphere", initial_radius=50.0, radius=1e-6)

    @pytest.mark.parametrize("heading", [(0, 0, 1), (0, 1, 0), (1, 0, 0), (-1, 0, 0), (1, 1, 1), (3, -2, 0.1)])
    @pytest.mark.parametrize("noise", [1e-15, 0.001, 0.1, 0.5, 0.9, 1.0])
    def test_a_free_agent_turns_to_anywhere_on_the_cap_alike(self, advance, heading, noise):
        p = self.LONE.model_copy(update={"noise": noise})
        x, _ = p.initial_state(seed=1)
        u = unit(np.array(heading, dtype=float))
        # what is kept without noise: the heading, as its sum in whole numbers says it
        u = advance(self.LONE, x, np.tile(u, (p.agents, 1)))[1][0]
        np.testing.assert_allclose(u, unit(np.array(heading)), rtol=0, atol=ROUNDED)
        _, turned = advance(p, x, np.tile(u, (p.agents, 1)), seed=5)
        # 1 - cos = |u' - u|^2 / 2, which keeps its digits where the turn is small
        part = (np.linalg.norm(turned - u, axis=1) / 2) ** 2 / noise
        first = np.linalg.svd(u[None])[2][1]
        azimuth = np.arctan2(turned @ np.cross(u, first), turned @ first) / (2 * math.pi) % 1
        assert part.min() >= 0
        assert part.max() <= 1 + 1e-6
        assert stats.kstest(part, "uniform").pvalue > 1e-3  # Archimedes: the cap's height is uniform
        assert stats.kstest(azimuth, "uniform").pvalue > 1e-3
        assert stats.spearmanr(part, azimuth).pvalue > 1e-3

    def test_noise_1_is_isotropic_whatever_the_headings_were(self, advance):
        p = self.LONE.model_copy(update={"noise": 1.0})
        x, _ = p.initial_state(seed=1)
        _, turned = advance(p, x, np.tile([0, 0.6, 0.8], (p.agents, 1)), seed=6)
        for component in turned.T:
            assert stats.kstest(component, stats.uniform(-1, 2).cdf).pvalue > 1e-3
        # 3 N P^2 of isotropic headings is chi-squared with three degrees of freedom
        assert 1e-3 < stats.chi2(3).cdf(3 * p.agents * polarization(turned) ** 2) < 1 - 1e-3

    def test_neighbors_agree_on_a_direction_and_not_on_their_noise(self, advance):
        p = school(noise=0.2)
        x, u = two(0.5, [1, 0, 0], [1, 0, 0])
        turned = np.array([advance(p, x, u, seed=seed)[1] for seed in range(2000)])
        angle = np.arctan2(turned[..., 2], turned[..., 1])
        assert stats.kstest((angle[:, 0] - angle[:, 1]) / (2 * math.pi) % 1, "uniform").pvalue > 1e-3

    def test_noise_differs_between_agents_steps_and_seeds(self, advance):
        p = school(noise=0.2)
        x, u = two(2.0, [1, 0, 0], [1, 0, 0])
        turned = [advance(p, x, u, seed=seed, first_step=step)[1] for seed in (1, 2) for step in (0, 1)]
        assert len(np.unique(np.concatenate(turned), axis=0)) == 8

    def test_headings_stay_unit_vectors(self, advance):
        p = school(agents=60, noise=0.3)
        _, turned = advance(p, *p.initial_state(seed=1), steps=2000)
        np.testing.assert_allclose(np.linalg.norm(turned, axis=1), 1, rtol=1e-14)


N, EDGE, RADIUS, STRIDE = 64, 3.0, 1.0, 0.5  # so dense and mixed so fast that runs can be short
RELAX, FRAMES, RUNS = 100, 200, 24
NOISES = (0.002, 0.1, 0.3, 0.5, 0.7, 1.0)


@pytest.fixture(scope="module")
def kadita_runs():
    """P of independent runs at each noise, each a mean over frames, {noise: (RUNS,)}."""
    given = {"box": EDGE, "radius": RADIUS, "speed": STRIDE, "time_step": 1.0}

    def one(noise, seed):
        frames = {"agents": N, "steps": RELAX + FRAMES, "every": 1, "seed": seed}
        blocks = kadita.simulate("vicsek", **frames, parameters=given | {"noise": noise}).blocks()
        return np.concatenate([polarization(b.headings) for b in blocks])[RELAX + 1 :].mean()

    return {noise: np.array([one(noise, 1000 * i + run) for run in range(RUNS)]) for i, noise in enumerate(NOISES)}


@pytest.fixture(scope="module")
def twin_runs():
    """The same of the model as a textbook has it, in plain NumPy with NumPy's random numbers."""
    return {noise: textbook(noise, np.random.default_rng([7, i])) for i, noise in enumerate(NOISES)}


def textbook(noise, rng):
    """All runs at once, their positions and headings are (RUNS, N, 3)."""
    x = rng.uniform(0, EDGE, (RUNS, N, 3))
    u = unit(rng.normal(size=x.shape))
    p = []
    for _ in range(RELAX + FRAMES):
        d2 = np.zeros((RUNS, N, N))
        for a in range(3):
            d = np.abs(x[:, :, None, a] - x[:, None, :, a])
            d2 += np.minimum(d, EDGE - d) ** 2
        mean = unit((d2 < RADIUS**2).astype(float) @ u)
        cosine = rng.uniform(1 - 2 * noise, 1, (RUNS, N, 1))
        g = rng.normal(size=u.shape)  # its part across the mean has a random azimuth
        u = cosine * mean + np.sqrt(1 - cosine**2) * unit(g - (g * mean).sum(axis=-1, keepdims=True) * mean)
        x = (x + STRIDE * u) % EDGE
        p.append(polarization(u))
    return np.mean(p[RELAX:], axis=0)


class TestOrder:
    """P against noise, from order to disorder."""

    @pytest.mark.slow
    def test_order_is_the_twins_at_every_noise(self, kadita_runs, twin_runs):
        """Welch's test between run means: 6 of them at 1e-6 raise a false alarm in 6e-6 of all choices of seeds."""
        for noise in NOISES:
            mine, twins = kadita_runs[noise], twin_runs[noise]
            assert stats.ttest_ind(mine, twins, equal_var=False).pvalue > 1e-6, (noise, mine.mean(), twins.mean())

    def test_noise_destroys_order(self, kadita_runs):
        order = [kadita_runs[noise].mean() for noise in NOISES]
        assert order[0] > 0.99
        assert (np.diff(order) < -0.05).all()

    def test_noise_1_leaves_the_order_of_random_headings(self, kadita_runs):
        """P of N random headings is Maxwell distributed with mean sqrt(8 / (3 pi N)); frames are independent."""
        floor, p = math.sqrt(8 / (3 * math.pi * N)), kadita_runs[1.0]
        deviation = math.sqrt((3 - 8 / math.pi) / (3 * N))  # of one frame
        assert p.mean() == pytest.approx(floor, abs=5 * deviation / math.sqrt(RUNS * FRAMES))

    @pytest.mark.parametrize("noise", [0.002, 0.1, 0.5, 0.9])
    def test_where_all_see_all_the_order_is_known(self, noise):
        """N headings drawn about one direction have <P^2> = c^2 + (1 - c^2) / N, where c = 1 - noise."""
        given = {"box": EDGE, "radius": EDGE, "noise": noise, "initial": "ring", "initial_radius": 0.5}
        school = kadita.simulate("vicsek", agents=N, steps=1000, every=1, seed=9, parameters=given)
        p2 = np.concatenate([polarization(b.headings) for b in school.blocks()])[1:] ** 2
        c = 1 - noise
        assert p2.mean() == pytest.approx(c**2 + (1 - c**2) / N, abs=5 * p2.std() / math.sqrt(len(p2)))


class TestSymmetries:
    def test_all_aligned_stay_aligned_for_ever(self, advance):
        p = school(agents=80)
        x, _ = p.initial_state(seed=2)
        u = np.tile(unit(np.array([3.0, -2, 1])), (80, 1))
        _, once = advance(p, x, u)
        moved, turned = advance(p, x, u, steps=500)
        assert np.ptp(turned, axis=0).max() < 1e-13
        np.testing.assert_allclose(turned, u, rtol=0, atol=ROUNDED)
        np.testing.assert_allclose(turned, once, rtol=0, atol=1e-13)  # what the first sum has cut, no later one does
        np.testing.assert_allclose(p.space.minimum_image(moved - x - 500 * 0.1 * once), 0, rtol=0, atol=1e-10)

    def test_order_without_noise_is_complete(self, advance):
        p = school(agents=80, box=3.0, speed=2.0)
        _, turned = advance(p, *p.initial_state(seed=2), steps=500)
        assert polarization(turned) == pytest.approx(1, abs=1e-12)

    def test_agents_are_alike(self, advance, rng):
        p = school(agents=50)
        x, u = p.initial_state(seed=4)
        order = rng.permutation(50)
        for a, b in zip(advance(p, x, u), advance(p, x[order], u[order]), strict=True):
            np.testing.assert_array_equal(a[order], b)  # sums of whole numbers know no order

    def test_where_the_cell_begins_does_not_matter(self, advance):
        p, shift = school(agents=50, noise=0.2), np.array([1.3, -2.9, 7.7])
        x, u = p.initial_state(seed=4)
        (here, turned), (there, turned_there) = advance(p, x, u), advance(p, p.space.wrap(x + shift), u)
        np.testing.assert_allclose(turned_there, turned, rtol=0, atol=1e-12)
        np.testing.assert_allclose(p.space.minimum_image(there - here - shift), 0, rtol=0, atol=1e-12)

    def test_directions_of_space_are_alike_to_an_open_school(self, advance):
        p = school(agents=50, box="open", initial="sphere", initial_radius=2.0)
        x, u = p.initial_state(seed=4)
        _, _, magnified = twin_step(p, x, u, seed=0, step=0)
        turn = stats.special_ortho_group.rvs(3, random_state=5)
        for mirror in (turn, -turn):
            for a, b in zip(advance(p, x, u), advance(p, x @ mirror, u @ mirror), strict=True):
                assert (np.abs(a @ mirror - b) < ROUNDED * magnified).all()
        for a, b in zip(advance(p, x, u), advance(p, -x[:, ::-1], -u[:, ::-1]), strict=True):
            np.testing.assert_allclose(-a[:, ::-1], b, rtol=0, atol=1e-13)  # rounding favours no axis and no sign

    def test_only_the_ratio_of_lengths_matters(self, advance):
        p = school(agents=50, noise=0.1)
        x, u = p.initial_state(seed=4)
        moved, turned = advance(p, x, u, steps=20)
        large = school(agents=50, noise=0.1, box=64.0, radius=16.0, speed=8.0)
        large_moved, large_turned = advance(large, 16 * x, u, steps=20)
        np.testing.assert_array_equal(large_turned, turned)  # 16 is a power of 2: not a bit differs
        np.testing.assert_array_equal(large_moved, 16 * moved)

    def test_a_run_in_two_parts_is_the_run(self, advance):
        p = school(agents=60, noise=0.2)
        x, u = p.initial_state(seed=1)
        whole = advance(p, x, u, steps=20, seed=3)
        parts = advance(p, *advance(p, x, u, steps=8, seed=3), steps=12, seed=3, first_step=8)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(whole, parts, strict=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"noise": 1.01}, "noise: .*less than or equal to 1; got 1.01"),
        ({"noise": -0.1}, "noise: .*greater than or equal to 0; got -0.1"),
        ({"noise": float("nan")}, "noise: "),
        ({"noise": "much"}, "noise: .*number"),
        ({"radius": 0.0}, "radius: .*greater than 0; got 0.0"),
        ({"radius": float("inf")}, "radius: .*finite"),
        ({"radius": None}, "radius: "),
        ({"radios": 1.0}, r"there is no parameter 'radios' \(did you mean radius"),
        ({"r_o": 1.0}, "there is no parameter 'r_o'"),
        ({"speed": -0.5}, "speed: .*greater than or equal to 0"),
        ({"time_step": -1.0}, "time_step: .*greater than 0"),
        ({"agents": 0}, "agents: "),
        ({"box": -8.0}, "box: expected a length above 0"),
        ({"box": "open"}, 'initial = "random" fills a periodic cell'),
        ({"initial": "ring"}, 'initial = "ring" needs initial_radius'),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^vicsek: {message}") as error:
        kadita.load_configuration("vicsek", parameters=changes)
    assert "\n" not in str(error.value)


def test_a_school_of_one_is_a_walker(advance):
    p = school(agents=1)
    moved, turned = advance(p, [[1.0, 1, 1]], [[0, 0, 1.0]], steps=10)
    np.testing.assert_allclose(moved, [[1, 1, 2]], atol=1e-14)
    np.testing.assert_array_equal(turned, [[0, 0, 1]])


def test_its_scenario_runs_and_its_trajectory_knows_the_radius(tmp_path):
    with kadita.open(kadita.run("vicsek", steps=20, agents=50, output=tmp_path / "v.nc")) as trajectory:
        assert trajectory.attributes == {"model": "vicsek", "r_a": 1.0, "velocities": "displacement", "time_step": 1.0}
        assert trajectory.configuration["parameters"]["radius"] == 1.0
        np.testing.assert_allclose(next(trajectory.blocks()).speeds, 0.05, rtol=1e-6)
