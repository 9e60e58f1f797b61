"""Positions at even times: exact for uniform motion, each agent between its own sightings, never across long gaps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kadita import Box, KaditaError
from kadita.evaluation.evaluate import analyze
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.transforms import View
from kadita.school.transforms.motion import Motion
from kadita.school.transforms.resampled import Resampled
from kadita.school.transforms.resampling import Resampling


def trajectory(x, times, *, edges=None, identities=None):
    lengths = None if edges is None else np.broadcast_to(np.array(edges, float), (len(x), 3))
    agents = np.arange(x.shape[1] if identities is None else identities.max() + 1)
    return InMemoryTrajectory("tracks", Chunk(x, None, times, lengths, identities), agents, {"time_unit": "s"})


def resampled(source, rate, most_gap, frames=None, size=64):
    view = Resampled(source, Resampling.of(rate, most_gap))
    frames = np.arange(view.n_frames) if frames is None else frames
    return view, np.concatenate([chunk.positions for _, chunk in view.chunks_of(frames, size)])


def at_own_times(rng, agents=5, fixes=60, span=100.0):
    """Rows of animals with clocks of their own: no two are ever seen at one time."""
    times = np.sort(rng.uniform(0, span, agents * fixes))
    who = rng.permutation(np.repeat(np.arange(agents), fixes))
    return times, who


def uniform_motion(rng, times, who, agents=5):
    start, v = rng.normal(size=(agents, 3)), rng.normal(size=(agents, 3))
    x = np.full((len(times), agents, 3), np.nan)
    x[np.arange(len(times)), who] = start[who] + v[who] * times[:, None]
    return x, start, v


def plain(x, times, rate, most_gap):
    """One agent and one new time after the other."""
    new = times[0] + np.arange(int((times[-1] - times[0]) * rate * (1 + 1e-12)) + 1) / rate
    found = np.full((len(new), *x.shape[1:]), np.nan)
    for agent in range(x.shape[1]):
        own = np.flatnonzero(~np.isnan(x[:, agent, 0]))
        for n, t in enumerate(new):
            before, after = own[times[own] <= t], own[times[own] >= t]
            if len(before) and len(after) and times[after[0]] - times[before[-1]] <= most_gap:
                a, b = before[-1], after[0]
                share = 0.0 if a == b else (t - times[a]) / (times[b] - times[a])
                found[n, agent] = (1 - share) * x[a, agent] + share * x[b, agent]
    return new, found


def test_uniform_motion_of_clocks_out_of_step_is_exact(rng):
    times, who = at_own_times(rng)
    x, start, v = uniform_motion(rng, times, who)
    view, found = resampled(trajectory(x, times), 2.5, 1e9)
    expected = start + v * view.times[:, None, None]
    known = ~np.isnan(found[..., 0])
    assert known.mean() > 0.9
    assert_allclose(found[known], expected[known], atol=1e-11)
    motion = Motion.of(None, None, 2.5, 1e9).applied(trajectory(x, times), None, [])
    velocities = motion.read(np.arange(view.n_frames)).velocities
    assert_allclose(velocities[known], np.broadcast_to(v, velocities.shape)[known], atol=1e-9)
    polarization = analyze(trajectory(x, times), "polarization", resample=2.5, most_gap=1e9)["polarization"]
    u = v / np.linalg.norm(v, axis=1, keepdims=True)
    assert_allclose(polarization[known.all(axis=1)], np.linalg.norm(u.mean(axis=0)), atol=1e-9)


@pytest.mark.parametrize("most_gap", [0.4, 2.0, 7.0])
def test_it_is_the_line_between_own_sightings_of_a_plain_twin(most_gap, rng):
    times, who = at_own_times(rng)
    x = np.full((len(times), 5, 3), np.nan)
    x[np.arange(len(times)), who] = rng.normal(size=(len(times), 3))
    new, expected = plain(x, times, 3.0, most_gap)
    view, found = resampled(trajectory(x, times), 3.0, most_gap)
    assert 0 < np.isnan(expected).mean() < 1
    assert_allclose(view.times, new)
    assert_allclose(found, expected, atol=1e-12)


def test_blocks_and_choices_of_frames_do_not_change_a_bit(rng):
    times, who = at_own_times(rng)
    x, _, _ = uniform_motion(rng, times, who)
    _, whole = resampled(trajectory(x, times), 2.0, 3.0)
    for size in (1, 5):
        assert_array_equal(resampled(trajectory(x, times), 2.0, 3.0, size=size)[1], whole)
    frames = np.array([0, 7, 8, 120, len(whole) - 1])
    assert_array_equal(resampled(trajectory(x, times), 2.0, 3.0, frames)[1], whole[frames])


@pytest.mark.parametrize("as_stored", [np.float64, np.float32])
def test_the_same_rate_keeps_every_sighting(as_stored, rng):
    x = rng.normal(size=(300, 3, 3))
    x[rng.random((300, 3)) < 0.3] = np.nan
    times = (np.arange(300) / 30).astype(as_stored).astype(np.float64)
    view, found = resampled(trajectory(x, times), 30, 0.001)
    assert_array_equal(found, x)
    (remark,) = view.remarks
    kept = 900 - int(np.isnan(x[..., 0]).sum())
    assert f"0 positions are interpolated linearly between sightings at most 0.001 apart, {kept} are" in remark


def test_a_crossing_of_the_cell_is_short(rng):
    times = np.arange(50) * 1.0
    x = rng.normal(size=(4, 3)) + rng.normal(size=(4, 3)) * times[:, None, None]
    cell = Box.of(7.0)
    _, found = resampled(trajectory(cell.wrap(x), times, edges=(7, 7, 7)), 4.0, 1.0)
    _, free = resampled(trajectory(x, times), 4.0, 1.0)
    assert ((found >= 0) & (found < 7)).all()
    assert_allclose(cell.minimum_image(found - free), 0, atol=1e-10)


def test_nobody_is_interpolated_to_a_later_agent_of_its_column():
    x = np.arange(20.0)[:, None, None] * np.ones(3)
    identities = np.repeat([0, 1], 10)[:, None]
    view = Resampled(trajectory(x, np.arange(20.0), identities=identities), Resampling.of(2, 5))
    chunk = view.read(np.arange(view.n_frames))
    assert chunk.identities[:, 0].tolist() == [0] * 19 + [-1] + [1] * 19
    assert np.isnan(chunk.positions[19]).all()
    assert not np.isnan(np.delete(chunk.positions, 19, axis=0)).any()


def test_the_file_says_it_and_what_is_missing_is_asked_for(rng):
    source = trajectory(rng.normal(size=(20, 2, 3)), np.arange(20.0))
    smooth = Motion.of(None, "5", 10, 1.5).applied(source, None, [])
    assert smooth.attributes["resampled"] == "linear, 10 per s, gaps <= 1.5"
    assert smooth.attributes["velocities"] == "smoothed"
    assert "342 positions are interpolated linearly" in smooth.remarks[0]
    for given, message in {(10, None): "--most-gap TIME", (None, 2): "--resample RATE", (0, 1): "above 0"}.items():
        with pytest.raises(KaditaError, match=message):
            Resampling.of(*given)
    with pytest.raises(KaditaError, match="times that increase.* found a step of 0"):
        Resampled(trajectory(np.zeros((3, 1, 3)), np.array([0.0, 1, 1])), Resampling.of(1, 1))


class Counted(View):
    """A trajectory that counts the frames that are read of it."""

    rows = 0

    def read(self, frames):
        self.rows += len(frames)
        return self.source.read(frames)


@pytest.mark.parametrize("strange", [False, True])
def test_long_gaps_do_not_read_the_file_for_every_frame(strange, rng, monkeypatch):
    """The same numbers, from a number of frames that is not that of all pairs of frames."""
    monkeypatch.setattr("kadita.school.transforms.resampled.BLOCK_ROWS", 60)
    t, x = np.arange(400.0), rng.normal(size=(400, 3, 3)).cumsum(axis=0)
    x[rng.random((400, 3)) < 0.5] = np.nan
    source = Counted(InMemoryTrajectory("t", Chunk(x, None, t, None), np.arange(3), {}))
    resampled = Resampled(source, Resampling.of(2.0, 1000.0))
    numbers = np.arange(resampled.n_frames)
    blocks = np.split(numbers, np.arange(32, len(numbers), 32))
    if strange:
        rng.shuffle(blocks)
    found = {int(n): p for b in blocks for n, p in zip(b, resampled.read(b).positions, strict=True)}
    if not strange:
        assert source.rows < 6 * 400
    for i in range(3):
        seen = ~np.isnan(x[:, i, 0])
        for axis in range(3):
            plain = np.interp(numbers / 2, t[seen], x[seen, i, axis], left=np.nan, right=np.nan)
            assert np.allclose([found[n][i, axis] for n in numbers], plain, equal_nan=True)
