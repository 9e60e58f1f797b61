"""Strides, gaps and clocks: what is between the frames of a table."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kadita_tracks.rows.frame_grid import grid_of_times, step_of

FRAMES = {"length_unit": "mm", "time_unit": "s", "frame_rate": 10.0}
TIMES = {"length_unit": "mm", "time_unit": "s"}


@pytest.fixture
def table(tmp_path):
    """Write a table of agent, frame or time, x, y."""

    def table(rows, when="frame"):
        path = tmp_path / "t.csv"
        lines = [",".join(map(str, row)) for row in rows]
        path.write_text("\n".join([f"agent,{when},x,y", *lines]) + "\n")
        return path

    return table


def walk(numbers, agent=1, speed=2.0, y=0.0):
    """Rows of an animal that swims along x; its position depends on the frame number alone."""
    return [(agent, n, speed * float(n), y) for n in numbers]


@pytest.mark.parametrize(
    ("numbers", "step"), [([0, 10, 20], 10), ([3, 8, 13, 18], 5), ([-4, -2, 0, 2], 2), ([7, 9], 2)]
)
def test_a_stride_is_a_longer_time_step_and_no_gap(table, converted, numbers, step, said):
    read = converted(table(walk(numbers) + walk(numbers, agent=2, y=5.0)), **FRAMES)
    assert_allclose(read["times"], np.array(numbers) / 10, rtol=1e-12)
    assert_allclose(read["velocities"][..., 0], 20.0, rtol=1e-6)  # 2 mm a frame, 10 frames a second
    assert said(read, f"the time step is {step} / frame rate")
    assert not said(read, "gaps")


def test_the_polarization_of_a_stride_is_that_of_the_animals(table, converted, measured):
    """Two swim along x and one against it: |1 + 1 - 1| / 3."""
    rows = [r for a, v in ((1, 2.0), (2, 2.0), (3, -2.0)) for r in walk((0, 10, 20, 30), agent=a, speed=v, y=float(a))]
    read = converted(table(rows), **FRAMES)
    assert_allclose(measured(read, "polarization")["polarization"], 1 / 3, rtol=1e-6)


def test_dropped_frames_of_a_stride_are_gaps(table, converted, said):
    numbers = [0, 10, 20, 50, 60, 70]
    read = converted(table(walk(numbers)), **FRAMES)
    assert_allclose(read["times"], np.arange(8), rtol=1e-12)
    assert_array_equal(np.isnan(read["positions"][:, 0, 0]), [0, 0, 0, 1, 1, 0, 0, 0])
    assert_array_equal(np.isnan(read["velocities"][:, 0, 0]), [0, 0, 0, 1, 1, 0, 0, 0])
    assert said(read, "2 of 8 frames are missing, at most 2 in a row; they are gaps")
    assert said(read, "the time step is 10 / frame rate")


def test_a_camera_that_started_anew_keeps_its_step(table, converted, said):
    """Frames 0, 10, 20, 30, then 43, 53, ...: the step is 10, and a velocity crosses only what is one step long."""
    numbers = [*range(0, 150, 10), *range(153, 300, 10)]
    read = converted(table(walk(numbers)), **FRAMES)
    at = {round(t * 10): i for i, t in enumerate(read["times"])}
    known = np.isfinite(read["positions"][:, 0, 0])
    assert sorted(n for n, i in at.items() if known[i]) == numbers
    assert_allclose(read["velocities"][known, 0, 0], 20.0, rtol=1e-6)
    assert said(read, "1 of 29 steps between frame numbers are no multiples of 10")


def test_a_sparse_track_is_no_stride(rng, table, converted):
    """Seen in 3 of 10 frames at random: the step is 1, and all sightings stay."""
    numbers = np.flatnonzero(rng.random(400) < 0.3)
    read = converted(table(walk(numbers)), **FRAMES)
    assert len(read["times"]) == numbers[-1] - numbers[0] + 1
    assert np.isfinite(read["positions"][:, 0, 0]).sum() == len(numbers)
    beside = np.isin(numbers - 1, numbers) | np.isin(numbers + 1, numbers)
    assert np.isfinite(read["velocities"][:, 0, 0]).sum() == beside.sum()


@pytest.mark.parametrize(
    ("numbers", "step"),
    [
        ([4], 1),
        ([0, 1, 2, 3], 1),
        ([0, 2, 5, 7, 10, 12], None),  # 2 frames in 5
        ([0, 33, 67, 100, 133, 167], None),  # milliseconds
        ([0, 1, 5, 6, 10, 11], 1),  # pairs
        ([0, 12, 24, 60, 72, 1200], 12),
        ([10**12, 10**12 + 3, 10**12 + 6], 3),
    ],
)
def test_steps_of_frame_numbers(numbers, step):
    assert step_of(np.array(numbers)) == step


def test_numbers_without_a_step_stay_as_they_are(table, converted, said):
    numbers = [0, 2, 5, 7, 10, 12, 15]
    read = converted(table(walk(numbers)), **FRAMES)
    assert_allclose(read["times"], np.array(numbers) / 10, rtol=1e-12)
    assert_allclose(read["velocities"][:, 0, 0], 20.0, rtol=1e-6)
    assert said(read, "frame numbers have no common step (2 to 3 apart)")


def test_no_velocity_crosses_20_s_without_rows(table, converted, said):
    """An animal that swims at 1 mm/s, and is 0.1 mm away when it is seen again 20 s later."""
    early, late = np.arange(50) * 0.04, 22 + np.arange(50) * 0.04
    rows = [(1, round(t, 2), t, 0.0) for t in early] + [(1, round(t, 2), 2.06 + t - 22, 0.0) for t in late]
    read = converted(table(rows, "time"), **TIMES)
    v = read["velocities"][:, 0, 0]
    assert np.isfinite(v).sum() == 100
    assert_allclose(v[np.isfinite(v)], 1.0, rtol=1e-4)
    assert len(v) == 600  # 25 Hz throughout, so that lags can be counted in frames
    assert said(read, "500 of 600 frames are missing, at most 500 in a row")


def test_no_velocity_crosses_a_gap_in_uneven_times(rng, table, converted, said):
    times = np.cumsum(rng.uniform(0.8, 1.2, 60))
    times[30:] += 20.3
    x = np.where(np.arange(60) < 30, times, times - 20.0)  # almost where it was
    read = converted(table([(7, t, p, 0.0) for t, p in zip(times, x, strict=True)], "time"), **TIMES)
    assert_allclose(read["times"], times, rtol=1e-12)
    assert_allclose(read["velocities"][:, 0, 0], 1.0, rtol=1e-5)
    assert said(read, "1 of 59 steps in time are longer than")


def test_a_gap_of_one_frame_of_30_hz_in_milliseconds(table, converted):
    """0, 33, 67, 100 ms: the step is the mean of those that are no gaps, so that 10 frames are counted as 10."""
    numbers = [n for n in range(60) if not 20 <= n < 30 and n != 45]
    read = converted(table([(1, round(n / 30, 3), float(n), 0.0) for n in numbers], "time"), **TIMES)
    assert_array_equal(np.flatnonzero(np.isfinite(read["positions"][:, 0, 0])), numbers)
    assert_allclose(read["times"], np.arange(60) / 30, atol=6e-4)


@pytest.mark.parametrize(
    "times",
    [[0.0, 1.0, 2.5], [0.0, 1.0, 2.0, 3.4], [0.0, 1.0, 2.0, 1e9], [0.0, 5.0], [1.0], [0.0, 1.0, 2.0, 2.03]],
    ids=str,
)
def test_times_that_are_uneven_stay_as_they_are(times):
    grid = grid_of_times("t", np.array(times))
    assert_array_equal(grid.instants, times)
    assert_array_equal(grid.row, np.arange(len(times)))


def test_clocks_that_are_not_in_step_give_no_value_of_the_group(table, converted, said, measured):
    """Five fish, each once a second, never two at one time: no polarization, and a remark says why."""
    rows = [(fish, t + 0.2 * fish, float(t), float(fish)) for t in range(20) for fish in range(5)]
    read = converted(table(rows, "time"), **TIMES)
    assert said(read, "a frame holds 1 animals at least, 1 in the median and 1 at most, of 5")
    assert said(read, "--resample RATE --most-gap TIME interpolates to common times")
    assert np.isnan(measured(read, "polarization")["polarization"]).all()


def test_animals_that_are_seen_one_after_the_other(table, converted, said):
    """Each has neighbours in time and a velocity, but no frame holds two."""
    rows = [(fish, 10 * fish + t, float(t), float(fish)) for fish in range(5) for t in range(10)]
    read = converted(table(rows), **FRAMES)
    assert np.isfinite(read["velocities"][..., 0]).sum() == 50
    assert said(read, "a frame holds 1 animals at least, 1 in the median and 1 at most, of 5")


def test_rows_at_common_times_are_not_spoken_of(rng, table, converted, said):
    """Five fish, of which each is lost in a third of the frames, are in step."""
    rows = [(fish, t, float(t), float(fish)) for t in range(60) for fish in range(5) if rng.random() > 1 / 3]
    assert not said(converted(table(rows), **FRAMES), "a frame holds")


def test_every_sighting_counts_where_40_percent_are_missing(rng, table, converted, measured):
    """One is seen in even frames alone, and of the others 40 % of sightings are missing."""
    frames, agents = 500, 18
    x = rng.normal(size=(frames, agents, 2)).cumsum(axis=0) + rng.uniform(0, 50, (agents, 2))
    seen = rng.random((frames, agents)) > 0.4
    seen[:, 0] = np.arange(frames) % 2 == 0
    seen[[0, -1], 1] = True
    rows = [(i, t, *x[t, i]) for t in range(frames) for i in range(agents) if seen[t, i]]
    read = converted(table(rows), **FRAMES)
    assert np.isfinite(read["positions"][..., 0]).sum() == seen.sum()
    assert np.isnan(read["velocities"][:, 0]).all()  # it has no neighbours in time
    pair = np.zeros_like(seen)
    pair[1:] |= seen[1:] & seen[:-1]
    pair[:-1] |= seen[1:] & seen[:-1]
    assert_array_equal(np.isfinite(read["velocities"][..., 0]), pair)

    hidden = np.where(seen[..., None], x, np.nan)
    results = measured(read, "spread", "mean_squared_displacement")
    offsets = hidden - np.nanmean(hidden, axis=1, keepdims=True)
    assert_allclose(results["spread"], np.sqrt(np.nanmean((offsets**2).sum(axis=2), axis=1)), rtol=1e-5)
    msd = results.analyses["mean_squared_displacement"].values
    for lag in (1, 2, 7):
        steps = hidden[lag:] - hidden[:-lag]
        assert_allclose(msd[lag], np.nanmean((steps**2).sum(axis=2)), rtol=1e-4)


@pytest.mark.parametrize(("factor", "told"), [(1.0, False), (1.2, False), (0.0, True), (-1.0, True), (25.0, True)])
def test_velocities_that_are_no_steps_are_told(tmp_path, converted, factor, told):
    """A tracker's own velocities, once those of the steps, once in other units, or along something else."""
    v = np.random.default_rng(7).normal(size=(5, 2)) + 2.0
    rows = [(i, t, *(v[i] * t), *(factor * v[i])) for t in range(30) for i in range(5)]
    (tmp_path / "a.csv").write_text("\n".join(["agent,time,x,y,vx,vy", *(",".join(map(str, row)) for row in rows)]))
    read = converted(tmp_path / "a.csv", length_unit="m", time_unit="s")
    assert any("its velocities differ from the steps" in remark for remark in read["remarks"]) is told


def test_clocks_out_of_step_share_frames_once_they_are_resampled(converted, tmp_path, said, measured, rng):
    """Three animals, never seen at one time, in uniform motion along one line: they are aligned."""
    path = tmp_path / "gps.csv"
    start, v = rng.normal(size=(3, 2)), np.array([[1.0, 0.5], [2.0, 1.0], [0.6, 0.3]])
    times = [(t + 0.3 * i, i) for t in range(30) for i in range(3)]
    rows = [f"{i},{t:.1f},{','.join(map(repr, (start[i] + v[i] * t).tolist()))}" for t, i in times]
    path.write_text("id,t,x,y\n" + "\n".join(rows) + "\n")
    how = {"columns": ["agent=id", "time=t"], "length_unit": "m", "time_unit": "s"}
    read = converted(path, resample=2, most_gap=1.5, **how)
    assert said(read, "positions are interpolated linearly between sightings at most 1.5 apart")
    assert read["attributes"]["resampled"] == "linear, 2 per s, gaps <= 1.5"
    assert read["attributes"]["velocities"] == "difference"
    np.testing.assert_allclose(np.nanmax(measured(read, "polarization")["polarization"]), 1, atol=1e-6)
    inside = read["positions"][2:58]
    assert not np.isnan(inside).any()
    expected = start + v * (np.arange(2, 58) / 2)[:, None, None]
    np.testing.assert_allclose(inside[..., :2], expected, atol=1e-5)
