"""Delay of directional correlation: leaders and followers whose delays are known, and a referee."""

import numpy as np
import pytest

from kadita import KaditaError

NAME = "directional_correlation_delay"


@pytest.fixture
def file_of(wanderers, rng):
    """Headings of agents that take one leader's directions, each so many frames later, (T, N, 3)."""

    def file_of(*delays, frames=600):
        path = wanderers(rng, frames + max(delays), 1, 0.4)[:, 0]
        return np.stack([path[max(delays) - d : max(delays) - d + frames] for d in delays], axis=1)

    return file_of


def by_pairs(u, x, lags, distance):
    """C_ij(l) for l = -lags .. lags, one pair of frames after the other; the distance is that in the earlier one."""
    frames, agents = u.shape[:2]
    c = np.full((agents, agents, 2 * lags + 1), np.nan)
    for i in range(agents):
        for j in range(agents):
            for lag in range(-lags, lags + 1):
                products = []
                for t in range(max(0, -lag), min(frames, frames - lag)):
                    earlier = min(t, t + lag)
                    if distance is None or np.linalg.norm(x[earlier, i] - x[earlier, j]) <= distance:
                        products.append(u[t, i] @ u[t + lag, j])
                if np.isfinite(products).any():
                    c[i, j, lag + lags] = np.nanmean(products)
    return c


def test_a_follower_is_its_delay_behind(school, found, file_of):
    u = file_of(0, 7)
    what = found(school(u, u, step=0.2), NAME, lags=20)
    np.testing.assert_allclose(what["delay"].values, [[np.nan, 1.4], [-1.4, np.nan]], rtol=1e-12)
    np.testing.assert_allclose(what["correlation"].values, [[np.nan, 1], [1, np.nan]], rtol=1e-12)
    np.testing.assert_allclose(what["leadership"].values, [1.4, -1.4], rtol=1e-12)
    np.testing.assert_array_equal(what["rank"].values, [1, 2])
    assert what["delay"].dims == ("agent", "other")
    assert what["delay"].units == "time"


def test_a_chain_of_three_has_an_order(school, found, file_of):
    u = file_of(9, 0, 4, frames=1500)  # the second leads, the first is last
    what = found(school(u, 2.5 * u), NAME, lags=15)
    np.testing.assert_array_equal(what["delay"].values, [[np.nan, -9, -5], [9, np.nan, 4], [5, -4, np.nan]])
    np.testing.assert_array_equal(what["leadership"].values, [-7, 6.5, 0.5])
    np.testing.assert_array_equal(what["rank"].values, [3, 1, 2])


def test_those_who_turn_together_share_a_rank(school, found, file_of):
    u = file_of(0, 0, 3)
    what = found(school(u, u), NAME, lags=8)
    assert what["delay"].values[0, 1] == what["delay"].values[1, 0] == 0
    np.testing.assert_array_equal(what["rank"].values, [1, 1, 3])


def test_a_delay_at_the_last_lag_or_beyond_is_not_told(school, found, file_of):
    u = file_of(0, 7)
    assert np.isnan(found(school(u, u), NAME, lags=7)["delay"].values).all()
    assert found(school(u, u), NAME, lags=8)["delay"].values[0, 1] == 7


def test_who_is_never_near_has_no_delay(school, found, file_of):
    u = file_of(0, 3, 5)
    x = u + np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 50.0, 0.0]])
    what = found(school(x, u), NAME, lags=8, distance=10.0)
    np.testing.assert_array_equal(what["delay"].values[0], [np.nan, 3, np.nan])
    assert np.isnan(what["leadership"].values[2])
    np.testing.assert_array_equal(what["rank"].values, [1, 2, np.nan])
    across = found(school(x % 52.0, u, box=52.0), NAME, lags=8, distance=10.0)  # near across the face of the cell
    np.testing.assert_array_equal(across["delay"].values[0], [np.nan, 3, 5])


def test_what_hardly_correlates_can_be_left_out_of_the_order(school, found, file_of, wanderers, rng):
    u = np.concatenate([file_of(0, 3), wanderers(rng, 600, 1, 0.4)], axis=1)
    what = found(school(u, u), NAME, lags=8, least_correlation=0.9)
    np.testing.assert_array_equal(what["leadership"].values, [3, -3, np.nan])


@pytest.mark.parametrize("distance", [None, 1.5])
def test_all_pairs_one_after_the_other_say_the_same(school, found, file_of, with_gaps, rng, distance):
    lags, u = 6, file_of(0, 2, 3, 1, frames=70) + rng.normal(scale=0.3, size=(70, 4, 3))
    u /= np.linalg.norm(u, axis=2, keepdims=True)
    x = with_gaps(rng, np.cumsum(rng.normal(scale=0.1, size=(70, 4, 3)), axis=0))
    u = np.where(np.isnan(x), np.nan, u)
    what = found(school(x, u), NAME, lags=lags, distance=distance)
    c = by_pairs(u, x, lags, distance)
    for i in range(4):
        for j in range(4):
            if i == j:
                assert np.isnan(what["delay"].values[i, j])
                continue
            assert what["correlation"].values[i, j] == pytest.approx(np.nanmax(c[i, j]), rel=1e-12)
            lag = np.nanargmax(c[i, j]) - lags
            expected = np.nan if abs(lag) == lags else lag
            np.testing.assert_array_equal(what["delay"].values[i, j], expected)
    assert np.isfinite(what["delay"].values).sum() >= 8  # there is something to compare


def test_across_windows(school, found, file_of):
    u = file_of(0, 30, frames=1050)  # the last frames of the first window pair with the second's
    u[:1024, 1] = np.nan
    what = found(school(u, u), NAME, lags=45)
    assert what["delay"].values[0, 1] == 30


def test_one_agent_has_nobody_to_lead(school, found, file_of):
    u = file_of(0)
    what = found(school(u, u), NAME, lags=4)
    assert all(np.isnan(whole.values).all() for whole in what.values())


def test_too_many_agents_are_refused_in_one_line(school, found):
    x = np.ones((4, 1000, 3))
    with pytest.raises(
        KaditaError, match=r"^directional_correlation_delay: expected .* up to 4000000; found 101 x 1000"
    ):
        found(school(x, x), NAME)
