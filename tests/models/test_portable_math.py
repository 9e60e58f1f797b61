"""Logarithm, cosine, sine and angle from series: to the last digits of a float64, over all that is asked of them.

The referee is NumPy in long double, with 11 more bits where the machine has them.
"""

import math

import numba
import numpy as np
import pytest

from kadita.models.portable_exp import exponential, exponential32
from kadita.models.portable_math import angle_of, cosine_and_sine, logarithm

LEAST, MOST = 2.0**-33, 1 - 2.0**-33  # of the uniform numbers that are drawn
N = 200_000
compiled = numba.njit(error_model="numpy")  # as kernels are, but never kept on disk: parts may have been edited


@compiled
def logarithms(a):
    found = np.empty_like(a)
    for i in range(a.size):
        found[i] = logarithm(a[i])
    return found


@compiled
def cosines_and_sines(angles):
    found = np.empty((2, angles.size))
    for i in range(angles.size):
        found[0, i], found[1, i] = cosine_and_sine(angles[i])
    return found


@compiled
def angles_of(cosines, sines):
    found = np.empty_like(cosines)
    for i in range(cosines.size):
        found[i] = angle_of(cosines[i], sines[i])
    return found


@compiled
def exponentials(a):
    found = np.empty_like(a)
    for i in range(a.size):
        found[i] = exponential(a[i])
    return found


@compiled
def exponentials32(a):
    found = np.empty_like(a)
    for i in range(a.size):
        found[i] = exponential32(a[i])
    return found


def in_last_places(found, exact):
    """Errors in units of the last place of what is exact; 0 where both are 0."""
    error = np.abs(found - exact)
    return np.where(error == 0, 0, error / np.spacing(np.abs(exact).astype(float)))


def long(a):
    return np.asarray(a, dtype=np.longdouble)


class TestLogarithm:
    @pytest.mark.parametrize(
        "draw",
        [
            lambda rng: (rng.integers(0, 2**32, N) + 0.5) * 2.0**-32,  # what uniforms are
            lambda rng: 1 + rng.uniform(-1e-6, 1e-6, N),  # where it is nearly 0
            lambda rng: 2.0 ** rng.uniform(-1022, 1023.9, N),
        ],
        ids=["uniform numbers", "about 1", "all normal numbers"],
    )
    def test_it_is_right_to_two_units_of_the_last_place(self, rng, draw):
        a = draw(rng)
        assert in_last_places(logarithms(a), np.log(long(a))).max() <= 2

    @pytest.mark.parametrize("a", [LEAST, MOST, 0.5, 2.0, math.sqrt(0.5), 2.0**-1022, 1.7e308])
    def test_so_it_is_at_the_edges_and_where_the_series_changes_its_side(self, a):
        beside = np.array([a, np.nextafter(a, 1), np.nextafter(a, 1.5)])
        assert in_last_places(logarithms(beside), np.log(long(beside))).max() <= 2

    def test_one_has_none(self):
        assert logarithm(1.0) == 0

    def test_the_largest_and_smallest_normal_number_that_noise_can_have_are_finite(self):
        """The length of a Box-Muller pair is sqrt(-2 ln u)."""
        assert math.sqrt(-2 * logarithm(LEAST)) == pytest.approx(math.sqrt(66 * math.log(2)), rel=1e-15)
        assert math.sqrt(-2 * logarithm(MOST)) == pytest.approx(2.0**-16, rel=1e-9)


class TestExponential:
    @pytest.mark.parametrize("reach", [1e-6, 1.0, 40.0, 708.0])
    def test_it_is_right_to_a_unit_of_the_last_place(self, rng, reach):
        a = rng.uniform(-reach, reach, N)
        assert in_last_places(exponentials(a), np.exp(long(a))).max() <= 1.1

    @pytest.mark.parametrize("reach", [1e-3, 1.0, 20.0, 87.0])
    def test_so_it_is_in_single_precision_and_it_never_falls(self, rng, reach):
        a = np.sort(rng.uniform(-reach, reach, N)).astype(np.float32)
        found, exact = exponentials32(a), np.exp(a.astype(float))
        assert (np.abs(found - exact) / np.spacing(exact.astype(np.float32))).max() <= 1.5
        assert (np.diff(found) >= 0).all()

    @pytest.mark.parametrize(("compute", "kind"), [(exponentials, np.float64), (exponentials32, np.float32)])
    def test_at_its_ends(self, compute, kind):
        a = np.array([0.0, -0.0, np.inf, -np.inf, 1e30, -1e30, np.nan], kind)
        np.testing.assert_array_equal(compute(a), [1, 1, np.inf, 0, np.inf, 0, np.nan])

    def test_numbers_below_the_normal_ones_lose_their_last_places_alone(self, rng):
        a = rng.uniform(-745, -709, N)
        assert np.abs(exponentials(a) - np.exp(long(a))).max() <= 1.5 * 2.0**-1074

    def test_it_undoes_the_logarithm(self, rng):
        a = rng.uniform(0.5, 20, N)
        np.testing.assert_allclose(exponentials(logarithms(a)), a, rtol=1e-15)


class TestCosineAndSine:
    @pytest.mark.parametrize("largest", [1e-3, math.tau, 700.0, 1e6])
    def test_they_are_right_to_two_roundings_of_one(self, rng, largest):
        angles = rng.uniform(-largest, largest, N)
        cosine, sine = cosines_and_sines(angles)
        assert np.abs(cosine - np.cos(long(angles))).max() <= 2.0**-52
        assert np.abs(sine - np.sin(long(angles))).max() <= 2.0**-52
        np.testing.assert_allclose(cosine**2 + sine**2, 1, rtol=0, atol=4 * 2.0**-53)

    def test_so_they_are_about_every_eighth_of_a_turn(self):
        """Where quadrants meet, and where one series gives way to the other."""
        angles = math.pi / 4 * np.arange(-900, 901)
        angles = np.concatenate([angles, np.nextafter(angles, np.inf), np.nextafter(angles, -np.inf)])
        cosine, sine = cosines_and_sines(angles)
        assert np.abs(cosine - np.cos(long(angles))).max() <= 2.0**-52
        assert np.abs(sine - np.sin(long(angles))).max() <= 2.0**-52

    def test_the_sine_of_a_small_angle_keeps_its_digits(self, rng):
        angles = 10.0 ** rng.uniform(-300, -1, N) * rng.choice([-1, 1], N)
        assert in_last_places(cosines_and_sines(angles)[1], np.sin(long(angles))).max() <= 2

    def test_no_angle_is_no_turn(self):
        assert cosine_and_sine(0.0) == (1, 0)

    @pytest.mark.parametrize("uniform", [LEAST, MOST])
    def test_the_azimuth_of_a_normal_number_may_be_next_to_a_whole_turn(self, uniform):
        cosine, sine = cosine_and_sine(math.tau * uniform)
        assert cosine == 1  # but for 3e-19
        assert sine == pytest.approx(math.copysign(math.tau * LEAST, 0.5 - uniform), abs=math.tau * 2.0**-53)


class TestAngle:
    @pytest.mark.parametrize("length", [1e-140, 1.0, 1e140])
    def test_it_is_right_to_a_few_units_of_the_last_place(self, rng, length):
        around = rng.uniform(0, math.pi, N)
        cosine, sine = length * np.cos(around), length * np.sin(around)
        assert in_last_places(angles_of(cosine, sine), np.arctan2(long(sine), long(cosine))).max() <= 8

    def test_a_small_angle_keeps_its_digits_and_so_does_what_is_left_to_half_a_turn(self, rng):
        sine = 10.0 ** rng.uniform(-150, -1, N)
        cosine = np.sqrt(1 - sine**2)
        assert in_last_places(angles_of(cosine, sine), np.arctan2(long(sine), long(cosine))).max() <= 8
        assert in_last_places(angles_of(-cosine, sine), np.arctan2(long(sine), long(-cosine))).max() <= 2

    @pytest.mark.parametrize(
        ("cosine", "sine", "angle"),
        [
            (1, 0, 0),
            (0, 1, math.pi / 2),
            (-1, 0, math.pi),
            (1, 1, math.pi / 4),
            (-1, 1, 3 * math.pi / 4),
            (-3, 0.0, math.pi),
        ],
    )
    def test_directions_that_everybody_knows(self, cosine, sine, angle):
        assert angle_of(float(cosine), float(sine)) == pytest.approx(angle, rel=4 * 2.0**-53, abs=0)

    def test_it_undoes_cosine_and_sine(self, rng):
        angles = rng.uniform(0, math.pi, N)
        np.testing.assert_allclose(angles_of(*cosines_and_sines(angles)), angles, rtol=0, atol=8 * 2.0**-53)


def test_compiled_and_plain_python_give_the_same_bits(rng):
    """Sums, products, quotients and roots are rounded alike everywhere; an instruction that fuses two would show."""
    a, angles = rng.uniform(LEAST, MOST, 2000), rng.uniform(-700, 700, 2000)
    sines = np.sqrt(1 - a**2)
    assert logarithms(a).tobytes() == np.array([logarithm(x) for x in a]).tobytes()
    assert cosines_and_sines(angles).tobytes() == np.array([cosine_and_sine(x) for x in angles]).T.tobytes()
    assert angles_of(a, sines).tobytes() == np.array([angle_of(*d) for d in zip(a, sines, strict=True)]).tobytes()
