"""Mean squared displacement: straight flight, diffusion, the faces of a cell, a school that drifts, and a referee."""

import numpy as np
import pytest


def by_pairs(x, lags):
    """Mean of |x(t + l) - x(t)|^2 over agents and pairs of frames, one pair after the other."""
    mean = np.full(lags + 1, np.nan)
    for lag in range(lags + 1):
        squares = [((x[t + lag] - x[t]) ** 2).sum(axis=1) for t in range(len(x) - lag)]
        if squares and np.isfinite(squares).any():
            mean[lag] = np.nanmean(squares)
    return mean


def stretches(x, box):
    """A column for each unbroken stretch of each agent's path, every step of which is the shortest one.

    Through which images an agent went while it was not seen, nobody knows.
    """
    columns = []
    for i in range(x.shape[1]):
        for t in range(len(x)):
            if np.isnan(x[t, i]).any():
                continue
            if t == 0 or np.isnan(x[t - 1, i]).any():
                columns.append(np.full((len(x), 3), np.nan))
                columns[-1][t] = x[t, i]
            else:
                columns[-1][t] = columns[-1][t - 1] + (x[t, i] - columns[-1][t - 1] + box / 2) % box - box / 2
    return np.stack(columns, axis=1)


def test_straight_flight_is_ballistic(school, found, rng):
    v = rng.normal(size=(7, 3))
    x = rng.normal(size=(7, 3)) + v * (0.25 * np.arange(1500))[:, None, None]
    whole = found(school(x, step=0.25), "mean_squared_displacement", lags=40)[""]
    times = 0.25 * np.arange(41)
    np.testing.assert_allclose(whole.axes["lag"], times)
    np.testing.assert_allclose(whole.values, (v**2).sum(axis=1).mean() * times**2, rtol=1e-8)
    assert whole.dims == ("lag",)
    assert whole.units == "length^2"


def test_diffusion_is_linear_in_time(school, found, walkers, rng):
    step, d = 0.5, 0.8  # of sqrt(2 D step) on each axis
    x = walkers(rng, 3000, 40, np.sqrt(2 * d * step))
    whole = found(school(x, step=step), "mean_squared_displacement", lags=50)[""]
    np.testing.assert_allclose(whole.values, 6 * d * whole.axes["lag"], rtol=0.03)


@pytest.mark.parametrize("reference", ["space", "centroid"])
def test_it_does_not_know_the_faces_of_a_cell(school, found, walkers, rng, reference):
    x = walkers(rng, 1300, 5) + np.array([0.5, 0.0, -0.3]) * np.arange(1300)[:, None, None]
    name = "mean_squared_displacement"
    open_space = found(school(x), name, lags=30, reference=reference)[""]
    cell = found(school(x % 7.0, box=7.0), name, lags=30, reference=reference)[""]
    np.testing.assert_allclose(cell.values, open_space.values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("frames", "lags"), [(1, 1), (2, 1), (1300, 9), (40, 39), (30, 60), (1100, 200)])
def test_all_pairs_one_after_the_other_say_the_same(school, found, walkers, with_gaps, rng, frames, lags):
    if frames == 1:
        frames = 2
    x = with_gaps(rng, walkers(rng, frames, 4)) % 5.0
    whole = found(school(x, box=5.0), "mean_squared_displacement", lags=lags)[""]
    np.testing.assert_allclose(whole.values, by_pairs(stretches(x, 5.0), lags), rtol=1e-9, atol=1e-11)


def test_what_is_unseen_in_a_cell_is_not_guessed(school, found):
    """Agents at a speed of .3 in a cell of 15, unseen for 60 frames, in which they go round it."""
    x = 0.3 * np.arange(200.0)[:, None, None] * np.array([1.0, 0.0, 0.0]) + np.arange(4.0)[None, :, None]
    x[70:130] = np.nan
    for values, known in ((x % 15.0, 69), (x, 199)):
        box = 15.0 if known < 100 else None
        msd = found(school(values, box=box), "mean_squared_displacement", lags=150)[""].values
        lags = np.arange(151)
        np.testing.assert_allclose(msd[: known + 1], (0.09 * lags**2)[: known + 1], atol=1e-9)
        assert np.isnan(msd[known + 1 :]).all()


def test_what_drifts_with_the_school_is_no_displacement_in_it(school, found, walkers, rng):
    agents, d = 5, 0.5
    x = walkers(rng, 4000, agents, np.sqrt(2 * d)) + 3.0 * np.arange(4000)[:, None, None]
    values = found(school(x), "mean_squared_displacement", lags=20, reference="centroid")[""].values
    # the mean of N diffuses with D / N, which is taken from each
    np.testing.assert_allclose(values, 6 * d * (1 - 1 / agents) * np.arange(21), rtol=0.06)


def test_the_path_of_a_school_does_not_leap_when_one_comes(school, found):
    t = np.arange(60.0)
    x = np.stack([t, t + 100, t + 1000])[..., None].repeat(3, axis=2).transpose(1, 0, 2)
    x[:30, 2] = np.nan
    values = found(school(x), "mean_squared_displacement", lags=50, reference="centroid")[""].values
    np.testing.assert_allclose(values, 0.0, atol=1e-8)


def test_a_school_that_was_lost_altogether_is_another_one(school, found, walkers, rng):
    x = walkers(rng, 50, 3)
    x[20, 0] = x[20, 1] = np.nan
    x[19, 2] = np.nan  # nobody is there in frame 19 and in 20
    values = found(school(x), "mean_squared_displacement", lags=40, reference="centroid")[""].values
    parts = [x[:20].copy(), x[20:].copy()]
    squares, counts = np.zeros(41), np.zeros(41)
    for part in parts:
        steps = np.nanmean(np.diff(part, axis=0), axis=1)
        part -= np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])[:, None]
        for lag in range(41):
            moved = ((part[lag:] - part[: len(part) - lag]) ** 2).sum(axis=2) if lag < len(part) else np.zeros((0, 3))
            squares[lag] += np.nansum(moved)
            counts[lag] += (~np.isnan(moved)).sum()
    expected = np.divide(squares, counts, out=np.full(41, np.nan), where=counts > 0)
    np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-12)


def test_of_one_agent_relative_to_itself_there_is_no_motion(school, found, walkers, rng):
    x = walkers(rng, 30, 1)
    np.testing.assert_allclose(
        found(school(x), "mean_squared_displacement", lags=3, reference="centroid")[""].values, 0.0, atol=1e-12
    )
    alone = found(school(x), "mean_squared_displacement", lags=3)[""].values
    np.testing.assert_allclose(alone, by_pairs(x, 3), rtol=1e-9)


def test_who_rests_far_away_has_moved_nowhere(school, found):
    x = np.full((300, 2, 3), 1e7 / 3)
    np.testing.assert_array_equal(
        found(school(x, dimensions=3), "mean_squared_displacement", lags=9)[""].values, np.zeros(10)
    )


def test_frames_that_are_left_out_of_a_cell_are_told(school, walkers, rng):
    """Thirty steps of .3 are 9, more than half of 15: the nearest image is the wrong one."""
    import kadita

    x = 0.3 * np.arange(300.0)[:, None, None] * np.array([1.0, 0.0, 0.0]) + np.arange(9.0).reshape(1, 3, 3)
    name = "mean_squared_displacement"
    with pytest.warns(kadita.KaditaWarning, match="steps longer than half an edge are not seen"):
        kadita.analyze(school(x % 15.0, box=15.0), name, step=30, parameters={"lags": 2})
    assert not kadita.analyze(school(x), name, step=30, parameters={"lags": 2}).notes
    assert not kadita.analyze(school(x % 15.0, box=15.0), name, parameters={"lags": 2}).notes
