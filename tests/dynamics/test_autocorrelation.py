"""Autocorrelation of headings and velocities: rotational diffusion, circles, schools, and a referee."""

import math

import numpy as np
import pytest


def by_pairs(vectors, lags):
    """Mean of v(t) . v(t + l) over agents and pairs of frames, one pair after the other."""
    mean = np.full(lags + 1, np.nan)
    for lag in range(lags + 1):
        products = [(vectors[t] * vectors[t + lag]).sum(axis=1) for t in range(len(vectors) - lag)]
        if products and np.isfinite(products).any():
            mean[lag] = np.nanmean(products)
    return mean


def test_rotational_diffusion_in_a_plane_forgets_as_exp_of_minus_d_t(school, found, rng):
    d, step = 0.4, 0.1
    angles = np.cumsum(rng.normal(scale=math.sqrt(2 * d * step), size=(2000, 150)), axis=0)
    u = np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=2)
    what = found(school(u, 3.0 * u, step=step, dimensions=2), "heading_autocorrelation", lags=60)
    correlation = what["correlation"]
    np.testing.assert_allclose(correlation.values, np.exp(-d * correlation.axes["lag"]), atol=0.02)
    assert what["persistence_time"].values == pytest.approx(1 / d, rel=0.05)
    assert what["persistence_time"].units == "time"


def test_in_space_it_forgets_twice_as_fast(school, found, wanderers, rng):
    d, step = 0.4, 0.1
    u = wanderers(rng, 2000, 150, math.acos(math.exp(-2 * d * step)))  # each step keeps its cosine, on the mean
    what = found(school(u, u, step=step), "heading_autocorrelation", lags=40)
    correlation = what["correlation"]
    np.testing.assert_allclose(correlation.values, np.exp(-2 * d * correlation.axes["lag"]), atol=0.02)
    assert what["persistence_time"].values == pytest.approx(1 / (2 * d), rel=0.05)


def test_on_a_circle_it_is_a_cosine(school, found):
    step, omega, speed = 0.1, 0.5, 2.0
    a = omega * step * np.arange(1500)[:, None] + np.array([0.0, 1.0, 2.5])
    v = speed * np.stack([np.cos(a), np.zeros_like(a), np.sin(a)], axis=2)
    correlation = found(school(v, v, step=step), "heading_autocorrelation", lags=80)
    times = step * np.arange(81)
    np.testing.assert_allclose(correlation["correlation"].values, np.cos(omega * times), atol=1e-12)
    assert correlation["persistence_time"].values == pytest.approx(math.acos(1 / math.e) / omega, rel=1e-3)
    of_velocities = found(school(v, v, step=step), "velocity_autocorrelation", lags=80)
    np.testing.assert_allclose(of_velocities["correlation"].values, speed**2 * np.cos(omega * times), atol=1e-11)
    assert of_velocities["correlation"].units == "length^2/time^2"
    assert of_velocities["persistence_time"].values == pytest.approx(correlation["persistence_time"].values)


def test_who_keeps_a_heading_has_no_persistence_time(school, found):
    v = np.broadcast_to([1.0, 2.0, 0.5], (50, 4, 3)).copy()
    what = found(school(v, v), "heading_autocorrelation", lags=20)
    np.testing.assert_allclose(what["correlation"].values, 1.0, rtol=1e-12)
    assert np.isnan(what["persistence_time"].values)


def test_velocities_relative_to_the_school(school, found, rng):
    own = rng.normal(size=(400, 6, 3))
    own -= own.mean(axis=1, keepdims=True)
    v = own + np.array([50.0, 0.0, 0.0])
    there = found(school(v, v), "velocity_autocorrelation", lags=5, reference="centroid")["correlation"].values
    np.testing.assert_allclose(there, by_pairs(own, 5), atol=1e-9)
    everything = found(school(v, v), "velocity_autocorrelation", lags=5)["correlation"].values
    np.testing.assert_allclose(everything, 2500 + by_pairs(own, 5), rtol=1e-4)


@pytest.mark.parametrize(("frames", "lags"), [(2, 1), (1300, 12), (40, 39), (25, 60), (1100, 150)])
def test_all_pairs_one_after_the_other_say_the_same(school, found, wanderers, with_gaps, rng, frames, lags):
    v = wanderers(rng, frames, 4, 0.3) * rng.uniform(0.5, 2.0, size=(frames, 4, 1))
    x = with_gaps(rng, v)
    v = np.where(np.isnan(x), np.nan, v)
    v[frames // 2, 0] *= 0.0  # at rest: no heading, and a velocity of zero
    data = school(x, v)
    speeds = np.linalg.norm(v, axis=2, keepdims=True)
    u = np.where(speeds > 0, v / np.where(speeds > 0, speeds, 1.0), np.nan)
    got = found(data, "heading_autocorrelation", lags=lags)["correlation"].values
    np.testing.assert_allclose(got, by_pairs(u, lags), rtol=1e-10, atol=1e-12)
    got = found(data, "velocity_autocorrelation", lags=lags)["correlation"].values
    np.testing.assert_allclose(got, by_pairs(v, lags), rtol=1e-10, atol=1e-12)
