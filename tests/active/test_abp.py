"""Active Brownian particles: how free ones diffuse, how two part, thermal equilibrium, and a plain NumPy twin."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from scipy.special import dawsn

import kadita
from kadita.models.fixed_point import ONE
from kadita.models.philox import NOISE, normals
from kadita.simulation.configuration import scenario_text
from kadita_active.abp import ActiveBrownian
from kadita_active.rules import TRANSLATION

OPEN = {"box": "open", "initial": "sphere", "initial_radius": 2.0}
AT_REST = {"speed": 1e-12, "translational_diffusion": 0.0, "rotational_diffusion": 0.0}
FREE = {"diameter": 1e-3, "stiffness": 0.0}


def school(**changes):
    """Parameters of a small suspension in a periodic cell, with changes."""
    usual = {
        "agents": 2,
        "box": 4.0,
        "speed": 1.0,
        "translational_diffusion": 0.02,
        "rotational_diffusion": 0.5,
        "diameter": 1.0,
        "stiffness": 20.0,
        "time_step": 0.01,
    }
    return ActiveBrownian(**(usual | changes))


def deviation(p):
    """Standard deviation of a step across the heading, from <cos> = 1 - sqrt(2) s F(s / sqrt(2)), Dawson's F."""
    decay = 2 * p.rotational_diffusion * p.time_step

    def excess(s):
        return 1 - math.sqrt(2) * s * dawsn(s / math.sqrt(2)) - math.exp(-decay)

    return brentq(excess, 0, 1, xtol=1e-15) if decay else 0.0


def twin_step(p, positions, headings, seed, step):
    """One step once more, in plain NumPy, agent by agent; the random numbers alone are the kernel's."""
    moved, turned = np.empty_like(positions), np.empty_like(headings)
    for i, u in enumerate(headings):
        g = np.array(normals(np.uint64(seed), step, i, NOISE)[:3])
        xi = np.array(normals(np.uint64(seed), step, i, TRANSLATION)[:3])
        step_across = g - (g @ u) * u
        angle = deviation(p) * np.linalg.norm(step_across)
        turned[i] = math.cos(angle) * u + math.sin(angle) * step_across / np.linalg.norm(step_across)
        d = p.space.minimum_image(np.delete(positions, i, axis=0) - positions[i])
        r = np.linalg.norm(d, axis=1, keepdims=True)
        force = (np.where(r < p.diameter, p.stiffness * (p.diameter - r), 0) * -d / r).sum(axis=0)
        moved[i] = positions[i] + p.time_step * (p.speed * turned[i] + p.mobility * force)
        moved[i] += math.sqrt(2 * p.translational_diffusion * p.time_step) * xi
    return p.space.wrap(moved), turned


@pytest.mark.slow
@pytest.mark.parametrize(
    "space", [{"box": 4.0}, {"box": (3.0, 4.0, 9.0)}, OPEN, {"box": 2.0}], ids=lambda space: str(space["box"])
)
@pytest.mark.parametrize(
    "noise",
    [
        {},
        {"rotational_diffusion": 45.0, "mobility": 1.7},
        {"rotational_diffusion": 0.0, "translational_diffusion": 1.0},
    ],
    ids=["little", "turns", "jumps"],
)
@pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
def test_kernel_and_twin_agree_on_dense_suspensions(advance, space, noise, by_cells):
    p = school(agents=120, **space, **noise)
    x, u = p.initial_state(seed=3)
    chosen = {"seed": 2**63 + 9, "first_step": 2**33 + 17}
    moved, turned = advance(p, x, u, by_cells=by_cells, **chosen)
    twin_moved, twin_turned = twin_step(p, x, u, seed=2**63 + 9, step=2**33 + 17)
    np.testing.assert_allclose(turned, twin_turned, rtol=0, atol=1e-12)
    assert np.linalg.norm(p.space.minimum_image(twin_moved - x), axis=1).mean() > 0.02
    # each of up to 75 overlaps is cut to a whole number of 1 / ONE diameters, which adds up to a part of them
    cut = p.constants["contact"] / float(ONE)
    np.testing.assert_allclose(p.space.minimum_image(moved - twin_moved), 0, rtol=0, atol=30 * cut)


AGENTS = 20_000
ERRORS = 4.5  # standard errors that a mean may be off: one in 1.5e5 is, by chance


def is_mean_of(expected, sample):
    """Whether the mean of independent numbers is the expected one, by the error that the numbers themselves tell."""
    return abs(sample.mean() - expected) < ERRORS * sample.std() / math.sqrt(len(sample))


class TestFreeAgents:
    """In open space, with nothing to touch."""

    @pytest.mark.parametrize(
        ("rotational", "time_step", "translational", "speed"),
        [
            (0.2, 0.2, 0.0, 1.0),
            (1.0, 0.05, 0.0, 3.0),
            (1.0, 0.05, 0.5, 3.0),
            (1.0, 0.5, 0.0, 1.0),
            (5.0, 0.02, 0.1, 2.0),
        ],
    )
    def test_mean_square_displacement(self, advance, rotational, time_step, translational, speed):
        """6 D t - v^2 / (2 D_r^2) once headings are forgotten, D = D_t + v^2 / (6 D_r); x coth x at coarse steps."""
        noise = {"rotational_diffusion": rotational, "translational_diffusion": translational}
        p = school(agents=AGENTS, time_step=time_step, speed=speed, **OPEN, **FREE, **noise)
        x, u = p.initial_state(seed=1)
        steps = round(10 / rotational / time_step)  # exp(-20) of a heading is left
        moved, _ = advance(p, x, u, steps, seed=2, by_cells=True)
        square = ((moved - x) ** 2).sum(axis=1)
        t, turned, active = steps * time_step, rotational * time_step, speed**2 / (6 * rotational)
        if turned <= 0.1:
            assert is_mean_of(6 * (translational + active) * t - speed**2 / (2 * rotational**2), square)
        # of the steps themselves: |sum of v dt u_k|^2 with <u_k . u_l> = c^|k - l|
        c = math.exp(-2 * turned)
        beginning = (speed * time_step) ** 2 * 2 * c / (1 - c) ** 2
        assert is_mean_of(6 * (translational + active * turned / math.tanh(turned)) * t - beginning, square)

    @pytest.mark.parametrize("turned", [1e-4, 0.01, 0.1, 0.3, 0.5])
    @pytest.mark.parametrize("steps", [1, 10])
    def test_headings_forget_at_twice_the_rotational_diffusion(self, advance, turned, steps):
        """<u(0) . u(t)> = exp(-2 D_r t), at any time step."""
        p = school(agents=AGENTS, rotational_diffusion=100 * turned, **OPEN, **FREE)
        x, u = p.initial_state(seed=1)
        _, later = advance(p, x, u, steps, seed=3, by_cells=True)
        # 1 - cos = |u' - u|^2 / 2, which keeps its digits where the turn is small
        assert is_mean_of(-math.expm1(-2 * turned * steps), ((later - u) ** 2).sum(axis=1) / 2)

    def test_the_mean_cosine_of_a_step_is_that_of_diffusion_and_not_of_a_step_in_the_plane(self, advance):
        """A plane's step, s^2 = 2 D_r dt, would leave a mean cosine that 20 errors tell apart."""
        p = school(agents=10 * AGENTS, rotational_diffusion=30.0, **OPEN, **FREE)
        x, u = p.initial_state(seed=1)
        cosines = (advance(p, x, u, seed=4, by_cells=True)[1] * u).sum(axis=1)
        assert is_mean_of(math.exp(-0.6), cosines)
        plane = 1 - math.sqrt(2 * 0.6) * dawsn(math.sqrt(0.6 / 2))
        assert abs(cosines.mean() - plane) > 20 * cosines.std() / math.sqrt(len(cosines))

    def test_nematic_order_decays_as_on_the_sphere(self, advance):
        """<P_2(u(0) . u(t))> = exp(-6 D_r t): what headings do is diffusion, and not jumps with the right mean."""
        p = school(agents=AGENTS, rotational_diffusion=5.0, **OPEN, **FREE)
        x, u = p.initial_state(seed=1)
        for steps in (1, 4, 10):
            cosines = (advance(p, x, u, steps, seed=5, by_cells=True)[1] * u).sum(axis=1)
            assert is_mean_of(math.exp(-6 * 0.05 * steps), (3 * cosines**2 - 1) / 2)

    @pytest.mark.parametrize("heading", [(0, 0, 1), (1, 0, 0), (0, -1, 0), (3, -2, 0.1)])
    def test_a_turn_goes_to_all_sides_alike(self, advance, heading):
        p = school(agents=5000, rotational_diffusion=5.0, **OPEN, **FREE)
        x, _ = p.initial_state(seed=1)
        u = np.array(heading) / np.linalg.norm(heading)
        _, turned = advance(p, x, np.tile(u, (p.agents, 1)), seed=6, by_cells=True)
        first = np.linalg.svd(u[None])[2][1]
        azimuth = np.arctan2(turned @ np.cross(u, first), turned @ first) / (2 * math.pi) % 1
        radius = np.arccos(turned @ u) / deviation(p)
        assert stats.kstest(azimuth, "uniform").pvalue > 1e-3
        assert stats.kstest(radius, "rayleigh").pvalue > 1e-3
        assert stats.spearmanr(azimuth, radius).pvalue > 1e-3

    def test_jumps_are_normal_and_know_nothing_of_turns_nor_of_each_other(self, advance):
        p = school(agents=AGENTS, rotational_diffusion=20.0, translational_diffusion=0.3, **OPEN, **FREE)
        x, u = p.initial_state(seed=1)
        jumps, turns = [], []
        for step in (0, 1):
            moved, turned = advance(p, x, u, seed=7, first_step=step, by_cells=True)
            jumps.append((moved - x - 0.01 * turned) / math.sqrt(2 * 0.3 * 0.01))
            turns.append(turned - (turned * u).sum(axis=1, keepdims=True) * u)
        for component in jumps[0].T:
            assert stats.kstest(component, "norm").pvalue > 1e-3
        correlations = np.corrcoef(np.hstack(jumps + turns).T)
        np.testing.assert_allclose(correlations, np.eye(12), atol=5 / math.sqrt(AGENTS))

    def test_without_noise_an_agent_swims_straight(self, advance):
        p = school(**OPEN, translational_diffusion=0.0, rotational_diffusion=0.0)
        x, u = np.array([[0.0, 0, 0], [0, 0, 5]]), np.eye(3)[:2]
        moved, turned = advance(p, x, u, steps=100)
        np.testing.assert_array_equal(turned, u)
        np.testing.assert_allclose(moved, x + u, rtol=0, atol=1e-13)


def two(p, distance, direction=(1.0, 0, 0)):
    """Two agents, apart along a direction, on either side of the cell's corner."""
    along = np.array(direction) / np.linalg.norm(direction)
    return p.space.wrap(np.array([-0.3, 0.7])[:, None] * distance * along), np.array([[0, 0, 1.0], [0, 1.0, 0]])


class TestContacts:
    @pytest.mark.parametrize("space", [{"box": 4.0}, {"box": (3.0, 4.0, 5.0)}, OPEN], ids=str)
    @pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
    @pytest.mark.parametrize("distance", [1e-3, 0.3, 0.7, 0.999])
    def test_two_part_along_their_line(self, advance, space, by_cells, distance):
        """r(t + dt) = r + 2 mu k (sigma - r) dt, so that overlaps shrink by 1 - 2 mu k dt in every step."""
        p = school(stiffness=10.0, mobility=1.5, **AT_REST, **space)
        x, u = two(p, distance, (1, -2, 2))
        for steps in (1, 8):
            moved, _ = advance(p, x, u, steps, by_cells=by_cells)
            apart = p.space.minimum_image(moved[1] - moved[0])
            overlap = (1 - distance) * (1 - 2 * 1.5 * 10.0 * 0.01) ** steps
            np.testing.assert_allclose(apart, (1 - overlap) * np.array([1, -2, 2]) / 3, rtol=0, atol=3e-6)
            np.testing.assert_allclose(p.space.minimum_image(moved - x).sum(axis=0), 0, rtol=0, atol=1e-11)

    def test_a_contact_at_the_limit_ends_in_a_step(self, advance):
        p = school(time_step=0.025, **AT_REST)
        moved, _ = advance(p, *two(p, 0.4))
        assert np.linalg.norm(p.space.minimum_image(moved[1] - moved[0])) == pytest.approx(1, abs=3e-6)

    @pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
    @pytest.mark.parametrize(("distance", "touch"), [(0.999, True), (1.00001, False), (1.2, False), (1.9, False)])
    def test_there_is_no_force_beyond_the_diameter(self, advance, by_cells, distance, touch):
        p = school(**AT_REST)
        x, u = two(p, distance)
        moved, _ = advance(p, x, u, by_cells=by_cells)
        assert (np.abs(p.space.minimum_image(moved - x)).max() > 1e-4) == touch
        if not touch:
            np.testing.assert_allclose(p.space.minimum_image(moved - x), 0, rtol=0, atol=1e-13)

    def test_the_diameter_is_a_length_and_the_stiffness_a_force_for_a_length(self, advance):
        """mu k (sigma - r) dt = 0.5 * 8 * (3 - 2) * 0.01"""
        p = school(box=9.0, diameter=3.0, stiffness=8.0, mobility=0.5, **AT_REST)
        x, u = two(p, 2.0)
        moved, _ = advance(p, x, u)
        np.testing.assert_allclose(p.space.minimum_image(moved - x), [[-0.04, 0, 0], [0.04, 0, 0]], rtol=0, atol=1e-6)

    def test_forces_add_up(self, advance):
        """Pushed from the left and, half as much, from below."""
        x = np.array([[2.0, 2, 2], [1.2, 2, 2], [2, 1.1, 2]])
        moved, _ = advance(school(agents=3, **AT_REST), x, np.eye(3))
        np.testing.assert_allclose((moved - x)[0], [0.2 * 0.2, 0.2 * 0.1, 0], rtol=0, atol=1e-6)

    def test_who_is_pushed_keeps_its_heading(self, advance):
        p = school(agents=100, translational_diffusion=0.0, rotational_diffusion=0.0)
        x, u = p.initial_state(seed=1)
        moved, turned = advance(p, x, u, steps=50)
        np.testing.assert_allclose(turned, u, rtol=0, atol=1e-13)
        assert np.linalg.norm(p.space.minimum_image(moved - x - 0.5 * u), axis=1).mean() > 0.1

    @pytest.mark.parametrize("by_cells", [False, True], ids=["all pairs", "cells"])
    def test_forces_are_mutual_and_leave_the_centroid_where_it_is(self, advance, by_cells):
        p = school(agents=150, **OPEN, **AT_REST)
        x, u = p.initial_state(seed=5)
        moved, _ = advance(p, x, u, steps=40, by_cells=by_cells)
        assert np.linalg.norm(moved - x, axis=1).mean() > 0.1
        np.testing.assert_allclose(moved.mean(axis=0), x.mean(axis=0), rtol=0, atol=1e-11)

    def test_agents_at_rest_part_until_none_overlap(self, advance):
        """A sphere of 150 with a third of their own volume in it swells; its elastic energy only sinks."""
        p = school(agents=150, **OPEN, **AT_REST)
        x, u = p.initial_state(seed=5)
        energies = []
        for _ in range(10):
            r = np.linalg.norm(x[:, None] - x[None], axis=2)[np.triu_indices(150, 1)]
            energies.append((np.maximum(0, 1 - r) ** 2).sum())
            x, u = advance(p, x, u, steps=100)
        assert energies[0] > 10
        assert (np.diff(energies) < 0).all()
        assert energies[-1] < 1e-4 * energies[0]

    def test_two_that_swim_head_on_press_until_the_force_is_their_speed(self, advance):
        """v = mu k (sigma - r)"""
        p = school(translational_diffusion=0.0, rotational_diffusion=0.0, stiffness=10.0)
        moved, _ = advance(p, [[1.0, 2, 2], [3, 2, 2]], [[1.0, 0, 0], [-1, 0, 0]], steps=400)
        np.testing.assert_allclose(moved, [[1.55, 2, 2], [2.45, 2, 2]], rtol=0, atol=2e-6)

    def test_without_stiffness_agents_pass_through_each_other(self, advance):
        p = school(agents=100, stiffness=0.0, translational_diffusion=0.0, rotational_diffusion=0.0)
        x, u = p.initial_state(seed=1)
        moved, _ = advance(p, x, u, steps=50)
        np.testing.assert_allclose(p.space.minimum_image(moved - x - 0.5 * u), 0, rtol=0, atol=1e-12)


@pytest.mark.slow
def test_passive_agents_are_in_thermal_equilibrium():
    """Two in a cell of volume V: the part of time in which they overlap, by Boltzmann's factor with kT = D_t / mu.

    p = Z / (V - 4 pi sigma^3 / 3 + Z), Z = the integral of exp(-k (sigma - r)^2 / (2 kT)) over r < sigma.
    """
    given = {"speed": 1e-9, "translational_diffusion": 0.1, "mobility": 2.0, "stiffness": 0.5, "time_step": 0.02}
    kt = given["translational_diffusion"] / given["mobility"]
    r = (np.arange(10_000) + 0.5) / 10_000
    z = (4 * math.pi * r**2 * np.exp(-given["stiffness"] * (1 - r) ** 2 / (2 * kt))).mean()
    expected = z / (2.2**3 - 4 * math.pi / 3 + z)
    overlaps = []
    for seed in range(40):
        run = kadita.simulate("abp", agents=2, steps=40_000, every=20, seed=seed, parameters=given | {"box": 2.2})
        x = np.concatenate([block.positions for block in run.blocks()])[100:]
        overlaps.append((np.linalg.norm(run.model.space.minimum_image(x[:, 1] - x[:, 0]), axis=1) < 1).mean())
    assert is_mean_of(expected, np.array(overlaps))


class TestRuns:
    def test_the_search_for_neighbors_does_not_change_a_bit(self, advance):
        p = school(agents=400, box=6.0)
        x, u = p.initial_state(seed=1)
        runs = [advance(p, x, u, 50, seed=9, by_cells=by_cells) for by_cells in (False, True)]
        assert len({a.tobytes() + b.tobytes() for a, b in runs}) == 1

    def test_a_run_in_two_parts_is_the_run(self, advance):
        p = school(agents=60)
        x, u = p.initial_state(seed=1)
        whole = advance(p, x, u, steps=20, seed=3)
        parts = advance(p, *advance(p, x, u, steps=8, seed=3), steps=12, seed=3, first_step=8)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(whole, parts, strict=True))

    def test_the_scenario_runs_and_its_file_is_read(self, tmp_path):
        path = kadita.run("abp", steps=200, every=50, output=tmp_path / "abp.nc", parameters={"speed": 1.5})
        with kadita.open(path) as trajectory:
            (block,) = trajectory.blocks()
        assert block.positions.shape == (5, 500, 3)
        np.testing.assert_allclose(block.times, [0, 0.5, 1, 1.5, 2], rtol=1e-6)
        np.testing.assert_allclose(block.speeds, 1.5, rtol=1e-6)  # as they swim, and not as they are pushed
        assert block.attributes["model"] == "abp"
        assert block.attributes["r_a"] == 1
        assert (kadita.analyze(path, ["polarization"])["polarization"] < 0.2).all()

    def test_groups_differ_in_speed_and_mobility_and_not_in_their_forces(self, tmp_path):
        file = tmp_path / "mixture.toml"
        text = scenario_text("abp") + '[[species]]\nname = "passive"\ncount = 200\nspeed = 1e-3\nmobility = 0.5\n'
        file.write_text(text)
        (block,) = kadita.simulate(file, steps=10, every=10).blocks()
        np.testing.assert_allclose(block.speeds[:, :200], 1e-3)
        np.testing.assert_allclose(block.speeds[:, 200:], 1.0)
        for name in ("diameter", "stiffness"):
            file.write_text(f"{text}{name} = 0.9\n")
            with pytest.raises(kadita.KaditaError, match=f"species passive: {name} is common to all agents"):
                kadita.simulate(file)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"translational_diffusion": -0.1}, "translational_diffusion: .*greater than or equal to 0; got -0.1"),
        ({"rotational_diffusion": -1.0}, "rotational_diffusion: .*greater than or equal to 0; got -1.0"),
        ({"rotational_diffusion": float("nan")}, "rotational_diffusion: "),
        ({"diameter": 0.0}, "diameter: .*greater than 0; got 0.0"),
        ({"diameter": float("inf")}, "diameter: .*finite"),
        ({"diameter": 5.1}, "diameter = 5.1 reaches beyond half the cell, 5, .*enlarge the box"),
        ({"stiffness": -1.0}, "stiffness: .*greater than or equal to 0; got -1.0"),
        ({"stiffness": "hard"}, "stiffness: .*number"),
        ({"stiffness": 51.0}, "expected at most 1 as 2 mobility x stiffness x time_step, .*got 1.02; reduce time_step"),
        ({"mobility": 2.6}, "expected at most 1 as 2 mobility x stiffness x time_step, .*got 1.04; reduce time_step"),
        ({"mobility": 0.0}, "mobility: .*greater than 0; got 0.0"),
        ({"rotational_diffusion": 51.0}, "expected at most 1 as 2 rotational_diffusion x time_step, .*got 1.02"),
        ({"speed": 101.0}, "expected at most 1 as the rms displacement in a step, .*got 1.0"),
        ({"translational_diffusion": 20.0}, "expected at most 1 as the rms displacement in a step, .*got 1.09"),
        ({"stifness": 1.0}, r"there is no parameter 'stifness' \(did you mean stiffness"),
        ({"speed": -0.5}, "speed: .*greater than or equal to 0"),
        ({"box": "open"}, 'initial = "random" fills a periodic cell'),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^abp: {message}") as error:
        kadita.load_configuration("abp", parameters=changes)
    assert "\n" not in str(error.value)
