"""Turning rate and curvature: circles, helices, lines, and a referee."""

import math

import numpy as np
import pytest

from kadita import KaditaError


@pytest.fixture
def circling():
    """Agents on circles in the plane z = 0, the second clockwise: positions and velocities, (T, 2, 3)."""

    def circling(radius, omega, step, frames):
        a = omega * step * np.arange(frames)[:, None] * np.array([1.0, -1.0]) + np.array([0.3, 2.0])
        zero = np.zeros_like(a)
        x = radius * np.stack([np.cos(a), np.sin(a), zero], axis=2)
        return x, radius * omega * np.array([1.0, -1.0])[:, None] * np.stack([-np.sin(a), np.cos(a), zero], axis=2)

    return circling


def test_on_a_circle_it_is_the_angular_velocity(school, found, circling):
    x, v = circling(3.0, 0.8, 0.1, 1200)
    what = found(school(x, v, step=0.1, dimensions=3), "turning_rate")
    assert what["mean"].values == pytest.approx(0.8, rel=1e-12)
    assert what["sd"].values == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(what["agents"].values, 0.8, rtol=1e-12)
    assert what["mean"].units == "rad/time"


def test_in_a_plane_a_turn_to_the_left_is_positive(school, found, circling):
    x, v = circling(3.0, 0.8, 0.1, 1200)
    what = found(school(x, v, step=0.1, dimensions=2), "turning_rate", bins=4)
    np.testing.assert_allclose(what["agents"].values, [0.8, -0.8], rtol=1e-12)
    assert what["mean"].values == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(what["density"].axes["rate"], np.array([-0.75, -0.25, 0.25, 0.75]) * math.pi / 0.1)
    np.testing.assert_array_equal(what["density"].values > 0, [False, True, True, False])
    with pytest.raises(
        KaditaError, match=r"^turning_rate: about: expected z, since the school is in a plane .*; got y$"
    ):
        found(school(x, v, step=0.1, dimensions=2), "turning_rate", about="y")


def test_seen_along_an_axis_it_has_a_sign(school, found, circling):
    x, v = circling(3.0, 0.8, 0.1, 300)
    v = v + np.array([0.0, 0.0, 0.7])  # rising changes nothing of what is seen from above
    what = found(school(x, v, step=0.1), "turning_rate", about="z")
    np.testing.assert_allclose(what["agents"].values, [0.8, -0.8], rtol=1e-12)
    assert what["mean"].values == pytest.approx(0.0, abs=1e-12)
    assert what["sd"].values == pytest.approx(0.8, rel=1e-12)
    turned = found(school(x, np.roll(v, 1, axis=2), step=0.1), "turning_rate", about="x")  # x, y, z -> y, z, x
    np.testing.assert_allclose(turned["agents"].values, [0.8, -0.8], rtol=1e-12)


def test_a_heading_along_the_axis_does_not_turn_about_it(school, found):
    v = np.zeros((10, 1, 3))
    v[..., 2] = 1.0
    what = found(school(v, v), "turning_rate", about="z")
    assert np.isnan(what["mean"].values)
    assert found(school(v, v), "turning_rate")["mean"].values == 0.0


def test_the_density_is_that_of_the_rates(school, found, rng):
    step, deviation = 0.2, 0.15
    turns = rng.normal(scale=deviation, size=(1500, 20))
    a = np.cumsum(turns, axis=0)
    v = np.stack([np.cos(a), np.sin(a), np.zeros_like(a)], axis=2)
    walk = school(v, v, step=step, dimensions=2)
    what = found(walk, "turning_rate", bins=41, largest_angle=0.9)
    density, rates = what["density"].values, what["density"].axes["rate"]
    sd = deviation / step
    normal = np.exp(-((rates / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))
    np.testing.assert_allclose(density, normal, atol=0.02)
    assert density.sum() * (rates[1] - rates[0]) == pytest.approx(1.0, rel=1e-12)
    narrow = found(walk, "turning_rate", about="z", bins=10, largest_angle=deviation)["density"]
    inside = narrow.values.sum() * (narrow.axes["rate"][1] - narrow.axes["rate"][0])
    assert inside == pytest.approx(math.erf(1 / math.sqrt(2)), abs=0.01)  # a standard deviation to both sides


def test_turns_one_after_the_other_say_the_same(school, found, wanderers, with_gaps, rng):
    u = wanderers(rng, 1300, 3, 0.2)
    v = np.where(np.isnan(with_gaps(rng, u)), np.nan, u * rng.uniform(0.1, 2.0, size=(1300, 3, 1)))
    v[5, 0] = 0.0
    what = found(school(v, v, step=0.5), "turning_rate", bins=7)
    angles = [[], [], []]
    for t in range(1299):
        for i in range(3):
            lengths = np.linalg.norm(v[t, i]) * np.linalg.norm(v[t + 1, i])
            if lengths > 0:
                angles[i].append(math.acos(v[t, i] @ v[t + 1, i] / lengths))
    every = np.concatenate(angles) / 0.5
    assert what["mean"].values == pytest.approx(every.mean(), rel=1e-9)
    assert what["sd"].values == pytest.approx(every.std(), abs=1e-7)
    np.testing.assert_allclose(what["agents"].values, [np.mean(a) / 0.5 for a in angles], rtol=1e-9)
    expected, _ = np.histogram(every, 7, (0, math.pi / 0.5), density=True)
    np.testing.assert_allclose(what["density"].values, expected, rtol=1e-12)


@pytest.mark.parametrize("box", [None, 4.0])
def test_a_circle_is_bent_by_the_inverse_of_its_radius(school, found, circling, box):
    x, _ = circling(2.5, 0.8, 0.1, 1200)
    tilted = x @ np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0].T
    what = found(school(tilted if box is None else tilted % box, step=0.1, box=box), "path_curvature")
    assert what["mean"].values == pytest.approx(0.4, rel=1e-9)
    assert what["sd"].values == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(what["agents"].values, 0.4, rtol=1e-9)
    assert what["mean"].units == "1/length"
    density, at = what["density"].values, what["density"].axes["curvature"]
    assert at[density.argmax()] == pytest.approx(0.4, rel=0.13)  # ten bins a decade
    assert (density > 0).sum() == 1


def test_how_fast_a_path_is_run_through_does_not_bend_it(school, found, rng):
    a = np.cumsum(rng.uniform(0.01, 0.2, size=(500, 1)), axis=0)
    x = 2.0 * np.stack([np.cos(a), np.sin(a), np.zeros_like(a)], axis=2)
    times = np.cumsum(rng.uniform(0.1, 1.0, size=500))  # nor do times matter
    bent = found(school(x, times=times, dimensions=2), "path_curvature")["mean"].values
    assert bent == pytest.approx(0.5, rel=1e-9)


def test_a_helix_and_a_line(school, found):
    a = 0.001 * np.arange(3000)[:, None]
    radius, rise = 2.0, 1.5
    x = np.stack([radius * np.cos(a), radius * np.sin(a), rise * a], axis=2)
    curvature = radius / (radius**2 + rise**2)
    assert found(school(x), "path_curvature")["mean"].values == pytest.approx(curvature, rel=1e-6)
    line = np.arange(20.0)[:, None, None] * np.array([[[1.0, 0.0, 2.0]]])
    assert found(school(line), "path_curvature")["mean"].values == 0.0


def test_rests_and_turns_back_have_no_curvature(school, found):
    x = np.zeros((7, 1, 3))
    x[:, 0, 0] = [0, 1, 0, 1, 1, 2, 2]
    assert np.isnan(found(school(x, dimensions=2), "path_curvature")["mean"].values)
    there_and_back = (10 + np.array([0.1, 0.3, 0.1]))[:, None, None] * np.array([1.0, 0.7, 0])
    across_a_face = np.where(there_and_back > 10.2, there_and_back - 10.2, there_and_back)  # and 0 but for rounding
    assert np.isnan(found(school(across_a_face, box=10.2, dimensions=2), "path_curvature")["mean"].values)


def test_triples_one_after_the_other_say_the_same(school, found, walkers, with_gaps, rng):
    x = with_gaps(rng, walkers(rng, 1300, 3))
    what = found(school(x), "path_curvature", bins=12, smallest=0.01, largest=100.0)
    curvatures = [[], [], []]
    for t in range(1298):
        for i in range(3):
            a, b, c = (math.dist(x[t + j, i], x[t + k, i]) for j, k in ((0, 1), (1, 2), (0, 2)))
            if a + b + c > 0:
                s = (a + b + c) / 2
                curvatures[i].append(4 * math.sqrt(s * (s - a) * (s - b) * (s - c)) / (a * b * c))  # Heron
    every = np.concatenate(curvatures)
    assert what["mean"].values == pytest.approx(every.mean(), rel=1e-6)
    assert what["sd"].values == pytest.approx(every.std(), rel=1e-6)
    np.testing.assert_allclose(what["agents"].values, [np.mean(c) for c in curvatures], rtol=1e-6)
    counts, edges = np.histogram(every, np.geomspace(0.01, 100, 13))
    np.testing.assert_allclose(what["density"].values, counts / np.diff(edges) / len(every), rtol=1e-9)


def test_a_histogram_of_nothing_is_refused(school, found, walkers, rng):
    with pytest.raises(KaditaError, match=r"^path_curvature: expected smallest below largest; got 5 and 2$"):
        found(school(walkers(rng, 5, 1)), "path_curvature", smallest=5.0, largest=2.0)
